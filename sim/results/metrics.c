/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* How each value is read from a point's records and setups. */
#include "sim/results/metrics.h"

#include "models/catalog/system.h"
#include "models/containment/isolation.h"
#include "models/words/checkpoint_levels.h"
#include "sim/replica/replica.h"
#include "sim/runs/point.h"
#include "sim/scenario/composition.h"
#include "sim/scenario/read_faults.h"
#include "sim/scenario/scenario.h"
#include "sim/setup/setup.h"

#include <math.h>

static const struct bh_replica_record *record_of(const struct bh_metric_cell *cell)
{
    return &cell->resolved->records[cell->policy];
}

static const struct bh_isolation *isolation_of(const struct bh_metric_cell *cell)
{
    return &cell->resolved->setups[cell->policy]->isolation;
}

static const struct bh_tallies *tallies_of(const struct bh_metric_cell *cell)
{
    return &record_of(cell)->tallies;
}

static const struct bh_enclave_record *enclave_of(const struct bh_metric_cell *cell)
{
    return &record_of(cell)->enclaves[cell->at[BH_AXIS_ENCLAVE]];
}

static const struct bh_enclave_record *fault_free_of(const struct bh_metric_cell *cell)
{
    return &cell->resolved->fault_free[cell->policy].enclaves[cell->at[BH_AXIS_ENCLAVE]];
}

static const struct bh_enclave_setup *setup_of(const struct bh_metric_cell *cell)
{
    return &cell->resolved->setups[cell->policy]->enclaves[cell->at[BH_AXIS_ENCLAVE]];
}

static const struct bh_spread *script_of(const struct bh_metric_cell *cell)
{
    return cell->resolved->setups[cell->policy]->script;
}

/* --- Values, one function each --------------------------------------------------------------------------------------- */

/* A function of a cell whose body is one expression. */
#define VALUE(name, expression)                                                                                        \
    static double value_##name(const struct bh_metric_cell *cell)                                                      \
    {                                                                                                                  \
        return (double)(expression);                                                                                   \
    }

static double finished_s(const struct bh_enclave_record *enclave)
{
    return enclave->finished ? enclave->elapsed_s : NAN;
}

VALUE(enclave_nodes, setup_of(cell)->nodes)
VALUE(enclave_partition, setup_of(cell)->spec->partition)
VALUE(enclave_start, setup_of(cell)->spec->start_s)
VALUE(makespan, finished_s(enclave_of(cell)))
VALUE(finished, enclave_of(cell)->finished)
VALUE(elapsed, enclave_of(cell)->elapsed_s)
VALUE(useful_work, enclave_of(cell)->useful_work_s)
VALUE(node_time, enclave_of(cell)->ledger.part[cell->at[BH_AXIS_PART]])
VALUE(fault_free_makespan, finished_s(fault_free_of(cell)))
VALUE(native_makespan, finished_s(&cell->resolved->native[cell->policy].enclaves[cell->at[BH_AXIS_ENCLAVE]]))
VALUE(native_bare_makespan, finished_s(&cell->resolved->native_bare.enclaves[cell->at[BH_AXIS_ENCLAVE]]))
VALUE(price, value_fault_free_makespan(cell) / value_native_makespan(cell) - 1.0)
VALUE(restart_time, setup_of(cell)->restart_s[cell->at[BH_AXIS_SCOPE]])
VALUE(noise_extrapolated, setup_of(cell)->pace[1].slowdown.noise.extrapolated)
VALUE(independent_nodes, bh_scenario_strikes_apart(cell->resolved->scenario))

static double value_sdc(const struct bh_metric_cell *cell)
{
    return enclave_of(cell)->finished && enclave_of(cell)->corrupt;
}

VALUE(wrong_data, enclave_of(cell)->finished &&enclave_of(cell)->has_wrong_data)

