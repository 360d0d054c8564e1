/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The metrics of a results file, a row each: name, axes behind policy and point, what its values are, unit, where it is
 * recorded, whether readers need it, and what it says. Included with a macro BH_METRIC of as many arguments, several
 * times: see metric_list.h. The value itself is a function of the same name in sim/results/metrics.c. */

BH_METRIC(enclave_nodes, BH_BY_ENCLAVE, BH_NUMBERS, "nodes", BH_AT_POINTS, BH_OPTIONAL,
          "nodes that the enclave stands on")
BH_METRIC(enclave_partition, BH_BY_ENCLAVE, BH_NUMBERS, "1", BH_AT_POINTS, BH_OPTIONAL,
          "enclaves with equal numbers stand on the same nodes")
BH_METRIC(enclave_start, BH_BY_ENCLAVE, BH_NUMBERS, "s", BH_AT_POINTS, BH_OPTIONAL, "when the enclave starts")
BH_METRIC(makespan, BH_BY_ENCLAVE_REPLICA, BH_NUMBERS, "s", BH_AT_POINTS_AND_UNCERTAIN, BH_NEEDED,
          "from the start to the end of the work, under faults; NaN when unfinished")
BH_METRIC(finished, BH_BY_ENCLAVE_REPLICA, BH_FLAGS, "1", BH_AT_POINTS_AND_UNCERTAIN, BH_NEEDED,
          "whether the work was done before the horizon")
BH_METRIC(elapsed, BH_BY_ENCLAVE_REPLICA, BH_NUMBERS, "s", BH_AT_POINTS_AND_UNCERTAIN, BH_NEEDED,
          "makespan, or the time until it was given up")
BH_METRIC(useful_work, BH_BY_ENCLAVE_REPLICA, BH_NUMBERS, "s", BH_AT_POINTS_AND_UNCERTAIN, BH_NEEDED,
          "native node-seconds of work done")
BH_METRIC(node_time, BH_BY_ENCLAVE_REPLICA_PART, BH_NUMBERS, "s", BH_AT_POINTS, BH_NEEDED,
          "node-seconds by part of the ledger")
BH_METRIC(fault_free_makespan, BH_BY_ENCLAVE, BH_NUMBERS, "s", BH_AT_POINTS, BH_OPTIONAL, "makespan without faults")
BH_METRIC(native_makespan, BH_BY_ENCLAVE, BH_NUMBERS, "s", BH_AT_POINTS, BH_OPTIONAL,
          "fault-free makespan of the baseline with the same nodes, intervals and checkpoints")
BH_METRIC(native_bare_makespan, BH_BY_ENCLAVE, BH_NUMBERS, "s", BH_AT_POINTS_AND_UNCERTAIN, BH_NEEDED,
          "fault-free makespan of the baseline without checkpoints")
BH_METRIC(price, BH_BY_ENCLAVE, BH_NUMBERS, "1", BH_AT_POINTS_AND_UNCERTAIN, BH_NEEDED,
          "fault_free_makespan / native_makespan - 1")
BH_METRIC(interval, BH_BY_ENCLAVE_LEVEL, BH_NUMBERS, "s", BH_AT_POINTS, BH_OPTIONAL,
          "useful time between checkpoints of a level")
BH_METRIC(checkpoint_time, BH_BY_ENCLAVE_LEVEL, BH_NUMBERS, "s", BH_AT_POINTS, BH_OPTIONAL,
          "expected time to write a checkpoint")
BH_METRIC(restart_time, BH_BY_ENCLAVE_SCOPE, BH_NUMBERS, "s", BH_AT_POINTS, BH_OPTIONAL,
          "expected outage after losing this scope, repair of hardware and restore not included")
BH_METRIC(interruptions, BH_BY_ENCLAVE_REPLICA, BH_NUMBERS, "1", BH_AT_POINTS, BH_NEEDED,
          "failures that struck the enclave while it ran")
BH_METRIC(sdc, BH_BY_ENCLAVE_REPLICA, BH_FLAGS, "1", BH_AT_POINTS_AND_UNCERTAIN, BH_OPTIONAL,
          "whether the job ended with silent errors in its data that make its result wrong")
