/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The last third of a log against what is fitted to the rest: counts by hand, closed forms against long histories, and how
 * often 95 % intervals hold on logs of known laws. tests/oracles/site_coverage runs the last on a thousand logs. */
#include "models/base/error.h"
#include "models/base/random.h"
#include "models/holdout/cabinets.h"
#include "models/holdout/history.h"
#include "models/holdout/holdout.h"
#include "models/holdout/jobs.h"
#include "models/holdout/windows.h"
#include "models/logs/failure_log.h"
#include "models/times/distribution_types.h"
#include "models/times/exponential.h"
#include "models/times/weibull_gamma.h"
#include "tests/support/helper.h"

#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double day_s = 86400.0;

/* --- Logs of known laws --------------------------------------------------------------------------------------------- */

/* Each node has a clock in steady state at 0, and is down for a while after each failure; with a probability a failure takes
 * nodes of its domain along. */
struct known {
    struct bh_distribution up;
    double down_s, last_s, probability, reach;
    uint32_t nodes, domain;
};

static void add_failure(struct bh_failure_log *log, uint32_t node, double at_s, double down_s)
{
    char name[32];
    snprintf(name, sizeof name, "n%u", node);
    struct bh_failure_node *of = bh_failure_log_node(log, "", name);
    bh_failure_log_add(log, (struct bh_failure){.start_s = at_s,
                                                .down_s = down_s,
                                                .node = (uint32_t)(of - log->nodes),
                                                .cause = bh_name_list_number(log->cause_names, "board"),
                                                .detail = BH_NO_NAME});
}

static struct bh_failure_log *draw_log(const struct known *known, uint64_t seed)
{
    struct bh_random random = {.seed = seed};
    struct bh_failure_log *log = bh_failure_log_create("drawn");
    for (uint32_t n = 0; n < known->nodes; n++) {
        char name[32];
        snprintf(name, sizeof name, "n%u", n);
        struct bh_failure_node *node = bh_failure_log_node(log, "", name);
        node->from_s = 0.0;
        node->to_s = known->last_s;
        uint64_t draw = 0;
        double at_s = bh_residual_exceeded(&known->up, bh_random_uniform(&random, BH_PURPOSE_ARRIVAL, n, draw++, 0));
        while (at_s < known->last_s) {
            add_failure(log, n, at_s, known->down_s);
            if (bh_random_uniform(&random, BH_PURPOSE_BURST, n, draw, 0) < known->probability)
                for (uint32_t d = 0; d < known->domain; d++) {
                    uint32_t other = n / known->domain * known->domain + d;
                    if (other != n && bh_random_uniform(&random, BH_PURPOSE_BURST, n, draw, 1 + d) < known->reach)
                        add_failure(log, other, at_s + 1.0, known->down_s);
                }
            at_s += known->down_s +
                    bh_distribution_exceeded(&known->up, bh_random_uniform(&random, BH_PURPOSE_ARRIVAL, n, draw++, 0));
        }
    }
    bh_failure_log_finish(log);
    return log;
}

/* Half of the laws decrease, a third come in bursts, mean times from 60 to 600 d, and logs from one year to three. */
static struct known known_law(uint64_t seed)
{
    struct bh_random random = {.seed = seed};
    double u[8];
    for (uint64_t i = 0; i < BH_COUNT(u); i++)
        u[i] = bh_random_uniform(&random, BH_PURPOSE_DESIGN, 0, i, 0);
    double mean_s = day_s * 60.0 * pow(10.0, u[0]), shape = u[1] < 0.5 ? 1.0 : 0.6 + 0.8 * u[2];
    struct known known = {.down_s = 3600.0 * (1.0 + 5.0 * u[3]),
                          .last_s = day_s * 365.0 * (1.0 + 2.0 * u[4]),
                          .nodes = (uint32_t)(64.0 * pow(8.0, u[5])),
                          .domain = 16};
    known.up = bh_distribution_of(&bh_weibull, shape, mean_s / tgamma(1.0 + 1.0 / shape));
    if (u[6] < 1.0 / 3.0) {
        known.probability = 0.3 * u[7];
        known.reach = 0.4;
    }
    return known;
}

enum { ALL, DECREASING, CONSTANT, INCREASING, ALONE, IN_BURSTS, ONE_NODE, MANY_NODES, HOUR, DAYS, KINDS };
static const char *const kind_names[] = {"all",       "decreasing hazard", "constant",    "increasing", "alone",
                                         "in bursts", "one node",          "16 and more", "1 h",        "1 d and more"};

