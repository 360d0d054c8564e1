/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* When faults strike and what they bring along: closed forms, and one clock per carrier played naively. */
#include "models/catalog/fault_class.h"
#include "models/times/exponential.h"
#include "models/times/hyperexponential.h"
#include "models/times/lognormal.h"
#include "models/times/weibull_gamma.h"
#include "tests/support/uniform.h"

#include "models/faults/arrivals.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <string.h>

enum { SEED = 5, NODES_MOST = 64 };

static struct bh_parameter number(double value)
{
    return (struct bh_parameter){.value = value};
}

/* A class that loses nodes, `between` apart, repaired as `repair` says (type NULL: reboot). */
static struct bh_fault_class class_of(struct bh_distribution between, struct bh_distribution repair)
{
    struct bh_fault_class class = {.name = "wear", .landing = BH_LANDING_NODE, .arrival.distribution = between};
    class.rate = number(1 / bh_distribution_mean_s(&between));
    class.mend = repair.type != NULL ? BH_MEND_REPAIR : BH_MEND_REBOOT;
    class.repair.distribution = repair;
    class.repair_median_s = number(repair.a[0]); /* of a lognormal one */
    class.repair_sigma = number(repair.b[0]);
    return class;
}

static struct bh_distribution exponential(double mean_s)
{
    return bh_distribution_of(&bh_exponential, mean_s, 0);
}

static const struct bh_distribution no_repair;

/* --- Superposed clocks --------------------------------------------------------------------------------------------- */

/* Over N nodes the gaps are exponential of mean 1/(N rate), the node is uniform, and each node alone sees its rate. */
BH_TEST(test_superposed)
{
    enum { FAULTS = 40000, NODES = 50 };
    static double gaps[FAULTS], nodes[FAULTS];
    const struct bh_random random = {.seed = SEED, .replica = 1};
    struct bh_fault_class class = class_of(exponential(50), no_repair);
    struct bh_fault_stream stream = bh_fault_stream_of(&class, NODES);
    struct bh_fault_arrivals *arrivals = bh_fault_arrivals_create(&stream, NODES, true);
    struct bh_fault fault = {.time_s = 0};
    double last_on_7 = 0, sum_on_7 = 0;
    size_t on_7 = 0;
    for (size_t k = 0; k < FAULTS; k++) {
        double before_s = fault.time_s;
        assert_true(bh_fault_arrivals_next(arrivals, &random, &fault));
        assert_ptr_equal(fault.stream, &stream);
        assert_true(fault.node < NODES && !fault.is_machine);
        gaps[k] = -expm1(-(fault.time_s - before_s) * NODES / 50);
        nodes[k] = ((double)fault.node + (double)k / FAULTS) / NODES; /* spread within the node's cell */
        if (fault.node == 7) {
            sum_on_7 += fault.time_s - last_on_7;
            last_on_7 = fault.time_s;
            on_7++;
        }
    }
    bh_fault_arrivals_destroy(arrivals);
    /* Mean of FAULTS gaps within 4.4 standard errors, of which one is 0.5 %. */
    assert_close(fault.time_s / FAULTS, 1.0, 4.4 / sqrt(FAULTS));
    assert_close(sum_on_7 / (double)on_7, 50, 4.4 / sqrt((double)on_7));
    assert_uniform(gaps, FAULTS, 2.47);
    assert_uniform(nodes, FAULTS, 2.47);
}

static struct bh_fault first_of(const struct bh_fault_stream *stream, uint64_t nodes, struct bh_random random)
{
    struct bh_fault_arrivals *arrivals = bh_fault_arrivals_create(stream, nodes, true);
    struct bh_fault fault;
    assert_true(bh_fault_arrivals_next(arrivals, &random, &fault));
    bh_fault_arrivals_destroy(arrivals);
    return fault;
}

