/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Logs replayed: by hand, against a naive player that keeps a point of the log for each node, and against the process
 * that a log was drawn from. */
#include "tests/helper.h"

#include "models/base/document.h"
#include "models/fault_arrivals.h"
#include "models/followers.h"
#include "models/replay.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_rng.h>
#include <string.h>

enum { SEED = 11, CLASSES_MOST = 3 };

/* --- A log, and classes that replay it ----------------------------------------------------------------------------- */

static struct bh_recorded_faults *record(const char *text, struct bh_recorded_choice choice)
{
    struct bh_error err = {0};
    struct bh_failure_log *log = bh_failure_log_parse(text, strlen(text), "log", &err);
    struct bh_recorded_faults *recorded = log != NULL ? bh_recorded_faults_create(log, &choice, &err) : NULL;
    if (recorded == NULL)
        fail_msg("%s", err.text);
    return recorded;
}

struct play {
    struct bh_fault_class classes[CLASSES_MOST];
    struct bh_document *causes[CLASSES_MOST];
    struct bh_catalog catalog;
    struct bh_replay *replay;
    struct bh_fault_stream streams[CLASSES_MOST];
};

/* Classes that lose nodes, each with its list of causes ("[a, b]"), NULL for all the rest. */
static struct play *begin(const struct bh_recorded_faults *recorded, struct bh_replay_manner manner,
                          const char *const *causes, size_t count, struct bh_error *err)
{
    static const char *const names[] = {"first", "second", "third"};
    struct play *play = bh_allocate(1, sizeof *play);
    play->catalog.faults = play->classes;
    play->catalog.faults_count = count;
    for (size_t c = 0; c < count; c++) {
        struct bh_fault_class *class = &play->classes[c];
        *class = (struct bh_fault_class){.name = names[c], .landing = BH_LANDING_NODE, .mend = BH_MEND_REPAIR};
        class->recorded.is_given = true;
        if (causes[c] == NULL)
            continue;
        play->causes[c] = bh_document_parse(causes[c], strlen(causes[c]), "causes", err);
        class->recorded.causes = bh_document_root(play->causes[c]);
    }
    play->replay = bh_replay_create(recorded, manner, &play->catalog, (struct bh_place){.file = "here"}, err);
    for (size_t c = 0; c < count && play->replay != NULL; c++)
        play->streams[c] = bh_fault_stream_of(&play->classes[c], manner.machine_nodes);
    return play;
}

static struct play *play_all(const struct bh_recorded_faults *recorded, struct bh_replay_manner manner)
{
    struct bh_error err = {0};
    const char *const all[] = {NULL};
    struct play *play = begin(recorded, manner, all, 1, &err);
    if (play->replay == NULL)
        fail_msg("%s", err.text);
    return play;
}

static void end(struct play *play)
{
    for (size_t c = 0; c < CLASSES_MOST; c++)
        bh_document_destroy(play->causes[c]);
    bh_replay_destroy(play->replay);
    free(play);
}

static const char by_hand[] = "time,node,class,downtime\n"
                              "100,n2,hardware,5\n" /* first: time 0 */
                              "130,n10,software,\n"
                              "130,n2,power,8\n"
                              "130,n10,power,9\n"
                              "120,n1,hardware,0\n"
                              "never,n1,hardware,1\n"
                              "150,,hardware,3\n"
                              "200,n1,software,7\n";

struct strike {
    double time_s;
    uint64_t node;
    double down_s; /* NAN */
};

static void expect_strikes(struct play *play, size_t class, uint64_t replica, const struct strike *expected,
                           size_t count, bool ends)
{
    const struct bh_random random = {SEED, replica};
    struct bh_fault_arrivals *arrivals =
        bh_fault_arrivals_create(&play->streams[class], play->replay->manner.machine_nodes, true);
    struct bh_fault fault;
    for (size_t i = 0; i < count; i++) {
        assert_true(bh_fault_arrivals_next(arrivals, &random, &fault));
        assert_close(fault.time_s, expected[i].time_s, 1e-13);
        assert_int_equal(fault.node, expected[i].node);
        assert_true(fault.is_recorded && !fault.is_machine && fault.stream == &play->streams[class]);
        assert_close(fault.down_s, expected[i].down_s, 0);
        if (!isnan(fault.down_s))
            assert_close(bh_fault_repair_s(&random, &fault), fault.down_s, 0);
    }
    if (ends)
        assert_false(bh_fault_arrivals_next(arrivals, &random, &fault));
    bh_fault_arrivals_destroy(arrivals);
}

#define EXPECT_STRIKES(play, class, replica, ends, ...)                                                                \
    do {                                                                                                               \
        const struct strike strikes[] = {__VA_ARGS__};                                                                 \
        expect_strikes(play, class, replica, strikes, sizeof strikes / sizeof *strikes, ends);                         \
    } while (0)