BH_METRIC(wrong_data, BH_BY_ENCLAVE_REPLICA, BH_FLAGS, "1", BH_AT_POINTS, BH_OPTIONAL,
          "whether the job ended with silent errors in its data, also those that do not matter to the result")
BH_METRIC(verifications, BH_BY_ENCLAVE_REPLICA, BH_NUMBERS, "1", BH_WITH_VERIFICATION, BH_OPTIONAL,
          "verifications done")
BH_METRIC(silent_found, BH_BY_ENCLAVE_REPLICA, BH_NUMBERS, "1", BH_WITH_VERIFICATION, BH_OPTIONAL,
          "silent errors that a verification found")
BH_METRIC(silent_rollbacks, BH_BY_ENCLAVE_REPLICA, BH_NUMBERS, "1", BH_WITH_VERIFICATION, BH_OPTIONAL,
          "rollbacks to an older checkpoint because of silent errors found")
BH_METRIC(silent_beginnings, BH_BY_ENCLAVE_REPLICA, BH_NUMBERS, "1", BH_WITH_VERIFICATION, BH_OPTIONAL,
          "restarts from the beginning because of silent errors found: no checkpoint was older")
BH_METRIC(detection_delay, BH_BY_ENCLAVE_REPLICA, BH_NUMBERS, "s", BH_WITH_VERIFICATION, BH_OPTIONAL,
          "mean time from an error's becoming silent to the end of the verification that found it; NaN: none found")
BH_METRIC(
    tainted_ranks_mean, BH_BY_ENCLAVE_REPLICA, BH_NUMBERS, "1", BH_WITH_VERIFICATION, BH_OPTIONAL,
    "ranks that a silent error has reached by messages when it is found, or at the end: mean over errors; NaN: none")
BH_METRIC(tainted_ranks_most, BH_BY_ENCLAVE_REPLICA, BH_NUMBERS, "1", BH_WITH_VERIFICATION, BH_OPTIONAL,
          "the same: the most of any error")
BH_METRIC(faults, BH_BY_REPLICA, BH_NUMBERS, "1", BH_AT_POINTS, BH_NEEDED, "faults that struck what is there")
BH_METRIC(struck_while_down, BH_BY_REPLICA, BH_NUMBERS, "1", BH_AT_POINTS, BH_OPTIONAL,
          "faults that struck something down")
BH_METRIC(struck_gone, BH_BY_REPLICA, BH_NUMBERS, "1", BH_AT_POINTS, BH_OPTIONAL,
          "what struck nodes in repair or places without a node, and is no fault")
BH_METRIC(errors, BH_BY_REPLICA, BH_NUMBERS, "1", BH_AT_POINTS, BH_NEEDED, "errors activated in an up component")
BH_METRIC(revivals, BH_BY_REPLICA, BH_NUMBERS, "1", BH_AT_POINTS, BH_OPTIONAL,
          "times that an error came back with a checkpoint, or outlived the restart of what it took down")
BH_METRIC(unchangeable_errors, BH_BY_REPLICA, BH_NUMBERS, "1", BH_AT_POINTS, BH_NEEDED,
          "activated errors that no policy could have changed: hardware loss of a node")
BH_METRIC(silent_errors, BH_BY_REPLICA, BH_NUMBERS, "1", BH_AT_POINTS, BH_OPTIONAL,
          "errors of which a copy became silent")
BH_METRIC(simultaneous_losses, BH_BY_REPLICA, BH_NUMBERS, "1", BH_AT_POINTS, BH_OPTIONAL,
          "errors that took two or more enclaves down")
BH_METRIC(progress_stops, BH_BY_REPLICA, BH_NUMBERS, "1", BH_WITH_NEEDS, BH_OPTIONAL,
          "errors that stopped enclaves which they did not take down, by a zone that those need")
BH_METRIC(io_stops, BH_BY_REPLICA, BH_NUMBERS, "1", BH_WITH_NEEDS, BH_OPTIONAL, "the same, where I/O alone was stopped")
BH_METRIC(several_stopped, BH_BY_REPLICA, BH_NUMBERS, "1", BH_WITH_NEEDS, BH_OPTIONAL,
          "errors that stopped two or more enclaves so, I/O or progress")
