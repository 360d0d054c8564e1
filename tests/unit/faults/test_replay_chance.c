/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Logs replayed from points drawn by chance on nodes drawn by chance: against a naive player that keeps a point of the log
 * for each node, against counts in closed form, and against the process that a log was drawn from. */
#include "models/times/weibull_gamma.h"
#include "tests/support/replay.h"

#include "models/times/dealt_nodes.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_rng.h>

/* --- Followers ----------------------------------------------------------------------------------------------------- */

/* Everybody follows at most one leader; numbers of followers have the moments of a multinomial; and who follows whom is
 * uniform: over replicas a node follows each leader equally often, and two nodes the same one with probability 1/L. */
BH_TEST(test_followers)
{
    enum { NODES = 37, LEADERS = 5, NAMED = 4, RUNS = 4000 };
    double of_leader[NAMED] = {0}, squares = 0, products = 0, of_node[NODES][NAMED + 1] = {{0}}, agree = 0;
    for (uint64_t r = 0; r < RUNS; r++) {
        struct bh_followers *followers =
            bh_followers_create(&(struct bh_random){.seed = SEED, .replica = r}, NODES, LEADERS, NAMED);
        unsigned leader[NODES];
        for (unsigned n = 0; n < NODES; n++)
            leader[n] = NAMED;
        for (uint32_t l = 0; l < NAMED; l++)
            for (uint64_t i = 0; i < bh_followers_count(followers, l); i++) {
                uint64_t node = bh_followers_node(followers, l, i);
                assert_true(node < NODES && leader[node] == NAMED);
                leader[node] = l;
            }
        for (unsigned n = 0; n < NODES; n++)
            of_node[n][leader[n]]++;
        for (uint32_t l = 0; l < NAMED; l++)
            of_leader[l] += (double)bh_followers_count(followers, l) / RUNS;
        double first = (double)bh_followers_count(followers, 0) - NODES / 5.0,
               second = (double)bh_followers_count(followers, 1) - NODES / 5.0;
        squares += first * first / RUNS;
        products += first * second / RUNS;
        agree += leader[17] == leader[18];
        bh_followers_destroy(followers);
    }
    /* NODES x 1/5, variance NODES x 4/25, covariance -NODES/25. Standard errors: of the mean sqrt(5.92 / RUNS); of the
     * variance and the covariance about 5.92 sqrt(2 / RUNS). */
    for (int l = 0; l < NAMED; l++)
        assert_true(fabs(of_leader[l] - 7.4) < 4.4 * sqrt(5.92 / RUNS));
    assert_true(fabs(squares - 5.92) < 4.4 * 5.92 * sqrt(2.0 / RUNS));
    assert_true(fabs(products + 1.48) < 4.4 * 5.92 * sqrt(2.0 / RUNS));
    assert_true(fabs(agree / RUNS - 0.2) < 4.4 * sqrt(0.16 / RUNS));
    double chi = 0;
    for (unsigned n = 0; n < NODES; n++)
        for (int l = 0; l <= NAMED; l++)
            chi += pow(of_node[n][l] - RUNS / 5.0, 2) / (RUNS / 5.0);
    if (gsl_cdf_chisq_Q(chi, NODES * 4) < 1e-5)
        fail_msg("chi squared %g of %d degrees", chi, NODES * 4);
}

/* --- Against a naive player ---------------------------------------------------------------------------------------- */

/* What a machine shows in a time: strikes, their squares over nodes, nodes struck, the first strike, pairs of strikes of
 * one moment, strikes in the last fifth of the time, strikes with a long down time. */
enum { STRIKES, SQUARES, STRUCK, FIRST, PAIRS, LATE, LONG, FEATURES, NODES_MOST = 64 };

struct seen {
    double until_s, feature[FEATURES], last_s;
    unsigned strikes[NODES_MOST], together;
};

static void see(struct seen *seen, double time_s, uint64_t node, double down_s)
{
    seen->feature[STRIKES]++;
    seen->feature[SQUARES] += 2 * seen->strikes[node] + 1;
    seen->feature[STRUCK] += seen->strikes[node]++ == 0;
    seen->feature[FIRST] = fmin(seen->feature[FIRST], time_s);
    seen->together = time_s - seen->last_s < 1e-9 ? seen->together + 1 : 0;
    seen->feature[PAIRS] += seen->together;
    seen->feature[LATE] += time_s > 0.8 * seen->until_s;
    seen->feature[LONG] += down_s > 5;
    seen->last_s = time_s;
}