/* --- By hand ------------------------------------------------------------------------------------------------------- */

/* Nodes are n1, n2, n10 in the order of their numbers; 1 record has no time, 1 no node. */
static void test_by_hand(void **state)
{
    (void)state;
    struct bh_recorded_faults *log = record(by_hand, (struct bh_recorded_choice){.nodes = 0});
    assert_int_equal(log->count, 6);
    assert_int_equal(log->met, 8);
    assert_int_equal(log->nowhere, 1);
    assert_int_equal(log->remarks[BH_LOG_NO_TIME], 1);
    assert_int_equal(log->nodes, 3);
    assert_close(log->length_s, 100, 0);
    struct bh_replay_manner manner = {.machine_nodes = 7};
    struct play *play = play_all(log, manner);
    EXPECT_STRIKES(play, 0, 0, false, {0, 1, 5}, {20, 0, 0}, {30, 1, 8}, {30, 2, NAN}, {30, 2, 9}, {100, 0, 7},
                   {100, 1, 5}, {120, 0, 0}, {130, 1, 8});
    /* 6 records in 100 s, 4 moments; 7 nodes. */
    assert_close(play->classes[0].rate.value, 6.0 / 700, 1e-14);
    assert_close(play->streams[0].event_rate, 4.0 / 700, 1e-14);
    end(play);
    manner.stops = true;
    play = play_all(log, manner);
    EXPECT_STRIKES(play, 0, 3, true, {0, 1, 5}, {20, 0, 0}, {30, 1, 8}, {30, 2, NAN}, {30, 2, 9}, {100, 0, 7});
    end(play);
    /* Replica r begins at 25 r modulo 100. */
    manner = (struct bh_replay_manner){.machine_nodes = 3, .start = BH_REPLAY_EVERY, .every_s = 25};
    play = play_all(log, manner);
    EXPECT_STRIKES(play, 0, 5, false, {5, 1, 8}, {5, 2, NAN}, {5, 2, 9}, {75, 0, 7}, {75, 1, 5}, {95, 0, 0});
    end(play);
    /* The machine is two copies of the log's, and a node of a third. */
    manner = (struct bh_replay_manner){.machine_nodes = 7, .nodes = BH_REPLAY_COPIES};
    play = play_all(log, manner);
    EXPECT_STRIKES(play, 0, 0, false, {0, 1, 5}, {0, 4, 5}, {20, 0, 0}, {20, 3, 0}, {20, 6, 0}, {30, 1, 8}, {30, 4, 8});
    end(play);
    bh_recorded_faults_destroy(log);
    /* From 20 s after the log's beginning to 135 by its clock. */
    log = record(by_hand, (struct bh_recorded_choice){.begin = {true, true, 20}, .until = {true, false, 135}});
    assert_close(log->length_s, 15, 1e-14);
    assert_int_equal(log->outside, 2);
    play = play_all(log, (struct bh_replay_manner){.machine_nodes = 3});
    EXPECT_STRIKES(play, 0, 0, false, {0, 0, 0}, {10, 1, 8}, {10, 2, NAN}, {10, 2, 9}, {15, 0, 0});
    end(play);
    bh_recorded_faults_destroy(log);
}

/* A record goes to the class that names its cause, else to the one that names none; what has no down time takes one of
 * its class. */