BH_TEST(test_functions_of_seed_replica_and_stream)
{
    const struct bh_random random = {.seed = SEED, .replica = 1}, other = {.seed = SEED, .replica = 2};
    const struct bh_distribution laws[] = {exponential(1e6), bh_distribution_of(&bh_weibull, 0.7, 1e6)};
    for (int l = 0; l < 2; l++) {
        struct bh_fault_class class = class_of(laws[l], no_repair), renamed = class;
        renamed.name = "tear";
        struct bh_fault_stream stream = bh_fault_stream_of(&class, 1000), second = bh_fault_stream_of(&renamed, 1000);
        struct bh_fault_arrivals *one = bh_fault_arrivals_create(&stream, 1000, true),
                                 *two = bh_fault_arrivals_create(&stream, 1000, true),
                                 *between = bh_fault_arrivals_create(&second, 1000, true);
        double last_s = 0;
        for (int k = 0; k < 2000; k++) { /* on two clocks at once, with others in between */
            struct bh_fault a, b, c;
            assert_true(bh_fault_arrivals_next(one, &random, &a) && bh_fault_arrivals_next(between, &random, &c) &&
                        bh_fault_arrivals_next(two, &random, &b));
            assert_true(a.time_s == b.time_s && a.node == b.node && a.identity == b.identity);
            assert_true(a.time_s > last_s && a.identity != c.identity);
            last_s = a.time_s;
        }
        bh_fault_arrivals_destroy(one);
        bh_fault_arrivals_destroy(two);
        bh_fault_arrivals_destroy(between);
        assert_true(first_of(&stream, 1000, other).time_s != first_of(&stream, 1000, random).time_s);
    }
    /* The same faults come sooner to a larger machine: common random numbers over its size, too. */
    struct bh_fault_class class = class_of(laws[0], no_repair);
    struct bh_fault_stream stream = bh_fault_stream_of(&class, 1000);
    assert_close(first_of(&stream, 2000, random).time_s, first_of(&stream, 1000, random).time_s / 2, 1e-14);
}

/* --- Against one clock per carrier --------------------------------------------------------------------------------- */

/* What a machine shows in a time: strikes, their squares over nodes, nodes struck, the first strike, strikes that share
 * a moment with others, the mean number of the node. */
enum { STRIKES, SQUARES, STRUCK, FIRST, TOGETHER, PLACE, FEATURES };
struct log {
    double until_s, first_s, last_s;
    unsigned strikes[NODES_MOST], together;
    bool is_together;
};

static void log_strike(struct log *log, double time_s, uint64_t node)
{
    if (time_s >= log->until_s)
        return;
    log->strikes[node]++;
    log->first_s = fmin(log->first_s, time_s);
}

struct sums {
    double sum[FEATURES], squares[FEATURES];
};

static void add(struct sums *sums, const struct log *log, uint64_t nodes)
{
    double feature[FEATURES] = {[FIRST] = log->first_s, [TOGETHER] = log->together};
    for (uint64_t n = 0; n < nodes; n++) {
        feature[STRIKES] += log->strikes[n];
        feature[SQUARES] += (double)log->strikes[n] * log->strikes[n];
        feature[STRUCK] += log->strikes[n] > 0;
        feature[PLACE] += (double)(n * log->strikes[n]);
    }
    for (int f = 0; f < FEATURES; f++) {
        sums->sum[f] += feature[f];
        sums->squares[f] += feature[f] * feature[f];
    }
}

struct setting {
    struct bh_fault_class class;
    uint64_t nodes;
    double until_s;
    bool is_steady;
};

static void play_arrivals(const struct setting *setting, struct bh_random random, struct sums *sums)
{
    struct bh_fault_stream stream = bh_fault_stream_of(&setting->class, setting->nodes);
    struct bh_fault_arrivals *arrivals = bh_fault_arrivals_create(&stream, setting->nodes, setting->is_steady);
    struct log log = {.until_s = setting->until_s, .first_s = setting->until_s};
    struct bh_fault fault;
    double last_s = -1;
    while (bh_fault_arrivals_next(arrivals, &random, &fault) && fault.time_s < setting->until_s) {
        assert_true(fault.node < setting->nodes && fault.time_s >= last_s);
        log.together += fault.time_s == last_s;
        last_s = fault.time_s;
        if (fault.is_machine)
            for (uint64_t n = 0; n < setting->nodes; n++)
                log_strike(&log, fault.time_s, n);
        else
            log_strike(&log, fault.time_s, fault.node);
    }
    add(sums, &log, setting->nodes);
    bh_fault_arrivals_destroy(arrivals);
}

