/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Transfers: hand arithmetic, few flows against one per host, interruption, equal shares, the deadlock callback. */
#include "sim/platform/transfer.h"

#include "sim/platform/activity.h"
#include "sim/platform/parts.h"
#include "tests/support/helper.h"
#include "tests/support/machine.h"

#include <signal.h>
#include <simgrid/actor.h>
#include <simgrid/disk.h>
#include <simgrid/engine.h>
#include <simgrid/semaphore.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define GIB 1073741824.0

/* SimGrid starts once per process, so each case runs in a child and leaves what it found here. */
static struct {
    bool arrived[4];
    double begun_s[4], took_s[4], alone_s[2];
    unsigned flows, disk_ios, deadlocks;
    bool is_active_after;
    double remaining[2];
} * seen;

static struct bh_platform *platform;
static struct bh_transfer *transfers[2];
static double bytes;

struct setting {
    const char *file; /* under platforms/, or XML text */
    uint64_t machine_nodes, first, nodes;
};

static char *prepare(const struct setting *setting, int *is_temporary, struct bh_error *err)
{
    if (setting->file[0] == '<') {
        char *path = bh_print_text("/tmp/bulkhead-test-XXXXXX");
        int descriptor = mkstemp(path);
        FILE *file = fdopen(descriptor, "w");
        fputs(setting->file, file);
        fclose(file);
        *is_temporary = 1;
        return path;
    }
    char *path = bh_print_text("%s/platforms/%s", bh_test_data(), setting->file);
    char *xml = prepare_platform(path, setting->machine_nodes, (struct bh_place){.file = "test"}, is_temporary, err);
    free(path);
    return xml;
}

static void run_child(const struct setting *setting, void (*scenario)(void))
{
    struct bh_error err = {0};
    int is_temporary;
    char *xml = prepare(setting, &is_temporary, &err);
    platform = xml ? bh_platform_load(xml, &err) : NULL;
    if (is_temporary && xml)
        unlink(xml);
    for (size_t i = 0; i < 2 && platform; i++)
        transfers[i] = bh_transfer_create(platform, setting->first,
                                          setting->nodes ? setting->nodes : bh_platform_nodes(platform), &err);
    if (!platform || !transfers[1]) {
        fprintf(stderr, "%s\n", err.text);
        _exit(1);
    }
    bytes = GIB * (double)(setting->nodes ? setting->nodes : bh_platform_nodes(platform));
    seen->flows = bh_transfer_flows(transfers[0]);
    seen->disk_ios = bh_transfer_disk_activities(transfers[0]);
    seen->alone_s[BH_WRITE] = bh_transfer_alone_s(transfers[0], BH_WRITE, bytes);
    seen->alone_s[BH_READ] = bh_transfer_alone_s(transfers[0], BH_READ, bytes);
    scenario();
    simgrid_run();
    bh_transfer_destroy(transfers[0]);
    bh_transfer_destroy(transfers[1]);
    bh_platform_destroy(platform);
    free(xml);
    _exit(0);
}