static void test_classes(void **state)
{
    (void)state;
    struct bh_error err = {0};
    struct bh_recorded_faults *log = record(by_hand, (struct bh_recorded_choice){.nodes = 0});
    const struct bh_replay_manner manner = {.machine_nodes = 3};
    const char *const causes[] = {"[power]", NULL, "[software]"};
    struct play *play = begin(log, manner, causes, 3, &err);
    EXPECT_STRIKES(play, 0, 0, false, {30, 1, 8}, {30, 2, 9}, {130, 1, 8});
    EXPECT_STRIKES(play, 1, 0, false, {0, 1, 5}, {20, 0, 0}, {100, 1, 5});
    EXPECT_STRIKES(play, 2, 0, false, {30, 2, NAN}, {100, 0, 7}, {130, 2, NAN});
    struct bh_fault fault = {.stream = &play->streams[2], .is_recorded = true, .down_s = NAN};
    assert_close(bh_fault_repair_s(&(struct bh_random){SEED, 0}, &fault), 7, 0);
    end(play);
    play = begin(log, manner, causes, 1, &err);
    assert_int_equal(play->replay->unclaimed, 4);
    EXPECT_STRIKES(play, 0, 0, false, {30, 1, 8}, {30, 2, 9}, {130, 1, 8});
    end(play);
    bh_recorded_faults_destroy(log);
    const char *const detailed[] = {"[Memory Dimm]", "[Hardware]"};
    static const char cfdr[] = "System,nodes,nodenum,node prod,node decom,purpose,Prob Started,Prob Fixed,Down Time,"
                               "Facilities,Hardware,Human Error,Network,Undetermined,Software\n"
                               "2,8,0,Jan-05,current,compute,6/21/2005 10:00,6/21/2005 11:00,60,,Memory Dimm,,,,\n"
                               "2,8,3,Jan-05,current,compute,6/21/2005 10:30,6/21/2005 11:00,30,,CPU,,,,\n"
                               "2,8,0,Jan-05,current,compute,6/21/2005 12:00,6/21/2005 13:00,60,,,,,,OS\n"
                               "5,2,1,Jan-05,current,compute,6/21/2005 10:40,6/21/2005 13:00,140,,CPU,,,,\n";
    log = record(cfdr, (struct bh_recorded_choice){.system = "2"});
    assert_int_equal(log->nodes, 8);
    assert_int_equal(log->named_nodes, 2);
    assert_int_equal(log->elsewhere, 1);
    play = begin(log, (struct bh_replay_manner){.machine_nodes = 8, .stops = true}, detailed, 2, &err);
    EXPECT_STRIKES(play, 0, 0, true, {0, 0, 3600});
    EXPECT_STRIKES(play, 1, 0, true, {1800, 1, 1800});
    end(play);
    bh_recorded_faults_destroy(log);
}

static void refuse(const char *text, const char *const *causes, size_t count, struct bh_replay_manner manner,
                   const char *part)
{
    struct bh_error err = {0};
    struct bh_recorded_faults *log = record(text, (struct bh_recorded_choice){.nodes = 0});
    struct play *play = begin(log, manner, causes, count, &err);
    assert_null(play->replay);
    if (strstr(err.text, part) == NULL)
        fail_msg("expected `%s` in: %s", part, err.text);
    end(play);
    bh_recorded_faults_destroy(log);
}

static void refuse_choice(struct bh_recorded_choice choice, const char *part)
{
    struct bh_error err = {0};
    struct bh_failure_log *log = bh_failure_log_parse(by_hand, strlen(by_hand), "log", &err);
    assert_null(bh_recorded_faults_create(log, &choice, &err));
    if (strstr(err.text, part) == NULL)
        fail_msg("expected `%s` in: %s", part, err.text);
}

static void test_refused(void **state)
{
    (void)state;
    const struct bh_replay_manner fits = {.machine_nodes = 3};
    const char *const all[] = {NULL, NULL}, *const same[] = {"[power]", "[hardware, power]"},
                      *const near[] = {"[hardwear]"};
    refuse(by_hand, all, 2, fits, "all other records, which `first` takes too");
    refuse(by_hand, same, 2, fits, "power, which `first` takes too");
    refuse(by_hand, near, 1, fits, "did you mean `hardware`?");
    refuse(by_hand, all, 0, fits, "expected one with `arrival: recorded`");
    refuse(by_hand, all, 1, (struct bh_replay_manner){.machine_nodes = 2}, "a log of 3 nodes for a machine of 2");
    refuse("time,node\n1,a\n2,a\n", all, 1, fits, "expected a `repair` of its own");
    refuse_choice((struct bh_recorded_choice){.nodes = 2}, "at least the 3 that the log names");
    refuse_choice((struct bh_recorded_choice){.system = "7"}, "found the system `7`");
    refuse_choice((struct bh_recorded_choice){.until = {true, true, 0}}, "expected more than 0 s");
    refuse_choice((struct bh_recorded_choice){.begin = {true, false, 160}, .until = {true, false, 170}},
                  "found no record to replay");
}

/* --- Followers ----------------------------------------------------------------------------------------------------- */

/* Everybody follows at most one leader; numbers of followers have the moments of a multinomial; and who follows whom is
 * uniform: over replicas a node follows each leader equally often, and two nodes the same one with probability 1/L. */
