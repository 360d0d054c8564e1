/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The metrics: how each value is read from a stage's records and setups. */
#include "sim/results/parts.h"

#include <math.h>

const char *const bh_metric_axis_names[] = {"enclave", "replica", "part", "scope", "boundary", "level"};

static const struct bh_enclave_record *enclave_of(const struct bh_metric_cell *cell)
{
    return &bh_metric_record(cell)->enclaves[cell->at[BH_AXIS_ENCLAVE]];
}

static const struct bh_enclave_record *fault_free_of(const struct bh_metric_cell *cell)
{
    return &cell->stage->fault_free[cell->policy].enclaves[cell->at[BH_AXIS_ENCLAVE]];
}

static const struct bh_enclave_setup *setup_of(const struct bh_metric_cell *cell)
{
    return &cell->stage->setups[cell->policy]->enclaves[cell->at[BH_AXIS_ENCLAVE]];
}

static const struct bh_spread *script_of(const struct bh_metric_cell *cell)
{
    return cell->stage->setups[cell->policy]->script;
}

/* --- Values, one function each --------------------------------------------------------------------------------------- */

/* A function of a cell whose body is one expression. */
#define VALUE(name, expression)                                                                                        \
    static double name(const struct bh_metric_cell *cell)                                                              \
    {                                                                                                                  \
        return (double)(expression);                                                                                   \
    }

static double finished_s(const struct bh_enclave_record *enclave)
{
    return enclave->finished ? enclave->elapsed_s : NAN;
}

VALUE(enclave_nodes, setup_of(cell)->nodes)
VALUE(enclave_partition, setup_of(cell)->spec->partition)
VALUE(start_s, setup_of(cell)->spec->start_s)
VALUE(makespan_s, finished_s(enclave_of(cell)))
VALUE(is_finished, enclave_of(cell)->finished)
VALUE(elapsed_s, enclave_of(cell)->elapsed_s)
VALUE(useful_work, enclave_of(cell)->useful_work_s)
VALUE(node_time, enclave_of(cell)->ledger.part[cell->at[BH_AXIS_PART]])
VALUE(fault_free_s, finished_s(fault_free_of(cell)))
VALUE(native_s, finished_s(&cell->stage->native[cell->policy].enclaves[cell->at[BH_AXIS_ENCLAVE]]))
VALUE(native_bare_s, finished_s(&cell->stage->native_bare.enclaves[cell->at[BH_AXIS_ENCLAVE]]))
VALUE(price, fault_free_s(cell) / native_s(cell) - 1.0)
VALUE(restart_s, setup_of(cell)->restart_s[cell->at[BH_AXIS_SCOPE]])
VALUE(noise_extrapolated, setup_of(cell)->pace[1].slowdown.noise.extrapolated)
VALUE(independent_nodes, bh_scenario_strikes_apart(cell->stage->scenario))
VALUE(interruptions, enclave_of(cell)->interruptions)

static double is_corrupt(const struct bh_metric_cell *cell)
{
    return enclave_of(cell)->finished && enclave_of(cell)->corrupt;
}

/* In seconds of useful wall-clock time under this policy. */
static double interval_s(const struct bh_metric_cell *cell)
{
    const struct bh_enclave_setup *setup = setup_of(cell);
    double base_s = setup->interval_work_s * setup->wall_per_work;
    if (!setup->has_level[cell->at[BH_AXIS_LEVEL]] || isinf(base_s))
        return NAN;
    uint64_t every = setup->every[cell->at[BH_AXIS_LEVEL]];
    return every > 0 ? base_s * (double)every : NAN;
}

static double checkpoint_s(const struct bh_metric_cell *cell)
{
    const struct bh_enclave_setup *setup = setup_of(cell);
    return setup->has_level[cell->at[BH_AXIS_LEVEL]] ? setup->write_s[cell->at[BH_AXIS_LEVEL]] : NAN;
}

/* What verification says. */
VALUE(verifications, enclave_of(cell)->verifications)
VALUE(silent_found, enclave_of(cell)->silent_found)
VALUE(silent_rollbacks, enclave_of(cell)->silent_rollbacks)
VALUE(silent_beginnings, enclave_of(cell)->silent_beginnings)

