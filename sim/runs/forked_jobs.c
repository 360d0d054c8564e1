/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Forks children, reads their answers through pipes, and reaps them. */
#include "sim/runs/forked_jobs.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* A child under way. */
struct child {
    pid_t pid; /* 0: this place is free */
    size_t job;
    int pipe;
    char *answer;
    size_t length, room;
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

/* In the child: the answer, or the error's text, then out without any clean-up that belongs to the parent. */
static _Noreturn void run_child(const struct bh_workers *workers, size_t job, int pipe)
{
    char *answer = NULL;
    size_t length = 0;
    struct bh_error err = {0};
    FILE *out = open_memstream(&answer, &length);
    int status = out != NULL ? workers->work(workers->context, job, out, &err) : -1;
    if (out != NULL)
        fclose(out);
    if (status == 0)
        write_all(pipe, answer, length);
    else
        write_all(pipe, err.text, strlen(err.text));
    _exit(status == 0 ? 0 : 1);
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

static int start_child(const struct bh_workers *workers, struct child *child, size_t job, struct bh_error *err)
{
    int end;
    pid_t pid = bh_workers_fork(&end, err);
    if (pid < 0)
        return -1;
    if (pid == 0)
        run_child(workers, job, end);
    *child = (struct child){.pid = pid, .job = job, .pipe = end};
    return 0;
}

/* Reads what is there. 1: more to come; 0: the child has closed its end. */
static int read_some(struct child *child)
{
    if (child->length == child->room) {
        child->room = child->room ? 2 * child->room : 4096;
        child->answer = bh_reallocate(child->answer, child->room, 1);
    }
    ssize_t count = read(child->pipe, child->answer + child->length, child->room - child->length);
    if (count < 0)
        return errno == EINTR || errno == EAGAIN;
    child->length += (size_t)count;
    return count > 0;
}

static int reap(const struct bh_workers *workers, struct child *child, struct bh_error *err)
{
    int status, result = -1;
    char what[256];
    close(child->pipe);
    while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        result = workers->done(workers->context, child->job, child->answer, child->length, err);
    else if (WIFSIGNALED(status))
        bh_fail(err, BH_ERROR_SYSTEM, "%s died of signal %d (%s)",
                workers->describe(workers->context, child->job, what, sizeof what), WTERMSIG(status),
                strsignal(WTERMSIG(status)));
    else
        bh_fail(err, BH_ERROR_SYSTEM, "%s failed: %.*s",
                workers->describe(workers->context, child->job, what, sizeof what), (int)child->length,
                child->answer ? child->answer : "");
    free(child->answer);
    *child = (struct child){0};
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
        free(children[i].answer);
    }
}

/* Waits until some child says something, and takes what it says. */
static int attend(const struct bh_workers *workers, struct child *children, struct pollfd *polls, size_t *running,
                  struct bh_error *err)
{
    nfds_t count = 0;
    for (unsigned i = 0; i < workers->at_once; i++)
        if (children[i].pid != 0)
            polls[count++] = (struct pollfd){.fd = children[i].pipe, .events = POLLIN};
    if (poll(polls, count, -1) < 0)
        return errno == EINTR ? 0 : bh_fail(err, BH_ERROR_SYSTEM, "waiting for workers: %s", strerror(errno));
    for (unsigned i = 0, p = 0; i < workers->at_once; i++) {
        if (children[i].pid == 0 || polls[p++].revents == 0 || read_some(&children[i]))
            continue;
        (*running)--;
        if (reap(workers, &children[i], err) != 0)
            return -1;
    }
    return 0;
}

int bh_workers_run(const struct bh_workers *workers, struct bh_error *err)
{
    struct child *children = bh_allocate(workers->at_once, sizeof *children);
    struct pollfd *polls = bh_allocate(workers->at_once, sizeof *polls);
    size_t next = 0, running = 0;
    int status = 0;
    while (status == 0 && (next < workers->jobs || running > 0)) {
        for (unsigned i = 0; i < workers->at_once && next < workers->jobs && status == 0; i++)
            if (children[i].pid == 0) {
                status = start_child(workers, &children[i], next++, err);
                running += status == 0;
            }
        if (status == 0)
            status = attend(workers, children, polls, &running, err);
    }
    end_children(children, workers->at_once);
    free(children);
    free(polls);
    return status;
}