/* In seconds of useful wall-clock time under this policy. */
static double value_interval(const struct bh_metric_cell *cell)
{
    const struct bh_enclave_setup *setup = setup_of(cell);
    double base_s = setup->interval_work_s * setup->wall_per_work;
    if (!setup->has_level[cell->at[BH_AXIS_LEVEL]] || isinf(base_s))
        return NAN;
    uint64_t every = setup->every[cell->at[BH_AXIS_LEVEL]];
    return every > 0 ? base_s * (double)every : NAN;
}

static double value_checkpoint_time(const struct bh_metric_cell *cell)
{
    const struct bh_enclave_setup *setup = setup_of(cell);
    return setup->has_level[cell->at[BH_AXIS_LEVEL]] ? setup->write_s[cell->at[BH_AXIS_LEVEL]] : NAN;
}

#define COUNT(name) VALUE(name, enclave_of(cell)->counts.name)
BH_ENCLAVE_COUNTS(COUNT)

static double value_detection_delay(const struct bh_metric_cell *cell)
{
    const struct bh_enclave_record *enclave = enclave_of(cell);
    return enclave->counts.silent_found > 0.0 ? enclave->silent_delay_s / enclave->counts.silent_found : NAN;
}

static double value_tainted_ranks_mean(const struct bh_metric_cell *cell)
{
    const struct bh_enclave_record *enclave = enclave_of(cell);
    return enclave->tainted_errors > 0.0 ? enclave->tainted_sum / enclave->tainted_errors : NAN;
}

static double value_tainted_ranks_most(const struct bh_metric_cell *cell)
{
    const struct bh_enclave_record *enclave = enclave_of(cell);
    return enclave->tainted_errors > 0.0 ? enclave->tainted_most : NAN;
}

/* Tallies of a replica. */
VALUE(faults, tallies_of(cell)->faults)
VALUE(struck_while_down, tallies_of(cell)->struck_while_down)
VALUE(struck_gone, tallies_of(cell)->struck_gone)
VALUE(errors, tallies_of(cell)->errors)
VALUE(revivals, tallies_of(cell)->revivals)
VALUE(unchangeable_errors, tallies_of(cell)->unchangeable_errors)
VALUE(silent_errors, tallies_of(cell)->silent_errors)
VALUE(simultaneous_losses, tallies_of(cell)->simultaneous_losses)
VALUE(io_stops, tallies_of(cell)->stops[BH_STOPS_IO])
VALUE(progress_stops, tallies_of(cell)->stops[BH_STOPS_PROGRESS])
VALUE(several_stopped, tallies_of(cell)->stops[BH_STOPS_SEVERAL])
VALUE(io_stops_exact, isolation_of(cell)->stops[BH_STOPS_IO])
VALUE(progress_stops_exact, isolation_of(cell)->stops[BH_STOPS_PROGRESS])
VALUE(several_stopped_exact, isolation_of(cell)->stops[BH_STOPS_SEVERAL])
VALUE(degraded_errors, tallies_of(cell)->stops[BH_STOPS_DEGRADED])
VALUE(degraded_exact, isolation_of(cell)->stops[BH_STOPS_DEGRADED])
VALUE(script_degraded_exact, script_of(cell) != NULL ? script_of(cell)->stops[BH_STOPS_DEGRADED] : NAN)
VALUE(io_wait, enclave_of(cell)->stopped_node_s[BH_NEED_IO])
VALUE(stopped_time, enclave_of(cell)->stopped_node_s[BH_NEED_PROGRESS])
VALUE(losing_errors, tallies_of(cell)->losing_errors)
VALUE(enclaves_lost, tallies_of(cell)->enclaves_lost)
VALUE(enclaves_lost_most, tallies_of(cell)->enclaves_lost_most)
VALUE(lost_at_once, tallies_of(cell)->lost_at_once)
VALUE(unacceptable, tallies_of(cell)->is_unacceptable)
VALUE(unacceptable_time, tallies_of(cell)->unacceptable_s)
VALUE(failures, tallies_of(cell)->failures[cell->at[BH_AXIS_SCOPE]])
VALUE(system_extent, tallies_of(cell)->system_extent[cell->at[BH_AXIS_SCOPE]])
VALUE(application_extent, tallies_of(cell)->application_extent[cell->at[BH_AXIS_SCOPE]])
VALUE(propagation_depth, value_errors(cell) > 0.0 ? tallies_of(cell)->depth_sum / value_errors(cell) : NAN)