static double detection_delay_s(const struct bh_metric_cell *cell)
{
    const struct bh_enclave_record *enclave = enclave_of(cell);
    return enclave->silent_found > 0.0 ? enclave->silent_delay_s / enclave->silent_found : NAN;
}

static double tainted_ranks_mean(const struct bh_metric_cell *cell)
{
    const struct bh_enclave_record *enclave = enclave_of(cell);
    return enclave->tainted_errors > 0.0 ? enclave->tainted_sum / enclave->tainted_errors : NAN;
}

static double tainted_ranks_most(const struct bh_metric_cell *cell)
{
    const struct bh_enclave_record *enclave = enclave_of(cell);
    return enclave->tainted_errors > 0.0 ? enclave->tainted_most : NAN;
}

/* Tallies of a replica. */
VALUE(faults, bh_metric_tallies(cell)->faults)
VALUE(struck_while_down, bh_metric_tallies(cell)->struck_while_down)
VALUE(struck_gone, bh_metric_tallies(cell)->struck_gone)
VALUE(errors, bh_metric_tallies(cell)->errors)
VALUE(unchangeable_errors, bh_metric_tallies(cell)->unchangeable_errors)
VALUE(silent_errors, bh_metric_tallies(cell)->silent_errors)
VALUE(simultaneous_losses, bh_metric_tallies(cell)->simultaneous_losses)
VALUE(io_stops, bh_metric_tallies(cell)->stops[BH_STOPS_IO])
VALUE(progress_stops, bh_metric_tallies(cell)->stops[BH_STOPS_PROGRESS])
VALUE(several_stopped, bh_metric_tallies(cell)->stops[BH_STOPS_SEVERAL])
VALUE(io_stops_exact, bh_metric_isolation(cell)->stops[BH_STOPS_IO])
VALUE(progress_stops_exact, bh_metric_isolation(cell)->stops[BH_STOPS_PROGRESS])
VALUE(several_stopped_exact, bh_metric_isolation(cell)->stops[BH_STOPS_SEVERAL])
VALUE(io_wait, enclave_of(cell)->stopped_node_s[BH_NEED_IO])
VALUE(stopped_time, enclave_of(cell)->stopped_node_s[BH_NEED_PROGRESS])
VALUE(losing_errors, bh_metric_tallies(cell)->losing_errors)
VALUE(enclaves_lost, bh_metric_tallies(cell)->enclaves_lost)
VALUE(enclaves_lost_most, bh_metric_tallies(cell)->enclaves_lost_most)
VALUE(lost_at_once, bh_metric_tallies(cell)->lost_at_once)
VALUE(is_unacceptable, bh_metric_tallies(cell)->is_unacceptable)
VALUE(unacceptable_s, bh_metric_tallies(cell)->unacceptable_s)
VALUE(failures, bh_metric_tallies(cell)->failures[cell->at[BH_AXIS_SCOPE]])
VALUE(system_extent, bh_metric_tallies(cell)->system_extent[cell->at[BH_AXIS_SCOPE]])
VALUE(application_extent, bh_metric_tallies(cell)->application_extent[cell->at[BH_AXIS_SCOPE]])
VALUE(propagation_depth, errors(cell) > 0.0 ? bh_metric_tallies(cell)->depth_sum / errors(cell) : NAN)

/* Nodes and spares: means over time, from the start to the end of the replica. */
#define MEAN_OVER_TIME(sum_s)                                                                                          \
    (bh_metric_tallies(cell)->machine_use.sum_s / bh_metric_tallies(cell)->machine_use.until_s)
VALUE(nodes_in_repair, MEAN_OVER_TIME(in_repair_s))
VALUE(spares_in_use, MEAN_OVER_TIME(spares_in_use_s))
VALUE(nodes_missing, MEAN_OVER_TIME(waiting_s))
VALUE(spares_exhausted, MEAN_OVER_TIME(exhausted_s))

