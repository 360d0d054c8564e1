/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The exact chain against cases worked by hand. Where a case is a closed form, 1e-12 leaves room for rounding and for
 * the mass of 1e-15 per state that is not followed. */
#include "tests/support/models.h"

#include "models/catalog/reader/read_catalog.h"
#include "models/spread/spread.h"

enum { TENANTS_MOST = 12 };

struct answer {
    struct bh_spread spread;
    double loss[TENANTS_MOST * BH_SCOPES];
};

static struct answer follow_from(const struct bh_node_model *model, struct bh_origin origin)
{
    struct answer answer = {.loss = {0}};
    struct bh_error err = {0};
    answer.spread.loss = answer.loss;
    if (bh_spread_exact(model, origin, 1e-15, 1000000, &answer.spread, &err) != 0)
        fail_msg("%s", err.text);
    double mass = answer.spread.unresolved;
    for (int s = 0; s < BH_SCOPES; s++)
        mass += answer.spread.extent[s];
    assert_close(mass, 1.0, 1e-12);
    return answer;
}

static struct answer follow(const struct bh_node_model *model, size_t zone)
{
    return follow_from(model, (struct bh_origin){.zone = zone, .kind = BH_DATA});
}

static double loss_of(const struct answer *answer, size_t tenant, enum bh_scope scope)
{
    return answer->loss[tenant * BH_SCOPES + scope];
}

/* All errors of a zone end as signalled. */
static void always_signals(struct bh_node_model *model, size_t zone)
{
    for (int kind = 0; kind < BH_ERROR_KINDS; kind++) {
        model->ending[zone][kind].masked = 0;
        model->ending[zone][kind].signalled = 1;
    }
}

/* Host 0; guest kernel 1 with process 2 for tenant 0; guest kernel 3 with process 4 for tenant 1. */
static const struct bh_small_zone two_guests[] = {
    {-1, BH_HOST_KERNEL, -1, -1, -1}, {0, BH_GUEST_KERNEL, 0, 0, -1}, {1, BH_GUEST_USER, 0, 0, 0},
    {0, BH_GUEST_KERNEL, 1, 1, -1},   {3, BH_GUEST_USER, 1, 1, 1},
};

/* --- Channels and guards ------------------------------------------------------------------------------------------- */

BH_TEST(test_one_channel)
{
    static const double probabilities[] = {0.0, 1e-9, 0.3, 0.999, 1.0}, blocks[] = {0.0, 0.25, 1.0};
    for (size_t i = 0; i < 5; i++)
        for (size_t j = 0; j < 3; j++) {
            struct bh_small_channel channel = {2, 0, probabilities[i], blocks[j], false};
            struct bh_node_model *model = bh_small_model(two_guests, 5, &channel, 1);
            model->ending[2][BH_DATA].rate = 0.017; /* cancels */
            struct answer answer = follow(model, 2);
            double crossed = probabilities[i] * (1 - blocks[j]);
            assert_close(answer.spread.extent[BH_SCOPE_NODE], crossed, 1e-12);
            assert_close(answer.spread.extent[BH_SCOPE_NONE], 1 - crossed, 1e-12);
            assert_close(answer.spread.beyond[BH_PROCESS_KERNEL], crossed, 1e-12);
            assert_close(answer.spread.beyond[BH_GUEST_HOST], crossed, 1e-12);
            assert_close(answer.spread.beyond[BH_ENCLAVE_ENCLAVE], 0, 0);
            bh_node_model_destroy(model);
        }
}

/* Guest kernel 1 reaches its own process 2 and the other guest's process 4; copies there are masked.
 * With p = 1/2 each channel's rate is that of the ending: of the three events each comes first with 1/3. The other
 * channel then wins against the ending with 1/2. So neither: 1/3; only the one: 1/3 x 1/2, only the other as much;
 * both: 2 x 1/3 x 1/2 = 1/3, not the 1/4 of independent channels. In general, with c = p/(1-p) in units of the ending:
 * neither 1/(1 + c1 + c2), both (c1 p2 + c2 p1)/(1 + c1 + c2). */
