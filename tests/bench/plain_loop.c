/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The process of tests/bench/scale.yaml as one loop, without SimGrid, zones, causes or a ledger: the same faults strike a
 * checkpointed application. Errors in zones end at once, as the exact chain has it of single ones.
 *   scale_cost DATA-DIRECTORY SCENARIO numbers [PATH=VALUE]... | plain_loop REPLICA[+MORE]
 * Prints what scale_cost does. */
#include "models/base/error.h"
#include "models/catalog/fault_class.h"
#include "models/faults/arrivals.h"
#include "models/times/exponential.h"
#include "models/times/lognormal.h"
#include "models/times/weibull_gamma.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { CLASSES_MOST = 8, ZONES = 2 };

enum phase { COMPUTE, WRITE_LOCAL, WRITE_STORAGE, DETECT, AWAIT_NODES, RELAUNCH, RESTORE };

/* As scale_cost names them; times in s. */
struct numbers {
    double nodes, seed, steady, work, pace, interval, storage_every;
    double write_local, write_storage, read_local, read_storage;
    double detection, reboot, activation, relaunch;
};

/* A class of faults and how its errors end, by the zone (the kernel, a process) and the kind. */
struct source {
    char name[64];
    struct bh_fault_class class;
    struct bh_fault_stream stream;
    struct bh_fault_arrivals *arrivals;
    struct bh_fault next;
    double kernel_share;
    struct {
        double process, node;
    } loss[ZONES][BH_ERROR_KINDS];
};

struct in_repair {
    uint64_t node;
    double until_s;
};

struct loop {
    struct numbers numbers;
    struct bh_random random;
    size_t sources_count;
    struct source source[CLASSES_MOST];
    double now_s, phase_end_s, ready_s; /* ready: all nodes are */
    enum phase phase;
    double work_s, local_s, storage_s; /* done, and what the checkpoints hold; -1: there is none */
    uint64_t checkpoints;
    size_t repairs_count, repairs_room;
    struct in_repair *repairs;
    double faults, failures, events;
};

/* --- The numbers ---------------------------------------------------------------------------------------------------- */

static _Noreturn void give_up(const char *what)
{
    fprintf(stderr, "plain_loop: %s\n", what);
    exit(1);
}

static void read_class(struct loop *loop)
{
    double node, shape, scale_s, *loss;
    struct source *source = &loop->source[loop->sources_count++];
    struct bh_fault_class *class = &source->class;
    if (loop->sources_count > CLASSES_MOST ||
        scanf("%63s %lf %lf %lf %lf %lf %lf %lf", source->name, &node, &shape, &scale_s, &class->repair_median_s.value,
              &class->repair_sigma.value, &source->kernel_share, &class->instruction_share.value) != 8)
        give_up("no class of faults");
    for (int zone = 0; zone < ZONES; zone++)
        for (int kind = 0; kind < BH_ERROR_KINDS; kind++) {
            loss = &source->loss[zone][kind].process;
            if (scanf("%lf %lf", loss, &source->loss[zone][kind].node) != 2)
                give_up("no losses of a class of faults");
        }
    class->name = source->name;
    class->landing = node != 0.0 ? BH_LANDING_NODE : BH_LANDING_MEMORY;
    class->mend = node != 0.0 ? BH_MEND_REPAIR : BH_MEND_REBOOT;
    class->arrival.distribution = shape > 0.0 ? bh_distribution_of(&bh_weibull, shape, scale_s)
                                              : bh_distribution_of(&bh_exponential, scale_s, 0.0);
    class->rate.value = 1.0 / bh_distribution_mean_s(&class->arrival.distribution);
    class->repair.distribution =
        bh_distribution_of(&bh_lognormal, class->repair_median_s.value, class->repair_sigma.value);
}