VALUE(transfers, tallies_of(cell)->transfers)
VALUE(transfers_carried, tallies_of(cell)->carried)

/* Nodes and spares: means over time, from the start to the end of the replica. */
#define MEAN_OVER_TIME(sum_s) (tallies_of(cell)->machine_use.sum_s / tallies_of(cell)->machine_use.until_s)
VALUE(nodes_in_repair, MEAN_OVER_TIME(in_repair_s))
VALUE(nodes_rebooting, MEAN_OVER_TIME(rebooting_s))
VALUE(spares_in_use, MEAN_OVER_TIME(spares_in_use_s))
VALUE(nodes_missing, MEAN_OVER_TIME(waiting_s))
VALUE(spares_exhausted, MEAN_OVER_TIME(exhausted_s))
VALUE(carried_time, tallies_of(cell)->carried_s / tallies_of(cell)->machine_use.until_s)

/* Compositions. */
VALUE(guard_crossed, tallies_of(cell)->crossed[cell->at[BH_AXIS_BOUNDARY]])
VALUE(guard_blocked, tallies_of(cell)->blocked[cell->at[BH_AXIS_BOUNDARY]])
VALUE(composition_degree, bh_compositions_degree(cell->resolved->scenario, cell->at[BH_AXIS_ENCLAVE]))
VALUE(protected_time, enclave_of(cell)->protected_s)
VALUE(switches, enclave_of(cell)->switches)
VALUE(fault_free_node_time, fault_free_of(cell)->ledger.part[cell->at[BH_AXIS_PART]])
VALUE(exchanges, tallies_of(cell)->exchanges)
VALUE(exchanged_bytes, tallies_of(cell)->exchanged_bytes)
VALUE(exchange_time, tallies_of(cell)->exchange_s)

/* The exact chain. */
static double escape_end(const struct bh_metric_cell *cell, size_t end)
{
    return cell->resolved->escape_ends[(cell->policy * BH_BOUNDARIES + cell->at[BH_AXIS_BOUNDARY]) * 2 + end];
}

VALUE(escape_low, escape_end(cell, 0))
VALUE(escape_high, escape_end(cell, 1))
VALUE(unresolved, isolation_of(cell)->unresolved)
VALUE(script_extent_exact, script_of(cell)->extent[cell->at[BH_AXIS_SCOPE]])
VALUE(script_loss_exact, script_of(cell)->loss[cell->at[BH_AXIS_ENCLAVE] * BH_SCOPES + cell->at[BH_AXIS_SCOPE]])

VALUE(escape_seen, tallies_of(cell)->escape_seen[cell->at[BH_AXIS_BOUNDARY]])
VALUE(escape_exposed, tallies_of(cell)->escape_exposed[cell->at[BH_AXIS_BOUNDARY]])
VALUE(escape_exact, isolation_of(cell)->escape[cell->at[BH_AXIS_BOUNDARY]])
VALUE(containment_exact, isolation_of(cell)->coverage[cell->at[BH_AXIS_SCOPE]])

/* Of all replicas together: sim/sweep/merge_overheads.c, sim/sweep/merge_interaction.c. */
VALUE(slowdown, ((void)cell, NAN))
VALUE(net_overhead, ((void)cell, NAN))
VALUE(net_overhead_mean, ((void)cell, NAN))
VALUE(net_overhead_low, ((void)cell, NAN))
VALUE(net_overhead_high, ((void)cell, NAN))
VALUE(escape_interaction, ((void)cell, NAN))
VALUE(escape_interaction_error, ((void)cell, NAN))
VALUE(containment_interaction, ((void)cell, NAN))
VALUE(containment_interaction_error, ((void)cell, NAN))

