/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Runs injections in processes of their own, which append to one log. */
#include "lab/study/campaign.h"

#include "lab/study/next_read.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* So many bits of memory that nobody uses are flipped in one run. */
enum { MANY = 1000 };

static volatile sig_atomic_t stop_asked;

static void ask_stop(int number)
{
    (void)number;
    stop_asked = 1;
}

static double children_cpu_s(void)
{
    struct rusage usage;
    getrusage(RUSAGE_CHILDREN, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

int bh_lab_trial_know(const struct bh_lab_study *study, const struct bh_snapshot *snapshot,
                      const struct bh_golden *golden, uint64_t number, struct bh_lab_trial *trial, struct bh_error *err)
{
    if (bh_lab_trial_draw(study, golden, number, trial, err) != 0)
        return -1;
    return bh_lab_watch(snapshot, study, golden, trial, 1, err);
}

/* A bit that nobody uses is flipped as many of them are at once, so that its record does not tell whether it was alone. */
static bool is_dead(const struct bh_lab_trial *trial)
{
    return bh_lab_is_followed(&trial->cell) && !bh_lab_is_live(trial);
}

int bh_lab_trial_run(const struct bh_lab_study *study, const struct bh_snapshot *snapshot,
                     const struct bh_golden *golden, struct bh_lab_trial *trial, struct bh_run *run,
                     struct bh_lab_outcome *outcome, struct bh_error *err)
{
    int status;
    *run = (struct bh_run){0};
    if (is_dead(trial))
        status = bh_lab_flip_all(snapshot, study, golden, trial, 1, run, err);
    else {
        char *arguments = bh_lab_trial_arguments(trial, study, golden);
        status = bh_run_from(snapshot, arguments, -1, run, err);
        free(arguments);
    }
    if (status == 0)
        *outcome = bh_lab_judge(run, &golden->run, study->node, trial->hit);
    int enclave = bh_lab_enclave_of(trial->cell.zone);
    if (status == 0 && study->compares_exits && enclave >= 0) {
        outcome->is_compared = true;
        outcome->handed = bh_lab_compare_exits(run->said, golden->run.said, BH_LAB_GUEST_KERNEL_0 + (unsigned)enclave);
    }
    return status;
}

/* One write to a file opened for appending stays whole, whoever else appends. */
static int append(int log, const char *line, struct bh_error *err)
{
    size_t length = strlen(line);
    ssize_t written = write(log, line, length);
    if (written != (ssize_t)length)
        return bh_fail(err, BH_ERROR_SYSTEM, "cannot write a record: %s", written < 0 ? strerror(errno) : "no room");
    return 0;
}

/* The record of a trial that came to an end. */
static int record(const struct bh_lab_campaign *campaign, int log, const struct bh_lab_trial *trial,
                  const struct bh_run *run, const struct bh_lab_outcome *outcome, double cpu_s, struct bh_error *err)
{
    char *line = bh_lab_record_print(trial, campaign->snapshot, run, outcome, cpu_s);
    int status = append(log, line, err);
    free(line);
    return status;
}

static int run_one(const struct bh_lab_campaign *campaign, int log, struct bh_lab_trial *trial, struct bh_error *err)
{
    struct bh_run run = {0};
    struct bh_lab_outcome outcome;
    double before_s = children_cpu_s();
    int status = bh_lab_is_followed(&trial->cell)
                     ? 0
                     : bh_lab_trial_draw(campaign->study, campaign->golden, trial->number, trial, err);
    if (status == 0)
        status = bh_lab_trial_run(campaign->study, campaign->snapshot, campaign->golden, trial, &run, &outcome, err);
    if (status == 0 && run.end == BH_RUN_REFUSED)
        status =
            bh_fail(err, BH_ERROR_SYSTEM, "trial %" PRIu64 ": the plugin refused: %.200s", trial->number, run.said);
    if (status == 0)
        status = record(campaign, log, trial, &run, &outcome, children_cpu_s() - before_s, err);
    bh_run_free(&run);
    return status;
}

/* Bits that nobody uses, all in one run. If something comes of them nevertheless, those of which it does are looked for by halves:
 * what walks page tables, and what a device takes by itself, is not seen by who watches. */
static int run_many(const struct bh_lab_campaign *campaign, int log, struct bh_lab_trial *trials, uint64_t count,
                    struct bh_error *err)
{
    struct bh_run run;
    if (count == 1)
        return run_one(campaign, log, trials, err);
    double before_s = children_cpu_s();
    int status = bh_lab_flip_all(campaign->snapshot, campaign->study, campaign->golden, trials, count, &run, err);
    double cpu_s = (children_cpu_s() - before_s) / (double)count;
    struct bh_lab_outcome outcome = {0};
    if (status == 0)
        outcome = bh_lab_judge(&run, &campaign->golden->run, campaign->study->node, BH_LAB_ANY);
    bool is_well = outcome.extent == BH_LAB_MASKED && outcome.host == BH_HOST_UNHARMED;
    for (uint64_t i = 0; i < count && status == 0 && is_well; i++)
        status = record(campaign, log, &trials[i], &run, &outcome, cpu_s, err);
    bh_run_free(&run);
    if (status != 0 || is_well)
        return status;
    status = run_many(campaign, log, trials, count / 2, err);
    return status != 0 ? status : run_many(campaign, log, trials + count / 2, count - count / 2, err);
}

/* A worker for each processor keeps to one, with its machines: a thread of QEMU that wakes another on the other processor, and has
 * pages unmapped there, costs a third of the time (doc/laboratory.md). */
static void keep_to_processor(unsigned worker, unsigned jobs)
{
    cpu_set_t allowed, mine;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0 || (unsigned)CPU_COUNT(&allowed) != jobs)
        return;
    for (size_t i = 0; i < CPU_SETSIZE; i++)
        if (CPU_ISSET(i, &allowed) && worker-- == 0) {
            CPU_ZERO(&mine);
            CPU_SET(i, &mine);
            sched_setaffinity(0, sizeof mine, &mine);
            return;
        }
}

/* Trials that have no record: first those that have a run each, then those that many have one of. */
struct left {
    struct bh_lab_trial *trials;
    uint64_t count, alone;
};

/* A worker takes every jobs-th run of what is left. A process that is asked to stop does not finish its trial: its machine
 * dies with it. */
static void work(const struct bh_lab_campaign *campaign, int log, const struct left *left, unsigned worker,
                 pid_t parent)
{
    struct bh_error err = {0};
    int status = 0;
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_DFL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(1);
    keep_to_processor(worker, campaign->jobs);
    for (uint64_t i = worker; i < left->alone && status == 0; i += campaign->jobs)
        status = run_one(campaign, log, &left->trials[i], &err);
    for (uint64_t i = left->alone + MANY * worker; i < left->count && status == 0; i += MANY * campaign->jobs)
        status = run_many(campaign, log, &left->trials[i], i + MANY < left->count ? MANY : left->count - i, &err);
    if (status != 0)
        fprintf(stderr, "bulkhead: %s\n", err.text);
    _exit(status != 0 ? 1 : 0);
}

/* How many lines the log has behind *seen, which goes on with them. */
static uint64_t count_lines(int log, off_t *seen)
{
    char text[65536];
    uint64_t lines = 0;
    for (ssize_t count; (count = pread(log, text, sizeof text, *seen)) > 0; *seen += count)
        for (const char *at = text; (at = memchr(at, '\n', (size_t)(text + count - at))) != NULL; at++)
            lines++;
    return lines;
}

/* How far a campaign is: `done` of `all` trials have records, those up to `seen` bytes of the log among them. */
struct way {
    int log;
    off_t seen;
    uint64_t done, all;
};

/* Waits for the workers, telling now and then how far they are; at the first that fails, or when asked, ends the others. */
static int wait_for(const struct bh_lab_campaign *campaign, pid_t *workers, struct way way, bool *interrupted,
                    struct bh_error *err)
{
    int result = 0;
    unsigned alive = campaign->jobs;
    while (alive > 0) {
        int status;
        pid_t pid = waitpid(-1, &status, WNOHANG);
        if (pid == 0 || (pid < 0 && errno == EINTR)) {
            way.done += count_lines(way.log, &way.seen);
            if (campaign->progress != NULL)
                campaign->progress(campaign->context, way.done, way.all);
            usleep(500000);
        }
        bool ended_badly = false;
        for (unsigned i = 0; i < campaign->jobs && pid > 0; i++)
            if (workers[i] == pid) {
                workers[i] = 0;
                alive--;
                ended_badly = status != 0;
            }
        if (ended_badly && !stop_asked)
            result = bh_fail(err, BH_ERROR_SYSTEM, "a worker ended before its trials had");
        if (stop_asked || ended_badly)
            for (unsigned i = 0; i < campaign->jobs; i++)
                if (workers[i] > 0)
                    kill(workers[i], SIGTERM);
    }
    *interrupted = stop_asked != 0;
    return result;
}

/* The shard's log, locked for this process alone; -1. */
static int open_log(const struct bh_lab_campaign *campaign, struct bh_error *err)
{
    char *path = bh_print_text("%s/shard-%" PRIu64 "-of-%" PRIu64 ".jsonl", campaign->folder, campaign->shard + 1,
                               campaign->shards);
    struct stat about;
    int log = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    if (log < 0)
        bh_fail(err, BH_ERROR_INPUT, "cannot write %s: %s", path, strerror(errno));
    else if (flock(log, LOCK_EX | LOCK_NB) != 0)
        bh_fail(err, BH_ERROR_INPUT, "%s is being written by another process: one study per folder", path);
    else if (fstat(log, &about) == 0 && about.st_size > 0 && !campaign->resume)
        bh_fail(err, BH_ERROR_INPUT, "%s has records already: --resume goes on with them", path);
    else {
        /* A line that a crash cut short is ended, and then no record. */
        char last = '\n';
        if (about.st_size > 0 && pread(log, &last, 1, about.st_size - 1) == 1 && last != '\n')
            append(log, "\n", err);
        free(path);
        return log;
    }
    if (log >= 0)
        close(log);
    free(path);
    return -1;
}

/* Trials of the shard that have no record; the caller frees left->trials. */
static int find_left(const struct bh_lab_campaign *campaign, struct left *left, uint64_t *all, struct bh_error *err)
{
    struct bh_lab_record *records;
    size_t count, next = 0;
    int status = bh_lab_records_read(campaign->folder, &records, &count, err);
    left->trials = bh_allocate(campaign->study->trials, sizeof *left->trials);
    for (uint64_t i = 0; i < campaign->study->trials && status == 0; i++) {
        while (next < count && records[next].number < i)
            next++;
        if (i % campaign->shards != campaign->shard)
            continue;
        ++*all;
        if (next < count && records[next].number == i)
            continue;
        left->trials[left->count++] =
            (struct bh_lab_trial){.number = i, .cell = campaign->study->cells[campaign->study->places[i].cell]};
    }
    left->alone = left->count;
    free(records);
    return status;
}

static int by_need(const void *left, const void *right)
{
    const struct bh_lab_trial *a = left, *b = right;
    if (is_dead(a) != is_dead(b))
        return is_dead(a) ? 1 : -1;
    return a->number < b->number ? -1 : a->number > b->number;
}

/* Has the machine run once with all bits of memory watched, and puts those that nobody uses last. */
static int find_dead(const struct bh_lab_campaign *campaign, struct left *left, struct bh_error *err)
{
    for (uint64_t i = 0; i < left->count; i++) {
        struct bh_lab_trial *trial = &left->trials[i];
        if (bh_lab_is_followed(&trial->cell) &&
            bh_lab_trial_draw(campaign->study, campaign->golden, trial->number, trial, err) != 0)
            return -1;
    }
    if (bh_lab_watch(campaign->snapshot, campaign->study, campaign->golden, left->trials, left->count, err) != 0)
        return -1;
    qsort(left->trials, left->count, sizeof *left->trials, by_need);
    while (left->alone > 0 && is_dead(&left->trials[left->alone - 1]))
        left->alone--;
    return 0;
}

int bh_lab_campaign_run(const struct bh_lab_campaign *campaign, bool *interrupted, struct bh_error *err)
{
    uint64_t all = 0;
    struct left left = {0};
    pid_t *workers = bh_allocate(campaign->jobs, sizeof *workers), parent = getpid();
    struct sigaction stop = {.sa_handler = ask_stop}, old_int, old_term;
    *interrupted = false;
    int log = open_log(campaign, err), status = log < 0 ? -1 : 0;
    if (status == 0)
        status = find_left(campaign, &left, &all, err);
    if (status == 0)
        status = find_dead(campaign, &left, err);
    if (status == 0) {
        stop_asked = 0;
        sigaction(SIGINT, &stop, &old_int);
        sigaction(SIGTERM, &stop, &old_term);
        fflush(NULL);
        struct way way = {.log = log, .seen = lseek(log, 0, SEEK_END), .done = all - left.count, .all = all};
        for (unsigned i = 0; i < campaign->jobs; i++) {
            workers[i] = fork();
            if (workers[i] == 0)
                work(campaign, log, &left, i, parent);
            BH_BUG_ASSERT(workers[i] > 0);
        }
        status = wait_for(campaign, workers, way, interrupted, err);
        sigaction(SIGINT, &old_int, NULL);
        sigaction(SIGTERM, &old_term, NULL);
    }
    if (log >= 0)
        close(log);
    free(left.trials);
    free(workers);
    return status;
}