BH_TEST(test_two_channels_compete)
{
    static const double cases[][4] = {
        /* p1, p2, neither, both */
        {0.5, 0.5, 1.0 / 3, 1.0 / 3},
        {0.2, 0.8, 1 / 5.25, (0.25 * 0.8 + 4 * 0.2) / 5.25},
    };
    for (size_t i = 0; i < 2; i++) {
        const double *p = cases[i];
        struct bh_small_channel channels[] = {{1, 2, p[0], 0, false}, {1, 4, p[1], 0, false}};
        struct bh_node_model *model = bh_small_model(two_guests, 5, channels, 2);
        struct answer answer = follow(model, 1);
        assert_close(answer.spread.extent[BH_SCOPE_NONE], p[2], 1e-12);
        assert_close(answer.spread.extent[BH_SCOPE_PROCESS], 1 - p[2] - p[3], 1e-12);
        assert_close(answer.spread.extent[BH_SCOPE_NODE], p[3], 1e-12);
        assert_close(answer.spread.beyond[BH_ENCLAVE_ENCLAVE], p[3], 1e-12);
        assert_close(answer.spread.beyond[BH_GUEST_HOST], p[1], 1e-12); /* the other guest's process, either way */
        bh_node_model_destroy(model);
    }
}

/* A certain channel is tried before anything else; blocked and detected, it ends the process before the other channel
 * has its turn. */
BH_TEST(test_certain_channel_comes_first)
{
    struct bh_small_channel channels[] = {{2, 4, 0.9, 0, false}, {2, 1, 1.0, 1.0, true}};
    struct bh_node_model *model = bh_small_model(two_guests, 5, channels, 2);
    struct answer answer = follow(model, 2);
    assert_close(answer.spread.extent[BH_SCOPE_PROCESS], 1, 1e-12);
    assert_close(loss_of(&answer, 0, BH_SCOPE_PROCESS), 1, 1e-12);
    bh_node_model_destroy(model);

    channels[1].blocks = 0; /* open: kernel 1 is reached at once, process 4 with 0.9 */
    model = bh_small_model(two_guests, 5, channels, 2);
    answer = follow(model, 2);
    assert_close(answer.spread.beyond[BH_PROCESS_KERNEL], 1, 1e-12);
    assert_close(answer.spread.beyond[BH_GUEST_HOST], 0.9, 1e-12);
    bh_node_model_destroy(model);
}

/* A detected block signals in the source: the process is lost with p b, the kernel reached with p (1 - b). A dropped
 * block does nothing. */
BH_TEST(test_detected_block)
{
    struct bh_small_channel channel = {2, 1, 0.4, 0.75, true};
    struct bh_node_model *model = bh_small_model(two_guests, 5, &channel, 1);
    struct answer answer = follow(model, 2);
    assert_close(answer.spread.extent[BH_SCOPE_PROCESS], 0.4 * 0.75, 1e-12);
    assert_close(loss_of(&answer, 0, BH_SCOPE_PROCESS), 0.4 * 0.75, 1e-12);
    assert_close(answer.spread.extent[BH_SCOPE_GUEST], 0.4 * 0.25, 1e-12); /* kernel 1 reached, nothing failed */
    assert_close(loss_of(&answer, 0, BH_SCOPE_GUEST), 0, 0);
    bh_node_model_destroy(model);

    /* From the kernel, under a disposition of the node. */
    channel = (struct bh_small_channel){1, 2, 0.4, 0.75, true};
    model = bh_small_model(two_guests, 5, &channel, 1);
    answer = follow(model, 1);
    assert_close(loss_of(&answer, 1, BH_SCOPE_NODE), 0.4 * 0.75, 1e-12);
    bh_node_model_destroy(model);
}

