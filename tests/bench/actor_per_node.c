/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The obvious way to simulate failing nodes with SimGrid: a host and an actor for each, which sleeps until its node
 * fails and then wakes the application. The application is that of tests/bench/bare_simgrid.c.
 *   actor_per_node NODES MTTI WORK INTERVAL CHECKPOINT RESTART SEED [--cfg=...]...
 * Times in s, MTTI that of the machine; options are SimGrid's.
 * Prints what scale_cost does; the time of loading is that of the platform and of creating the actors. */
#include <math.h>
#include <simgrid/actor.h>
#include <simgrid/cond.h>
#include <simgrid/engine.h>
#include <simgrid/host.h>
#include <simgrid/mutex.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

struct machine {
    double node_mtbf_s, work_s, interval_s, checkpoint_s, restart_s, makespan_s;
    double faults, events;
    bool has_failed;
    sg_mutex_t mutex;
    sg_cond_t wake;
    struct drand48_data random;
};

static double exponential(struct machine *machine)
{
    double u;
    drand48_r(&machine->random, &u);
    return -machine->node_mtbf_s * log1p(-u);
}

static void node(int argc, char **argv)
{
    (void)argc, (void)argv;
    struct machine *machine = sg_actor_self_get_data();
    for (;;) {
        sg_actor_sleep_for(exponential(machine));
        machine->faults++;
        machine->has_failed = true;
        sg_cond_notify_one(machine->wake);
    }
}

/* True when the time is up, false when woken before. */
static bool sleep_for(struct machine *machine, double duration_s)
{
    sg_mutex_lock(machine->mutex);
    bool is_timeout = sg_cond_wait_for(machine->wake, machine->mutex, duration_s) != 0;
    sg_mutex_unlock(machine->mutex);
    return is_timeout;
}

static void recover(struct machine *machine)
{
    do {
        machine->has_failed = false;
        machine->events++;
    } while (!sleep_for(machine, machine->restart_s));
    machine->events++;
}

static void application(int argc, char **argv)
{
    (void)argc, (void)argv;
    struct machine *machine = sg_actor_self_get_data();
    double work_s = 0.0;
    while (work_s < machine->work_s) {
        if (machine->has_failed)
            recover(machine);
        if (!sleep_for(machine, machine->interval_s) || !sleep_for(machine, machine->checkpoint_s))
            continue;
        work_s += machine->interval_s;
        machine->events++;
    }
    machine->makespan_s = simgrid_get_clock();
}

static void start(const char *name, sg_host_t host, void *data, xbt_main_func_t body, bool is_daemon)
{
    const char *argv[] = {name};
    sg_actor_t actor = sg_actor_init(name, host);
    sg_actor_set_data(actor, data);
    sg_actor_start_(actor, body, 1, argv);
    if (is_daemon)
        sg_actor_daemonize(actor);
}

static void load_platform(unsigned long nodes)
{
    char path[] = "/tmp/actor-per-node-XXXXXX.xml";
    int descriptor = mkstemps(path, 4);
    FILE *file = descriptor >= 0 ? fdopen(descriptor, "w") : NULL;
    if (file == NULL)
        exit(1);
    fprintf(file,
            "<?xml version=\"1.0\"?>\n"
            "<!DOCTYPE platform SYSTEM \"https://simgrid.org/simgrid.dtd\">\n"
            "<platform version=\"4.1\">\n"
            "<cluster id=\"machine\" prefix=\"node-\" suffix=\"\" radical=\"0-%lu\" speed=\"1Gf\" bw=\"1GBps\""
            " lat=\"1us\"/>\n"
            "</platform>\n",
            nodes - 1);
    fclose(file);
    simgrid_load_platform(path);
    unlink(path);
}

static double cpu_s(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

int main(int argc, char **argv)
{
    struct machine machine = {0};
    struct rusage usage;
    if (argc < 8) {
        fprintf(stderr, "usage: actor_per_node NODES MTTI WORK INTERVAL CHECKPOINT RESTART SEED [--cfg=...]...\n");
        return 1;
    }
    unsigned long nodes = strtoul(argv[1], NULL, 10);
    machine.node_mtbf_s = strtod(argv[2], NULL) * (double)nodes;
    machine.work_s = strtod(argv[3], NULL);
    machine.interval_s = strtod(argv[4], NULL);
    machine.checkpoint_s = strtod(argv[5], NULL);
    machine.restart_s = strtod(argv[6], NULL);
    srand48_r(strtol(argv[7], NULL, 10), &machine.random);
    argc -= 7;
    simgrid_init(&argc, argv + 7); /* the seed stands where the program's name is expected */
    double start_s = cpu_s();
    load_platform(nodes);
    machine.mutex = sg_mutex_init();
    machine.wake = sg_cond_init();
    sg_host_t *hosts = sg_host_list();
    start("application", hosts[0], &machine, application, false);
    for (unsigned long i = 0; i < nodes; i++)
        start("node", hosts[i], &machine, node, true);
    double loaded_s = cpu_s() - start_s;
    simgrid_run();
    double run_s = cpu_s() - start_s - loaded_s;
    getrusage(RUSAGE_SELF, &usage);
    printf("%.6g,%.6g,%ld,%.0f,%.0f,%.0f,%.12g\n", loaded_s, run_s, usage.ru_maxrss, machine.faults, machine.faults,
           machine.events, machine.makespan_s);
    fflush(stdout);
    /* Taking the actors apart at the end would only be waited for. */
    _exit(0);
}