/* --- The table ------------------------------------------------------------------------------------------------------- */

double bh_metric_value(const struct bh_metric *metric, const struct bh_metric_cell *cell)
{
    static double (*const values[])(const struct bh_metric_cell *cell) = {
#define BH_METRIC(name, ...) [BH_METRIC_##name] = value_##name,
#include "models/base/metric_rows.h"
#undef BH_METRIC
    };
    return values[metric - bh_metrics](cell);
}

void bh_metric_axis_sizes(const struct bh_scenario *scenario, size_t sizes[])
{
    sizes[BH_AXIS_ENCLAVE] = scenario->enclaves_count;
    sizes[BH_AXIS_REPLICA] = scenario->replicas;
    sizes[BH_AXIS_PART] = bh_metric_parts(bh_metric_says(scenario, BH_WITH_DEGRADED));
    sizes[BH_AXIS_SCOPE] = BH_SCOPES;
    sizes[BH_AXIS_BOUNDARY] = BH_BOUNDARIES;
    sizes[BH_AXIS_LEVEL] = BH_LEVELS;
}

static bool has_verification(const struct bh_scenario *scenario)
{
    for (size_t e = 0; e < scenario->enclaves_count; e++)
        if (scenario->enclaves[e].verification.rule != BH_VERIFY_NEVER)
            return true;
    return false;
}

/* Whether any system that stands on nodes has something. */
static bool any_system(const struct bh_scenario *scenario, bool (*has)(const struct bh_system *system))
{
    bool any = false;
    for (size_t p = 0; p < scenario->policies_count; p++)
        any = any || has(scenario->policies[p].system);
    for (size_t e = 0; e < scenario->enclaves_count; e++)
        any = any || (scenario->enclaves[e].system != NULL && has(scenario->enclaves[e].system));
    return any;
}

static bool degrades_by_script(const struct bh_scenario *scenario)
{
    for (size_t i = 0; i < scenario->script_count; i++)
        if (scenario->script[i].class == NULL && scenario->script[i].ending == BH_ENDING_DEGRADED)
            return true;
    return false;
}

size_t bh_metric_parts(bool has_degraded)
{
    return has_degraded ? BH_PARTS : BH_PART_DEGRADED;
}

bool bh_metric_says(const struct bh_scenario *scenario, enum bh_metric_use use)
{
    switch (use) {
    case BH_WITH_SCRIPT:
        return scenario->script_count > 0;
    case BH_WITH_VERIFICATION:
        return has_verification(scenario);
    case BH_WITH_COMPOSITIONS:
        return scenario->compositions.count > 0;
    case BH_WITH_NEEDS:
        return any_system(scenario, bh_system_has_needs);
    case BH_WITH_DEGRADED:
        return any_system(scenario, bh_system_degrades) || degrades_by_script(scenario);
    case BH_WITH_ACCEPTANCE:
        return scenario->acceptance.is_given;
    case BH_AT_POINTS:
    case BH_AT_POINTS_AND_UNCERTAIN:
    case BH_OVER_REPLICAS:
    case BH_METRIC_USES:
        break;
    }
    return true;
}

const char *const *bh_metric_axis_labels(enum bh_metric_axis axis, size_t *count)
{
    switch (axis) {
    case BH_AXIS_PART:
        *count = BH_PARTS;
        return bh_part_names;
    case BH_AXIS_SCOPE:
        *count = BH_SCOPES;
        return bh_scope_names;
    case BH_AXIS_BOUNDARY:
        *count = BH_BOUNDARIES;
        return bh_boundary_names;
    case BH_AXIS_LEVEL:
        *count = BH_LEVELS;
        return bh_level_names;
    case BH_AXIS_ENCLAVE:
    case BH_AXIS_REPLICA:
    case BH_METRIC_AXES:
        break;
    }
    *count = 0;
    return NULL;
}