struct coverage {
    size_t logs, cells[KINDS], inside[KINDS];
};

static void count_cell(const struct known *known, const struct bh_cell *cell, struct coverage *coverage)
{
    double shape = known->up.a[0];
    bool is[KINDS] = {[ALL] = true,
                      [DECREASING] = shape<1.0, [CONSTANT] = shape == 1.0, [INCREASING] = shape> 1.0,
                      [ALONE] = known->probability == 0.0,
                      [IN_BURSTS] = known->probability > 0.0,
                      [ONE_NODE] = cell->size == 1,
                      [MANY_NODES] = cell->size >= 16,
                      [HOUR] = cell->length_s == 3600.0,
                      [DAYS] = cell->length_s >= day_s};
    for (int k = 0; k < KINDS; k++) {
        coverage->cells[k] += is[k];
        coverage->inside[k] += is[k] && cell->is_inside;
    }
}

static void try_logs(uint64_t first, uint64_t count, struct coverage *coverage)
{
#pragma omp parallel for schedule(dynamic)
    for (uint64_t seed = first; seed < first + count; seed++) {
        struct known known = known_law(seed);
        struct bh_failure_log *log = draw_log(&known, seed);
        struct bh_history *history = bh_history_create(log, 0, 60.0);
        struct bh_holdout *holdout = bh_holdout_create(history, 16, seed);
#pragma omp critical
        {
            coverage->logs += holdout->cells_count > 0;
            for (size_t c = 0; c < holdout->cells_count; c++)
                count_cell(&known, &holdout->cells[c], coverage);
        }
        bh_holdout_destroy(holdout);
        bh_history_destroy(history);
        bh_failure_log_destroy(log);
    }
}

BH_TEST(test_intervals_hold)
{
    const char *asked = getenv("BULKHEAD_COVERAGE_LOGS");
    uint64_t logs = asked != NULL ? strtoull(asked, NULL, 10) : 40;
    struct coverage coverage = {0};
    try_logs(1, logs, &coverage);
    print_message("# %zu logs\n", coverage.logs);
    for (int k = 0; k < KINDS; k++)
        print_message("# %-18s %6zu cells, %.1f %% inside\n", kind_names[k], coverage.cells[k],
                      100.0 * (double)coverage.inside[k] / (double)coverage.cells[k]);
    double share = (double)coverage.inside[ALL] / (double)coverage.cells[ALL];
    assert_true(2 * coverage.logs > logs);
    /* A thousand logs: 93 to 97 %. Cells of a log hang together: of 40 logs the share varies by 2.2 %, of which twice and a
     * half is taken. */
    double slack = logs >= 1000 ? 0.0 : 0.055;
    assert_true(share >= 0.93 - slack && share <= fmin(0.97 + slack, 0.9999));
}

/* --- Counts by hand ------------------------------------------------------------------------------------------------- */

/* Two nodes for 100 h; the first fails after 30 h for 10 h, the second after 60 h for no time that is known. */
BH_TEST(test_windows_by_hand)
{
    const double h = 3600.0;
    struct bh_failure_log *log = bh_failure_log_create("by hand");
    for (uint32_t n = 0; n < 2; n++) {
        add_failure(log, n, (n == 0 ? 30.0 : 60.0) * h, n == 0 ? 10.0 * h : NAN);
        log->nodes[n].from_s = 0.0;
        log->nodes[n].to_s = 100.0 * h;
    }
    bh_failure_log_finish(log);
    struct bh_history *history = bh_history_create(log, 0, 60.0);
    struct bh_windows windows;
    bh_windows_fill(history, 0.0, 100.0 * h, 1, 5.0 * h, &windows);
    assert_int_equal(windows.runs, 2);
    assert_close(windows.whole.hit_s, 10.0 * h, 1e-12);
    assert_close(windows.whole.all_s, (95.0 - 10.0 + 95.0) * h, 1e-12);
    assert_close(windows.run_rate[0], 1.0 / (90.0 * h), 1e-12);
    double blocks_s = 0.0;
    for (size_t b = 0; b < BH_TIME_BLOCKS; b++)
        blocks_s += windows.block[b].all_s;
    assert_close(blocks_s, windows.whole.all_s, 1e-12);
    bh_windows_clear(&windows);
    /* As one job: neither while the first is down. Jobs of 25 h from 40 h on meet the second; none ends after 100 h. */
    bh_windows_fill(history, 0.0, 100.0 * h, 2, 25.0 * h, &windows);
    assert_close(windows.whole.hit_s, (25.0 + 20.0) * h, 1e-12);
    assert_close(windows.whole.all_s, (30.0 + 35.0) * h, 1e-12);
    bh_windows_clear(&windows);
    bh_history_destroy(history);
    bh_failure_log_destroy(log);
}