/* Detected, the kernel kills its process and surely goes on: the channel that was used is not tried a second time. */
BH_TEST(test_used_channel_stays_used)
{
    struct bh_small_channel channel = {1, 4, 0.5, 0.5, true};
    struct bh_node_model *model = bh_small_model(two_guests, 5, &channel, 1);
    model->disposition[1] = BH_SCOPE_PROCESS;
    model->residual[1] = 1.0;
    struct answer answer = follow(model, 1);
    assert_close(answer.spread.beyond[BH_GUEST_HOST], 0.25, 1e-12); /* one chance of p (1 - b), no more */
    bh_node_model_destroy(model);
}

/* --- Endings ------------------------------------------------------------------------------------------------------- */

/* An instruction error ends by its own numbers; the copies it leaves are data errors. */
BH_TEST(test_copies_are_data_errors)
{
    struct bh_small_channel channel = {1, 2, 0.3, 0, false};
    struct bh_node_model *model = bh_small_model(two_guests, 5, &channel, 1);
    model->ending[2][BH_DATA] = (struct bh_copy_ending){5.0, 0.4, 0.0, 0.6, 0};
    model->ending[2][BH_INSTRUCTION] = (struct bh_copy_ending){0.1, 0.0, 1.0, 0.0, 0};
    model->ending[1][BH_INSTRUCTION].rate = 77.0;
    struct answer answer = follow_from(model, (struct bh_origin){.zone = 1, .kind = BH_INSTRUCTION});
    assert_close(answer.spread.silent, 0.3 * 0.6, 1e-12);
    assert_close(loss_of(&answer, 0, BH_SCOPE_PROCESS), 0, 0);
    answer = follow_from(model, (struct bh_origin){.zone = 2, .kind = BH_INSTRUCTION});
    assert_close(answer.spread.silent, 0, 0);
    assert_close(loss_of(&answer, 0, BH_SCOPE_PROCESS), 1, 1e-12);
    bh_node_model_destroy(model);
}

/* A zone that held an instruction error and is reached again holds a data error. Process 2 infects kernel 1 at once and
 * forgets (rate 1000, masked); kernel 1 ends and strikes back at rate 1 each. Only if process 2 ended first
 * (1000/1002) and kernel 1 then strikes (1/2) does it hold a copy again, with the chance of that (an again of 1, 0.3 and 0),
 * which is silent as data errors are here. */
BH_TEST(test_reached_again)
{
    struct bh_small_channel channels[] = {{2, 1, 1.0, 0, false}, {1, 2, 0.5, 0, false}};
    struct bh_node_model *model = bh_small_model(two_guests, 5, channels, 2);
    model->ending[2][BH_INSTRUCTION].rate = 1000.0;
    model->ending[2][BH_DATA] = (struct bh_copy_ending){1.0, 0, 0, 1.0, 0};
    static const double agains[] = {1.0, 0.3, 0.0};
    for (size_t i = 0; i < sizeof agains / sizeof *agains; i++) {
        model->again = agains[i];
        struct answer answer = follow_from(model, (struct bh_origin){.zone = 2, .kind = BH_INSTRUCTION});
        assert_close(answer.spread.silent, agains[i] * 1000.0 / 1002 / 2, 1e-12);
    }
    bh_node_model_destroy(model);
}

/* A kernel that signals kills one of three processes, drawn equally, and goes on with r; so K signals with
 * P(K = k) = (1 - r) r^{k-1}. All kill the same one: sum P(k) 3^{1-k} = (1 - r)/(1 - r/3).
 * One of n' of the three never killed: E[(1 - n'/3)^K] = (1 - r) x/(1 - r x), x = 1 - n'/3. */
