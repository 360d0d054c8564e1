/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Posteriors from injections: where the answer is closed, over campaigns played by the model itself, and plans against
 * Fisher's test played out. */
#include "models/catalog/reader/read_catalog.h"
#include "models/document/csv.h"
#include "models/injections/counts.h"
#include "models/injections/posterior.h"
#include "models/injections/posterior_draws.h"
#include "models/injections/sample_size.h"

#include "models/base/random.h"
#include "models/containment/isolation.h"
#include "models/containment/played_error.h"
#include "tests/support/models.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_randist.h>

static const struct bh_testbed one_of_each = {1, 1, "mpi-bulk-synchronous"};

static struct bh_injections read_counts(const struct bh_catalog *catalog, const char *text)
{
    struct bh_error err = {0};
    struct bh_injections injections = {0};
    struct bh_csv *csv = bh_csv_parse(text, strlen(text), "counts.csv", &err);
    if (csv == NULL || bh_injections_read(catalog, csv, &one_of_each, NULL, &injections, &err) != 0)
        fail_msg("%s", err.text);
    bh_csv_destroy(csv);
    return injections;
}

static struct bh_injection_posterior fit(const struct bh_catalog *catalog, const struct bh_injections *injections,
                                         size_t sweeps, uint64_t seed, unsigned threads)
{
    struct bh_error err = {0};
    struct bh_injection_posterior posterior;
    struct bh_injection_sampling sampling = {
        .seed = seed, .least_sweeps = sweeps, .most_sweeps = 8 * sweeps, .draws = 100, .threads = threads};
    if (bh_injections_fit(catalog, injections, &sampling, &posterior, &err) != 0)
        fail_msg("%s", err.text);
    assert_true(posterior.converged);
    return posterior;
}

static const struct bh_injected_number *number(const struct bh_injection_posterior *posterior, const char *path)
{
    for (size_t n = 0; n < posterior->numbers_count; n++)
        if (strcmp(posterior->numbers[n].parameter->path, path) == 0)
            return &posterior->numbers[n];
    fail_msg("%s is not fitted", path);
    return NULL;
}

/* The true shares below the three quantiles, each within five standard errors of as many draws as there effectively are
 * (quantiles mix a little worse than means: twice the variance). */
static void assert_quantiles(const struct bh_injected_number *fitted, const double below[3])
{
    static const double shares[] = {0.05, 0.5, 0.95};
    print_message("# %s: %g [%g, %g], of the closed form %.4f %.4f %.4f lies below; %.0f draws\n",
                  fitted->parameter->path, fitted->median, fitted->low, fitted->high, below[1], below[0], below[2],
                  fitted->effective_draws);
    for (int q = 0; q < 3; q++) {
        double error = sqrt(2.0 * shares[q] * (1.0 - shares[q]) / fitted->effective_draws);
        assert_true(fabs(below[q] - shares[q]) < 5.0 * error);
    }
}

/* Without channels a kernel's error is masked or takes the node: Beta(failed + 1/2, masked + 1/2). Few trials show the
 * prior, many the counts. */
static void check_shares(unsigned masked, unsigned failed, unsigned hangs)
{
    struct bh_catalog *catalog = bh_test_catalog("{channels.kernel-to-process.probability: 0}", NULL);
    char *text = bh_print_text("system,zone,kind,trials,masked,failed-node,hangs\n"
                               "native,host-kernel,data,%u,%u,%u,%u\nnative,host-kernel,data,2,1,1,0\n",
                               masked + failed, masked, failed, hangs);
    struct bh_injections injections = read_counts(catalog, text);
    assert_int_equal(injections.count, 1);
    assert_int_equal(injections.rows[0].lines, 2);
    assert_int_equal(injections.trials, masked + failed + 2);
    struct bh_injection_posterior posterior = fit(catalog, &injections, 1000, 1, 0);
    assert_int_equal(posterior.numbers_count, 3);
    const struct bh_injected_number *own = number(&posterior, "zones.host-kernel.data.signalled");
    double a = failed + 1.5, b = masked + 1.5;
    assert_quantiles(own, (const double[]){gsl_cdf_beta_P(own->low, a, b), gsl_cdf_beta_P(own->median, a, b),
                                           gsl_cdf_beta_P(own->high, a, b)});
    own = number(&posterior, "zones.host-kernel.data.hang");
    assert_close(gsl_cdf_beta_P(own->low, hangs + 0.5, failed + 1 - hangs + 0.5), 0.05, 1e-9);
    assert_close(gsl_cdf_beta_P(own->high, hangs + 0.5, failed + 1 - hangs + 0.5), 0.95, 1e-9);
    bh_injection_posterior_free(&posterior);
    bh_injections_free(&injections);
    free(text);
    bh_catalog_destroy(catalog);
}

