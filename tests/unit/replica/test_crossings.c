/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Crossing by crossing in the simulator: what gets past the guards between enclaves under always is what does so under
 * deferred, less some; and the same of deferred and never. Over random workloads, compositions and errors. */
#include "models/containment/isolation_cache.h"
#include "tests/support/helper.h"

#include "models/base/random.h"
#include "sim/platform/platform.h"
#include "sim/platform/probe.h"
#include "sim/replica/replica.h"
#include "sim/replica/transfers.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/study.h"
#include "sim/setup/read_study.h"
#include "sim/setup/setup.h"

#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SEED = 1994, WORKLOADS = 80, REPLICAS = 2, POLICIES = 3, MOST_ENCLAVES = 4 };
enum policy { ALWAYS, DEFERRED, NEVER };

/* What a replica tells, sorted. */
struct attempts {
    size_t count, room;
    struct bh_attempt_seen *list;
};

struct world {
    char scenario_file[64];
    struct bh_platform *platform;
    struct bh_platform_facts facts;
};

/* Counts over all workloads: that nothing that is claimed is empty. */
struct totals {
    size_t attempts, crossed[POLICIES], deep;
};

/* --- Random workloads ----------------------------------------------------------------------------------------------- */

/* A stream of uniform numbers of one workload. */
struct dice {
    struct bh_random random;
    uint64_t ordinal;
};

static double draw(struct dice *dice, double from, double to)
{
    double u = bh_random_uniform(&dice->random, BH_PURPOSE_UNCERTAINTY, 77, 0, dice->ordinal++);
    return from + (to - from) * u;
}

static size_t draw_count(struct dice *dice, size_t from, size_t to)
{
    return from + (size_t)(draw(dice, 0, 1) * (double)(to - from + 1));
}

static void write_when(FILE *out, struct dice *dice)
{
    switch (draw_count(dice, 0, 4)) {
    case 0:
        fprintf(out, "always");
        break;
    case 1:
        fprintf(out, "{windows: [[%.3f h, %.3f h], [%.3f h, %.3f h]]}", draw(dice, 0, 2), draw(dice, 2, 5),
                draw(dice, 5, 7), draw(dice, 7, 12));
        break;
    default:
        fprintf(out, "{degree: %.3f, mean-on: %.2f min}", draw(dice, 0.05, 0.95), draw(dice, 2, 60));
    }
}

/* A chain has two enclaves of one process on a node: an error can go to and fro between them only. Else those before
 * `alone` share nodes, and the others have nodes of their own. */
static void write_workload(FILE *out, struct dice *dice, bool is_chain, bool has_costs)
{
    size_t enclaves = is_chain ? 2 : draw_count(dice, 2, MOST_ENCLAVES);
    size_t alone = is_chain ? 2 * draw_count(dice, 0, 1) : draw_count(dice, 0, enclaves);
    alone = alone == 1 ? 0 : alone;
    fprintf(out, "scenario: crossings\nplatform: {file: %s/platforms/testbed.xml, nodes: 8}\ncosts: %s\n",
            bh_test_data(), has_costs ? "yes" : "no");
    fprintf(out, "workload:\n  work: 60 h\n  horizon: 100 d\n  enclaves:\n");
    for (size_t e = 0; e < enclaves; e++) {
        fprintf(out,
                "    - {name: e%zu, application: mpi-bulk-synchronous, guests-per-node: %zu, processes-per-guest: %zu",
                e, is_chain ? 1 : draw_count(dice, 1, 2), is_chain ? 1 : draw_count(dice, 1, 2));
        if (e < alone)
            fprintf(out, e == 0 ? ", nodes: 2, node-share: %.17g" : ", shares-with: e0, node-share: %.17g",
                    1.0 / (double)alone);
        else
            fprintf(out, ", nodes: 2");
        fprintf(out, "}\n");
    }
    fprintf(out, "compositions:\n");
    for (size_t a = 0, count = 0; a < enclaves; a++)
        for (size_t b = a + 1; b < enclaves; b++) {
            if (draw(dice, 0, 1) < 0.4 && (count > 0 || b + 1 < enclaves))
                continue;
            bool is_near = b < alone && (is_chain || draw(dice, 0, 1) < 0.7);
            fprintf(out, "  - {name: c%zu, between: [e%zu, e%zu], over: %s, when: ", count++, a, b,
                    is_near ? "shared-memory" : "network");
            write_when(out, dice);
            fprintf(out, "}\n");
        }
    fprintf(out, "script:\n");
    for (int i = 0; i < 12; i++)
        fprintf(out, "  - {at: %.4f h, node: %zu, enclave: e%zu, zone: guest-user, kind: %s}\n", draw(dice, 0, 14),
                draw_count(dice, 0, 1), draw_count(dice, 0, enclaves - 1),
                draw(dice, 0, 1) < 0.5 ? "data" : "instruction");
}