static void run(const struct setting *setting, void (*scenario)(void))
{
    memset(seen, 0, sizeof *seen);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        run_child(setting, scenario);
    int status = -1;
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void start(const char *name, void (*code)(int, char **))
{
    sg_actor_create(name, bh_platform_host(platform, 0), code, 0, NULL);
}

static void note(size_t slot, enum bh_direction direction, struct bh_transfer *transfer)
{
    seen->begun_s[slot] = simgrid_get_clock();
    seen->arrived[slot] = bh_transfer_run(transfer, direction, bytes);
    seen->took_s[slot] = simgrid_get_clock() - seen->begun_s[slot];
}

/* --- Hand arithmetic ------------------------------------------------------------------------------------------------- */

static void write_then_read_actor(int count, char **arguments)
{
    (void)count, (void)arguments;
    note(0, BH_WRITE, transfers[0]);
    note(1, BH_READ, transfers[0]);
    seen->is_active_after = bh_transfer_is_active(transfers[0]);
}

static void write_then_read(void)
{
    start("one", write_then_read_actor);
}

BH_TEST(test_arithmetic)
{
    run(&(struct setting){.file = "testbed.xml"}, write_then_read);
    assert_true(seen->arrived[0] && seen->arrived[1] && !seen->is_active_after);
    assert_int_equal(seen->flows, 1); /* one 1.25 GB/s link feeds a 0.5 GB/s disk */
    assert_int_equal(seen->disk_ios, 1);
    assert_close(seen->took_s[0], 8 * GIB / 500e6, 1e-9);
    assert_close(seen->took_s[1], 8 * GIB / 600e6, 1e-9);
    assert_close(seen->alone_s[BH_WRITE], seen->took_s[0], 1e-9);
    assert_close(seen->alone_s[BH_READ], seen->took_s[1], 1e-9);

    run(&(struct setting){.file = "parametric.yaml", .machine_nodes = 1 << 20}, write_then_read);
    assert_true(seen->flows <= 16);
    assert_close(seen->took_s[0], (1 << 20) * GIB / (4.6e12 * pow((1 << 20) / 9856.0, 0.8)), 1e-6);
    assert_close(seen->took_s[1], seen->took_s[0] / 1.2, 0.005);
}

#define HEAD                                                                                                           \
    "<?xml version=\"1.0\"?>\n<!DOCTYPE platform SYSTEM \"https://simgrid.org/simgrid.dtd\">\n"                        \
    "<platform version=\"4.1\"><zone id=\"machine\" routing=\"Full\">\n"
#define STORAGE(name, disks, bandwidth)                                                                                \
    "<zone id=\"z" name "\" routing=\"Full\"><host id=\"" name "\" speed=\"1Gf\">" disks                               \
    "<prop id=\"bulkhead:role\" value=\"storage\"/></host></zone>\n"                                                   \
    "<link id=\"l" name "\" bandwidth=\"" bandwidth "\" latency=\"1us\"/>\n"
#define ROUTE(name)                                                                                                    \
    "<zoneRoute src=\"c\" dst=\"z" name "\" gw_src=\"n-c_router\" gw_dst=\"" name "\"><link_ctn id=\"l" name           \
    "\"/></zoneRoute>\n"
#define DISK(name, bandwidth) "<disk id=\"" name "\" read_bw=\"" bandwidth "\" write_bw=\"" bandwidth "\"/>"

/* Two unlike storage hosts, one with two unlike disks: each gets its share, and all finish together at 7 GB/s. */
static const char several_stores[] =
    HEAD "<cluster id=\"c\" prefix=\"n-\" suffix=\"\" radical=\"0-31\" speed=\"1Gf\" bw=\"2GBps\" lat=\"1us\"/>\n" //
    STORAGE("s", DISK("a", "1GBps") DISK("b", "2GBps"), "10GBps") STORAGE("t", DISK("a", "4GBps"), "10GBps")       //
    ROUTE("s") ROUTE("t") "</zone></platform>\n";

/* 64 narrow hosts feed 40 GB/s only by more than 16 flows. */
static const char narrow_hosts[] =
    HEAD "<cluster id=\"c\" prefix=\"n-\" suffix=\"\" radical=\"0-63\" speed=\"1Gf\" bw=\"1GBps\" lat=\"1us\"/>\n" //
    STORAGE("s", DISK("a", "40GBps"), "50GBps") ROUTE("s") "</zone></platform>\n";

BH_TEST(test_several_stores)
{
    run(&(struct setting){.file = several_stores}, write_then_read);
    assert_int_equal(seen->disk_ios, 3);
    assert_int_equal(seen->flows % 2, 0);
    assert_true(seen->flows <= 16);
    assert_close(seen->took_s[0], 32 * GIB / 7e9, 0.005);
    assert_close(seen->took_s[1], 32 * GIB / 7e9, 0.005);
}

BH_TEST(test_narrow_hosts)
{
    run(&(struct setting){.file = narrow_hosts}, write_then_read);
    assert_true(seen->flows > 16);
    assert_close(seen->took_s[0], 64 * GIB / 40e9, 0.005);
}

/* --- Few flows stand for one per host -------------------------------------------------------------------------------- */

/* One flow from every host to every storage host, by nodes and by how fast storage writes, straight from SimGrid. */
static void all_hosts_actor(int count, char **arguments)
{
    (void)count, (void)arguments;
    double total = 0;
    size_t n = 0, room = (platform->hosts_count + 64) * platform->storage_count;
    struct bh_activity **activities = bh_allocate(room, sizeof(void *));
    for (size_t s = 0; s < platform->storage_count; s++)
        total += platform->storage[s].write_bandwidth;
    for (int direction = BH_WRITE; direction <= BH_READ; direction++) {
        double begun_s = simgrid_get_clock();
        n = 0;
        for (size_t s = 0; s < platform->storage_count; s++) {
            const struct bh_storage_host *storage = &platform->storage[s];
            for (size_t h = 0; h < platform->hosts_count; h++) {
                sg_host_t host = platform->hosts[h].host;
                double share = storage->write_bandwidth / total * (double)platform->hosts[h].nodes /
                               (double)bh_platform_nodes(platform);
                activities[n++] = direction == BH_WRITE ? bh_activity_send(host, storage->host, bytes * share)
                                                        : bh_activity_send(storage->host, host, bytes * share);
            }
            for (size_t d = 0; d < storage->disks_count; d++) {
                double share = sg_disk_write_bandwidth(storage->disks[d]) / total;
                activities[n++] = direction == BH_WRITE ? bh_activity_write(storage->disks[d], bytes * share, 1)
                                                        : bh_activity_read(storage->disks[d], bytes * share, 1);
            }
        }
        for (size_t i = 0; i < n; i++) {
            bh_activity_wait(activities[i]);
            bh_activity_free(activities[i]);
        }
        seen->took_s[direction] = simgrid_get_clock() - begun_s;
    }
    free(activities);
}

static void all_hosts(void)
{
    start("all", all_hosts_actor);
}

BH_TEST(test_few_for_all)
{
    const struct setting settings[] = {
        {.file = "testbed.xml"},
        {.file = "petascale.xml"},
        {.file = "exascale.xml"},
        {.file = several_stores},
        {.file = narrow_hosts},
        {.file = "parametric.yaml", .machine_nodes = 4},
        {.file = "parametric.yaml", .machine_nodes = 1000},
        {.file = "parametric.yaml", .machine_nodes = 131072},
        {.file = "parametric.yaml", .machine_nodes = 1000001},
        {.file = "parametric.yaml", .machine_nodes = 1 << 20},
    };
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        double few_s[2], all_s[2];
        run(&settings[i], write_then_read);
        memcpy(few_s, seen->took_s, sizeof few_s);
        run(&settings[i], all_hosts);
        memcpy(all_s, seen->took_s, sizeof all_s);
        assert_close(few_s[0], all_s[0], 0.01);
        assert_close(few_s[1], all_s[1], 0.01);
    }
}