BH_TEST(test_shares_alone_are_beta)
{
    check_shares(59, 139, 35);
    check_shares(0, 3, 1);
}

/* One channel, unguarded, its source always masked and its target always signalled: failures of the node are its
 * crossings, with probability p. The posterior's density is p^(x-1) (1-p)^(n-x) between the ends of its range. */
static const char one_channel[] = "{zones.guest-kernel.data.masked: 1, zones.guest-kernel.data.signalled: 0, "
                                  "zones.host-kernel.data.masked: 0, zones.host-kernel.data.signalled: 1, "
                                  "channels.host-to-guest.probability: 0, channels.kernel-to-process.probability: 0}";

static double share_below(double p, double x, double n)
{
    enum { STEPS = 20000 };
    double low = log(1e-6), high = log(0.1), below = 0.0, all = 0.0;
    for (int i = 0; i < STEPS; i++) {
        double at = low + (i + 0.5) * (high - low) / STEPS, mass = exp(x * at + (n - x) * log1p(-exp(at)));
        all += mass;
        below += at < log(p) ? mass : 0.0;
    }
    return below / all;
}

static void check_one_channel(unsigned x, unsigned n, enum bh_informed informed)
{
    struct bh_catalog *catalog = bh_test_catalog(one_channel, NULL);
    char *text = bh_print_text("system,policy,zone,kind,trials,masked,failed-node\n"
                               "palacios,protected-disposition,guest-kernel,data,%u,%u,%u\n",
                               n, n - x, x);
    struct bh_injections injections = read_counts(catalog, text);
    struct bh_injection_posterior posterior = fit(catalog, &injections, 500, 2, 0);
    assert_int_equal(posterior.numbers_count, 1);
    const struct bh_injected_number *own = &posterior.numbers[0];
    assert_string_equal(own->parameter->path, "channels.vm-exit.probability");
    assert_quantiles(own, (const double[]){share_below(own->low, x, n), share_below(own->median, x, n),
                                           share_below(own->high, x, n)});
    assert_true(own->low > 0.0);
    assert_int_equal(own->informed, informed);
    /* None seen: the bound on the share is the bound on p, through the chain and back. */
    const struct bh_injection_fit *row = &posterior.fits[0];
    assert_true(row->has_escapes && row->escapes == x && row->level > 0.01);
    if (x == 0) {
        assert_close(row->escape_high, bh_none_seen_bound(n, 0.95), 0);
        assert_close(row->channel_high, row->escape_high, 1e-6);
    } else {
        assert_close(gsl_cdf_beta_P(row->escape_low, x + 0.5, n - x + 0.5), 0.05, 1e-9);
    }
    bh_injection_posterior_free(&posterior);
    bh_injections_free(&injections);
    free(text);
    bh_catalog_destroy(catalog);
}

BH_TEST(test_one_channel_is_a_truncated_beta)
{
    check_one_channel(7, 5000, BH_INFORMED_BOTH);
    check_one_channel(0, 5000, BH_INFORMED_ABOVE);
    check_one_channel(0, 1, BH_INFORMED_NOTHING);
}

/* Two injections that say nothing, and ten thousand: no counts make a probability 0 or leave its range. */
BH_TEST(test_same_bits_on_any_threads)
{
    struct bh_catalog *catalog = bh_test_catalog(NULL, NULL);
    struct bh_injections injections =
        read_counts(catalog, "kind,zone,system,masked,trials,failed-guest\ndata,guest-kernel,palacios,40,100,60\n");
    struct bh_injection_posterior one = fit(catalog, &injections, 200, 3, 1),
                                  three = fit(catalog, &injections, 200, 3, 3);
    assert_int_equal(one.draws_count, 100);
    assert_memory_equal(one.draws, three.draws, one.draws_count * one.numbers_count * sizeof *one.draws);
    for (size_t d = 0; d < one.draws_count; d++) {
        const double *draw = one.draws + d * one.numbers_count;
        assert_close(draw[0] + draw[1], 1.0, 1e-12);
        assert_true(draw[2] >= 0.01 && draw[2] <= 0.5 && draw[3] >= 1e-6 && draw[3] <= 0.1);
    }
    bh_injection_posterior_free(&one);
    bh_injection_posterior_free(&three);
    bh_injections_free(&injections);
    bh_catalog_destroy(catalog);
}