/* --- Formula and history -------------------------------------------------------------------------------------------- */

/* A law told exactly, against what a long history of it shows: within 4 % of the hazard, which is four standard errors of
 * what some thousand failures leave. */
BH_TEST(test_formula)
{
    static const uint32_t sizes[] = {1, 4, 16};
    struct known known = {
        .down_s = 3600.0, .last_s = 4000.0 * day_s, .nodes = 64, .domain = 16, .probability = 0.4, .reach = 0.3};
    known.up = bh_distribution_of(&bh_weibull, 0.8, 60.0 * day_s);
    struct bh_failure_log *log = draw_log(&known, 7);
    struct bh_history *history = bh_history_create(log, 0, 60.0);
    struct bh_class_law law;
    bh_class_law_fit(history, 0, history->from_s, history->to_s, 16, &law);
    assert_true(law.is_fitted);
    assert_int_equal(law.domain, 16);
    assert_close(law.probability, 0.4, 0.1);
    assert_close(law.reach, 0.3, 0.05);
    for (size_t k = 0; k < BH_COUNT(sizes); k++) {
        struct bh_windows windows;
        bh_windows_fill(history, history->from_s, history->to_s, sizes[k], day_s, &windows);
        double seen = -log1p(-windows.whole.hit_s / windows.whole.all_s);
        assert_close(bh_class_law_hazard(&law, sizes[k], day_s, NULL), seen, 0.04);
        bh_windows_clear(&windows);
    }
    bh_history_destroy(history);
    bh_failure_log_destroy(log);
}

/* What pieces do to the fit sums to nothing, and taking one block away does what its influence says. */
BH_TEST(test_influence)
{
    struct known known = {.down_s = 60.0, .last_s = 800.0 * day_s, .nodes = 200, .domain = 1};
    known.up = bh_distribution_of(&bh_exponential, 100.0 * day_s, 0.0);
    struct bh_failure_log *log = draw_log(&known, 3);
    struct bh_history *history = bh_history_create(log, 0, 0.0);
    struct bh_class_law law;
    double influence[BH_PIECES], blocks = 0.0, groups = 0.0, in_block = 0.0;
    bh_class_law_fit(history, 0, 0.0, 800.0 * day_s, 0, &law);
    bh_class_law_hazard(&law, 1, day_s, influence);
    for (size_t p = 0; p < BH_PIECES; p++)
        *(p < BH_TIME_BLOCKS ? &blocks : &groups) += influence[p];
    assert_close(blocks, 0.0, 0.01);
    assert_close(groups, 0.0, 0.01);
    for (size_t i = 0; i < history->count; i++)
        in_block += history->outage[i].at_s < 40.0 * day_s;
    /* Of an exponential law: (failures here - those expected here) / all failures. */
    double all = (double)history->count;
    if (law.up.distribution.type == &bh_exponential)
        assert_close(influence[0], (in_block - all / 20.0) / all, 0.05);
    else
        assert_close(influence[0], (in_block - all / 20.0) / all, 0.3);
    bh_history_destroy(history);
    bh_failure_log_destroy(log);
}

/* --- Causes --------------------------------------------------------------------------------------------------------- */

/* Twice as many failures in the last third: outside, from drift. Half of the nodes fail ten times as often as the others, by
 * whole runs: outside for large jobs, from unequal nodes. */