BH_METRIC(progress_stops_exact, BH_SCALAR, BH_NUMBERS, "1", BH_WITH_NEEDS, BH_OPTIONAL,
          "P(an enclave is stopped and not taken down | error activated) by the exact chain")
BH_METRIC(io_stops_exact, BH_SCALAR, BH_NUMBERS, "1", BH_WITH_NEEDS, BH_OPTIONAL,
          "the same, where I/O alone is stopped")
BH_METRIC(several_stopped_exact, BH_SCALAR, BH_NUMBERS, "1", BH_WITH_NEEDS, BH_OPTIONAL,
          "P(two or more enclaves are stopped so | error activated) by the exact chain")
BH_METRIC(stopped_time, BH_BY_ENCLAVE_REPLICA, BH_NUMBERS, "s", BH_WITH_NEEDS, BH_OPTIONAL,
          "node-seconds in which the enclave stood still for a zone that it needs")
BH_METRIC(io_wait, BH_BY_ENCLAVE_REPLICA, BH_NUMBERS, "s", BH_WITH_NEEDS, BH_OPTIONAL,
          "node-seconds in which it waited with its I/O for a zone that it needs")
BH_METRIC(degraded_errors, BH_BY_REPLICA, BH_NUMBERS, "1", BH_WITH_DEGRADED, BH_OPTIONAL,
          "errors that left a zone degraded which they did not take down: affected, nothing down")
BH_METRIC(degraded_exact, BH_SCALAR, BH_NUMBERS, "1", BH_WITH_DEGRADED, BH_OPTIONAL,
          "P(a zone is left degraded and is not taken down | error activated) by the exact chain")
BH_METRIC(script_degraded_exact, BH_SCALAR, BH_NUMBERS, "1", BH_WITH_DEGRADED, BH_OPTIONAL,
          "the same of the script's errors; NaN without a script")
BH_METRIC(losing_errors, BH_BY_REPLICA, BH_NUMBERS, "1", BH_AT_POINTS, BH_OPTIONAL,
          "errors that took at least one enclave down")
BH_METRIC(enclaves_lost, BH_BY_REPLICA, BH_NUMBERS, "1", BH_AT_POINTS, BH_OPTIONAL,
          "enclaves that errors took down, in all")
BH_METRIC(enclaves_lost_most, BH_BY_REPLICA, BH_NUMBERS, "1", BH_AT_POINTS, BH_OPTIONAL,
          "most enclaves that one error took down")
BH_METRIC(nodes_in_repair, BH_BY_REPLICA, BH_NUMBERS, "nodes", BH_AT_POINTS, BH_OPTIONAL,
          "nodes in repair, mean over time")
BH_METRIC(nodes_rebooting, BH_BY_REPLICA, BH_NUMBERS, "nodes", BH_AT_POINTS, BH_OPTIONAL,
          "nodes that reboot while a spare stands in their place, mean over time")
BH_METRIC(spares_in_use, BH_BY_REPLICA, BH_NUMBERS, "nodes", BH_AT_POINTS, BH_OPTIONAL,
          "spares not at hand, in the place of others or in repair themselves, mean over time")
BH_METRIC(nodes_missing, BH_BY_REPLICA, BH_NUMBERS, "nodes", BH_AT_POINTS, BH_OPTIONAL,
          "places that wait for a node because no spare was left, mean over time")
BH_METRIC(spares_exhausted, BH_BY_REPLICA, BH_NUMBERS, "1", BH_AT_POINTS, BH_OPTIONAL,
          "share of the time without a spare at hand")
BH_METRIC(lost_at_once, BH_BY_REPLICA, BH_NUMBERS, "1", BH_WITH_ACCEPTANCE, BH_OPTIONAL,
          "most enclaves lost within the time of `acceptance`")
BH_METRIC(unacceptable, BH_BY_REPLICA, BH_FLAGS, "1", BH_WITH_ACCEPTANCE, BH_OPTIONAL,
          "whether more were lost at once than is acceptable")
BH_METRIC(unacceptable_time, BH_BY_REPLICA, BH_NUMBERS, "s", BH_WITH_ACCEPTANCE, BH_OPTIONAL,
          "when that first happened; NaN: never")