/* Compositions. */
VALUE(guard_crossed, bh_metric_tallies(cell)->crossed[cell->at[BH_AXIS_BOUNDARY]])
VALUE(guard_blocked, bh_metric_tallies(cell)->blocked[cell->at[BH_AXIS_BOUNDARY]])
VALUE(composition_degree, bh_compositions_degree(cell->stage->scenario, cell->at[BH_AXIS_ENCLAVE]))
VALUE(protected_s, enclave_of(cell)->protected_s)
VALUE(switches, enclave_of(cell)->switches)
VALUE(fault_free_node_time, fault_free_of(cell)->ledger.part[cell->at[BH_AXIS_PART]])
VALUE(exchanges, bh_metric_tallies(cell)->exchanges)
VALUE(exchanged_bytes, bh_metric_tallies(cell)->exchanged_bytes)
VALUE(exchange_s, bh_metric_tallies(cell)->exchange_s)

/* The exact chain. */
static double escape_end(const struct bh_metric_cell *cell, size_t end)
{
    size_t policies = cell->stage->scenario->policies_count;
    return cell->campaign
        ->escape_ends[((cell->point * policies + cell->policy) * 2 + end) * BH_BOUNDARIES + cell->at[BH_AXIS_BOUNDARY]];
}

VALUE(escape_low, escape_end(cell, 0))
VALUE(escape_high, escape_end(cell, 1))
VALUE(unresolved, bh_metric_isolation(cell)->unresolved)
VALUE(script_extent_exact, script_of(cell)->extent[cell->at[BH_AXIS_SCOPE]])
VALUE(script_loss_exact, script_of(cell)->loss[cell->at[BH_AXIS_ENCLAVE] * BH_SCOPES + cell->at[BH_AXIS_SCOPE]])

/* --- The table ------------------------------------------------------------------------------------------------------- */

const struct bh_metric_axes bh_metric_axes[] = {
    [BH_SCALAR] = {0, {0}},
    [BH_BY_ENCLAVE] = {1, {BH_AXIS_ENCLAVE}},
    [BH_BY_ENCLAVE_REPLICA] = {2, {BH_AXIS_ENCLAVE, BH_AXIS_REPLICA}},
    [BH_BY_ENCLAVE_REPLICA_PART] = {3, {BH_AXIS_ENCLAVE, BH_AXIS_REPLICA, BH_AXIS_PART}},
    [BH_BY_ENCLAVE_PART] = {2, {BH_AXIS_ENCLAVE, BH_AXIS_PART}},
    [BH_BY_ENCLAVE_LEVEL] = {2, {BH_AXIS_ENCLAVE, BH_AXIS_LEVEL}},
    [BH_BY_ENCLAVE_SCOPE] = {2, {BH_AXIS_ENCLAVE, BH_AXIS_SCOPE}},
    [BH_BY_REPLICA] = {1, {BH_AXIS_REPLICA}},
    [BH_BY_REPLICA_SCOPE] = {2, {BH_AXIS_REPLICA, BH_AXIS_SCOPE}},
    [BH_BY_REPLICA_BOUNDARY] = {2, {BH_AXIS_REPLICA, BH_AXIS_BOUNDARY}},
    [BH_BY_SCOPE] = {1, {BH_AXIS_SCOPE}},
    [BH_BY_BOUNDARY] = {1, {BH_AXIS_BOUNDARY}},
};