BH_TEST(test_residual_is_geometric)
{
    static const struct bh_small_zone native[] = {
        {-1, BH_HOST_KERNEL, -1, -1, -1},
        {0, BH_HOST_USER, 0, 0, 0},
        {0, BH_HOST_USER, 1, 1, 1},
        {0, BH_HOST_USER, 1, 1, 2},
    };
    const double r = 0.6;
    struct bh_node_model *model = bh_small_model(native, 4, NULL, 0);
    always_signals(model, 0);
    model->disposition[0] = BH_SCOPE_PROCESS;
    model->residual[0] = r;
    struct answer answer = follow(model, 0);
    assert_close(answer.spread.extent[BH_SCOPE_PROCESS], (1 - r) / (1 - r / 3), 1e-12);
    assert_close(answer.spread.extent[BH_SCOPE_NODE], 1 - (1 - r) / (1 - r / 3), 1e-12);
    assert_close(loss_of(&answer, 0, BH_SCOPE_PROCESS), 1 - (1 - r) * (2.0 / 3) / (1 - r * 2 / 3), 1e-12);
    assert_close(loss_of(&answer, 1, BH_SCOPE_PROCESS), 1 - (1 - r) * (1.0 / 3) / (1 - r / 3), 1e-12);
    bh_node_model_destroy(model);
}

/* One trigger in guest kernel 1 and in the host. The host's error is signalled with 0.3 and takes the node whenever
 * that is; else the guest's, signalled with 0.8, takes the guest. */
BH_TEST(test_shared_bug_strikes_both)
{
    struct bh_node_model *model = bh_small_model(two_guests, 5, NULL, 0);
    model->ending[0][BH_INSTRUCTION] = (struct bh_copy_ending){3.0, 0.7, 0.3, 0, 0};
    model->ending[1][BH_INSTRUCTION] = (struct bh_copy_ending){0.5, 0.2, 0.8, 0, 0};
    model->disposition[1] = BH_SCOPE_GUEST;
    struct bh_origin origin = {.zone = 1, .kind = BH_INSTRUCTION, .also_host_kernel = true};
    struct answer answer = follow_from(model, origin);
    assert_close(answer.spread.extent[BH_SCOPE_NODE], 0.3, 1e-12);
    assert_close(answer.spread.extent[BH_SCOPE_GUEST], 0.7 * 0.8, 1e-12);
    assert_close(loss_of(&answer, 1, BH_SCOPE_NODE), 0.3, 1e-12);
    origin.also_host_kernel = false;
    answer = follow_from(model, origin);
    assert_close(answer.spread.extent[BH_SCOPE_GUEST], 0.8, 1e-12);
    bh_node_model_destroy(model);
}

/* What goes down takes its live copies along: a process that would end silent is cleared when its guest goes first.
 * Rates 2 (kernel) against 1 (process): the process is silent before that with 1/3. */
BH_TEST(test_failure_clears_live_copies)
{
    struct bh_small_channel channel = {1, 2, 1.0, 0, false};
    struct bh_node_model *model = bh_small_model(two_guests, 5, &channel, 1);
    always_signals(model, 1);
    model->ending[1][BH_DATA].rate = 2.0;
    model->ending[2][BH_DATA] = (struct bh_copy_ending){1.0, 0, 0, 1.0, 0};
    model->disposition[1] = BH_SCOPE_GUEST;
    struct answer answer = follow(model, 1);
    assert_close(answer.spread.silent, 1.0 / 3, 1e-12);
    assert_close(answer.spread.extent[BH_SCOPE_GUEST], 1, 1e-12);
    bh_node_model_destroy(model);
}