static void read_numbers(struct loop *loop)
{
    struct numbers *n = &loop->numbers;
    struct {
        const char *name;
        double *value;
    } row[] = {{"nodes", &n->nodes},
               {"seed", &n->seed},
               {"steady", &n->steady},
               {"work", &n->work},
               {"pace", &n->pace},
               {"interval", &n->interval},
               {"storage-every", &n->storage_every},
               {"write-local", &n->write_local},
               {"write-storage", &n->write_storage},
               {"read-local", &n->read_local},
               {"read-storage", &n->read_storage},
               {"detection", &n->detection},
               {"reboot", &n->reboot},
               {"activation", &n->activation},
               {"relaunch", &n->relaunch}};
    char name[64];
    while (scanf("%63s", name) == 1) {
        size_t i = 0;
        while (i < sizeof row / sizeof row[0] && strcmp(row[i].name, name) != 0)
            i++;
        if (strcmp(name, "class") == 0)
            read_class(loop);
        else if (i == sizeof row / sizeof row[0] || scanf("%lf", row[i].value) != 1)
            give_up("an unknown number");
    }
    if (loop->sources_count == 0)
        give_up("no faults");
}

/* --- The application ------------------------------------------------------------------------------------------------ */

static void enter(struct loop *loop, enum phase phase)
{
    const struct numbers *n = &loop->numbers;
    double stop_s = fmin((double)(loop->checkpoints + 1) * n->interval, n->work);
    const double duration_s[] = {
        [COMPUTE] = (stop_s - loop->work_s) * n->pace,
        [WRITE_LOCAL] = n->write_local,
        [WRITE_STORAGE] = n->write_storage,
        [DETECT] = n->detection,
        [AWAIT_NODES] = fmax(loop->ready_s - loop->now_s, 0.0),
        [RELAUNCH] = n->relaunch,
        [RESTORE] = loop->local_s >= 0.0 && loop->local_s >= loop->storage_s ? n->read_local
                    : loop->storage_s >= 0.0                                 ? n->read_storage
                                                                             : 0.0,
    };
    loop->phase = phase;
    loop->phase_end_s = loop->now_s + duration_s[phase];
}

static enum phase complete_checkpoint(struct loop *loop)
{
    loop->events++;
    if (loop->phase == WRITE_STORAGE)
        loop->storage_s = loop->work_s;
    else {
        loop->local_s = loop->work_s;
        if ((loop->checkpoints + 1) % (uint64_t)loop->numbers.storage_every == 0)
            return WRITE_STORAGE;
    }
    loop->checkpoints++;
    return COMPUTE;
}

/* The phase is over; false: so is the work. */
static bool go_on(struct loop *loop)
{
    enum phase next = loop->phase + 1;
    loop->now_s = loop->phase_end_s;
    switch (loop->phase) {
    case COMPUTE:
        loop->work_s = fmin((double)(loop->checkpoints + 1) * loop->numbers.interval, loop->numbers.work);
        break;
    case WRITE_LOCAL:
    case WRITE_STORAGE:
        next = complete_checkpoint(loop);
        if (next == COMPUTE && loop->work_s >= loop->numbers.work)
            return false;
        break;
    case RESTORE:
        loop->events++;
        next = COMPUTE;
        break;
    case DETECT:
    case AWAIT_NODES:
    case RELAUNCH:
        break;
    }
    enter(loop, next);
    return true;
}

static void fail(struct loop *loop, bool loses_local)
{
    loop->failures++;
    loop->events += loop->phase < DETECT;
    if (loses_local)
        loop->local_s = -1.0;
    loop->work_s = fmax(fmax(loop->local_s, loop->storage_s), 0.0);
    loop->checkpoints = (uint64_t)llround(loop->work_s / loop->numbers.interval);
    enter(loop, DETECT);
}

/* --- The faults ----------------------------------------------------------------------------------------------------- */

static bool is_in_repair(struct loop *loop, uint64_t node)
{
    size_t kept = 0;
    bool is_found = false;
    for (size_t i = 0; i < loop->repairs_count; i++)
        if (loop->repairs[i].until_s > loop->now_s) {
            is_found = is_found || loop->repairs[i].node == node;
            loop->repairs[kept++] = loop->repairs[i];
        }
    loop->repairs_count = kept;
    return is_found;
}

static void lose_node(struct loop *loop, const struct bh_fault *fault)
{
    double until_s = loop->now_s + bh_fault_repair_s(&loop->random, fault);
    if (loop->repairs_count == loop->repairs_room) {
        loop->repairs_room = 2 * loop->repairs_room + 8;
        loop->repairs = bh_reallocate(loop->repairs, loop->repairs_room, sizeof *loop->repairs);
    }
    loop->repairs[loop->repairs_count++] = (struct in_repair){fault->node, until_s};
    loop->ready_s = fmax(loop->ready_s, until_s + loop->numbers.activation);
    fail(loop, true);
}

