/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Restores a machine and watches it. */
#include "lab/node/run.h"

#include "lab/node/machine.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

const char *const bh_run_end_names[] = {"done", "limit", "reset", "still", "refused", "wedged", NULL};

/* Seconds of work after which a run is given up, far above what its limit of instructions takes. It counts them at the
 * beginning of each block: a block that QEMU begins again and again without end is not seen there. How often it is looked
 * at, and how many looks in a row that find it idle end it; what is kept of what it says. */
enum { LOOK_MS = 100, STILL_LOOKS = 20, MOST_SAID = 1 << 24 };
/* ... by stack. Where QEMU is stepped itself, each of its instructions is an exception of the machine's. */
static const unsigned most_cpu_s[] = {[BH_LAB_NATIVE] = 8, [BH_LAB_KVM] = 60, [BH_LAB_QEMU] = 20};

struct stream {
    int ends[2];
    char *text;
    size_t length, line; /* where the line begins that was not complete before the last bytes came */
    bool is_open;
};

static void take(struct stream *stream)
{
    char buffer[4096];
    ssize_t count = read(stream->ends[0], buffer, sizeof buffer);
    if (count == 0 || (count < 0 && errno != EINTR))
        stream->is_open = false;
    if (count <= 0 || stream->length + (size_t)count > MOST_SAID)
        return;
    for (const char *end; (end = strchr(stream->text + stream->line, '\n')) != NULL;)
        stream->line = (size_t)(end - stream->text) + 1;
    stream->text = bh_reallocate(stream->text, stream->length + (size_t)count + 1, 1);
    memcpy(stream->text + stream->length, buffer, (size_t)count);
    stream->length += (size_t)count;
    stream->text[stream->length] = '\0';
}

/* Whether a line of the text begins so and is complete. */
static bool has_line(const char *text, const char *begin)
{
    for (const char *at = text; (at = strstr(at, begin)) != NULL; at++)
        if ((at == text || at[-1] == '\n') && strchr(at, '\n') != NULL)
            return true;
    return false;
}

/* Whether the thread sleeps; its work is added. */
static bool is_thread_asleep(const char *path, uint64_t *work)
{
    char line[1024] = "";
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return false;
    if (fgets(line, sizeof line, file) == NULL)
        line[0] = '\0';
    fclose(file);
    const char *rest = strrchr(line, ')');
    char state;
    uint64_t user, system;
    if (rest == NULL || sscanf(rest + 1, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" SCNu64 " %" SCNu64, &state,
                               &user, &system) != 3)
        return false;
    *work += user + system;
    return state == 'S';
}

/* Whether all threads of QEMU sleep, and have done no more work than at the last look. One that is ready and gets no processor, on a
 * machine that is busy, does not sleep. */
static bool is_asleep(pid_t pid, uint64_t *work)
{
    char *folder = bh_print_text("/proc/%ld/task", (long)pid);
    DIR *threads = opendir(folder);
    const struct dirent *thread;
    uint64_t now = 0;
    bool asleep = threads != NULL;
    while (threads != NULL && (thread = readdir(threads)) != NULL) {
        if (thread->d_name[0] == '.')
            continue;
        char *path = bh_print_text("%s/%s/stat", folder, thread->d_name);
        asleep = is_thread_asleep(path, &now) && asleep;
        free(path);
    }
    if (threads != NULL)
        closedir(threads);
    free(folder);
    bool is_same = now == *work;
    *work = now;
    return asleep && is_same;
}

static enum bh_run_end watch(const struct bh_machine *machine, struct stream streams[3])
{
    unsigned still = 0;
    uint64_t work = 0;
    while (streams[0].is_open || streams[1].is_open || streams[2].is_open) {
        struct pollfd polled[3];
        for (size_t i = 0; i < 3; i++)
            polled[i] = (struct pollfd){.fd = streams[i].is_open ? streams[i].ends[0] : -1, .events = POLLIN};
        int count = poll(polled, 3, LOOK_MS);
        for (size_t i = 0; i < 3 && count > 0; i++)
            if (polled[i].revents != 0)
                take(&streams[i]);
        const char *said = streams[2].text + streams[2].line;
        if (count > 0 && polled[2].revents != 0) {
            /* Nothing of the machine runs on after these: what it said is complete but for what lies in pipes. */
            if (has_line(said, "done ") || has_line(said, "limit ") || has_line(said, "refused ")) {
                for (size_t i = 0; i < 2; i++)
                    while (poll(&(struct pollfd){.fd = streams[i].ends[0], .events = POLLIN}, 1, 0) > 0 &&
                           streams[i].is_open)
                        take(&streams[i]);
                return has_line(said, "done ") ? BH_RUN_DONE : has_line(said, "limit ") ? BH_RUN_LIMIT : BH_RUN_REFUSED;
            }
        }
        if (count > 0)
            still = 0;
        else
            still = is_asleep(machine->pid, &work) ? still + 1 : 0;
        if (still >= STILL_LOOKS)
            return BH_RUN_STILL;
    }
    return BH_RUN_RESET;
}