BH_TEST(test_dispositions_beyond_the_node)
{
    for (int scope = BH_SCOPE_ENCLAVE; scope <= BH_SCOPE_SYSTEM; scope++) {
        struct bh_node_model *model = bh_small_model(two_guests, 5, NULL, 0);
        always_signals(model, 1);
        model->disposition[1] = (enum bh_scope)scope;
        struct answer answer = follow(model, 1);
        assert_close(answer.spread.extent[scope], 1, 1e-12);
        assert_close(answer.spread.beyond[BH_NODE_NODE], 1, 1e-12);
        assert_close(answer.spread.beyond[BH_GUEST_HOST], 1, 1e-12);
        assert_close(answer.spread.beyond[BH_ENCLAVE_ENCLAVE], scope == BH_SCOPE_SYSTEM, 1e-12);
        assert_close(loss_of(&answer, 0, BH_SCOPE_GUEST), scope != BH_SCOPE_SYSTEM, 1e-12);
        bh_node_model_destroy(model);
    }
}

/* --- Percolation --------------------------------------------------------------------------------------------------- */

/* n native processes, one per tenant, each of which signals when its error ends: tenant t's loss tells whether the
 * error got to it. */
static struct bh_node_model *processes_model(size_t n, const struct bh_small_channel *channels, size_t channels_count)
{
    struct bh_small_zone zones[TENANTS_MOST + 1] = {{-1, BH_HOST_KERNEL, -1, -1, -1}};
    for (size_t i = 0; i < n; i++)
        zones[i + 1] = (struct bh_small_zone){0, BH_HOST_USER, (int)i, (int)i, (int)i};
    struct bh_node_model *model = bh_small_model(zones, n + 1, channels, channels_count);
    for (size_t i = 0; i < n; i++)
        always_signals(model, i + 1);
    return model;
}

/* A chain, and a ring around which the error runs one way: zone k is reached with the product of p (1 - b). A source
 * that ends does not call its copies back. */
BH_TEST(test_chain_is_bond_percolation)
{
    enum { N = 6 };
    struct bh_small_channel channels[N];
    for (size_t i = 0; i < N; i++)
        channels[i] = (struct bh_small_channel){i + 1, (i + 1) % N + 1, 0.9 - 0.1 * (double)i, 0.05 * (double)i, false};
    for (size_t count = N - 1; count <= N; count++) {
        struct bh_node_model *model = processes_model(N, channels, count);
        for (size_t i = 0; i < N; i++)
            model->ending[i + 1][BH_DATA].rate = 1.0 + 3.0 * (double)i; /* each cancels against its own channel */
        struct answer answer = follow(model, 1);
        double reached = 1;
        for (size_t i = 0; i < N; i++) {
            assert_close(loss_of(&answer, i, BH_SCOPE_PROCESS), reached, 1e-12);
            reached *= channels[i].probability * (1 - channels[i].blocks);
        }
        bh_node_model_destroy(model);
    }
}

/* Certain channels both ways round a ring, each guard decides once: bonds open independently with q = 1 - b. Then
 * P(k) = k q^{k-1} (1-q)^2 for k <= n - 2; P(n-1) = (n-1) q^{n-2} (1-q)^2; P(n) = q^n + n q^{n-1} (1-q),
 * and the zone d steps away is reached with q^d + q^{n-d} - q^n. */
BH_TEST(test_ring_is_bond_percolation)
{
    enum { N = 8 };
    const double q = 0.7;
    struct bh_small_channel channels[2 * N];
    for (size_t i = 0; i < N; i++) {
        channels[2 * i] = (struct bh_small_channel){i + 1, (i + 1) % N + 1, 1.0, 1 - q, false};
        channels[2 * i + 1] = (struct bh_small_channel){i + 1, (i + N - 1) % N + 1, 1.0, 1 - q, false};
    }
    struct bh_node_model *model = processes_model(N, channels, 2 * N);
    struct answer answer = follow(model, 3);
    double size = 0, expected = N * (pow(q, N) + N * pow(q, N - 1) * (1 - q));
    for (int k = 1; k < N; k++)
        expected += k * k * pow(q, k - 1) * (1 - q) * (1 - q);
    for (int i = 0; i < N; i++) {
        int d = (i - 2 + N) % N;
        size += loss_of(&answer, (size_t)i, BH_SCOPE_PROCESS);
        assert_close(loss_of(&answer, (size_t)i, BH_SCOPE_PROCESS), d ? pow(q, d) + pow(q, N - d) - pow(q, N) : 1,
                     1e-12);
    }
    assert_close(size, expected, 1e-12);
    assert_close(answer.spread.extent[BH_SCOPE_PROCESS], (1 - q) * (1 - q), 1e-12);
    assert_close(answer.spread.beyond[BH_ENCLAVE_ENCLAVE], 1 - (1 - q) * (1 - q), 1e-12);
    bh_node_model_destroy(model);
}