BH_METRIC(guard_crossed, BH_BY_REPLICA_BOUNDARY, BH_NUMBERS, "1", BH_WITH_COMPOSITIONS, BH_OPTIONAL,
          "attempts of errors to cross that got through")
BH_METRIC(guard_blocked, BH_BY_REPLICA_BOUNDARY, BH_NUMBERS, "1", BH_WITH_COMPOSITIONS, BH_OPTIONAL,
          "attempts of errors to cross that a guard blocked")
BH_METRIC(composition_degree, BH_BY_ENCLAVE, BH_NUMBERS, "1", BH_WITH_COMPOSITIONS, BH_OPTIONAL,
          "long-run share of time in which the enclave is composed with any other")
BH_METRIC(protected_time, BH_BY_ENCLAVE_REPLICA, BH_NUMBERS, "s", BH_WITH_COMPOSITIONS, BH_OPTIONAL,
          "time in which the enclave's guards were on")
BH_METRIC(switches, BH_BY_ENCLAVE_REPLICA, BH_NUMBERS, "1", BH_WITH_COMPOSITIONS, BH_OPTIONAL,
          "times that the enclave's guards were switched on or off")
BH_METRIC(fault_free_node_time, BH_BY_ENCLAVE_PART, BH_NUMBERS, "s", BH_WITH_COMPOSITIONS, BH_OPTIONAL,
          "node-seconds by part of the ledger, without faults")
BH_METRIC(exchanges, BH_BY_REPLICA, BH_NUMBERS, "1", BH_WITH_COMPOSITIONS, BH_OPTIONAL,
          "exchanges over the network between composed enclaves")
BH_METRIC(exchanged_bytes, BH_BY_REPLICA, BH_NUMBERS, "B", BH_WITH_COMPOSITIONS, BH_OPTIONAL, "bytes that they moved")
BH_METRIC(exchange_time, BH_BY_REPLICA, BH_NUMBERS, "s", BH_WITH_COMPOSITIONS, BH_OPTIONAL,
          "time that they took, each from its start to its end")
BH_METRIC(transfers, BH_BY_REPLICA, BH_NUMBERS, "1", BH_AT_POINTS, BH_OPTIONAL,
          "transfers to and from storage, and exchanges, that began")
BH_METRIC(transfers_carried, BH_BY_REPLICA, BH_NUMBERS, "1", BH_AT_POINTS, BH_OPTIONAL,
          "those that SimGrid carried out: with the calendar, those that met others")
BH_METRIC(carried_time, BH_BY_REPLICA, BH_NUMBERS, "1", BH_AT_POINTS, BH_OPTIONAL,
          "share of the time in which SimGrid carried any out")
BH_METRIC(propagation_depth, BH_BY_REPLICA, BH_NUMBERS, "1", BH_AT_POINTS, BH_OPTIONAL,
          "mean zone hops of an activated error")
BH_METRIC(failures, BH_BY_REPLICA_SCOPE, BH_NUMBERS, "1", BH_AT_POINTS, BH_NEEDED,
          "signalled errors by the disposition applied")
BH_METRIC(system_extent, BH_BY_REPLICA_SCOPE, BH_NUMBERS, "1", BH_AT_POINTS, BH_NEEDED,
          "errors by largest system extent")
BH_METRIC(application_extent, BH_BY_REPLICA_SCOPE, BH_NUMBERS, "1", BH_AT_POINTS, BH_NEEDED,
          "errors by largest application extent")
BH_METRIC(escape_seen, BH_BY_REPLICA_BOUNDARY, BH_NUMBERS, "1", BH_AT_POINTS, BH_NEEDED,
          "errors whose effect went beyond the boundary")
BH_METRIC(escape_exposed, BH_BY_REPLICA_BOUNDARY, BH_NUMBERS, "1", BH_AT_POINTS, BH_NEEDED,
          "errors begun inside the boundary and not masked at their origin")
BH_METRIC(escape_exact, BH_BY_BOUNDARY, BH_NUMBERS, "1", BH_AT_POINTS_AND_UNCERTAIN, BH_NEEDED,
          "escape ratio of random faults' errors by the exact chain; NaN where none begins inside the boundary, or the "
          "chain cannot be had: then unresolved is NaN too, and bulkhead check says why")