/* An enclave on part of the machine. */
BH_TEST(test_part)
{
    run(&(struct setting){.file = "exascale.xml", .first = 5000, .nodes = 1000}, write_then_read);
    assert_close(seen->took_s[0], 1000 * GIB / 4.6e12, 0.01);
    run(&(struct setting){.file = "testbed.xml", .first = 7, .nodes = 1}, write_then_read);
    assert_close(seen->took_s[0], GIB / 500e6, 1e-9);
}

/* --- Sharing and interruption ---------------------------------------------------------------------------------------- */

static void first_actor(int count, char **arguments)
{
    (void)count, (void)arguments;
    note(0, BH_WRITE, transfers[0]);
}

static void second_actor(int count, char **arguments)
{
    (void)count, (void)arguments;
    note(1, BH_WRITE, transfers[1]);
}

static void two(void)
{
    start("first", first_actor);
    start("second", second_actor);
}

BH_TEST(test_equal_shares)
{
    const char *const files[] = {"testbed.xml", "petascale.xml", "exascale.xml", "parametric.yaml", several_stores};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        run(&(struct setting){.file = files[i], .machine_nodes = 131072}, two);
        assert_close(seen->took_s[0], 2 * seen->alone_s[BH_WRITE], 0.005);
        assert_close(seen->took_s[1], 2 * seen->alone_s[BH_WRITE], 0.005);
    }
}

static void again_actor(int count, char **arguments)
{
    (void)count, (void)arguments;
    note(0, BH_WRITE, transfers[0]);
    note(2, BH_WRITE, transfers[0]);
    seen->is_active_after = bh_transfer_is_active(transfers[0]);
}

static void interrupt_actor(int count, char **arguments)
{
    (void)count, (void)arguments;
    bh_transfer_interrupt(transfers[1]); /* not under way: no effect */
    sg_actor_sleep_for(seen->alone_s[BH_WRITE] / 4);
    bh_transfer_interrupt(transfers[0]);
    bh_transfer_interrupt(transfers[0]); /* a second failure at the same time */
}

/* Two writers share for a quarter of the time that one takes alone; the first begins anew. */
static void interrupted(void)
{
    start("interrupt", interrupt_actor);
    start("first", again_actor);
    start("second", second_actor);
}