/* --- Mass and limits ----------------------------------------------------------------------------------------------- */

/* What is left unresolved bounds the error of every answer: a coarse walk against a fine one, on shipped systems. */
BH_TEST(test_unresolved_is_a_bound)
{
    static const struct bh_tenant tenants[] = {{.guests_per_node = 1, .processes_per_guest = 2, .node_share = 0.5},
                                               {.guests_per_node = 1, .processes_per_guest = 1, .node_share = 0.5}};
    static const char *const cases[][2] = {{"native", "oops"},
                                           {"kvm", "as-host-kernel"},
                                           {"kvm", "oops"},
                                           {"qemu", "oops"},
                                           {"palacios-shared-network", "protected-disposition"}};
    struct bh_catalog *catalog = bh_test_catalog("{channels.vm-exit.probability: 0.1}", NULL);
    bool some = false;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bh_node_model *model = bh_test_model(catalog, cases[i][0], cases[i][1], tenants, 2);
        for (size_t z = 0; z < model->tree->zones_count; z++) {
            struct bh_error err = {0};
            struct bh_origin origin = {.zone = z, .kind = z % 2 ? BH_INSTRUCTION : BH_DATA};
            struct answer fine = {.loss = {0}}, coarse = {.loss = {0}};
            fine.spread.loss = fine.loss;
            coarse.spread.loss = coarse.loss;
            assert_int_equal(bh_spread_exact(model, origin, 1e-9, 1000000, &fine.spread, &err), 0);
            assert_int_equal(bh_spread_exact(model, origin, 1e-4, 1000000, &coarse.spread, &err), 0);
            double mass = coarse.spread.unresolved, left = coarse.spread.unresolved + 1e-12;
            some = some || coarse.spread.unresolved > 1e-6;
            assert_true(fine.spread.unresolved <= coarse.spread.unresolved);
            for (int s = 0; s < BH_SCOPES; s++) {
                mass += coarse.spread.extent[s];
                assert_true(fabs(fine.spread.extent[s] - coarse.spread.extent[s]) <= left);
                for (size_t t = 0; t < 2; t++)
                    assert_true(fabs(loss_of(&fine, t, (enum bh_scope)s) - loss_of(&coarse, t, (enum bh_scope)s)) <=
                                left);
            }
            for (int b = 0; b < BH_BOUNDARIES; b++)
                assert_true(fabs(fine.spread.beyond[b] - coarse.spread.beyond[b]) <= left);
            assert_true(fabs(fine.spread.silent - coarse.spread.silent) <= left);
            assert_close(mass, 1.0, 1e-12);
        }
        bh_node_model_destroy(model);
    }
    assert_true(some);
    bh_catalog_destroy(catalog);
}

BH_TEST(test_too_many_states)
{
    struct bh_small_channel channels[] = {{1, 2, 0.5, 0, false}, {1, 3, 0.5, 0, false}, {1, 4, 0.5, 0, false}};
    struct bh_node_model *model = bh_small_model(two_guests, 5, channels, 3);
    struct answer answer = {.loss = {0}};
    struct bh_error err = {0};
    answer.spread.loss = answer.loss;
    assert_int_equal(bh_spread_exact(model, (struct bh_origin){.zone = 1}, 0, 2, &answer.spread, &err), -1);
    assert_int_equal(err.code, BH_ERROR_NUMERIC);
    assert_non_null(strstr(err.text, "more than 2 states"));
    bh_node_model_destroy(model);
}