static void test_followers(void **state)
{
    (void)state;
    enum { NODES = 37, LEADERS = 5, NAMED = 4, RUNS = 4000 };
    double of_leader[NAMED] = {0}, squares = 0, products = 0, of_node[NODES][NAMED + 1] = {{0}}, agree = 0;
    for (uint64_t r = 0; r < RUNS; r++) {
        struct bh_followers *followers = bh_followers_create(&(struct bh_random){SEED, r}, NODES, LEADERS, NAMED);
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

static void test_against_naive(void **state)
{
    (void)state;
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
                play_by_player(play, (struct bh_random){SEED + s, r}, &seen);
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
static void test_counts_and_rates(void **state)
{
    (void)state;
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
            struct bh_random random = {SEED, r};
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

/* Two classes together see what one that takes all sees: the same nodes follow, from the same points. */
static void test_classes_share_the_replay(void **state)
{
    (void)state;
    enum { NODES = 40, COUNT = 300 };
    struct bh_error err = {0};
    /* With an end after its last record, which so does not meet the first. */
    struct bh_recorded_faults *log = record(by_hand, (struct bh_recorded_choice){.until = {true, true, 110}});
    const char *const causes[] = {"[hardware]", NULL};
    for (int m = 0; m < 4; m++) {
        struct bh_replay_manner manner = {.nodes = m % 2 ? BH_REPLAY_COPIES : BH_REPLAY_RESAMPLED,
                                          .start = m / 2 ? BH_REPLAY_APART : BH_REPLAY_RANDOM,
                                          .machine_nodes = NODES};
        struct play *all = play_all(log, manner), *two = begin(log, manner, causes, 2, &err);
        struct bh_random random = {SEED, 4};
        struct bh_fault_arrivals *one = bh_fault_arrivals_create(&all->streams[0], NODES, true),
                                 *part[2] = {bh_fault_arrivals_create(&two->streams[0], NODES, true),
                                             bh_fault_arrivals_create(&two->streams[1], NODES, true)};
        struct bh_fault fault, next[2];
        for (int c = 0; c < 2; c++)
            assert_true(bh_fault_arrivals_next(part[c], &random, &next[c]));
        for (int i = 0; i < COUNT; i++) {
            assert_true(bh_fault_arrivals_next(one, &random, &fault));
            int c = next[0].time_s <= next[1].time_s ? 0 : 1;
            assert_true(next[c].time_s == fault.time_s);
            if (next[0].time_s != next[1].time_s)
                assert_int_equal(next[c].node, fault.node);
            assert_true(next[c].identity != fault.identity || c == 0);
            assert_true(bh_fault_arrivals_next(part[c], &random, &next[c]));
        }
        bh_fault_arrivals_destroy(one);
        bh_fault_arrivals_destroy(part[0]);
        bh_fault_arrivals_destroy(part[1]);
        end(all);
        end(two);
    }
    bh_recorded_faults_destroy(log);
}

/* A machine too small to be struck by a class ends its faults instead of searching for ever. */
static void test_nobody_follows(void **state)
{
    (void)state;
    struct bh_recorded_faults *log = record(by_hand, (struct bh_recorded_choice){.nodes = 1000});
    unsigned ended = 0;
    for (uint64_t r = 0; r < 40; r++) {
        struct play *play = play_all(log, (struct bh_replay_manner){.nodes = BH_REPLAY_RESAMPLED,
                                                                    .start = r % 2 ? BH_REPLAY_APART : BH_REPLAY_BEGIN,
                                                                    .machine_nodes = 2});
        struct bh_fault_arrivals *arrivals = bh_fault_arrivals_create(&play->streams[0], 2, true);
        struct bh_fault fault;
        ended += !bh_fault_arrivals_next(arrivals, &(struct bh_random){SEED, r}, &fault);
        bh_fault_arrivals_destroy(arrivals);
        end(play);
    }
    assert_true(ended > 30);
    bh_recorded_faults_destroy(log);
}

/* --- Against the process that the log was drawn from --------------------------------------------------------------- */

/* Weibull clocks of mean 1 in steady state for 100: a log of each of LOGS machines, replayed by one of as many nodes for
 * a mean time, and the machine itself. Clusters are logs. Windows that hold the end of the log, one in a hundred, see a
 * gap that none drew: that moves second moments by less than 0.3 %. */
static void test_against_process(void **state)
{
    (void)state;
    enum { LOGS = 60, NODES = 40, RUNS = 4, LENGTH = 100 };
    const struct bh_distribution between = bh_distribution_of(&bh_weibull, 0.7, 1 / tgamma(1 + 1 / 0.7));
    struct bh_fault_class class = {
        .name = "wear", .mend = BH_MEND_REBOOT, .rate.value = 1, .arrival.distribution = between};
    struct bh_fault_stream stream = bh_fault_stream_of(&class, NODES);
    double sums[2][FEATURES] = {{0}}, squares[2][FEATURES] = {{0}};
    for (uint64_t l = 0; l < 2 * LOGS; l++) {
        struct bh_random random = {SEED + 1, l};
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
                play_by_player(play, (struct bh_random){SEED + 2, l * RUNS + r}, &seen);
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
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_classes),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_followers),
        cmocka_unit_test(test_against_naive),
        cmocka_unit_test(test_counts_and_rates),
        cmocka_unit_test(test_classes_share_the_replay),
        cmocka_unit_test(test_nobody_follows),
        cmocka_unit_test(test_against_process),
    };
    return cmocka_run_group_tests_name("replay", tests, NULL, NULL);
}
