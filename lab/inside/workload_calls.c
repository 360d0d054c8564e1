/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* System calls: pipes, child processes, signals. The children hash what comes through a pipe. */
#include "lab/inside/inside.h"

#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORDS = 256, TURNS = 40 };

static volatile sig_atomic_t signals;

static void count_signal(int number)
{
    (void)number;
    signals = signals + 1;
}

static void serve(int from, int to)
{
    uint64_t words[WORDS];
    ssize_t length;
    while ((length = read(from, words, sizeof words)) == (ssize_t)sizeof words) {
        uint64_t sum = inside_checksum(words, sizeof words);
        if (write(to, &sum, sizeof sum) != (ssize_t)sizeof sum)
            _exit(INSIDE_REFUSED);
    }
    _exit(length == 0 ? 0 : INSIDE_REFUSED);
}

static int one_step(uint64_t *state, uint64_t *sum)
{
    int there[2], back[2], status = 0;
    if (pipe(there) != 0 || pipe(back) != 0)
        return INSIDE_REFUSED;
    pid_t child = fork();
    if (child < 0)
        return INSIDE_REFUSED;
    if (child == 0) {
        close(there[1]);
        close(back[0]);
        serve(there[0], back[1]);
    }
    close(there[0]);
    close(back[1]);
    for (unsigned turn = 0; turn < TURNS && status == 0; turn++) {
        uint64_t words[WORDS], answer = 0;
        for (size_t i = 0; i < WORDS; i++)
            words[i] = *state = *state * 6364136223846793005U + 1442695040888963407U;
        if (write(there[1], words, sizeof words) != (ssize_t)sizeof words ||
            read(back[0], &answer, sizeof answer) != (ssize_t)sizeof answer || kill(getpid(), SIGUSR1) != 0)
            status = INSIDE_REFUSED;
        else if (answer != inside_checksum(words, sizeof words))
            status = INSIDE_WRONG;
        *sum ^= answer;
    }
    close(there[1]);
    close(back[0]);
    int ended = 0;
    if (waitpid(child, &ended, 0) != child)
        status = INSIDE_REFUSED;
    else if (status == 0 && ended != 0)
        status = INSIDE_WRONG;
    return status;
}

static int run(unsigned seed, unsigned steps, inside_tell tell, const struct inside_ways *ways)
{
    (void)ways;
    uint64_t total = seed, state = seed;
    struct sigaction action = {.sa_handler = count_signal};
    signals = 0;
    if (sigaction(SIGUSR1, &action, NULL) != 0)
        return INSIDE_REFUSED;
    for (unsigned step = 0; step < steps; step++) {
        uint64_t sum = 0;
        int status = one_step(&state, &sum);
        if (status != 0)
            return status;
        if (signals != (sig_atomic_t)((step + 1) * TURNS))
            return INSIDE_WRONG;
        total = (total ^ sum) * 1099511628211U;
        tell("step %u %016" PRIx64, step, sum);
    }
    tell("answer %016" PRIx64, total);
    return 0;
}

const struct inside_workload inside_calls = {.name = "calls", .run = run};