BH_METRIC(escape_low, BH_BY_BOUNDARY, BH_NUMBERS, "1", BH_AT_POINTS, BH_NEEDED,
          "the same with the uncertain number at the least value of its axis")
BH_METRIC(escape_high, BH_BY_BOUNDARY, BH_NUMBERS, "1", BH_AT_POINTS, BH_NEEDED,
          "the same with the uncertain number at the greatest value of its axis")
BH_METRIC(unresolved, BH_SCALAR, BH_NUMBERS, "1", BH_AT_POINTS, BH_OPTIONAL,
          "bound on the probability that the exact chain left unfollowed: the error of the exact numbers; NaN where "
          "the chain cannot be had")
BH_METRIC(noise_extrapolated, BH_BY_ENCLAVE, BH_FLAGS, "1", BH_AT_POINTS, BH_OPTIONAL,
          "whether noise is taken beyond the largest machine for which it was measured")
BH_METRIC(independent_nodes, BH_BY_ENCLAVE, BH_FLAGS, "1", BH_AT_POINTS, BH_OPTIONAL,
          "whether no class of random faults strikes several nodes at once")
BH_METRIC(containment_exact, BH_BY_SCOPE, BH_NUMBERS, "1", BH_AT_POINTS, BH_OPTIONAL,
          "P(system extent <= scope | error of a random fault activated) by the exact chain; NaN where there are no "
          "random faults, or the chain cannot be had: then unresolved is NaN too, and bulkhead check says why")
BH_METRIC(escape_interaction, BH_BY_BOUNDARY, BH_NUMBERS, "1", BH_OVER_REPLICAS, BH_OPTIONAL,
          "escape ratio simulated less exact: errors that meet outages and each other; NaN with a script")
BH_METRIC(escape_interaction_error, BH_BY_BOUNDARY, BH_NUMBERS, "1", BH_OVER_REPLICAS, BH_OPTIONAL,
          "standard error of escape_interaction")
BH_METRIC(containment_interaction, BH_BY_SCOPE, BH_NUMBERS, "1", BH_OVER_REPLICAS, BH_OPTIONAL,
          "P(system extent <= scope) simulated less exact; NaN with a script")
BH_METRIC(containment_interaction_error, BH_BY_SCOPE, BH_NUMBERS, "1", BH_OVER_REPLICAS, BH_OPTIONAL,
          "standard error of containment_interaction")
BH_METRIC(slowdown, BH_BY_ENCLAVE_REPLICA, BH_NUMBERS, "1", BH_OVER_REPLICAS, BH_OPTIONAL,
          "makespan / native_bare_makespan; NaN where the run is not done")
BH_METRIC(net_overhead, BH_BY_ENCLAVE_REPLICA, BH_NUMBERS, "1", BH_OVER_REPLICAS, BH_OPTIONAL, "slowdown - 1")
BH_METRIC(net_overhead_mean, BH_BY_ENCLAVE, BH_NUMBERS, "1", BH_OVER_REPLICAS, BH_OPTIONAL,
          "mean of net_overhead over replicas; NaN unless all are done")
BH_METRIC(net_overhead_low, BH_BY_ENCLAVE, BH_NUMBERS, "1", BH_OVER_REPLICAS, BH_OPTIONAL,
          "lower end of the 95 % interval of net_overhead_mean, by Student's t")
BH_METRIC(net_overhead_high, BH_BY_ENCLAVE, BH_NUMBERS, "1", BH_OVER_REPLICAS, BH_OPTIONAL, "upper end of it")
BH_METRIC(script_extent_exact, BH_BY_SCOPE, BH_NUMBERS, "1", BH_WITH_SCRIPT, BH_OPTIONAL,
          "P(system extent = scope | error of the script) by the exact chain")
BH_METRIC(script_loss_exact, BH_BY_ENCLAVE_SCOPE, BH_NUMBERS, "1", BH_WITH_SCRIPT, BH_OPTIONAL,
          "P(enclave loses scope | error of the script) by the exact chain")
