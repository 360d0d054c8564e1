/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Shows progress on standard error, from a thread that looks at the clock. */
#include "sim/runs/progress.h"

#include "models/base/clock.h"
#include "models/base/error.h"
#include "models/base/quantity.h"

#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

/* From the beginning of a phase to its first line, and between lines. Nobody knows before ETA_S when it will end. */
static const double FIRST_S = 1.0, NEXT_S = 0.25, FIRST_ELSEWHERE_S = 10.0, NEXT_ELSEWHERE_S = 60.0, ETA_S = 1.0;

struct bh_progress {
    bool is_terminal, is_shown, ends;
    const char *what;
    size_t done, total;
    double started_s, shown_s;
    size_t length; /* of the line that stands there */
    bool has_thread, is_watched;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
};

/* --- Lines --------------------------------------------------------------------------------------------------------- */

/* Columns of the terminal behind standard error, as it is now: of the window, else of COLUMNS, else 80. */
static size_t columns_of_terminal(void)
{
    struct winsize window;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 0)
        return window.ws_col;
    const char *columns = getenv("COLUMNS");
    unsigned long value = columns != NULL ? strtoul(columns, NULL, 10) : 0;
    return value > 0 && value < 10000 ? value : 80;
}

/* In one piece, past the streams' buffers and locks. */
static void write_out(const char *text, size_t length)
{
    while (length > 0) {
        ssize_t written = write(STDERR_FILENO, text, length);
        if (written <= 0)
            return;
        text += written;
        length -= (size_t)written;
    }
}

void bh_progress_write(const char *const *parts, size_t count, bool is_terminal, size_t *length)
{
    char line[512];
    /* A character in the last column would move the cursor on. */
    size_t most = is_terminal ? columns_of_terminal() - 1 : sizeof line - 4, used = 0;
    most = most < sizeof line - 4 ? most : sizeof line - 4;
    char *text = line + 1;
    for (size_t p = 0; p < count; p++) {
        size_t gap = used > 0 ? 2 : 0, part = strlen(parts[p]);
        if (part == 0)
            continue;
        if (used > 0 && used + gap + part > most)
            break;
        part = part < most - used - gap ? part : most - used - gap;
        memcpy(text + used, ", ", gap);
        memcpy(text + used + gap, parts[p], part);
        used += gap + part;
    }
    size_t shown = used;
    line[0] = '\r';
    if (!is_terminal)
        text[used++] = '\n';
    /* What a longer line has left there, as far as the window still shows it in this row. */
    for (; is_terminal && used < *length && used < most; used++)
        text[used] = ' ';
    write_out(is_terminal ? line : text, is_terminal ? used + 1 : used);
    *length = shown;
}

char *bh_progress_eta(double spent_s, double done, double total, char *buffer, size_t size)
{
    char time[64];
    buffer[0] = '\0';
    double left_s = round(spent_s * (total - done) / done);
    if (spent_s >= ETA_S && done > 0.0 && done < total && isfinite(left_s) && left_s >= 1.0)
        snprintf(buffer, size, "about %s to go", bh_quantity_print(left_s, BH_DIMENSION_TIME, time, 64));
    return buffer;
}

static void show(struct bh_progress *progress, double at_s)
{
    char count[128], share[16] = "", eta[96], gone[96], time[64];
    double spent_s = at_s - progress->started_s;
    if (progress->total > 0) {
        snprintf(count, sizeof count, "%zu of %zu %.80s", progress->done, progress->total, progress->what);
        snprintf(share, sizeof share, "%.0f %%", 100.0 * (double)progress->done / (double)progress->total);
    } else
        snprintf(count, sizeof count, "%.120s", progress->what);
    bh_progress_eta(spent_s, (double)progress->done, (double)progress->total, eta, sizeof eta);
    snprintf(gone, sizeof gone, "%s gone", bh_quantity_print(round(spent_s), BH_DIMENSION_TIME, time, sizeof time));
    const char *const parts[] = {count, share, eta, gone};
    bh_progress_write(parts, BH_COUNT(parts), progress->is_terminal, &progress->length);
    progress->is_shown = true;
    progress->shown_s = at_s;
}