/* An error in a zone: the same zone and kind as in the simulator, and an ending by its probabilities. */
static void strike_zone(struct loop *loop, const struct source *source, const struct bh_fault *fault)
{
    bool is_running = loop->phase < DETECT;
    int zone =
        bh_random_uniform(&loop->random, BH_PURPOSE_LANDING, fault->landing, 0, 0) < source->kernel_share ? 0 : 1;
    int kind =
        bh_random_uniform(&loop->random, BH_PURPOSE_KIND, fault->identity, 0, 0) < source->class.instruction_share.value
            ? BH_INSTRUCTION
            : BH_DATA;
    double process = source->loss[zone][kind].process, node = source->loss[zone][kind].node;
    double u = bh_random_uniform(&loop->random, BH_PURPOSE_ENDING, fault->identity, 0, 0);
    if (zone == 1 && !is_running)
        return;
    if (u < node) {
        loop->ready_s = fmax(loop->ready_s, loop->now_s + loop->numbers.detection + loop->numbers.reboot);
        fail(loop, false);
    } else if (u < node + process && is_running)
        fail(loop, false);
}

static void strike(struct loop *loop, struct source *source)
{
    struct bh_fault fault = source->next;
    if (!bh_fault_arrivals_next(source->arrivals, &loop->random, &source->next))
        source->next.time_s = INFINITY;
    loop->faults++;
    if (loop->phase == COMPUTE)
        loop->work_s += (fault.time_s - loop->now_s) / loop->numbers.pace;
    loop->now_s = fault.time_s;
    if (is_in_repair(loop, fault.node))
        return;
    if (source->class.landing == BH_LANDING_NODE)
        lose_node(loop, &fault);
    else
        strike_zone(loop, source, &fault);
}

static void run(struct loop *loop, uint64_t replica)
{
    loop->random.replica = replica;
    loop->now_s = loop->ready_s = loop->work_s = 0.0;
    loop->faults = loop->failures = loop->events = 0.0;
    loop->checkpoints = 0;
    loop->repairs_count = 0;
    for (size_t s = 0; s < loop->sources_count; s++) {
        struct source *source = &loop->source[s];
        source->stream = bh_fault_stream_of(&source->class, (uint64_t)loop->numbers.nodes);
        source->arrivals =
            bh_fault_arrivals_create(&source->stream, (uint64_t)loop->numbers.nodes, loop->numbers.steady != 0.0);
        bh_fault_arrivals_next(source->arrivals, &loop->random, &source->next);
    }
    loop->local_s = loop->storage_s = -1.0;
    enter(loop, COMPUTE);
    for (;;) {
        struct source *first = &loop->source[0];
        for (size_t s = 1; s < loop->sources_count; s++)
            if (loop->source[s].next.time_s < first->next.time_s)
                first = &loop->source[s];
        if (first->next.time_s < loop->phase_end_s)
            strike(loop, first);
        else if (!go_on(loop))
            break;
    }
    for (size_t s = 0; s < loop->sources_count; s++)
        bh_fault_arrivals_destroy(loop->source[s].arrivals);
}

static double processor_s(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

int main(int argc, char **argv)
{
    static struct loop loop;
    struct rusage usage;
    if (argc != 2)
        give_up("usage: plain_loop REPLICA[+MORE], and the numbers on standard input");
    read_numbers(&loop);
    loop.random.seed = (uint64_t)loop.numbers.seed;
    char *end;
    uint64_t replica = strtoull(argv[1], &end, 10), more = strtoull(end, NULL, 10);
    double start_s = processor_s();
    run(&loop, replica);
    double spent_s = processor_s() - start_s;
    getrusage(RUSAGE_SELF, &usage);
    printf("0,%.6g,%ld,%.0f,%.0f,%.0f,%.12g", spent_s, usage.ru_maxrss, loop.faults, loop.failures, loop.events,
           loop.now_s);
    if (more > 0) {
        start_s = processor_s();
        for (uint64_t i = 1; i <= more; i++)
            run(&loop, replica + i);
        printf(",%.6g", (processor_s() - start_s) / (double)more);
    }
    printf("\n");
    free(loop.repairs);
    return 0;
}