/* Another generator, other loops: carrier by carrier, and node by node for what each event brings along. */
static void play_event(const struct setting *setting, gsl_rng *rng, double time_s, uint64_t carrier, uint64_t span,
                       struct log *log)
{
    const struct bh_burst *burst = &setting->class.burst;
    bool is_node = setting->class.carrier == BH_CARRIER_NODE;
    if (is_node)
        log_strike(log, time_s, carrier);
    if (is_node && (!burst->is_given || gsl_rng_uniform(rng) >= burst->probability.value))
        return;
    uint64_t width = is_node ? bh_domain_nodes(burst->domain) : span, domain = is_node ? carrier / width : carrier;
    double reach = burst->is_given ? burst->reach.value : 1;
    unsigned at_once = is_node;
    for (uint64_t n = 0; n < setting->nodes; n++) {
        if (n / width != domain || (is_node && n == carrier) || gsl_rng_uniform(rng) >= reach)
            continue;
        double delay_s =
            burst->is_given && burst->within_s.value > 0 ? gsl_ran_exponential(rng, burst->within_s.value) : 0;
        log_strike(log, time_s + delay_s, n);
        log->together += delay_s == 0 && at_once++ > 0 && time_s < log->until_s;
    }
}

static void play_clocks(const struct setting *setting, gsl_rng *rng, struct sums *sums)
{
    const struct bh_fault_class *class = &setting->class;
    const struct bh_distribution *between = &class->arrival.distribution, *repair = &class->repair.distribution;
    uint64_t span = class->carrier == BH_CARRIER_NODE      ? 1
                    : class->carrier == BH_CARRIER_MACHINE ? setting->nodes
                                                           : bh_domain_nodes(class->carrier_domain);
    bool is_wide = bh_fault_class_is_machine_wide(class);
    struct log log = {.until_s = setting->until_s, .first_s = setting->until_s};
    for (uint64_t carrier = 0; carrier * span < setting->nodes; carrier++) {
        double u = gsl_rng_uniform_pos(rng);
        double time_s = setting->is_steady ? bh_residual_exceeded(between, u) : bh_distribution_exceeded(between, u);
        while (time_s < setting->until_s) {
            unsigned together = log.together;
            play_event(setting, rng, time_s, carrier, span, &log);
            if (is_wide)
                log.together = together;
            if (repair->type != NULL && between->type != &bh_exponential)
                time_s += bh_distribution_exceeded(repair, gsl_rng_uniform_pos(rng));
            time_s += bh_distribution_exceeded(between, gsl_rng_uniform_pos(rng));
        }
    }
    add(sums, &log, setting->nodes);
}

static struct bh_domain domain = {.name = "board"};

static struct setting random_setting(gsl_rng *rng, int s)
{
    static const struct bh_distribution laws[] = {
        {&bh_exponential, 1, {1}, {0}}, {&bh_weibull, 1, {0.7}, {1}},
        {&bh_weibull, 1, {1.8}, {1}},   {&bh_lognormal, 1, {0.7}, {1.1}},
        {&bh_gamma, 1, {0.5}, {2}},     {&bh_hyperexponential, 2, {0.3, 0.7}, {0.1, 1.5}},
        {&bh_uniform, 1, {0.2}, {1.8}}, {&bh_piecewise, 2, {0, 0.5}, {2, 0.4}},
    };
    struct setting setting = {.nodes = 4 + gsl_rng_uniform_int(rng, NODES_MOST - 4), .is_steady = s / 8 % 2};
    setting.until_s = 0.1 + 2 * gsl_rng_uniform(rng);
    struct bh_distribution repair = s % 3 == 0 ? no_repair : bh_distribution_of(&bh_lognormal, 0.2, 0.8);
    setting.class = class_of(laws[s % 8], repair);
    setting.class.carrier = (enum bh_carrier)(s / 16 % 3);
    domain.nodes = number(2 + (double)gsl_rng_uniform_int(rng, 8));
    if (setting.class.carrier == BH_CARRIER_DOMAIN)
        setting.class.carrier_domain = &domain;
    if (s % 5 != 0)
        setting.class.burst = (struct bh_burst){.is_given = true,
                                                .domain = &domain,
                                                .probability = number(gsl_rng_uniform(rng)),
                                                .reach = number(s % 5 == 1 ? 1 : gsl_rng_uniform(rng)),
                                                .within_s = number(s % 2 ? 0.1 : 0)};
    return setting;
}