const struct bh_metric bh_metrics[] = {
    {"enclave_nodes", BH_BY_ENCLAVE, BH_ELEMENT_DOUBLE, "nodes", "nodes that the enclave stands on", enclave_nodes,
     BH_AT_POINTS},
    {"enclave_partition", BH_BY_ENCLAVE, BH_ELEMENT_DOUBLE, "1", "enclaves with equal numbers stand on the same nodes",
     enclave_partition, BH_AT_POINTS},
    {"enclave_start", BH_BY_ENCLAVE, BH_ELEMENT_DOUBLE, "s", "when the enclave starts", start_s, BH_AT_POINTS},
    {"makespan", BH_BY_ENCLAVE_REPLICA, BH_ELEMENT_DOUBLE, "s",
     "from the start to the end of the work, under faults; NaN when unfinished", makespan_s,
     BH_AT_POINTS_AND_UNCERTAIN},
    {"finished", BH_BY_ENCLAVE_REPLICA, BH_ELEMENT_UINT8, "1", "whether the work was done before the horizon",
     is_finished, BH_AT_POINTS_AND_UNCERTAIN},
    {"elapsed", BH_BY_ENCLAVE_REPLICA, BH_ELEMENT_DOUBLE, "s", "makespan, or the time until it was given up", elapsed_s,
     BH_AT_POINTS_AND_UNCERTAIN},
    {"useful_work", BH_BY_ENCLAVE_REPLICA, BH_ELEMENT_DOUBLE, "s", "native node-seconds of work done", useful_work,
     BH_AT_POINTS_AND_UNCERTAIN},
    {"node_time", BH_BY_ENCLAVE_REPLICA_PART, BH_ELEMENT_DOUBLE, "s", "node-seconds by part of the ledger", node_time,
     BH_AT_POINTS},
    {"fault_free_makespan", BH_BY_ENCLAVE, BH_ELEMENT_DOUBLE, "s", "makespan without faults", fault_free_s,
     BH_AT_POINTS},
    {"native_makespan", BH_BY_ENCLAVE, BH_ELEMENT_DOUBLE, "s",
     "fault-free makespan of the baseline with the same nodes, intervals and checkpoints", native_s, BH_AT_POINTS},
    {"native_bare_makespan", BH_BY_ENCLAVE, BH_ELEMENT_DOUBLE, "s",
     "fault-free makespan of the baseline without checkpoints", native_bare_s, BH_AT_POINTS_AND_UNCERTAIN},
    {"price", BH_BY_ENCLAVE, BH_ELEMENT_DOUBLE, "1", "fault_free_makespan / native_makespan - 1", price,
     BH_AT_POINTS_AND_UNCERTAIN},
    {"interval", BH_BY_ENCLAVE_LEVEL, BH_ELEMENT_DOUBLE, "s", "useful time between checkpoints of a level", interval_s,
     BH_AT_POINTS},
    {"checkpoint_time", BH_BY_ENCLAVE_LEVEL, BH_ELEMENT_DOUBLE, "s", "expected time to write a checkpoint",
     checkpoint_s, BH_AT_POINTS},
    {"restart_time", BH_BY_ENCLAVE_SCOPE, BH_ELEMENT_DOUBLE, "s",
     "expected outage after losing this scope, repair and restore not included", restart_s, BH_AT_POINTS},
    {"interruptions", BH_BY_ENCLAVE_REPLICA, BH_ELEMENT_DOUBLE, "1", "failures that struck the enclave while it ran",
     interruptions, BH_AT_POINTS},
    {"sdc", BH_BY_ENCLAVE_REPLICA, BH_ELEMENT_UINT8, "1", "whether the job ended with silent errors in its data",
     is_corrupt, BH_AT_POINTS},
    {"verifications", BH_BY_ENCLAVE_REPLICA, BH_ELEMENT_DOUBLE, "1", "verifications done", verifications,
     BH_WITH_VERIFICATION},
    {"silent_found", BH_BY_ENCLAVE_REPLICA, BH_ELEMENT_DOUBLE, "1", "silent errors that a verification found",
     silent_found, BH_WITH_VERIFICATION},
    {"silent_rollbacks", BH_BY_ENCLAVE_REPLICA, BH_ELEMENT_DOUBLE, "1",
     "rollbacks to an older checkpoint because of silent errors found", silent_rollbacks, BH_WITH_VERIFICATION},
    {"silent_beginnings", BH_BY_ENCLAVE_REPLICA, BH_ELEMENT_DOUBLE, "1",
     "restarts from the beginning because of silent errors found: no checkpoint was older", silent_beginnings,
     BH_WITH_VERIFICATION},
    {"detection_delay", BH_BY_ENCLAVE_REPLICA, BH_ELEMENT_DOUBLE, "s",
     "mean time from an error's becoming silent to the end of the verification that found it; NaN: none found",
     detection_delay_s, BH_WITH_VERIFICATION},
    {"tainted_ranks_mean", BH_BY_ENCLAVE_REPLICA, BH_ELEMENT_DOUBLE, "1",
     "ranks that a silent error has reached by messages when it is found, or at the end: mean over errors; NaN: none",
     tainted_ranks_mean, BH_WITH_VERIFICATION},
    {"tainted_ranks_most", BH_BY_ENCLAVE_REPLICA, BH_ELEMENT_DOUBLE, "1", "the same: the most of any error",
     tainted_ranks_most, BH_WITH_VERIFICATION},
    {"faults", BH_BY_REPLICA, BH_ELEMENT_DOUBLE, "1", "faults that struck what is there", faults, BH_AT_POINTS},
    {"struck_while_down", BH_BY_REPLICA, BH_ELEMENT_DOUBLE, "1", "faults that struck something down", struck_while_down,
     BH_AT_POINTS},
    {"struck_gone", BH_BY_REPLICA, BH_ELEMENT_DOUBLE, "1",
     "what struck nodes in repair or places without a node, and is no fault", struck_gone, BH_AT_POINTS},
    {"errors", BH_BY_REPLICA, BH_ELEMENT_DOUBLE, "1", "errors activated in an up component", errors, BH_AT_POINTS},
    {"unchangeable_errors", BH_BY_REPLICA, BH_ELEMENT_DOUBLE, "1",
     "activated errors that no policy could have changed: hardware loss of a node", unchangeable_errors, BH_AT_POINTS},
    {"silent_errors", BH_BY_REPLICA, BH_ELEMENT_DOUBLE, "1", "errors of which a copy became silent", silent_errors,
     BH_AT_POINTS},
    {"simultaneous_losses", BH_BY_REPLICA, BH_ELEMENT_DOUBLE, "1", "errors that took two or more enclaves down",
     simultaneous_losses, BH_AT_POINTS},
    {"progress_stops", BH_BY_REPLICA, BH_ELEMENT_DOUBLE, "1",
     "errors that stopped enclaves which they did not take down, by a zone that those need", progress_stops,
     BH_WITH_NEEDS},
    {"io_stops", BH_BY_REPLICA, BH_ELEMENT_DOUBLE, "1", "the same, where I/O alone was stopped", io_stops,
     BH_WITH_NEEDS},
    {"several_stopped", BH_BY_REPLICA, BH_ELEMENT_DOUBLE, "1",
     "errors that stopped two or more enclaves so, I/O or progress", several_stopped, BH_WITH_NEEDS},
    {"progress_stops_exact", BH_SCALAR, BH_ELEMENT_DOUBLE, "1",
     "P(an enclave is stopped and not taken down | error activated) by the exact chain", progress_stops_exact,
     BH_WITH_NEEDS},
    {"io_stops_exact", BH_SCALAR, BH_ELEMENT_DOUBLE, "1", "the same, where I/O alone is stopped", io_stops_exact,
     BH_WITH_NEEDS},
    {"several_stopped_exact", BH_SCALAR, BH_ELEMENT_DOUBLE, "1",
     "P(two or more enclaves are stopped so | error activated) by the exact chain", several_stopped_exact,
     BH_WITH_NEEDS},
    {"stopped_time", BH_BY_ENCLAVE_REPLICA, BH_ELEMENT_DOUBLE, "s",
     "node-seconds in which the enclave stood still for a zone that it needs", stopped_time, BH_WITH_NEEDS},
    {"io_wait", BH_BY_ENCLAVE_REPLICA, BH_ELEMENT_DOUBLE, "s",
     "node-seconds in which it waited with its I/O for a zone that it needs", io_wait, BH_WITH_NEEDS},
    {"losing_errors", BH_BY_REPLICA, BH_ELEMENT_DOUBLE, "1", "errors that took at least one enclave down",
     losing_errors, BH_AT_POINTS},
    {"enclaves_lost", BH_BY_REPLICA, BH_ELEMENT_DOUBLE, "1", "enclaves that errors took down, in all", enclaves_lost,
     BH_AT_POINTS},
    {"enclaves_lost_most", BH_BY_REPLICA, BH_ELEMENT_DOUBLE, "1", "most enclaves that one error took down",
     enclaves_lost_most, BH_AT_POINTS},
    {"nodes_in_repair", BH_BY_REPLICA, BH_ELEMENT_DOUBLE, "nodes", "nodes in repair, mean over time", nodes_in_repair,
     BH_AT_POINTS},
    {"spares_in_use", BH_BY_REPLICA, BH_ELEMENT_DOUBLE, "nodes",
     "spares not at hand, in the place of others or in repair themselves, mean over time", spares_in_use, BH_AT_POINTS},
    {"nodes_missing", BH_BY_REPLICA, BH_ELEMENT_DOUBLE, "nodes",
     "places that wait for a node because no spare was left, mean over time", nodes_missing, BH_AT_POINTS},
    {"spares_exhausted", BH_BY_REPLICA, BH_ELEMENT_DOUBLE, "1", "share of the time without a spare at hand",
     spares_exhausted, BH_AT_POINTS},
    {"lost_at_once", BH_BY_REPLICA, BH_ELEMENT_DOUBLE, "1", "most enclaves lost within the time of `acceptance`",
     lost_at_once, BH_WITH_ACCEPTANCE},
    {"unacceptable", BH_BY_REPLICA, BH_ELEMENT_UINT8, "1", "whether more were lost at once than is acceptable",
     is_unacceptable, BH_WITH_ACCEPTANCE},
    {"unacceptable_time", BH_BY_REPLICA, BH_ELEMENT_DOUBLE, "s", "when that first happened; NaN: never", unacceptable_s,
     BH_WITH_ACCEPTANCE},
    {"guard_crossed", BH_BY_REPLICA_BOUNDARY, BH_ELEMENT_DOUBLE, "1", "attempts of errors to cross that got through",
     guard_crossed, BH_WITH_COMPOSITIONS},
    {"guard_blocked", BH_BY_REPLICA_BOUNDARY, BH_ELEMENT_DOUBLE, "1",
     "attempts of errors to cross that a guard blocked", guard_blocked, BH_WITH_COMPOSITIONS},
    {"composition_degree", BH_BY_ENCLAVE, BH_ELEMENT_DOUBLE, "1",
     "long-run share of time in which the enclave is composed with any other", composition_degree,
     BH_WITH_COMPOSITIONS},
    {"protected_time", BH_BY_ENCLAVE_REPLICA, BH_ELEMENT_DOUBLE, "s", "time in which the enclave's guards were on",
     protected_s, BH_WITH_COMPOSITIONS},
    {"switches", BH_BY_ENCLAVE_REPLICA, BH_ELEMENT_DOUBLE, "1",
     "times that the enclave's guards were switched on or off", switches, BH_WITH_COMPOSITIONS},
    {"fault_free_node_time", BH_BY_ENCLAVE_PART, BH_ELEMENT_DOUBLE, "s",
     "node-seconds by part of the ledger, without faults", fault_free_node_time, BH_WITH_COMPOSITIONS},
    {"exchanges", BH_BY_REPLICA, BH_ELEMENT_DOUBLE, "1", "exchanges over the network between composed enclaves",
     exchanges, BH_WITH_COMPOSITIONS},
    {"exchanged_bytes", BH_BY_REPLICA, BH_ELEMENT_DOUBLE, "B", "bytes that they moved", exchanged_bytes,
     BH_WITH_COMPOSITIONS},
    {"exchange_time", BH_BY_REPLICA, BH_ELEMENT_DOUBLE, "s", "time that they took, each from its start to its end",
     exchange_s, BH_WITH_COMPOSITIONS},
    {"propagation_depth", BH_BY_REPLICA, BH_ELEMENT_DOUBLE, "1", "mean zone hops of an activated error",
     propagation_depth, BH_AT_POINTS},
    {"failures", BH_BY_REPLICA_SCOPE, BH_ELEMENT_DOUBLE, "1", "signalled errors by the disposition applied", failures,
     BH_AT_POINTS},
    {"system_extent", BH_BY_REPLICA_SCOPE, BH_ELEMENT_DOUBLE, "1", "errors by largest system extent", system_extent,
     BH_AT_POINTS},
    {"application_extent", BH_BY_REPLICA_SCOPE, BH_ELEMENT_DOUBLE, "1", "errors by largest application extent",
     application_extent, BH_AT_POINTS},
    {"escape_seen", BH_BY_REPLICA_BOUNDARY, BH_ELEMENT_DOUBLE, "1", "errors whose effect went beyond the boundary",
     bh_metric_escape_seen, BH_AT_POINTS},
    {"escape_exposed", BH_BY_REPLICA_BOUNDARY, BH_ELEMENT_DOUBLE, "1",
     "errors begun inside the boundary and not masked at their origin", bh_metric_escape_exposed, BH_AT_POINTS},
    {"escape_exact", BH_BY_BOUNDARY, BH_ELEMENT_DOUBLE, "1",
     "escape ratio of random faults' errors by the exact chain; NaN where none begins inside the boundary, or the "
     "chain "
     "cannot be had: then unresolved is NaN too, and bulkhead check says why",
     bh_metric_escape_exact, BH_AT_POINTS_AND_UNCERTAIN},
    {"escape_low", BH_BY_BOUNDARY, BH_ELEMENT_DOUBLE, "1",
     "the same with the uncertain number at the least value of its axis", escape_low, BH_AT_POINTS},
    {"escape_high", BH_BY_BOUNDARY, BH_ELEMENT_DOUBLE, "1",
     "the same with the uncertain number at the greatest value of its axis", escape_high, BH_AT_POINTS},
    {"unresolved", BH_SCALAR, BH_ELEMENT_DOUBLE, "1",
     "bound on the probability that the exact chain left unfollowed: the error of the exact numbers; NaN where the "
     "chain cannot be had",
     unresolved, BH_AT_POINTS},
    {"noise_extrapolated", BH_BY_ENCLAVE, BH_ELEMENT_UINT8, "1",
     "whether noise is taken beyond the largest machine for which it was measured", noise_extrapolated, BH_AT_POINTS},
    {"independent_nodes", BH_BY_ENCLAVE, BH_ELEMENT_UINT8, "1",
     "whether no class of random faults strikes several nodes at once", independent_nodes, BH_AT_POINTS},
    {"containment_exact", BH_BY_SCOPE, BH_ELEMENT_DOUBLE, "1",
     "P(system extent <= scope | error of a random fault activated) by the exact chain; NaN where there are no random "
     "faults, or the chain cannot be had: then unresolved is NaN too, and bulkhead check says why",
     bh_metric_containment_exact, BH_AT_POINTS},
    {"escape_interaction", BH_BY_BOUNDARY, BH_ELEMENT_DOUBLE, "1",
     "escape ratio simulated less exact: errors that meet outages and each other; NaN with a script",
     bh_metric_escape_interaction, BH_OVER_REPLICAS},
    {"escape_interaction_error", BH_BY_BOUNDARY, BH_ELEMENT_DOUBLE, "1", "standard error of escape_interaction",
     bh_metric_escape_interaction_error, BH_OVER_REPLICAS},
    {"containment_interaction", BH_BY_SCOPE, BH_ELEMENT_DOUBLE, "1",
     "P(system extent <= scope) simulated less exact; NaN with a script", bh_metric_containment_interaction,
     BH_OVER_REPLICAS},
    {"containment_interaction_error", BH_BY_SCOPE, BH_ELEMENT_DOUBLE, "1", "standard error of containment_interaction",
     bh_metric_containment_interaction_error, BH_OVER_REPLICAS},
    {"script_extent_exact", BH_BY_SCOPE, BH_ELEMENT_DOUBLE, "1",
     "P(system extent = scope | error of the script) by the exact chain", script_extent_exact, BH_WITH_SCRIPT},
    {"script_loss_exact", BH_BY_ENCLAVE_SCOPE, BH_ELEMENT_DOUBLE, "1",
     "P(enclave loses scope | error of the script) by the exact chain", script_loss_exact, BH_WITH_SCRIPT},
};
const size_t bh_metrics_count = sizeof bh_metrics / sizeof bh_metrics[0];

void bh_metric_axis_sizes(const struct bh_scenario *scenario, size_t sizes[])
{
    sizes[BH_AXIS_ENCLAVE] = scenario->enclaves_count;
    sizes[BH_AXIS_REPLICA] = scenario->replicas;
    sizes[BH_AXIS_PART] = BH_PARTS;
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

static bool has_needs(const struct bh_scenario *scenario)
{
    bool has = false;
    for (size_t p = 0; p < scenario->policies_count; p++)
        has = has || bh_system_has_needs(scenario->policies[p].system);
    for (size_t e = 0; e < scenario->enclaves_count; e++)
        has = has || (scenario->enclaves[e].system != NULL && bh_system_has_needs(scenario->enclaves[e].system));
    return has;
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
        return has_needs(scenario);
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