BH_TEST(test_interrupt)
{
    const char *const files[] = {"testbed.xml", "exascale.xml", several_stores};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        run(&(struct setting){.file = files[i]}, interrupted);
        double alone_s = seen->alone_s[BH_WRITE];
        assert_true(seen->arrived[1] && seen->arrived[2] && !seen->is_active_after);
        assert_false(seen->arrived[0]);
        assert_close(seen->took_s[0], alone_s / 4, 1e-9);
        assert_close(seen->begun_s[2], alone_s / 4, 1e-9);
        assert_close(seen->took_s[1], 2 * alone_s, 0.005);
        assert_close(seen->took_s[2], 15 * alone_s / 8, 0.005);
    }
}

static void at_once_actor(int count, char **arguments)
{
    (void)count, (void)arguments;
    bh_transfer_interrupt(transfers[0]);
}

/* An interruption at the very instant of the start finds some flows started and some not. */
static void interrupted_at_once(void)
{
    start("first", first_actor);
    start("interrupt", at_once_actor);
}

static void at_end_actor(int count, char **arguments)
{
    (void)count, (void)arguments;
    sg_actor_sleep_until(seen->alone_s[BH_WRITE]);
    bh_transfer_interrupt(transfers[0]);
}

static void interrupted_at_end(void)
{
    start("interrupt", at_end_actor);
    start("first", again_actor);
}

BH_TEST(test_interrupt_edges)
{
    run(&(struct setting){.file = several_stores}, interrupted_at_once);
    assert_false(seen->arrived[0]);
    assert_close(seen->took_s[0], 0, 1e-9);
    run(&(struct setting){.file = several_stores}, interrupted_at_end);
    assert_close(seen->took_s[0], seen->alone_s[BH_WRITE], 1e-6);
    assert_false(seen->is_active_after);
}

/* --- The rest of the C interface ------------------------------------------------------------------------------------- */

static void remaining_actor(int count, char **arguments)
{
    (void)count, (void)arguments;
    struct bh_activity *activity = bh_activity_write(platform->storage[0].disks[0], 1e9, 1); /* 2 s at 0.5 GB/s */
    sg_actor_sleep_for(0.5);
    seen->remaining[0] = bh_activity_remaining(activity);
    bh_activity_cancel(activity);
    seen->arrived[0] = bh_activity_wait(activity);
    bh_activity_free(activity);
}

static void remaining(void)
{
    start("remaining", remaining_actor);
}

/* As enclaves wait. SimGrid 4.0 cannot list an actor that is suspended, and aborts. */
static void wait_for_ever(int count, char **arguments)
{
    (void)count, (void)arguments;
    sg_sem_acquire(sg_sem_init(0));
}

static void count_deadlock(void)
{
    seen->deadlocks++;
}

static void deadlock(void)
{
    freopen("/dev/null", "w", stderr); /* SimGrid lists the actors that wait */
    bh_activity_on_deadlock(count_deadlock);
    start("waits", wait_for_ever);
}

BH_TEST(test_interface)
{
    run(&(struct setting){.file = "testbed.xml"}, remaining);
    assert_close(seen->remaining[0], 0.75e9, 1e-9);
    assert_false(seen->arrived[0]);
    run(&(struct setting){.file = "testbed.xml"}, deadlock);
    assert_int_equal(seen->deadlocks, 1);
}

static volatile sig_atomic_t signals_caught;

static void catch_signal(int number)
{
    (void)number;
    signals_caught++;
}

static void raise_signal(void)
{
    raise(SIGINT);
    seen->flows = (unsigned)signals_caught;
}

BH_TEST(test_signals)
{
    signal(SIGINT, catch_signal);
    run(&(struct setting){.file = "testbed.xml"}, raise_signal);
    assert_int_equal(seen->flows, 1);
    signal(SIGINT, SIG_DFL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arithmetic),   cmocka_unit_test(test_several_stores),
        cmocka_unit_test(test_narrow_hosts), cmocka_unit_test(test_few_for_all),
        cmocka_unit_test(test_part),         cmocka_unit_test(test_equal_shares),
        cmocka_unit_test(test_interrupt),    cmocka_unit_test(test_interrupt_edges),
        cmocka_unit_test(test_interface),    cmocka_unit_test(test_signals),
    };
    seen = mmap(NULL, sizeof *seen, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return seen == MAP_FAILED ? 1 : cmocka_run_group_tests_name("transfer", tests, NULL, NULL);
}