/* --- Campaigns played by the model ----------------------------------------------------------------------------------- */

enum { CAMPAIGNS = 100, INJECTED = 2000 };

/* What the trials of a campaign came to. */
static void play(const struct bh_node_model *model, size_t zone, uint64_t campaign, uint64_t trials,
                 uint64_t count[BH_SEEN])
{
    struct bh_trial_table *table = bh_trial_table_create(model, 0.0);
    struct bh_trial_player *player = bh_trial_player_create(table, 1000 + campaign);
    struct bh_origin origin = {.zone = zone};
    for (uint64_t n = 0; n < trials; n++) {
        struct bh_trial trial;
        bh_trial_play(player, &origin, n, BH_BOUNDARIES, &trial);
        count[bh_effect_seen(model->tree, &trial.effect)]++;
    }
    bh_trial_player_destroy(player);
    bh_trial_table_destroy(table);
}

/* What an observer sees, by chance and by the chain. One multinomial each: at most 8 counts, jointly at 1e-4. */
BH_TEST(test_what_is_seen_agrees_with_the_chain)
{
    static const char *const systems[] = {"native", "kvm", "palacios-shared-network"};
    enum { TRIALS = 50000 };
    struct bh_catalog *catalog = bh_test_catalog(NULL, NULL);
    struct bh_tenant tenant = {.guests_per_node = 2,
                               .processes_per_guest = 1,
                               .node_share = 1.0,
                               .application = bh_test_application(catalog, "mpi-bulk-synchronous")};
    double least = 1.0;
    for (size_t s = 0; s < 3; s++) {
        struct bh_node_model *model =
            bh_test_model(catalog, systems[s], s == 0 ? "native" : "protected-disposition", &tenant, 1);
        for (size_t z = 0; z < model->tree->zones_count; z++) {
            uint64_t count[BH_SEEN] = {0};
            double loss[BH_SCOPES], sum = 0.0;
            struct bh_error err = {0};
            struct bh_spread spread = {.loss = loss};
            assert_int_equal(bh_isolation_spread(model, (struct bh_origin){.zone = z}, &spread, &err), 0);
            play(model, z, z, TRIALS, count);
            for (int k = 0; k < BH_SEEN; k++) {
                sum += spread.seen[k];
                least = fmin(least, fmin(gsl_cdf_binomial_P((unsigned)count[k], fmin(spread.seen[k], 1.0), TRIALS),
                                         count[k] == 0 ? 1.0
                                                       : gsl_cdf_binomial_Q((unsigned)count[k] - 1,
                                                                            fmin(spread.seen[k], 1.0), TRIALS)));
            }
            assert_close(sum, 1.0, 1e-6);
        }
        bh_node_model_destroy(model);
    }
    print_message("# least tail %g\n", least);
    assert_true(least > 1e-4 / (2.0 * BH_SEEN * 15));
    bh_catalog_destroy(catalog);
}

/* Known numbers, campaigns by chance, 90 % intervals: they hold the truth in 90 of 100. Two numbers of 100 campaigns; the
 * counts are binomial, and both are tested at 1e-4 in all. What is close to a bound of its range would not do. */