/* Random settings of everything, six features each, jointly at level 1e-4. */
BH_TEST(test_equals_clocks)
{
    enum { SETTINGS = 96, RUNS = 250 };
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, SEED);
    double limit = gsl_cdf_ugaussian_Qinv(1e-4 / (2.0 * SETTINGS * FEATURES)), seen[FEATURES] = {0};
    int wrong = 0;
    for (int s = 0; s < SETTINGS; s++) {
        struct setting setting = random_setting(rng, s);
        struct sums by_arrivals = {{0}, {0}}, by_clocks = {{0}, {0}};
        for (uint64_t r = 0; r < RUNS; r++) {
            play_arrivals(&setting, (struct bh_random){.seed = SEED + (uint64_t)s, .replica = r}, &by_arrivals);
            play_clocks(&setting, rng, &by_clocks);
        }
        for (int f = 0; f < FEATURES; f++) {
            double one = by_arrivals.sum[f] / RUNS, other = by_clocks.sum[f] / RUNS;
            double variance = fmax(0, by_arrivals.squares[f] / RUNS - one * one) +
                              fmax(0, by_clocks.squares[f] / RUNS - other * other);
            seen[f] += by_arrivals.sum[f];
            if (fabs(one - other) <= limit * sqrt(variance / (RUNS - 1)) + 1e-12)
                continue;
            print_error("setting %d (%s, %s, carrier %d), feature %d: %g and %g, %.2f standard errors apart\n", s,
                        setting.class.arrival.distribution.type->name, setting.is_steady ? "steady" : "fresh",
                        (int)setting.class.carrier, f, one, other, (one - other) / sqrt(variance / (RUNS - 1)));
            wrong++;
        }
    }
    gsl_rng_free(rng);
    assert_int_equal(wrong, 0);
    /* Strikes really happened, at single nodes more than once, and many together. */
    assert_true(seen[STRIKES] > 8e5 && seen[SQUARES] > 3 * seen[STRIKES] && seen[TOGETHER] > 2e5);
}

/* --- What rates promise -------------------------------------------------------------------------------------------- */

/* In the long run each node is struck `rate` times a second, and a job on all nodes hears of events `event_rate` times
 * per node, whoever carries the clock. Bursts are at once, so that an event is a moment. */
BH_TEST(test_rates)
{
    enum { NODES = 60, EVENTS = 20000 };
    domain.nodes = number(5);
    for (int carrier = 0; carrier < 3; carrier++)
        for (int reach = 0; reach < 2; reach++) {
            struct bh_fault_class class = class_of(exponential(100), no_repair);
            class.carrier = (enum bh_carrier)carrier;
            class.carrier_domain = carrier == BH_CARRIER_DOMAIN ? &domain : NULL;
            class.burst = (struct bh_burst){true, &domain, number(0.4), number(reach ? 0.3 : 1), number(0)};
            struct bh_fault_stream stream = bh_fault_stream_of(&class, NODES);
            struct bh_fault_arrivals *arrivals = bh_fault_arrivals_create(&stream, NODES, true);
            struct bh_random random = {.seed = SEED, .replica = (uint64_t)carrier};
            struct bh_fault fault;
            double last_s = -1, strikes = 0, squares = 0, here = 0;
            int events = 0;
            for (; events <= EVENTS; last_s = fault.time_s) {
                assert_true(bh_fault_arrivals_next(arrivals, &random, &fault));
                if (fault.time_s != last_s) {
                    squares += here * here;
                    here = 0;
                    events++;
                }
                strikes++;
                here++;
            }
            bh_fault_arrivals_destroy(arrivals);
            double most = 4.4; /* deviations, of a compound Poisson process */
            assert_close(events / last_s, NODES * stream.event_rate, most / sqrt(EVENTS));
            assert_close(strikes / last_s, NODES * stream.rate, most * sqrt(squares) / strikes);
        }
}

