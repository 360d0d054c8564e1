/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Forks children, reads their answers through pipes, and reaps them. */
#include "sim/runs/forked_jobs.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Jobs [first, last). */
struct range {
    size_t first, last;
};

/* A child under way. */
struct child {
    pid_t pid;        /* 0: this place is free */
    struct range job; /* the first is the one that it is at */
    bool is_again;    /* the one that it is at has killed its process before */
    int pipe;
    int said;    /* a file of what it said beside its answers; -1: it went to where ours goes */
    char *heard; /* of the answer that is coming */
    size_t length, room;
};

/* What a child says of a job, and then so many bytes: its answer, or the text of what went wrong. */
struct answer_head {
    int status;
    size_t length;
};

/* The jobs at hand. */
struct desk {
    const struct bh_workers *workers;
    struct child *children;
    struct pollfd *polls;
    size_t next, running;
    size_t left_count, left_room; /* what children have left over */
    struct range *left;
};

static void write_all(int file, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(file, bytes, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return; /* the parent is gone, or will see an answer cut short */
        bytes += written;
        length -= (size_t)written;
    }
}

/* In the child. 0 to go on. */
static int run_job(const struct bh_workers *workers, size_t job, int pipe)
{
    char *answer = NULL;
    struct bh_error err = {0};
    struct answer_head head = {0};
    FILE *out = open_memstream(&answer, &head.length);
    head.status = out != NULL ? workers->work(workers->context, job, out, &err) : -1;
    if (out != NULL)
        fclose(out);
    if (head.status != 0)
        head.length = strlen(err.text);
    write_all(pipe, (const char *)&head, sizeof head);
    write_all(pipe, head.status == 0 ? answer : err.text, head.length);
    free(answer);
    return head.status;
}

/* In the child; then out without any clean-up that belongs to the parent. */
static _Noreturn void run_child(const struct bh_workers *workers, struct range job, int pipe)
{
    while (job.first < job.last) {
        if (run_job(workers, job.first++, pipe) != 0 || workers->is_spent(workers->context))
            break;
    }
    _exit(0);
}

pid_t bh_workers_fork(int *end, struct bh_error *err)
{
    int ends[2];
    pid_t parent = getpid();
    if (pipe(ends) != 0)
        return bh_fail(err, BH_ERROR_SYSTEM, "no pipe for a worker: %s", strerror(errno));
    fflush(NULL);
    pid_t pid = fork();
    if (pid < 0) {
        int cause = errno;
        close(ends[0]);
        close(ends[1]);
        return bh_fail(err, BH_ERROR_SYSTEM, "no process for a worker: %s", strerror(cause));
    }
    close(ends[pid == 0 ? 0 : 1]);
    *end = ends[pid == 0 ? 1 : 0];
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) /* it died before the line above */
            _exit(1);
    }
    return pid;
}

static int start_child(struct desk *desk, struct child *child, struct range job, bool is_again, struct bh_error *err)
{
    int end, said = memfd_create("said", MFD_CLOEXEC);
    pid_t pid = bh_workers_fork(&end, err);
    if (pid == 0) {
        if (said >= 0)
            dup2(said, STDERR_FILENO);
        run_child(desk->workers, job, end);
    }
    if (pid < 0) {
        if (said >= 0)
            close(said);
        return -1;
    }
    *child = (struct child){.pid = pid, .job = job, .is_again = is_again, .pipe = end, .said = said};
    desk->running++;
    return 0;
}

static void put_back(struct desk *desk, struct range job)
{
    if (job.first == job.last)
        return;
    if (desk->left_count == desk->left_room) {
        desk->left_room = 2 * desk->left_room + 8;
        desk->left = bh_reallocate(desk->left, desk->left_room, sizeof *desk->left);
    }
    desk->left[desk->left_count++] = job;
}

/* What nobody has begun: large pieces first, so that all end at about the same time. */
static struct range take_jobs(struct desk *desk)
{
    size_t most, jobs = desk->workers->jobs, at_once = desk->workers->at_once;
    if (desk->left_count > 0)
        return desk->left[--desk->left_count];
    most = at_once > 1 ? (jobs - desk->next) / (4 * at_once) + 1 : jobs - desk->next;
    struct range job = {desk->next, desk->next + most};
    desk->next += most;
    return job;
}

/* Reads what is there. 1: more to come; 0: the child has closed its end. */
static int read_some(struct child *child)
{
    if (child->length == child->room) {
        child->room = child->room ? 2 * child->room : 4096;
        child->heard = bh_reallocate(child->heard, child->room, 1);
    }
    ssize_t count = read(child->pipe, child->heard + child->length, child->room - child->length);
    if (count < 0)
        return errno == EINTR || errno == EAGAIN;
    child->length += (size_t)count;
    return count > 0;
}

static const char *describe(const struct desk *desk, size_t job, char what[256])
{
    return desk->workers->describe(desk->workers->context, job, what, 256);
}

/* Answers that are there in full. */
static int take_answers(const struct desk *desk, struct child *child, struct bh_error *err)
{
    size_t taken = 0;
    int status = 0;
    char what[256];
    struct answer_head head;
    while (status == 0 && child->length - taken >= sizeof head) {
        memcpy(&head, child->heard + taken, sizeof head);
        if (child->length - taken - sizeof head < head.length)
            break;
        const char *answer = child->heard + taken + sizeof head;
        size_t job = child->job.first++;
        status = head.status == 0 ? desk->workers->done(desk->workers->context, job, answer, head.length, err)
                                  : bh_fail(err, BH_ERROR_SYSTEM, "%s failed: %.*s", describe(desk, job, what),
                                            (int)head.length, answer);
        taken += sizeof head + head.length;
        child->is_again = false;
    }
    if (taken > 0)
        memmove(child->heard, child->heard + taken, child->length - taken);
    child->length -= taken;
    return status;
}