/* A VMM that is struck at once may end before it has answered: that is a run. */
static int go_on(struct bh_machine *machine, struct bh_error *err)
{
    if (bh_qmp_do(&machine->qmp, "cont", NULL, err) == 0)
        return 0;
    if (!machine->qmp.has_ended)
        return -1;
    *err = (struct bh_error){0};
    return 0;
}

static int restore(struct bh_machine *machine, struct bh_error *err)
{
    json_t *capability = json_pack("{s[{sssb}]}", "capabilities", "capability", "x-ignore-shared", "state", 1);
    if (bh_qmp_do(&machine->qmp, "migrate-set-capabilities", capability, err) != 0 ||
        bh_qmp_do(&machine->qmp, "migrate-incoming", json_pack("{ss}", "uri", "exec:cat devices"), err) != 0)
        return -1;
    for (;;) {
        json_t *answer = bh_qmp_command(&machine->qmp, "query-status", NULL, err);
        if (answer == NULL)
            return -1;
        const char *status = json_string_value(json_object_get(answer, "status"));
        bool is_there = status == NULL || strcmp(status, "inmigrate") != 0;
        json_decref(answer);
        if (is_there)
            return go_on(machine, err);
        usleep(2000);
    }
}

static int open_streams(struct stream streams[3], struct bh_error *err)
{
    for (size_t i = 0; i < 3; i++) {
        streams[i] = (struct stream){.ends = {-1, -1}, .text = bh_copy_text(""), .is_open = true};
        if (pipe2(streams[i].ends, O_CLOEXEC) != 0)
            return bh_fail(err, BH_ERROR_SYSTEM, "no pipe to QEMU: %s", strerror(errno));
    }
    return 0;
}

static void close_end(int *end)
{
    if (*end >= 0)
        close(*end);
    *end = -1;
}

int bh_run_fail_of_version(const struct bh_laboratory *lab, struct bh_error *err)
{
    return bh_fail(err, BH_ERROR_INPUT,
                   "%s/inject.so is of another version of this program: ./quickstart lab builds it anew", lab->folder);
}

/* Why it did not begin: QEMU has said something. */
static void explain(const struct bh_laboratory *lab, const char *said, struct bh_error *err)
{
    struct bh_error first = *err;
    err->code = BH_ERROR_NONE;
    if (strstr(said, "inject: no such argument") != NULL)
        bh_run_fail_of_version(lab, err);
    else
        bh_fail(err, first.code, "%s; it said: %.400s", first.text, said);
}

int bh_run_from(const struct bh_snapshot *snapshot, const char *fault, int list, struct bh_run *run,
                struct bh_error *err)
{
    struct stream streams[3] = {{.ends = {-1, -1}}, {.ends = {-1, -1}}, {.ends = {-1, -1}}};
    struct bh_machine machine = {0};
    *run = (struct bh_run){.end = BH_RUN_WEDGED};
    int status = open_streams(streams, err);
    if (status == 0) {
        struct bh_machine_start start = {.lab = snapshot->lab,
                                         .node = snapshot->node,
                                         .folder = snapshot->folder,
                                         .disk = snapshot->disk,
                                         .command_line = snapshot->command_line,
                                         .plugin = fault,
                                         .console = streams[0].ends[1],
                                         .report = streams[1].ends[1],
                                         .said = streams[2].ends[1],
                                         .list = list,
                                         .cpu_s = most_cpu_s[snapshot->node->stack]};
        status = bh_machine_start(&machine, &start, err);
    }
    for (size_t i = 0; i < 3; i++)
        close_end(&streams[i].ends[1]);
    if (status == 0)
        status = restore(&machine, err);
    if (status == 0)
        run->end = watch(&machine, streams);
    else if (streams[0].ends[0] >= 0 && machine.pid > 0 && machine.qmp.stream != NULL)
        take(&streams[0]); /* why it would not */
    run->vmm = bh_machine_end(&machine);
    if (WIFSIGNALED(run->vmm) && WTERMSIG(run->vmm) == SIGXCPU && status == 0)
        run->end = BH_RUN_WEDGED;
    for (size_t i = 0; i < 3; i++)
        close_end(&streams[i].ends[0]);
    if (status != 0 && streams[0].length > 0)
        explain(snapshot->lab, streams[0].text, err);
    run->console = streams[0].text;
    run->console_length = streams[0].length;
    run->report = streams[1].text;
    run->said = streams[2].text;
    return status;
}

void bh_run_free(struct bh_run *run)
{
    free(run->console);
    free(run->report);
    free(run->said);
    *run = (struct bh_run){0};
}
