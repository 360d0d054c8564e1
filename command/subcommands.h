/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The table of subcommands, in the order in which help lists them. For main.c alone. */
#pragma once

#include "command/command.h"

#define BH_SUBCOMMANDS(ROW)                                                                                            \
    ROW(bh_subcommand_run)                                                                                             \
    ROW(bh_subcommand_contain)                                                                                         \
    ROW(bh_subcommand_inject)                                                                                          \
    ROW(bh_subcommand_fit_injections)                                                                                  \
    ROW(bh_subcommand_fit_price)                                                                                       \
    ROW(bh_subcommand_sweep)                                                                                           \
    ROW(bh_subcommand_submit)                                                                                          \
    ROW(bh_subcommand_merge)                                                                                           \
    ROW(bh_subcommand_status)                                                                                          \
    ROW(bh_subcommand_results)                                                                                         \
    ROW(bh_subcommand_report)                                                                                          \
    ROW(bh_subcommand_advise)                                                                                          \
    ROW(bh_subcommand_sensitivity)                                                                                     \
    ROW(bh_subcommand_fit)                                                                                             \
    ROW(bh_subcommand_site)                                                                                            \
    ROW(bh_subcommand_check)                                                                                           \
    ROW(bh_subcommand_systems)                                                                                         \
    ROW(bh_subcommand_validate)                                                                                        \
    ROW(bh_subcommand_calibrate)                                                                                       \
    ROW(bh_subcommand_trace)                                                                                           \
    ROW(bh_subcommand_schema)                                                                                          \
    ROW(bh_subcommand_completion)                                                                                      \
    ROW(bh_subcommand_help)

#define BH_DECLARE_SUBCOMMAND(row) extern const struct bh_subcommand row;
BH_SUBCOMMANDS(BH_DECLARE_SUBCOMMAND)