BH_TEST(test_causes)
{
    for (int way = 0; way < 2; way++) {
        struct bh_random random = {.seed = 5};
        struct bh_failure_log *log = bh_failure_log_create("made");
        for (uint32_t n = 0; n < 128; n++) {
            uint64_t draw = 0;
            for (double at_s = 0.0; at_s < 900.0 * day_s;) {
                double rate = way == 0 ? (at_s < 600.0 * day_s ? 1.0 : 2.5) / (60.0 * day_s)
                                       : (n < 16 ? 40.0 : 1.0) / (300.0 * day_s);
                at_s += bh_random_exponential(&random, BH_PURPOSE_ARRIVAL, n, draw++, 0, 1.0 / rate);
                if (at_s < 900.0 * day_s)
                    add_failure(log, n, at_s, 60.0);
            }
        }
        bh_failure_log_finish(log);
        struct bh_history *history = bh_history_create(log, 0, 0.0);
        struct bh_holdout *holdout = bh_holdout_create(history, 0, 1);
        size_t outside = 0;
        for (size_t c = 0; c < holdout->cells_count; c++) {
            const struct bh_cell *cell = &holdout->cells[c];
            if (cell->is_inside)
                continue;
            outside++;
            assert_int_equal(cell->miss, way == 0 ? BH_MISS_DRIFT : BH_MISS_UNEQUAL);
            assert_true(way == 0 || cell->size >= 4);
        }
        assert_true(way == 0 ? outside == holdout->cells_count && outside > 5 : outside >= 1);
        assert_true(way == 0 ? holdout->drift.low > 1.0 : holdout->drift.low < 1.0 && holdout->drift.high > 1.0);
        bh_holdout_destroy(holdout);
        bh_history_destroy(history);
        bh_failure_log_destroy(log);
    }
}

/* --- Names, jobs ---------------------------------------------------------------------------------------------------- */

static struct bh_cabinets guess(const char *const *names, size_t count)
{
    struct bh_failure_log *log = bh_failure_log_create("names");
    for (size_t n = 0; n < count; n++) {
        struct bh_failure_node *node = bh_failure_log_node(log, "", names[n]);
        bh_failure_log_add(log, (struct bh_failure){.start_s = (double)n,
                                                    .down_s = 1.0,
                                                    .node = (uint32_t)(node - log->nodes),
                                                    .cause = BH_NO_NAME,
                                                    .detail = BH_NO_NAME});
    }
    bh_failure_log_finish(log);
    struct bh_history *history = bh_history_create(log, 0, 0.0);
    struct bh_cabinets found = bh_cabinets_guess(history);
    bh_history_destroy(history);
    bh_failure_log_destroy(log);
    return found;
}

BH_TEST(test_cabinets)
{
    static const char *const racks[] = {"r1n1", "r1n2", "r1n3", "r2n1", "r2n2", "r2n3", "r10n1", "r10n2"},
                             *const plain[] = {"node1", "node2", "node3"},
                             *const dotted[] = {"rack01-node1.site.org", "rack01-node2.site.org",
                                                "rack02-node1.site.org", "rack02-node2.site.org"};
    struct bh_cabinets found = guess(racks, BH_COUNT(racks));
    assert_int_equal(found.nodes, 3);
    assert_int_equal(found.groups, 3);
    assert_int_equal(found.alike, 2);
    assert_string_equal(found.example, "r1n");
    assert_int_equal(guess(plain, BH_COUNT(plain)).nodes, 0);
    assert_int_equal(guess(dotted, BH_COUNT(dotted)).nodes, 2);
}

/* Jobs of 10 nodes and 2 h, a tenth interrupted at their end in both parts; and with thrice as many in the last third. */
BH_TEST(test_jobs)
{
    for (int way = 0; way < 2; way++) {
        struct bh_failure_log *log = bh_failure_log_create("jobs");
        for (unsigned j = 0; j < 3000; j++)
            bh_failure_log_add_job(
                log, (struct bh_log_job){.start_s = 7200.0 * j,
                                         .end_s = 7200.0 * (j + 1),
                                         .nodes = 10,
                                         .is_interrupted = (j * 7919) % 10 < (way == 1 && j > 2000 ? 3 : 1)});
        struct bh_jobs_check *check = bh_jobs_check_create(log, NULL, 1);
        assert_int_equal(check->count, 1);
        assert_int_equal(check->cells[0].jobs, 1000);
        assert_close(check->cells[0].expected, 100.0, 0.01);
        assert_true(check->cells[0].is_judged && check->cells[0].is_inside == (way == 0));
        assert_int_equal(check->cells[0].least, 4);
        assert_int_equal(check->cells[0].most, 15);
        bh_jobs_check_destroy(check);
        bh_failure_log_destroy(log);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_windows_by_hand), cmocka_unit_test(test_formula),  cmocka_unit_test(test_influence),
        cmocka_unit_test(test_causes),          cmocka_unit_test(test_cabinets), cmocka_unit_test(test_jobs),
        cmocka_unit_test(test_intervals_hold),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