/* Errors begin in processes, leave them by compositions alone and end masked, so that all that they do is cross; guards
 * drop what they block. Then every policy sees the same errors at the same times. Switching takes minutes, so that many
 * attempts come while guards are not on yet. */
static void write_rules(FILE *out, struct dice *dice)
{
    static const char *const guards[POLICIES] = {
        "guards: {others: weakest, enclave/enclave: copy-on-write}",
        ("guards: {others: weakest, enclave/enclave: copy-on-write}, protect: composed, unprotected: {others: weakest, "
         "enclave/enclave: shared-memory}"),
        "guards: {others: weakest, enclave/enclave: shared-memory}"};
    static const char *const names[POLICIES] = {"keep", "defer", "drop"};
    fprintf(out, "define:\n  policies:\n");
    for (int p = 0; p < POLICIES; p++)
        fprintf(out,
                "    %s: {description: %s, dispositions: {host-kernel: node, host-user: guest, guest-kernel: guest, "
                "guest-user: process}, %s}\n",
                names[p], names[p], guards[p]);
    fprintf(out, "policies:\n");
    for (int p = 0; p < POLICIES; p++)
        fprintf(out, "  - {system: kvm, policy: %s, name: %s}\n", names[p], names[p]);
    fprintf(out, "baseline: keep\nfaults: none\nseed: %zu\nmodels:\n", draw_count(dice, 1, 1000000));
    fprintf(out, "  guards.enclave/enclave.copy-on-write.switch-time: %.3f s\n", draw(dice, 0.1, 600));
    fprintf(out, "  guards.enclave/enclave.copy-on-write.blocks: %.3f\n", draw(dice, 0.2, 0.9));
    fprintf(out, "  channels.shared-memory.probability: %.3f\n  channels.message.probability: %.3f\n",
            draw(dice, 0.2, 1), draw(dice, 0.2, 1));
    fprintf(out, "  channels.system-call.probability: 0\n");
    for (int k = 0; k < 2; k++) {
        const char *kind = k == 0 ? "data" : "instruction";
        fprintf(out, "  zones.guest-user.%s: {lifetime: %.2f min, masked: 1, signalled: 0, silent: 0}\n", kind,
                draw(dice, 1, 40));
    }
}

/* SimGrid loads one platform per process. */
static void load_platform(struct world *world, const struct bh_scenario *scenario)
{
    static struct bh_platform *platform;
    static struct bh_platform_facts facts;
    struct bh_error err = {0};
    int is_temporary;
    if (platform == NULL) {
        char *xml =
            bh_platform_prepare(scenario->platform_file, NULL, 8, scenario->platform_place, &is_temporary, &err);
        if (xml == NULL || bh_platform_probe(xml, 0, scenario->platform_place, &facts, &err) != 0 ||
            (platform = bh_platform_load(xml, &err)) == NULL)
            fail_msg("%s", err.text);
        free(xml);
    }
    world->platform = platform;
    world->facts = facts;
}

/* --- Runs ------------------------------------------------------------------------------------------------------------ */

static void watch(void *context, const struct bh_attempt_seen *attempt)
{
    if (attempt->boundary == BH_ENCLAVE_ENCLAVE)
        fwrite(attempt, sizeof *attempt, 1, context);
}