BH_TEST(test_intervals_hold_the_truth)
{
    static const char *const paths[] = {"zones.guest-kernel.data.signalled", "channels.vm-exit.probability"};
    static const double truth[] = {0.66, 0.01};
    struct bh_catalog *played = bh_test_catalog(
                          "{channels.vm-exit.probability: 0.01, channels.kernel-to-process.probability: 0}", NULL),
                      *fitted = bh_test_catalog("{channels.kernel-to-process.probability: 0}", NULL);
    struct bh_tenant tenant = {.guests_per_node = 1,
                               .processes_per_guest = 1,
                               .node_share = 1.0,
                               .application = bh_test_application(played, "mpi-bulk-synchronous")};
    struct bh_node_model *model = bh_test_model(played, "palacios", "protected-disposition", &tenant, 1);
    size_t zone = bh_zone_tree_find(model->tree, BH_GUEST_KERNEL, 0), held[2] = {0, 0}, escapes = 0;
    for (uint64_t c = 0; c < CAMPAIGNS; c++) {
        uint64_t count[BH_SEEN] = {0};
        play(model, zone, c, INJECTED, count);
        escapes += count[BH_SCOPE_NODE];
        char *text = bh_print_text("system,policy,zone,kind,trials,masked,failed-process,failed-guest,failed-node,sdc\n"
                                   "palacios,protected-disposition,guest-kernel,data,%d,%u,%u,%u,%u,%u\n",
                                   INJECTED, (unsigned)count[0], (unsigned)count[BH_SCOPE_PROCESS],
                                   (unsigned)count[BH_SCOPE_GUEST], (unsigned)count[BH_SCOPE_NODE],
                                   (unsigned)count[BH_SEEN_SILENT]);
        struct bh_injections injections = read_counts(fitted, text);
        struct bh_injection_posterior posterior;
        struct bh_injection_sampling short_one = {
            .seed = c, .settling = 60, .least_sweeps = 150, .most_sweeps = 150, .draws = 1};
        assert_int_equal(bh_injections_fit(fitted, &injections, &short_one, &posterior, &(struct bh_error){0}), 0);
        for (int k = 0; k < 2; k++) {
            const struct bh_injected_number *own = number(&posterior, paths[k]);
            held[k] += own->low <= truth[k] && truth[k] <= own->high;
        }
        bh_injection_posterior_free(&posterior);
        bh_injections_free(&injections);
        free(text);
    }
    print_message("# %zu escapes; %zu and %zu of %d intervals hold the truth\n", escapes, held[0], held[1], CAMPAIGNS);
    assert_true(escapes > CAMPAIGNS);
    for (int k = 0; k < 2; k++) {
        double tail = fmin(gsl_cdf_binomial_P((unsigned)held[k], 0.9, CAMPAIGNS),
                           gsl_cdf_binomial_Q((unsigned)held[k] - 1, 0.9, CAMPAIGNS));
        assert_true(tail > 1e-4 / 4.0);
    }
    bh_node_model_destroy(model);
    bh_catalog_destroy(played);
    bh_catalog_destroy(fitted);
}

/* --- Chains ---------------------------------------------------------------------------------------------------------- */

/* Autoregression of rho: all (1 - rho) / (1 + rho) effective draws; chains apart are told. */
BH_TEST(test_diagnostics)
{
    enum { CHAINS = 4, LENGTH = 20000 };
    struct bh_random random = {.seed = 11};
    double *values = bh_allocate(CHAINS * LENGTH, sizeof *values);
    for (int r = 0; r < 3; r++) {
        double rho = 0.45 * r;
        for (size_t c = 0; c < CHAINS; c++)
            for (size_t i = 0; i < LENGTH; i++) {
                double z = gsl_cdf_ugaussian_Pinv(bh_random_uniform(&random, BH_PURPOSE_BOOTSTRAP, r, c, i));
                double *at = &values[c * LENGTH + i];
                *at = i == 0 ? z : rho * at[-1] + sqrt(1.0 - rho * rho) * z;
            }
        struct bh_injected_number own = {0};
        bh_chains_describe(values, CHAINS, LENGTH, false, &own);
        double expected = CHAINS * LENGTH * (1.0 - rho) / (1.0 + rho);
        print_message("# rho %g: %.0f effective draws, expected %.0f; R-hat %.4f\n", rho, own.effective_draws, expected,
                      own.r_hat);
        assert_close(own.effective_draws, expected, 0.15);
        assert_true(own.r_hat < 1.01);
        assert_true(fabs(own.high - 1.645) < 0.1 && fabs(own.median) < 0.1);
    }
    struct bh_injected_number apart = {0};
    for (size_t i = 0; i < LENGTH; i++)
        values[i] += 1.0;
    bh_chains_describe(values, CHAINS, LENGTH, false, &apart);
    assert_true(apart.r_hat > 1.05);
    free(values);
}

/* --- Plans ----------------------------------------------------------------------------------------------------------- */