/* Of a child that was killed, the first line is why, behind the place in SimGrid; what follows is a trace of its stack. */
static void read_last_words(int said, char *words, size_t size)
{
    char line[512];
    ssize_t length = said >= 0 ? pread(said, line, sizeof line - 1, 0) : 0;
    line[length > 0 ? length : 0] = '\0';
    line[strcspn(line, "\n")] = '\0';
    char *bracket = strrchr(line, ']'), *from = bracket != NULL ? bracket + 1 : line;
    for (char *c = from; *c != '\0'; c++)
        if ((unsigned char)*c < ' ')
            *c = ' ';
    from += strspn(from, " ");
    size_t kept = strlen(from);
    from[kept - (kept > 0 && from[kept - 1] == '.')] = '\0';
    snprintf(words, size, "%s%s", *from != '\0' ? ": " : "", from);
}

/* What a child that ended said goes to where it would have said it. */
static void pass_on(int said)
{
    char bytes[4096];
    off_t at = 0;
    for (ssize_t count; said >= 0 && (count = pread(said, bytes, sizeof bytes, at)) > 0; at += count)
        write_all(STDERR_FILENO, bytes, (size_t)count);
}

static char *describe_death(const struct desk *desk, size_t job, int status, int said)
{
    char what[256], words[256];
    describe(desk, job, what);
    if (!WIFSIGNALED(status))
        return bh_print_text("%s ended with status %d", what, WEXITSTATUS(status));
    read_last_words(said, words, sizeof words);
    return bh_print_text("%s died of signal %d (%s)%s", what, WTERMSIG(status), strsignal(WTERMSIG(status)), words);
}

/* What kills its process is tried once more, alone; what comes after it is nobody's yet. */
static int try_again(struct desk *desk, struct child *child, int status, int said, struct bh_error *err)
{
    struct range job = {child->job.first, child->job.first + 1};
    char *death = describe_death(desk, job.first, status, said);
    bool is_again = child->is_again;
    put_back(desk, (struct range){job.last, child->job.last});
    if (is_again)
        bh_fail(err, BH_ERROR_SYSTEM, "%s, twice", death);
    else
        desk->workers->warn(desk->workers->context, death);
    free(death);
    return is_again ? -1 : start_child(desk, child, job, true, err);
}

static int reap(struct desk *desk, struct child *child, struct bh_error *err)
{
    int status, said = child->said, result = 0;
    close(child->pipe);
    while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
        ;
    free(child->heard);
    child->pid = 0;
    child->heard = NULL;
    desk->running--;
    if (!WIFSIGNALED(status))
        pass_on(said);
    if (status != 0 && child->job.first < child->job.last)
        result = try_again(desk, child, status, said, err);
    else
        put_back(desk, child->job);
    if (said >= 0)
        close(said);
    return result;
}

static void end_children(struct child *children, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (children[i].pid == 0)
            continue;
        kill(children[i].pid, SIGKILL);
        while (waitpid(children[i].pid, NULL, 0) < 0 && errno == EINTR)
            ;
        close(children[i].pipe);
        if (children[i].said >= 0)
            close(children[i].said);
        free(children[i].heard);
    }
}

/* Waits until some child says something, and takes what it says. */
static int attend(struct desk *desk, struct bh_error *err)
{
    nfds_t count = 0;
    struct child *children = desk->children;
    unsigned at_once = desk->workers->at_once;
    for (unsigned i = 0; i < at_once; i++)
        if (children[i].pid != 0)
            desk->polls[count++] = (struct pollfd){.fd = children[i].pipe, .events = POLLIN};
    if (poll(desk->polls, count, -1) < 0)
        return errno == EINTR ? 0 : bh_fail(err, BH_ERROR_SYSTEM, "waiting for workers: %s", strerror(errno));
    for (unsigned i = 0, p = 0; i < at_once; i++) {
        if (children[i].pid == 0 || desk->polls[p++].revents == 0)
            continue;
        bool goes_on = read_some(&children[i]);
        if (take_answers(desk, &children[i], err) != 0 || (!goes_on && reap(desk, &children[i], err) != 0))
            return -1;
    }
    return 0;
}

int bh_workers_run(const struct bh_workers *workers, struct bh_error *err)
{
    struct desk desk = {.workers = workers};
    desk.children = bh_allocate(workers->at_once, sizeof *desk.children);
    desk.polls = bh_allocate(workers->at_once, sizeof *desk.polls);
    int status = 0;
    while (status == 0 && (desk.next < workers->jobs || desk.left_count > 0 || desk.running > 0)) {
        for (unsigned i = 0; i < workers->at_once && status == 0; i++)
            if (desk.children[i].pid == 0 && (desk.left_count > 0 || desk.next < workers->jobs))
                status = start_child(&desk, &desk.children[i], take_jobs(&desk), false, err);
        if (status == 0)
            status = attend(&desk, err);
    }
    end_children(desk.children, workers->at_once);
    free(desk.children);
    free(desk.polls);
    free(desk.left);
    return status;
}