static void play_by_player(const struct play *play, struct bh_random random, struct seen *seen)
{
    struct bh_fault_arrivals *arrivals =
        bh_fault_arrivals_create(&play->streams[0], play->replay->manner.machine_nodes, true);
    struct bh_fault fault;
    while (bh_fault_arrivals_next(arrivals, &random, &fault) && fault.time_s < seen->until_s) {
        assert_true(fault.time_s >= seen->last_s && fault.node < play->replay->manner.machine_nodes);
        see(seen, fault.time_s, fault.node, fault.down_s);
    }
    bh_fault_arrivals_destroy(arrivals);
}

static int by_time(const void *left, const void *right)
{
    const struct strike *a = left, *b = right;
    return (a->time_s > b->time_s) - (a->time_s < b->time_s);
}

/* Each node has a recorded node and a point of the log; all of its records are listed and sorted. */
static void play_naively(const struct play *play, gsl_rng *draw, struct seen *seen)
{
    const struct bh_replay_manner *manner = &play->replay->manner;
    const struct bh_recorded_faults *log = play->replay->recorded;
    static struct strike strikes[100000];
    size_t count = 0;
    double shift_s = log->length_s * gsl_rng_uniform(draw);
    for (uint64_t n = 0; n < manner->machine_nodes; n++) {
        uint64_t leader = manner->nodes == BH_REPLAY_RESAMPLED ? gsl_rng_uniform_int(draw, log->nodes) : n % log->nodes;
        bool is_new = manner->nodes == BH_REPLAY_RESAMPLED || leader == 0;
        if (manner->start == BH_REPLAY_APART && is_new)
            shift_s = log->length_s * gsl_rng_uniform(draw);
        for (size_t r = 0; r < log->count; r++)
            for (double at_s = log->record[r].at_s - shift_s; at_s < seen->until_s; at_s += log->length_s)
                if (log->record[r].node == leader && at_s >= 0)
                    strikes[count++] = (struct strike){at_s, n, log->record[r].down_s};
    }
    assert_true(count < 100000);
    if (count > 0)
        qsort(strikes, count, sizeof *strikes, by_time);
    for (size_t i = 0; i < count; i++)
        see(seen, strikes[i].time_s, strikes[i].node, strikes[i].down_s);
}

/* A log of some nodes with bursts, several records at once on a node, and nodes without any. */
static char *draw_log(gsl_rng *draw, unsigned nodes, unsigned records)
{
    char *text = bh_allocate(records + 4, 40);
    size_t length = (size_t)sprintf(text, "time,node,downtime\n0,1,1\n1000,1,1\n");
    double at_s = 0;
    for (unsigned r = 0; r < records; r++) {
        at_s = gsl_rng_uniform(draw) < 0.2 ? at_s : 1000 * pow(gsl_rng_uniform_pos(draw), 2);
        length += (size_t)sprintf(text + length, "%.3f,%lu,%g\n", at_s, 1 + gsl_rng_uniform_int(draw, nodes - 2),
                                  10 * floor(2 * gsl_rng_uniform(draw)));
    }
    return text;
}

BH_TEST(test_against_naive)
{
    enum { SETTINGS = 16, RUNS = 300 };
    gsl_rng *draw = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(draw, SEED);
    double worst = 0;
    unsigned compared = 0;
    for (unsigned s = 0; s < SETTINGS; s++) {
        unsigned nodes = 4 + (unsigned)gsl_rng_uniform_int(draw, 7);
        char *text = draw_log(draw, nodes, 5 + (unsigned)gsl_rng_uniform_int(draw, 20));
        struct bh_recorded_faults *log = record(text, (struct bh_recorded_choice){.nodes = nodes});
        struct bh_replay_manner manner = {.nodes = s % 2 ? BH_REPLAY_COPIES : BH_REPLAY_RESAMPLED,
                                          .start = s / 2 % 2 ? BH_REPLAY_APART : BH_REPLAY_RANDOM,
                                          .machine_nodes = nodes + gsl_rng_uniform_int(draw, NODES_MOST - nodes)};
        struct play *play = play_all(log, manner);
        double until_s = 100 * pow(25, gsl_rng_uniform(draw)); /* from a tenth of the log to two and a half turns */
        double sums[2][FEATURES] = {{0}}, squares[2][FEATURES] = {{0}};
        for (uint64_t r = 0; r < 2 * RUNS; r++) {
            struct seen seen = {.until_s = until_s, .feature[FIRST] = until_s, .last_s = -1};
            if (r % 2 == 0)
                play_by_player(play, (struct bh_random){.seed = SEED + s, .replica = r}, &seen);
            else
                play_naively(play, draw, &seen);
            for (int f = 0; f < FEATURES; f++) {
                sums[r % 2][f] += seen.feature[f] / RUNS;
                squares[r % 2][f] += seen.feature[f] * seen.feature[f] / RUNS;
            }
        }
        assert_true(sums[0][STRIKES] > 0.5);
        for (int f = 0; f < FEATURES; f++) {
            double variance = (squares[0][f] - pow(sums[0][f], 2) + squares[1][f] - pow(sums[1][f], 2)) / (RUNS - 1);
            double off = fabs(sums[0][f] - sums[1][f]);
            double z = variance > 0 ? off / sqrt(variance) : off > 1e-9 * sums[1][f] ? 99 : 0;
            worst = fmax(worst, z);
            compared++;
            if (z > 4.8)
                print_error("setting %u (%s, %s), feature %d: %g, naively %g, z %g\n", s,
                            bh_replay_nodes_names[manner.nodes], bh_replay_start_names[manner.start], f, sums[0][f],
                            sums[1][f], z);
        }
        end(play);
        bh_recorded_faults_destroy(log);
        free(text);
    }
    gsl_rng_free(draw);
    /* 112 comparisons jointly at a level of 2e-4. */
    print_message("%u comparisons of seed %d, the worst at %.2f standard errors\n", compared, SEED, worst);
    assert_true(worst < 4.8);
}

