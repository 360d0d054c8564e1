/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What measured run times say of a system's costs: paired runs, native and in guests, by workload and number of nodes. */
#pragma once

#include "models/base/error.h"
#include "models/cost/slowdown.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Two runs of the same work. Only the ratio of their times counts, in whatever unit they are. */
struct bh_run_pair {
    const struct bh_application *application;
    uint64_t nodes;
    double native, guest; /* > 0 */
};

/* Where they ran: the guests behind these levels, whose own costs are taken as they are in the catalog. */
struct bh_price_testbed {
    const struct bh_system *system; /* with guests */
    const struct bh_guard_level *guard[BH_BOUNDARIES];
    const struct bh_component *host_kernel, *guest_kernel;
    struct bh_network network;
};

enum bh_price { BH_PRICE_COMPUTE, BH_PRICE_EXIT, BH_PRICE_LATENCY, BH_PRICE_BANDWIDTH, BH_PRICES };
/* Keys of a system's `costs`. */
extern const char *const bh_price_keys[BH_PRICES];

struct bh_price_fit {
    struct bh_fitted_price {
        bool is_told;            /* the runs tell it from the others; else it is as in the catalog */
        double value, low, high; /* as the catalog's, in SI; ends of the 95 % interval */
    } price[BH_PRICES];
    size_t freedom;
    double scatter; /* standard deviation of the logarithm of a ratio: about the coefficient of variation */
};

/* Least squares on log(guest / native) = log(G(v, t, l, x) / N), with N and G what bh_slowdown_of says of the application native
 * and in guests, noise included, and Student's intervals from the linear fit at the end (Gauss and Newton's steps, halved
 * where one makes it worse). It supposes that all pairs scatter alike, in proportion to their times, and independently of
 * each other. A number is not told if what it does to the ratios is, at these workloads and nodes, what those before it in
 * enum bh_price do together. Fails with BH_ERROR_INPUT if fewer than two pairs more than numbers are there, and with
 * BH_ERROR_NUMERIC where the steps come to no end. */
int bh_price_fit(const struct bh_run_pair *pairs, size_t count, const struct bh_price_testbed *testbed,
                 struct bh_price_fit *fit, struct bh_error *err);

/* log(G / N) with the prices of `system`. */
double bh_price_log_ratio(const struct bh_run_pair *pair, const struct bh_price_testbed *testbed,
                          const struct bh_system *system);