/* A replica in a child, which tells attempts and, at the end, the node-time of guards of all enclaves. */
static struct attempts run(const struct world *world, const struct bh_setup *setup, struct bh_replica_options options,
                           double *guards_s)
{
    struct attempts attempts = {0};
    struct bh_attempt_seen seen;
    int ends[2];
    fflush(NULL);
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct bh_error err = {0};
        struct bh_replica_record record;
        FILE *out = fdopen(ends[1], "wb");
        options.watch = watch;
        options.watch_context = out;
        struct bh_transfer **transfers = bh_transfers_plan(setup, world->platform, &err);
        if (transfers == NULL || bh_replica_run(setup, world->platform, transfers, options, &record, &err) != 0)
            _exit(1);
        seen = (struct bh_attempt_seen){.boundary = BH_BOUNDARIES};
        for (size_t e = 0; e < record.enclaves_count; e++)
            seen.time_s += record.enclaves[e].ledger.part[BH_PART_GUARDS];
        fwrite(&seen, sizeof seen, 1, out);
        _exit(fflush(out));
    }
    close(ends[1]);
    FILE *in = fdopen(ends[0], "rb");
    *guards_s = NAN;
    while (fread(&seen, sizeof seen, 1, in) == 1) {
        if (seen.boundary == BH_BOUNDARIES) {
            *guards_s = seen.time_s;
            continue;
        }
        if (attempts.count == attempts.room) {
            attempts.room = 2 * attempts.room + 16;
            attempts.list = realloc(attempts.list, attempts.room * sizeof *attempts.list);
        }
        attempts.list[attempts.count++] = seen;
    }
    fclose(in);
    int status = -1;
    waitpid(pid, &status, 0);
    assert_int_equal(status, 0);
    assert_false(isnan(*guards_s));
    return attempts;
}

static const struct bh_attempt_seen *find(const struct attempts *in, const struct bh_attempt_seen *what)
{
    for (size_t i = 0; i < in->count; i++)
        if (in->list[i].error == what->error && in->list[i].key == what->key &&
            in->list[i].generation == what->generation && in->list[i].depth == what->depth)
            return &in->list[i];
    return NULL;
}

/* --- The properties --------------------------------------------------------------------------------------------------- */

/* Every attempt counted here is made under both, at the same time. What is blocked under the weaker policy is so under
 * the stronger one: crossings under the stronger are a subset. */
static bool is_within(const struct attempts *strong, const struct attempts *weak, bool is_chain, const char *names)
{
    for (size_t i = 0; i < strong->count; i++) {
        const struct bh_attempt_seen *one = &strong->list[i], *other;
        /* Beyond the first hop an attempt is the same only where one way alone leads there. */
        if (one->depth > 0 && !is_chain)
            continue;
        other = find(weak, one);
        if (other != NULL && fabs(other->time_s - one->time_s) < 1e-5 && (one->is_blocked || !other->is_blocked))
            continue;
        print_error("%s: error %016llx, way %016llx, generation %u, depth %u at %.6f s: %s, there %s\n", names,
                    (unsigned long long)one->error, (unsigned long long)one->key, one->generation, one->depth,
                    one->time_s, one->is_blocked ? "blocked" : "crossed",
                    other == NULL       ? "not tried"
                    : other->is_blocked ? "blocked"
                                        : "crossed");
        return false;
    }
    return true;
}

static size_t count_first(const struct attempts *attempts)
{
    size_t count = 0;
    for (size_t i = 0; i < attempts->count; i++)
        count += attempts->list[i].depth == 0;
    return count;
}