/* --- Phases -------------------------------------------------------------------------------------------------------- */

/* As BULKHEAD_PROGRESS says, if it says a time. */
static double first_line_s(bool is_terminal)
{
    const char *told = getenv("BULKHEAD_PROGRESS");
    char *end = NULL;
    double value = told != NULL ? strtod(told, &end) : NAN;
    if (end != NULL && end != told && *end == '\0' && value >= 0.0)
        return value;
    return is_terminal ? FIRST_S : FIRST_ELSEWHERE_S;
}

static void *watch(void *context)
{
    struct bh_progress *progress = context;
    double first_s = first_line_s(progress->is_terminal);
    double next_s = progress->is_terminal ? NEXT_S : NEXT_ELSEWHERE_S;
    pthread_mutex_lock(&progress->lock);
    progress->is_watched = true;
    pthread_cond_broadcast(&progress->wake);
    while (!progress->ends) {
        double at_s = bh_now_s();
        double due_s = progress->is_shown ? progress->shown_s + next_s : progress->started_s + first_s;
        if (at_s >= due_s) {
            show(progress, at_s);
            continue;
        }
        struct timespec until = {.tv_sec = (time_t)due_s, .tv_nsec = (long)(1e9 * (due_s - floor(due_s)))};
        pthread_cond_timedwait(&progress->wake, &progress->lock, &until);
    }
    pthread_mutex_unlock(&progress->lock);
    return NULL;
}

/* Signals are for the threads that know what to do about them. What starts the thread goes on when it has begun: who forks in
 * between would have a child in which whatever that beginning held, as an allocator's lock, is held for ever. */
static void start_thread(struct bh_progress *progress)
{
    sigset_t all, before;
    pthread_condattr_t attributes;
    pthread_mutex_init(&progress->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&progress->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    progress->has_thread = pthread_create(&progress->thread, NULL, watch, progress) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_mutex_lock(&progress->lock);
    while (progress->has_thread && !progress->is_watched)
        pthread_cond_wait(&progress->wake, &progress->lock);
    pthread_mutex_unlock(&progress->lock);
}

struct bh_progress *bh_progress_start(const char *what, size_t total, bool is_on)
{
    struct bh_progress *progress = bh_allocate(1, sizeof *progress);
    progress->is_terminal = isatty(STDERR_FILENO) != 0;
    progress->what = what;
    progress->total = total;
    progress->started_s = bh_now_s();
    if (is_on)
        start_thread(progress);
    return progress;
}

struct bh_progress *bh_progress_start_on_terminal(const char *what, size_t total)
{
    return bh_progress_start(what, total, isatty(STDERR_FILENO) != 0);
}

void bh_progress_set(struct bh_progress *progress, size_t done, size_t total)
{
    if (!progress->has_thread)
        return;
    pthread_mutex_lock(&progress->lock);
    progress->done = done;
    progress->total = total;
    pthread_mutex_unlock(&progress->lock);
}

void bh_progress_step(struct bh_progress *progress)
{
    if (!progress->has_thread)
        return;
    pthread_mutex_lock(&progress->lock);
    progress->done++;
    pthread_mutex_unlock(&progress->lock);
}

void bh_progress_end(struct bh_progress *progress)
{
    if (progress == NULL)
        return;
    if (progress->has_thread) {
        pthread_mutex_lock(&progress->lock);
        progress->ends = true;
        pthread_cond_signal(&progress->wake);
        pthread_mutex_unlock(&progress->lock);
        pthread_join(progress->thread, NULL);
        if (progress->is_shown && progress->is_terminal) {
            show(progress, bh_now_s());
            write_out("\n", 1);
        }
        pthread_cond_destroy(&progress->wake);
        pthread_mutex_destroy(&progress->lock);
    }
    free(progress);
}