/* --- Numbers ------------------------------------------------------------------------------------------------------- */

/* Over one turn each resampled node has all records of one recorded node: mean N R / G, variance N times that of the
 * records over recorded nodes, whether all begin together or apart. Rates are those of long replays; moments too. */
BH_TEST(test_counts_and_rates)
{
    enum { NODES = 60, RUNS = 2000 };
    struct bh_recorded_faults *log =
        record(by_hand, (struct bh_recorded_choice){.nodes = 5, .until = {true, true, 110}});
    const double mean = 6 * NODES / 5.0, variance = NODES * ((2 * 2 + 2 * 2 + 2 * 2) / 5.0 - 36 / 25.0);
    static const enum bh_replay_start starts[] = {BH_REPLAY_RANDOM, BH_REPLAY_APART};
    for (int s = 0; s < 2; s++) {
        struct play *play = play_all(
            log, (struct bh_replay_manner){.nodes = BH_REPLAY_RESAMPLED, .start = starts[s], .machine_nodes = NODES});
        double sum = 0, squares = 0, moments = 0;
        for (uint64_t r = 0; r < RUNS; r++) {
            struct bh_random random = {.seed = SEED, .replica = r};
            struct bh_fault_arrivals *arrivals = bh_fault_arrivals_create(&play->streams[0], NODES, true);
            struct bh_fault fault;
            double count = 0, last_s = -1;
            while (bh_fault_arrivals_next(arrivals, &random, &fault) && fault.time_s < 110) {
                count++;
                moments += fault.time_s - last_s > 1e-9;
                last_s = fault.time_s;
            }
            bh_fault_arrivals_destroy(arrivals);
            sum += count / RUNS;
            squares += count * count / RUNS;
        }
        assert_true(fabs(sum - mean) < 4.4 * sqrt(variance / RUNS));
        assert_true(fabs(squares - sum * sum - variance) < 4.4 * variance * sqrt(2.0 / RUNS));
        assert_close(play->streams[0].rate * NODES * 110, mean, 1e-14);
        /* Moments: 4 less the chance that nobody follows; apart: 5 of each 6 records, those of n10 come two at once. */
        double expected = s == 0 ? 4 : NODES * 5 / 5.0;
        assert_close(play->streams[0].event_rate * NODES * 110, expected, 1e-5);
        assert_true(fabs(moments / RUNS - expected) < 4.4 * sqrt(variance / RUNS));
        end(play);
    }
    struct play *play = play_all(
        log, (struct bh_replay_manner){.nodes = BH_REPLAY_COPIES, .start = BH_REPLAY_APART, .machine_nodes = NODES});
    assert_close(play->streams[0].rate, 6.0 / 550, 1e-14);
    assert_close(play->streams[0].event_rate, 4.0 / 550, 1e-14);
    assert_true(play->classes[0].recorded.binds_nodes);
    end(play);
    bh_recorded_faults_destroy(log);
}

/* --- Against the process that the log was drawn from --------------------------------------------------------------- */