/* One workload under the three policies; false where a property does not hold. */
static bool check_workload(const struct world *world, struct bh_scenario *scenario, bool is_chain,
                           struct totals *totals)
{
    struct bh_error err = {0};
    struct bh_isolation_cache *cache = bh_isolation_cache_create();
    struct bh_setup *setups[POLICIES];
    bool holds = true;
    for (size_t p = 0; p < POLICIES; p++)
        if ((setups[p] = bh_setup_create(scenario, p, &world->facts, cache, &err)) == NULL)
            fail_msg("%s", err.text);
    for (uint64_t replica = 0; replica < REPLICAS && holds; replica++) {
        struct attempts seen[POLICIES];
        double unused;
        for (size_t p = 0; p < POLICIES; p++) {
            seen[p] = run(world, setups[p], (struct bh_replica_options){.replica = replica, .faults = true}, &unused);
            for (size_t i = 0; i < seen[p].count; i++)
                totals->crossed[p] += !seen[p].list[i].is_blocked;
        }
        holds = is_within(&seen[ALWAYS], &seen[DEFERRED], is_chain, "always in deferred") &&
                is_within(&seen[DEFERRED], &seen[NEVER], is_chain, "deferred in never");
        /* Whatever gets past the guards, first attempts are the same. */
        holds = holds && count_first(&seen[ALWAYS]) == count_first(&seen[DEFERRED]) &&
                count_first(&seen[ALWAYS]) == count_first(&seen[NEVER]);
        totals->attempts += count_first(&seen[ALWAYS]);
        totals->deep += seen[ALWAYS].count - count_first(&seen[ALWAYS]);
        for (size_t i = 0; i < seen[NEVER].count; i++)
            holds = holds && !seen[NEVER].list[i].is_blocked;
        for (size_t p = 0; p < POLICIES; p++)
            free(seen[p].list);
    }
    double guards_s[POLICIES];
    for (size_t p = 0; p < POLICIES; p++)
        free(run(world, setups[p], (struct bh_replica_options){.faults = false}, &guards_s[p]).list);
    /* Without faults guards that are deferred are never on for longer than those that always are; switching is apart. */
    if (guards_s[NEVER] > guards_s[DEFERRED] * (1 + 1e-12) || guards_s[DEFERRED] > guards_s[ALWAYS] * (1 + 1e-12)) {
        print_error("guards take %g, %g and %g s under always, deferred and never\n", guards_s[ALWAYS],
                    guards_s[DEFERRED], guards_s[NEVER]);
        holds = false;
    }
    for (size_t p = 0; p < POLICIES; p++)
        bh_setup_destroy(setups[p]);
    bh_isolation_cache_destroy(cache);
    return holds;
}

static struct bh_study *read_study(const struct world *world, uint64_t number, bool is_chain, bool has_costs)
{
    struct dice dice = {{.seed = SEED, .replica = number}, 0};
    struct bh_error err = {0};
    char models[4096];
    FILE *out = fopen(world->scenario_file, "w");
    assert_non_null(out);
    write_workload(out, &dice, is_chain, has_costs);
    write_rules(out, &dice);
    fclose(out);
    snprintf(models, sizeof models, "%s/models/data", bh_test_data());
    struct bh_study *study = bh_study_read(world->scenario_file, models, NULL, 0, &err);
    if (study == NULL)
        fail_msg("workload %llu: %s", (unsigned long long)number, err.text);
    return study;
}

static void check_all(bool is_chain, bool has_costs, struct totals *totals)
{
    struct world world = {.scenario_file = "/tmp/bulkhead-crossings-XXXXXX"};
    struct bh_error err = {0};
    int descriptor = mkstemp(world.scenario_file), failed = 0;
    assert_true(descriptor >= 0);
    close(descriptor);
    for (uint64_t number = 0; number < WORKLOADS; number++) {
        struct bh_study *study = read_study(&world, number + (is_chain ? 1000 : 0), is_chain, has_costs);
        struct bh_scenario *scenario = bh_study_resolve(study, NULL, -1, &err);
        if (scenario == NULL)
            fail_msg("%s", err.text);
        load_platform(&world, scenario);
        if (!check_workload(&world, scenario, is_chain, totals)) {
            print_error("workload %llu, seed %d\n", (unsigned long long)number, SEED);
            failed++;
        }
        bh_scenario_destroy(scenario);
        bh_study_destroy(study);
    }
    unlink(world.scenario_file);
    print_message("# %zu first and %zu later attempts; crossed under always %zu, deferred %zu, never %zu\n",
                  totals->attempts, totals->deep, totals->crossed[ALWAYS], totals->crossed[DEFERRED],
                  totals->crossed[NEVER]);
    assert_int_equal(failed, 0);
    assert_true(totals->attempts > 500);
    assert_true(0 < totals->crossed[ALWAYS] && totals->crossed[ALWAYS] < totals->crossed[DEFERRED] &&
                totals->crossed[DEFERRED] < totals->crossed[NEVER]);
}

/* Any workload: of attempts from where an error began. */
BH_TEST(test_first_crossings)
{
    struct totals totals = {0};
    check_all(false, true, &totals);
}

/* To and fro between two processes: of all attempts. */
BH_TEST(test_chains)
{
    struct totals totals = {0};
    check_all(true, false, &totals);
    assert_true(totals.deep > 50);
}

/* --- Where errors land over the network --------------------------------------------------------------------------------- */