/* --- Endings by script ------------------------------------------------------------------------------------------------ */

/* Guest kernel 1 reaches the host with p and is then masked there; its own ending is the script's. Crossing competes
 * with the ending as ever. */
BH_TEST(test_forced_ending)
{
    static const double p = 0.3;
    static const struct bh_small_channel channel = {1, 0, p, 0, false};
    struct bh_node_model *model = bh_small_model(two_guests, 5, &channel, 1);
    model->disposition[1] = BH_SCOPE_GUEST;
    model->ending[1][BH_DATA] = (struct bh_copy_ending){1.0, 0.5, 0.25, 0.25, 0};
    struct bh_origin origin = {.zone = 1, .kind = BH_DATA, .ending = BH_ENDING_MASKED};
    struct answer masked = follow_from(model, origin);
    assert_close(masked.spread.extent[BH_SCOPE_NONE], 1 - p, 1e-12);
    assert_close(masked.spread.extent[BH_SCOPE_NODE], p, 1e-12);
    assert_close(loss_of(&masked, 0, BH_SCOPE_GUEST), 0, 0);

    origin.ending = BH_ENDING_SIGNALLED;
    struct answer signalled = follow_from(model, origin);
    assert_close(signalled.spread.extent[BH_SCOPE_GUEST], 1 - p, 1e-12);
    assert_close(signalled.spread.extent[BH_SCOPE_NODE], p, 1e-12);
    assert_close(loss_of(&signalled, 0, BH_SCOPE_GUEST), 1, 1e-12);
    assert_close(loss_of(&signalled, 1, BH_SCOPE_NONE), 1, 1e-12);

    origin.ending = BH_ENDING_SILENT;
    assert_close(follow_from(model, origin).spread.silent, 1, 1e-12);
    bh_node_model_destroy(model);
}

/* A copy that goes on after the forced ending, and one that comes back to the zone, end by chance again: a signalled
 * error goes on with r, and then is masked. */
BH_TEST(test_ending_is_forced_once)
{
    struct bh_node_model *model = bh_small_model(two_guests, 5, NULL, 0);
    model->disposition[1] = BH_SCOPE_PROCESS; /* its process 2, while the kernel goes on */
    model->residual[1] = 0.5;
    model->ending[1][BH_DATA] = (struct bh_copy_ending){1.0, 0, 0, 1.0, 0};
    struct answer answer =
        follow_from(model, (struct bh_origin){.zone = 1, .kind = BH_DATA, .ending = BH_ENDING_SIGNALLED});
    assert_close(answer.spread.silent, 0.5, 1e-12);
    assert_close(loss_of(&answer, 0, BH_SCOPE_PROCESS), 1, 1e-12);
    bh_node_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_channel),
        cmocka_unit_test(test_two_channels_compete),
        cmocka_unit_test(test_certain_channel_comes_first),
        cmocka_unit_test(test_detected_block),
        cmocka_unit_test(test_used_channel_stays_used),
        cmocka_unit_test(test_copies_are_data_errors),
        cmocka_unit_test(test_reached_again),
        cmocka_unit_test(test_residual_is_geometric),
        cmocka_unit_test(test_shared_bug_strikes_both),
        cmocka_unit_test(test_failure_clears_live_copies),
        cmocka_unit_test(test_dispositions_beyond_the_node),
        cmocka_unit_test(test_chain_is_bond_percolation),
        cmocka_unit_test(test_ring_is_bond_percolation),
        cmocka_unit_test(test_unresolved_is_a_bound),
        cmocka_unit_test(test_too_many_states),
        cmocka_unit_test(test_forced_ending),
        cmocka_unit_test(test_ending_is_forced_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