/* Weibull clocks of mean 1 in steady state for 100: a log of each of LOGS machines, replayed by one of as many nodes for
 * a mean time, and the machine itself. Clusters are logs. Windows that hold the end of the log, one in a hundred, see a
 * gap that none drew: that moves second moments by less than 0.3 %. */
BH_TEST(test_against_process)
{
    enum { LOGS = 60, NODES = 40, RUNS = 4, LENGTH = 100 };
    const struct bh_distribution between = bh_distribution_of(&bh_weibull, 0.7, 1 / tgamma(1 + 1 / 0.7));
    struct bh_fault_class class = {
        .name = "wear", .mend = BH_MEND_REBOOT, .rate.value = 1, .arrival.distribution = between};
    struct bh_fault_stream stream = bh_fault_stream_of(&class, NODES);
    double sums[2][FEATURES] = {{0}}, squares[2][FEATURES] = {{0}};
    for (uint64_t l = 0; l < 2 * LOGS; l++) {
        struct bh_random random = {.seed = SEED + 1, .replica = l};
        double mean[FEATURES] = {0};
        char *text = bh_allocate(3 * NODES * LENGTH, 40);
        size_t length = (size_t)sprintf(text, "time,node,downtime,retired\n");
        for (uint64_t r = 0; r < (l % 2 ? RUNS : 1); r++) {
            /* Half of the machines are watched for a mean time each, several times; of the others a log is kept. */
            struct bh_fault_arrivals *arrivals = bh_fault_arrivals_create(&stream, NODES, true);
            struct seen seen = {.until_s = 1, .feature[FIRST] = 1, .last_s = -1};
            struct bh_fault fault;
            random.replica = l * RUNS + r;
            while (bh_fault_arrivals_next(arrivals, &random, &fault) && fault.time_s < (l % 2 ? 1 : LENGTH))
                if (l % 2)
                    see(&seen, fault.time_s, fault.node, 0);
                else
                    length += (size_t)sprintf(text + length, "%.17g,%d,0,%d\n", fault.time_s, (int)fault.node, LENGTH);
            bh_fault_arrivals_destroy(arrivals);
            for (int f = 0; f < FEATURES; f++)
                mean[f] += seen.feature[f] / RUNS;
        }
        if (l % 2 == 0) {
            struct bh_recorded_faults *log =
                record(text, (struct bh_recorded_choice){.begin = {true, false, 0}, .nodes = NODES});
            assert_close(log->length_s, LENGTH, 1e-12);
            struct play *play =
                play_all(log, (struct bh_replay_manner){.nodes = l % 4 ? BH_REPLAY_COPIES : BH_REPLAY_RESAMPLED,
                                                        .start = l % 4 ? BH_REPLAY_RANDOM : BH_REPLAY_APART,
                                                        .machine_nodes = NODES});
            memset(mean, 0, sizeof mean);
            for (uint64_t r = 0; r < RUNS; r++) {
                struct seen seen = {.until_s = 1, .feature[FIRST] = 1, .last_s = -1};
                play_by_player(play, (struct bh_random){.seed = SEED + 2, .replica = l * RUNS + r}, &seen);
                for (int f = 0; f < FEATURES; f++)
                    mean[f] += seen.feature[f] / RUNS;
            }
            end(play);
            bh_recorded_faults_destroy(log);
        }
        free(text);
        for (int f = 0; f < FEATURES; f++) {
            sums[l % 2][f] += mean[f] / LOGS;
            squares[l % 2][f] += mean[f] * mean[f] / LOGS;
        }
    }
    assert_true(fabs(sums[1][STRIKES] - NODES) < 5);
    for (int f = 0; f < FEATURES; f++) {
        double variance = (squares[0][f] - pow(sums[0][f], 2) + squares[1][f] - pow(sums[1][f], 2)) / (LOGS - 1);
        if (f == PAIRS || f == LONG)
            continue;
        if (!(fabs(sums[0][f] - sums[1][f]) < 4.2 * sqrt(variance) + 0.003 * sums[1][f]))
            fail_msg("feature %d: replayed %g, the process %g, standard error %g", f, sums[0][f], sums[1][f],
                     sqrt(variance));
    }
    print_message("strikes in a mean time: replayed %.2f, the process %.2f; squares %.2f, %.2f\n", sums[0][STRIKES],
                  sums[1][STRIKES], sums[0][SQUARES], sums[1][SQUARES]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_followers),
        cmocka_unit_test(test_against_naive),
        cmocka_unit_test(test_counts_and_rates),
        cmocka_unit_test(test_against_process),
    };
    return cmocka_run_group_tests_name("replay by chance", tests, NULL, NULL);
}