/* Of the machine's nodes each is hit with the reach: binomial, though only those hit are drawn. */
BH_TEST(test_reach_is_binomial)
{
    enum { NODES = 1000, EVENTS = 5000 };
    static double levels[EVENTS], places[EVENTS];
    struct bh_fault_class class = class_of(exponential(100), no_repair);
    class.carrier = BH_CARRIER_MACHINE;
    class.burst = (struct bh_burst){true, NULL, number(1), number(0.05), number(0)};
    struct bh_fault_stream stream = bh_fault_stream_of(&class, NODES);
    struct bh_fault_arrivals *arrivals = bh_fault_arrivals_create(&stream, NODES, true);
    const struct bh_random random = {.seed = SEED, .replica = 1};
    struct bh_fault fault;
    double sum = 0;
    assert_true(bh_fault_arrivals_next(arrivals, &random, &fault));
    for (int e = 0; e < EVENTS; e++) {
        double time_s = fault.time_s;
        unsigned hit = 0;
        places[e] = ((double)fault.node + (double)e / EVENTS) / NODES;
        for (uint64_t last = 0; fault.time_s == time_s; hit++) {
            assert_true(hit == 0 || fault.node > last);
            last = fault.node;
            sum += (double)fault.node;
            assert_true(bh_fault_arrivals_next(arrivals, &random, &fault));
        }
        double below = gsl_cdf_binomial_P(hit - 1, 0.05, NODES), at = gsl_ran_binomial_pdf(hit, 0.05, NODES);
        levels[e] = below + at * fmod(e * 0.6180339887498949, 1); /* spread over the step */
    }
    bh_fault_arrivals_destroy(arrivals);
    assert_uniform(levels, EVENTS, 2.47);
    /* The first node hit is geometric: its level. */
    for (int e = 0; e < EVENTS; e++) {
        double node = floor(places[e] * NODES), step = places[e] * NODES - node;
        places[e] = 1 - pow(0.95, node) * (1 - step * 0.05);
    }
    assert_uniform(places, EVENTS, 2.47);
    assert_close(sum / EVENTS, 0.05 * NODES * (NODES - 1) / 2, 4.4 / sqrt(0.05 * NODES * EVENTS));
}

/* What a domain's fault breaks is repaired as one; what a node takes along, each for itself. */
BH_TEST(test_repaired_as_one)
{
    domain.nodes = number(4);
    for (int carrier = 0; carrier < 2; carrier++) {
        struct bh_fault_class class = class_of(exponential(100), bh_distribution_of(&bh_weibull, 1.5, 60));
        class.carrier = (enum bh_carrier)carrier;
        class.carrier_domain = carrier ? &domain : NULL;
        class.burst = (struct bh_burst){true, &domain, number(1), number(1), number(0)};
        struct bh_fault_stream stream = bh_fault_stream_of(&class, 8);
        struct bh_fault_arrivals *arrivals = bh_fault_arrivals_create(&stream, 8, false);
        const struct bh_random random = {.seed = SEED, .replica = 1};
        struct bh_fault fault[4];
        for (int i = 0; i < 4; i++) {
            assert_true(bh_fault_arrivals_next(arrivals, &random, &fault[i]));
            assert_true(fault[i].time_s == fault[0].time_s && fault[i].node / 4 == fault[0].node / 4);
            for (int j = 0; j < i; j++) {
                assert_true(fault[i].node != fault[j].node && fault[i].identity != fault[j].identity);
                assert_int_equal(bh_fault_repair_s(&random, &fault[i]) == bh_fault_repair_s(&random, &fault[j]),
                                 carrier == 1);
            }
        }
        bh_fault_arrivals_destroy(arrivals);
    }
}

/* A million nodes and few faults: what is drawn is what happens. */
BH_TEST(test_a_large_machine)
{
    const uint64_t nodes = UINT64_C(1) << 20;
    struct bh_fault_class class = class_of(bh_distribution_of(&bh_weibull, 0.7, 1e9), no_repair);
    struct bh_fault_stream stream = bh_fault_stream_of(&class, nodes);
    for (int is_steady = 0; is_steady < 2; is_steady++) {
        static double levels[1000];
        for (uint64_t r = 0; r < 1000; r++) {
            struct bh_fault_arrivals *arrivals = bh_fault_arrivals_create(&stream, nodes, is_steady);
            const struct bh_random random = {.seed = SEED, .replica = r};
            struct bh_fault fault;
            assert_true(bh_fault_arrivals_next(arrivals, &random, &fault));
            double survival = is_steady ? bh_residual_survival(&class.arrival.distribution, fault.time_s)
                                        : bh_distribution_survival(&class.arrival.distribution, fault.time_s);
            levels[r] = -expm1((double)nodes * log(survival)); /* the least of n independent times */
            bh_fault_arrivals_destroy(arrivals);
        }
        assert_uniform(levels, 1000, 2.47);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_superposed),        cmocka_unit_test(test_functions_of_seed_replica_and_stream),
        cmocka_unit_test(test_equals_clocks),     cmocka_unit_test(test_rates),
        cmocka_unit_test(test_reach_is_binomial), cmocka_unit_test(test_repaired_as_one),
        cmocka_unit_test(test_a_large_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