BH_TEST(test_none_seen)
{
    assert_close(bh_none_seen_bound(1, 0.95), 0.95, 1e-15);
    assert_close(bh_none_seen_bound(1000, 0.95), 1.0 - pow(0.05, 1e-3), 1e-12);
    assert_close(bh_none_seen_bound(1000000, 0.95), 3e-6, 2e-3); /* the rule of three */
    assert_close(bh_none_seen_trials(0.01, 0.95), 299, 0);
    assert_true(bh_none_seen_bound(299, 0.95) <= 0.01 && bh_none_seen_bound(298, 0.95) > 0.01);
    assert_true(isinf(bh_none_seen_trials(0.0, 0.95)));
    for (int i = 0; i < 8; i++) {
        double a = 0.5 + 3.0 * i, b = 1e4 / (i + 1.0) + 0.5;
        assert_close(gsl_cdf_beta_P(bh_beta_quantile(0.05, a, b), a, b), 0.05, 1e-9);
        assert_close(gsl_cdf_beta_P(bh_beta_quantile(0.95, b, a), b, a), 0.95, 1e-9);
    }
}

static uint64_t binomial_draw(uint64_t n, double p, uint64_t play_number, uint64_t which)
{
    double u = bh_random_uniform(&(struct bh_random){.seed = 5}, BH_PURPOSE_BOOTSTRAP, which, play_number, 0),
           sum = 0.0;
    uint64_t k = 0;
    while (k < n && (sum += gsl_ran_binomial_pdf((unsigned)k, p, (unsigned)n)) < u)
        k++;
    return k;
}

/* The test itself, by GSL's hypergeometric distribution. */
static bool finds(uint64_t x, uint64_t y, uint64_t n, double level)
{
    unsigned total = (unsigned)(x + y), more = (unsigned)(x > y ? x : y);
    return total > 0 && gsl_cdf_hypergeometric_Q(more - 1, (unsigned)n, (unsigned)n, total) <= level / 2.0;
}

BH_TEST(test_plans_keep_their_power)
{
    static const double pairs[][2] = {{0.01, 0.0}, {0.3, 0.1}, {0.02, 0.005}, {0.9, 0.99}, {0.0, 0.2}};
    enum { PLAYED = 2000 };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        double p = pairs[i][0], q = pairs[i][1], trials = bh_trials_to_separate(p, q, 0.05, 0.9);
        uint64_t n = (uint64_t)trials, found = 0;
        for (uint64_t k = 0; k < PLAYED; k++)
            found += finds(binomial_draw(n, p, k, 2 * i), binomial_draw(n, q, k, 2 * i + 1), n, 0.05);
        double power = bh_separation_power(n, p, q, 0.05);
        print_message("# %g against %g: %.0f each; power %.4f, played %.4f\n", p, q, trials, power,
                      found / (double)PLAYED);
        assert_true(power >= 0.9);
        assert_true(bh_separation_power((uint64_t)(0.97 * trials) - 1, p, q, 0.05) < 0.91);
        double tail = fmin(gsl_cdf_binomial_P((unsigned)found, power, PLAYED),
                           gsl_cdf_binomial_Q((unsigned)found - 1, power, PLAYED));
        assert_true(tail > 1e-4 / 10.0);
    }
    assert_true(isinf(bh_trials_to_separate(0.1, 0.1, 0.05, 0.9)));
    assert_close(bh_trials_to_separate(0.3, 0.1, 0.05, 0.9), bh_trials_to_separate(0.1, 0.3, 0.05, 0.9), 0);
    /* Where the sum hands over to the formula they agree: at some 2,000 expected. */
    double n = bh_trials_to_separate(0.020, 0.0186, 0.05, 0.9);
    assert_close(bh_separation_power((uint64_t)n, 0.020, 0.0186, 0.05), 0.9, 0.01);
}

int main(void)
{
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_none_seen),
        cmocka_unit_test(test_diagnostics),
        cmocka_unit_test(test_plans_keep_their_power),
        cmocka_unit_test(test_shares_alone_are_beta),
        cmocka_unit_test(test_one_channel_is_a_truncated_beta),
        cmocka_unit_test(test_same_bits_on_any_threads),
        cmocka_unit_test(test_what_is_seen_agrees_with_the_chain),
        cmocka_unit_test(test_intervals_hold_the_truth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