/* Number of an application's process among those of its enclave on the node, and how many they are. */
static size_t rank_of(const struct bh_zone_tree *tree, size_t zone, size_t *count)
{
    size_t rank = 0;
    *count = 0;
    for (size_t z = 0; z < tree->zones_count; z++)
        if (tree->zones[z].is_application && tree->zones[z].enclave == tree->zones[zone].enclave) {
            rank += z < zone;
            ++*count;
        }
    return rank;
}

/* An error that has crossed is on the slot, and in the process, that stand at the same share of the partner's. */
static bool lands_in_place(const struct bh_setup *setup, const struct bh_attempt_seen *from,
                           const struct bh_attempt_seen *landed)
{
    const struct bh_partition *here = bh_setup_partition(setup, from->slot),
                              *there = bh_setup_partition(setup, landed->slot);
    size_t processes, others;
    size_t rank = rank_of(setup->nodes[here->class].model->tree, from->zone, &processes);
    size_t other = rank_of(setup->nodes[there->class].model->tree, landed->zone, &others);
    return here != there && other == rank * others / processes &&
           landed->slot - there->first_slot ==
               (2 * (from->slot - here->first_slot) + 1) * there->nodes / (2 * here->nodes);
}

/* Faults in all processes of an enclave of three nodes with four processes each, and of one of five nodes with two. */
BH_TEST(test_landing)
{
    struct world world = {.scenario_file = "/tmp/bulkhead-crossings-XXXXXX"};
    struct dice dice = {{.seed = SEED, .replica = 5000}, 0};
    FILE *out = fdopen(mkstemp(world.scenario_file), "w");
    fprintf(out, "scenario: landing\nplatform: {file: %s/platforms/testbed.xml, nodes: 8}\ncosts: no\n",
            bh_test_data());
    fprintf(
        out,
        "workload:\n  work: 60 h\n  horizon: 100 d\n  enclaves:\n"
        "    - {name: e0, application: mpi-bulk-synchronous, guests-per-node: 2, processes-per-guest: 2, nodes: 3}\n"
        "    - {name: e1, application: mpi-bulk-synchronous, processes-per-guest: 2, nodes: 5}\n"
        "compositions: [{name: c, between: [e0, e1], over: network, when: always}]\n");
    write_rules(out, &dice);
    fclose(out);
    static const struct bh_setting settings[] = {{"faults", "{hardware: none, software: yes}"},
                                                 {"models.applications.mpi-bulk-synchronous.fault-rate", "0.2 1/h"},
                                                 {"models.channels.message.probability", "0.95"}};
    char models[4096];
    struct bh_error err = {0};
    snprintf(models, sizeof models, "%s/models/data", bh_test_data());
    struct bh_study *study = bh_study_read(world.scenario_file, models, settings, 3, &err);
    struct bh_scenario *scenario = study != NULL ? bh_study_resolve(study, NULL, -1, &err) : NULL;
    if (scenario == NULL)
        fail_msg("%s", err.text);
    load_platform(&world, scenario);
    struct bh_isolation_cache *cache = bh_isolation_cache_create();
    struct bh_setup *setup = bh_setup_create(scenario, NEVER, &world.facts, cache, &err);
    if (setup == NULL)
        fail_msg("%s", err.text);
    double unused;
    struct attempts seen = run(&world, setup, (struct bh_replica_options){.faults = true}, &unused);
    size_t landed = 0, wrong = 0;
    for (size_t i = 0; i < seen.count; i++)
        for (size_t j = 0; seen.list[i].depth == 1 && j < seen.count; j++) {
            if (seen.list[j].depth > 0 || bh_identity_join(seen.list[j].error, seen.list[i].slot) != seen.list[i].error)
                continue;
            landed++;
            wrong += !lands_in_place(setup, &seen.list[j], &seen.list[i]);
        }
    print_message("# %zu landed, %zu in the wrong place\n", landed, wrong);
    assert_true(landed > 100);
    assert_int_equal(wrong, 0);
    free(seen.list);
    bh_setup_destroy(setup);
    bh_isolation_cache_destroy(cache);
    bh_scenario_destroy(scenario);
    bh_study_destroy(study);
    unlink(world.scenario_file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_crossings),
        cmocka_unit_test(test_chains),
        cmocka_unit_test(test_landing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
