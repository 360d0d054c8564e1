/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Every key of a scenario file, what it takes and what it says. */
#include "sim/scenario/scenario_keys.h"

#include "config.h"
#include "models/catalog/keys/catalog_keys.h"
#include "models/faults/replay.h"
#include "models/logs/durations.h"
#include "models/logs/moments.h"
#include "models/words/checkpoint_levels.h"
#include "models/words/words.h"
#include "sim/platform/placement.h"
#include "sim/scenario/composition.h"
#include "sim/scenario/scenario.h"

const char *const bh_engine_names[] = {"calendar", "simgrid", NULL};
const char *const bh_resolution_names[] = {"enclave", "process", NULL};
const char *const bh_wrong_results_names[] = {"not-done", "done", NULL};
const char *const bh_returns_names[] = {"passed", "older-than-error", NULL};
const char *const bh_spare_use_names[] = {"node-loss", "crash", NULL};
const char *const bh_during_names[] = {"always", "computation", NULL};
const char *const bh_machine_age_names[] = {"steady", "fresh", NULL};
const char *const bh_replay_end_names[] = {"wrap", "stop", NULL};
const char *const bh_composed_when_names[] = {"never", "always", NULL};

/* That read scenarios: this one, and those before it, of which each change of meaning is told or made good in like.c. */
static const char *const versions[] = {PACKAGE_VERSION, NULL};
static const char *const none[] = {"none", NULL};
static const char *const none_or_no[] = {"none", "no", NULL};
static const char *const all_or_none[] = {"all", "none", NULL};
static const char *const rules[] = {"young", "daly", "exact", NULL};
static const char *const checkpoint[] = {"checkpoint", NULL};
/* Those of bh_ending_names that a file can ask for. */
const char *const bh_script_ending_names[] = {"masked", "signalled", "silent", "degraded", NULL};

#define EITHER(name, ...) static const struct bh_form *const name[] = {__VA_ARGS__, NULL}
#define FORM(name, ...)   static const struct bh_form name = __VA_ARGS__

FORM(a_text, BH_TEXT);
FORM(a_path, BH_PATH);
FORM(a_time, BH_QUANTITY(TIME));
FORM(a_time_above_0, BH_ABOVE_0(TIME));
FORM(a_share, BH_QUANTITY(PROBABILITY));
FORM(nodes_from_0, BH_COUNT_FROM(0, UINT64_C(1) << 40));
FORM(nodes_from_1, BH_COUNT_FROM(1, UINT64_C(1) << 40));
FORM(word_none, BH_CHOICE(none));
FORM(word_no, BH_CHOICE(none_or_no));
FORM(a_scalar, BH_ONE_VALUE);
EITHER(nodes_or_share, &nodes_from_1, &a_share);
EITHER(no_nodes_or_share, &nodes_from_0, &a_share);
FORM(paths, BH_LIST(1, 0, a_path));
FORM(assumed_path, {.kind = BH_FORM_PATH, .section = "assumed"});
FORM(assumed_paths, BH_LIST(1, 0, assumed_path));
EITHER(assumed, &assumed_path, &assumed_paths);
EITHER(path_or_paths, &a_path, &paths);

/* --- Platform and workload --------------------------------------------------------------------------------------- */

static const struct bh_key platform_rows[] = {
    {"file", NULL, BH_TEXT,
     "A SimGrid platform (.xml) or a parametric machine (.yaml): beside the scenario, else among Bulkhead's "
     "platforms."},
    {"nodes", NULL, BH_COUNT_FROM(1, UINT64_C(1) << 40), "Compute nodes that the workload takes, spares not counted."},
    {0},
};
const struct bh_keys bh_platform_keys = {"platform", "The machine.", platform_rows, NULL, 0};

EITHER(when_to_verify, &(const struct bh_form)BH_CHOICE(checkpoint), &a_time_above_0);
static const struct bh_key verification_rows[] = {
    {"every", NULL, BH_ANY(when_to_verify),
     "`checkpoint`: before each checkpoint; or a time of computing between two."},
    {"per-checkpoint", "1", BH_COUNT_FROM(1, 1000),
     "Verifications for each checkpoint, evenly spaced, the last before it; with workload.trust chosen unless given."},
    {"cost", "", BH_QUANTITY(TIME), "How long one takes; if absent the application's verification-cost."},
    {"recall", "", BH_QUANTITY(PROBABILITY),
     "Probability that it finds wrong data; if absent the application's verification-recall."},
    {"latency", "", BH_QUANTITY(TIME), "Until its answer is there; if absent the application's verification-latency."},
    {"returns-to", "passed", BH_CHOICE(bh_returns_names),
     "What wrong data makes it return to: the newest state that a verification has passed; or, a bound that nobody "
     "knows, the "
     "newest that is older than the error."},
    {"returns", "2", BH_COUNT_FROM(1, 1000),
     "How often it returns to one state because of wrong data before it gives that up for an older one."},
    {0},
};
static const struct bh_key_rule verification_rules[] = {{BH_ONLY_WHERE, "per-checkpoint", "every", "checkpoint"},
                                                        {BH_NEVER_WHERE, "returns", "returns-to", "older-than-error"},
                                                        {0}};
const struct bh_keys bh_verification_keys = {"none, or every, cost, recall and latency",
                                             "How an enclave looks for silent errors.", verification_rows,
                                             verification_rules, 0};
FORM(verification_map, BH_MAP(bh_verification_keys));
EITHER(verification, &word_no, &verification_map);

static const struct bh_key enclave_rows[] = {
    {"name", NULL, BH_TEXT, "What results call it; with `count`, NAME-1, NAME-2 and so on."},
    {"application", NULL, BH_ENTRY("applications"), "What runs in it."},
    {"count", "1", BH_COUNT_FROM(1, 10000), "So many enclaves that are alike."},
    {"nodes", "", BH_ANY(nodes_or_share),
     "Nodes of all its enclaves together, or their share of platform.nodes; if absent an equal part of what others "
     "leave, "
     "and all nodes where no enclave says anything of nodes."},
    {"shares-with", "", BH_TEXT, "The enclave on whose nodes it stands, in place of nodes of its own."},
    {"node-share", "equal shares", BH_ABOVE_0(PROBABILITY),
     "Its share of each node; those of all enclaves on the same nodes sum to 1."},
    {"guests-per-node", "1", BH_COUNT_FROM(1, 4096),
     "Guests on each node. A node without guests has the processes of as many."},
    {"processes-per-guest", "1", BH_COUNT_FROM(1, 4096),
     "Processes in each guest, and on a node without guests for each that others have."},
    {"contention", "1", BH_ABOVE_0(FACTOR),
     "How many times longer its communication takes than with links of its own: what `bulkhead calibrate` finds."},
    {"system", "that of each line", BH_ENTRY("systems"),
     "A system of its own, in every line of `policies`; the same for all enclaves on the same nodes."},
    {"native", "no", BH_YES_NO,
     "`yes`: its processes stand on the host's kernel itself, beside the guests of others on the node."},
    {"policy", "that of each line", BH_ENTRY("policies"), "A policy of its own, in every line of `policies`."},
    {"start", "0 s", BH_QUANTITY(TIME), "When it begins."},
    {"leave", "when its work is done", BH_ABOVE_0(TIME), "When it gives its nodes back at the latest."},
    {"work", "workload.work", BH_ABOVE_0(TIME), "Computing that it has to do."},
    {"verification", "none; with workload.trust every checkpoint", BH_ANY(verification),
     "How it looks for silent errors."},
    {"needs-storage", "no", BH_YES_NO, "Whether it stops while storage is out, also without checkpoints there."},
    {"parts-needed", "1", BH_ANY(nodes_or_share),
     "Of a service: parts, one on each node, or their share, below which it counts as down."},
    {0},
};
static const struct bh_key_rule enclave_rules[] = {{BH_NOT_BOTH, "nodes", "shares-with", NULL}, {0}};
const struct bh_keys bh_enclave_keys = {"an enclave", "An entry of workload.enclaves.", enclave_rows, enclave_rules, 0};

FORM(enclave, BH_MAP(bh_enclave_keys));
FORM(share_above_0, BH_ABOVE_0(PROBABILITY));
EITHER(trust, &word_none, &share_above_0);
FORM(spare_use, BH_CHOICE(bh_spare_use_names));
static const struct bh_key workload_rows[] = {
    {"work", NULL, BH_ABOVE_0(TIME), "Computing that each enclave has to do, free of faults and of all costs."},
    {"horizon", "60 times the work", BH_QUANTITY(TIME), "When a replica ends that is not done; at least the work."},
    {"trust", "none", BH_ANY(trust),
     "The share of runs that may end with a wrong result, or `none`: each enclave with checkpoints has the cheapest "
     "pattern that "
     "leaves no more, of intervals by `exact`, verifications per checkpoint and states that are kept; what the "
     "scenario gives of these stays."},
    {"spares", "0", BH_ANY(no_nodes_or_share), "Warm spare nodes, or their share of platform.nodes, rounded up."},
    {"spares-for", "node-loss and crash", BH_LIST(1, 2, spare_use),
     "What spares stand in for: nodes lost for good, always; and those that crash, which a reboot mends."},
    {"placement", "packed", BH_CHOICE(bh_placement_names), "Which of the platform's nodes enclaves take."},
    {"enclaves", NULL, BH_LIST(1, 10000, enclave), "Who computes."},
    {0},
};
const struct bh_keys bh_workload_keys = {"workload", "What is to be done.", workload_rows, NULL, 0};

/* --- Checkpoints --------------------------------------------------------------------------------------------------- */

EITHER(interval, &(const struct bh_form)BH_CHOICE(rules), &a_time_above_0);
static const struct bh_key level_rows[] = {
    {"interval", NULL, BH_ANY(interval),
     "Computing between two checkpoints; `young`, `daly` or `exact`: the best by that formula, from the enclave's own "
     "failure rate."},
    {"write", "", BH_QUANTITY(TIME),
     "How long one takes to write; if absent from its bytes and the level's bandwidth."},
    {"read", "", BH_QUANTITY(TIME), "How long one takes to read; if absent from its bytes and the level's bandwidth."},
    {"keep", "3", BH_COUNT_FROM(1, 1000),
     "Checkpoints that are kept, the newest ones; with workload.trust chosen unless given."},
    {0},
};
const struct bh_keys bh_level_keys = {"a checkpoint level", "One level of checkpoints, or `none`.", level_rows, NULL,
                                      0};

FORM(level_map, BH_MAP(bh_level_keys));
EITHER(level, &word_no, &level_map);
#define LEVEL(row, enumerator, name, words, ways) {name, "none", BH_ANY(level), "Checkpoints to " words "."},
static const struct bh_key checkpoints_rows[] = {
    BH_CHECKPOINT_LEVELS(LEVEL){"staggered", "no", BH_YES_NO,
                                "Whether enclaves take turns, so that they do not write at the same time."},
    {"final", "no", BH_YES_NO, "Whether there is a checkpoint after the last stretch of work."},
    {0},
};
const struct bh_keys bh_checkpoints_keys = {"checkpoints", "The levels, the nearest first.", checkpoints_rows, NULL, 0};

/* --- Policies ------------------------------------------------------------------------------------------------------ */

static const struct bh_key limit_rows[] = {
    {"process/kernel", "", BH_ENTRY("guards.process/kernel"), "A guard level between processes and their kernel."},
    {"guest/host", "", BH_ENTRY("guards.guest/host"), "A guard level between guests and host."},
    {"enclave/enclave", "", BH_ENTRY("guards.enclave/enclave"), "A guard level between enclaves of one node."},
    {"node/node", "", BH_ENTRY("guards.node/node"), "A guard level between nodes."},
    {0},
};
const struct bh_keys bh_limit_keys = {"limits of guards", "A guard level for each boundary that has a limit.",
                                      limit_rows, NULL, 0};
static const struct bh_key node_os_rows[] = {
    {"least", "", BH_MAP(bh_limit_keys), "Guards are at least as strong, whatever enclaves ask for."},
    {"most", "", BH_MAP(bh_limit_keys), "Guards are at most as strong."},
    {0},
};
const struct bh_keys bh_node_os_keys = {
    "node-os", "What the node's operating system lets through of what enclaves ask for.", node_os_rows, NULL, 0};
static const struct bh_key line_rows[] = {
    {"system", NULL, BH_ENTRY("systems"), "The virtualization system."},
    {"policy", NULL, BH_ENTRY("policies"), "Dispositions and guards."},
    {"name", "SYSTEM POLICY", BH_TEXT, "What results call the line; no two are called alike."},
    {"host-kernel", "the system's", BH_ENTRY("components.kernels"), "Another kernel for the host."},
    {"guest-kernel", "the system's", BH_ENTRY("components.kernels"), "Another kernel for the guests."},
    {"node-os", "no limits", BH_MAP(bh_node_os_keys), "Guards that the node forces or forbids."},
    {0},
};
const struct bh_keys bh_line_keys = {"an entry of policies", "A line of the comparison: a system under a policy.",
                                     line_rows, NULL, 0};

/* --- Faults -------------------------------------------------------------------------------------------------------- */

static const struct bh_key start_rows[] = {
    {"every", NULL, BH_ABOVE_0(TIME), "Replica r begins r times so long after the log's beginning."},
    {0},
};
const struct bh_keys bh_recorded_start_keys = {"start", "Where in the log replicas begin.", start_rows, NULL, 0};
FORM(start_word, BH_CHOICE(bh_replay_start_names));
FORM(start_map, BH_MAP(bh_recorded_start_keys));
EITHER(start, &start_word, &start_map);
static const struct bh_key recorded_rows[] = {
    {"log", NULL, BH_TEXT, "The file, beside the scenario; see doc/failure-logs.md for its formats."},
    {"system", "all", BH_TEXT, "Records of this system alone."},
    {"begin", "the first record", BH_TEXT, "From then on: a date as in the log, or a time after its beginning (90 d)."},
    {"until", "the last record", BH_TEXT, "Until then, likewise."},
    {"log-nodes", "as many as the log names", BH_COUNT_FROM(1, UINT64_C(1) << 40), "Nodes of the recorded machine."},
    {"column", "names in use are known", BH_TEXT,
     "Which column holds what: time=Start,node=Host; `#3` is the third one."},
    {"ignore", "none", BH_TEXT, "Columns that are passed over, parted by commas."},
    {"dates", "what all dates allow", BH_CHOICE(bh_date_order_names), "The order of dates."},
    {"unit", "s, or by the column's name", BH_TEXT, "Units of numbers: time=ms,downtime=min; or downtime=h:mm."},
    {"decimal", "what all of them allow", BH_CHOICE(bh_decimal_names), "The mark of fractions in down times."},
    {"year", "by the dates", BH_COUNT_FROM(1900, 2200), "Of the first record, where times have no year."},
    {"window", "5 min", BH_QUANTITY(TIME),
     "Lines of a system log that follow each other within it on a host are one failure."},
    {"timezone", "none", BH_TEXT, "Where times without an offset are local times: Europe/Berlin, +01:00."},
    {"nodes", NULL, BH_CHOICE(bh_replay_nodes_names), "How recorded nodes become nodes of the scenario."},
    {"start", "begin", BH_ANY(start), "Where in the log replicas begin."},
    {"end", "wrap", BH_CHOICE(bh_replay_end_names), "At the log's end: again from its beginning, or no more faults."},
    {0},
};
const struct bh_keys bh_recorded_keys = {"recorded", "The log that classes with `arrival: recorded` replay.",
                                         recorded_rows, NULL, 0};

FORM(hardware_word, BH_CHOICE(all_or_none));
FORM(fault_class, BH_ENTRY("faults"));
FORM(hardware_list, BH_LIST(0, 0, fault_class));
EITHER(hardware, &hardware_word, &hardware_list);
static const struct bh_key random_rows[] = {
    {"hardware", "all", BH_ANY(hardware), "`all` classes that are on by default, `none`, or those listed."},
    {"software", "yes", BH_YES_NO, "Whether software faults strike."},
    {"during", "always", BH_CHOICE(bh_during_names),
     "`computation`: nothing strikes an enclave while it writes, reads or restarts."},
    {"machine", "steady", BH_CHOICE(bh_machine_age_names),
     "`steady`: it has run for long; `fresh`: all clocks begin with the replica."},
    {"recorded", "no log", BH_MAP(bh_recorded_keys), "A log to replay."},
    {0},
};
const struct bh_keys bh_random_fault_keys = {
    "faults (none, all, or a map with hardware, software, during, machine, recorded)", "What strikes at random.",
    random_rows, NULL, 0};
FORM(faults_map, BH_MAP(bh_random_fault_keys));
EITHER(faults, &hardware_word, &faults_map);

#define AT                                                                                                             \
    {                                                                                                                  \
        "at", NULL, BH_QUANTITY(TIME), "When, at most workload.horizon."                                               \
    }
#define NODE                                                                                                           \
    {                                                                                                                  \
        "node", "0", BH_COUNT_FROM(0, UINT64_MAX), "Which of the enclave's nodes, counted from 0."                     \
    }
#define WHOSE                                                                                                          \
    {                                                                                                                  \
        "enclave", "the first", BH_TEXT, "Whose nodes are counted."                                                    \
    }
#define SERVER                                                                                                         \
    {                                                                                                                  \
        "server", "0", BH_COUNT_FROM(0, UINT64_MAX), "Which storage host, counted from 0; of classes that land there." \
    }
static const struct bh_key script_rows[] = {
    AT,
    NODE,
    WHOSE,
    {"zone", "", BH_ENTRY("zones"), "The zone by its kind or its name; or say `fault`."},
    {"kind", "data", BH_CHOICE(bh_error_kind_names), "The kind of error."},
    {"ending", "drawn by chance", BH_CHOICE(bh_script_ending_names),
     "How its first copy is to end; `degraded`: no error, the zone is degraded from then on."},
    {"fault", "", BH_ENTRY("faults.whole"), "A class that takes a node or a storage host; or say `zone`."},
    SERVER,
    {0},
};
static const struct bh_key_rule script_rules[] = {
    {BH_NEVER_WHERE, "ending=silent", "zone", "host-kernel"},
    {BH_NEVER_WHERE, "ending=silent", "zone", "guest-kernel"},
    {BH_ONE_OR_OTHER, "zone", "fault", NULL},
    {BH_NOT_BOTH, "kind", "fault", NULL},
    {BH_NOT_BOTH, "ending", "fault", NULL},
    {BH_ONLY_WITH, "server", "fault", NULL},
    {BH_NOT_BOTH, "server", "node", NULL},
    {BH_NOT_BOTH, "server", "enclave", NULL},
    {0},
};
const struct bh_keys bh_script_keys = {"a fault of the script", "An error or a fault at a given time.", script_rows,
                                       script_rules, 0};
/* Lines with `fault`, by where the class lands. */
static const struct bh_key script_node_rows[] = {AT, NODE, WHOSE, {"fault", NULL, BH_ENTRY("faults.whole"), ""}, {0}};
static const struct bh_key script_storage_rows[] = {AT, SERVER, {"fault", NULL, BH_ENTRY("faults.whole"), ""}, {0}};
const struct bh_keys bh_script_node_keys = {"a fault of the script", "", script_node_rows, NULL, 0};
const struct bh_keys bh_script_storage_keys = {"a fault of the script", "", script_storage_rows, NULL, 0};

/* --- Compositions -------------------------------------------------------------------------------------------------- */

FORM(a_window, BH_LIST(2, 2, a_time));
static const struct bh_key windows_rows[] = {
    {"windows", NULL, BH_LIST(0, 0, a_window), "[FROM, UNTIL] each, one after the other."},
    {0},
};
const struct bh_keys bh_composed_windows_keys = {"windows of a composition", "In windows of time.", windows_rows, NULL,
                                                 0};
static const struct bh_key degree_rows[] = {
    {"degree", NULL, BH_QUANTITY(PROBABILITY), "The share of time that they are composed."},
    {"mean-on", NULL, BH_ABOVE_0(TIME), "Mean time that they stay composed, 1 s or more."},
    {0},
};
const struct bh_keys bh_composed_degree_keys = {"degree of a composition", "At random, on and off.", degree_rows, NULL,
                                                0};
FORM(when_word, BH_CHOICE(bh_composed_when_names));
FORM(when_windows, BH_MAP(bh_composed_windows_keys));
FORM(when_degree, BH_MAP(bh_composed_degree_keys));
EITHER(when, &when_word, &when_windows, &when_degree);
static const struct bh_key composition_rows[] = {
    {"name", NULL, BH_TEXT, "What it is called; no two alike."},
    {"between", NULL, BH_SET(1, 0, a_text), "Enclaves, or entries of enclaves with a count; one entry with `pairing`."},
    {"over", NULL, BH_CHOICE(bh_composition_media), "What they share; memory on the same nodes alone."},
    {"when", NULL, BH_ANY(when), "When they are composed."},
    {"volume", "", BH_QUANTITY(BYTES), "What is sent each period, over the network."},
    {"period", "", BH_ABOVE_0(TIME), "Time between two exchanges, 1 s or more."},
    {"pairing", "", BH_CHOICE(bh_pairing_names), "Who of one entry's enclaves are composed, two and two."},
    {"coupling", "loose", BH_CHOICE(bh_coupling_names), "`tight`: who loses its partner waits or fails with it."},
    {"restart", "beside", BH_CHOICE(bh_restart_names), "Where tight partners come back."},
    {0},
};
static const struct bh_key_rule composition_rules[] = {
    {BH_ONE_WITH_ELSE_MORE, "between", "pairing", NULL}, {BH_BOTH_OR_NONE, "volume", "period", NULL},
    {BH_ONLY_WHERE, "restart", "coupling", "tight"},     {BH_NEVER_WHERE, "volume", "over", "shared-memory"},
    {BH_NEVER_WHERE, "period", "over", "shared-memory"}, {0}};
const struct bh_keys bh_composition_keys = {"a composition", "Enclaves that work together.", composition_rows,
                                            composition_rules, 0};
static const struct bh_key acceptance_rows[] = {
    {"lost-at-once", NULL, BH_COUNT_FROM(0, 1000000), "Enclaves that may be lost together."},
    {"within", NULL, BH_QUANTITY(TIME), "What counts as together."},
    {0},
};
const struct bh_keys bh_acceptance_keys = {"acceptance", "What losses of several enclaves are acceptable.",
                                           acceptance_rows, NULL, 0};

/* --- Axes ---------------------------------------------------------------------------------------------------------- */

static const struct bh_key axis_value_rows[] = {
    {"label", NULL, BH_TEXT, "What results call it."},
    {"value", "", BH_ONE_VALUE, "What the axis' own `set` takes."},
    {"set", "", {.kind = BH_FORM_ANYTHING}, "Further paths and their values, a map."},
    {0},
};
const struct bh_keys bh_axis_value_keys = {
    "a value of an axis", "A value with a label of its own, or with settings of its own.", axis_value_rows, NULL, 0};
FORM(value_map, BH_MAP(bh_axis_value_keys));
EITHER(value, &a_scalar, &value_map);
FORM(a_value, BH_ANY(value));
#define AXIS                                                                                                           \
    {                                                                                                                  \
        "axis", NULL, BH_NAME, "What results call it: letters, digits, '-' and '_'."                                   \
    }
#define UNIT                                                                                                           \
    {                                                                                                                  \
        "unit", "1", BH_TEXT, "The unit of its values, as results show it."                                            \
    }
#define SET                                                                                                            \
    {                                                                                                                  \
        "set", "", BH_ANY(path_or_paths), "The path that each value sets, or several, as in platform.nodes."           \
    }
#define VALUES                                                                                                         \
    {                                                                                                                  \
        "values", NULL, BH_SET(1, 0, a_value), "Its values, no two called alike."                                      \
    }
static const struct bh_key axis_rows[] = {AXIS, UNIT, SET, VALUES, {0}};
static const struct bh_key_rule axis_rules[] = {{BH_TAKEN_AT, "values", "set", NULL}, {0}};
const struct bh_keys bh_axis_keys = {"an axis", "What varies: each value of it with each of every other.", axis_rows,
                                     axis_rules, 0};
#define LABELS_AT                                                                                                      \
    {                                                                                                                  \
        "at", "", BH_NAMED(a_text), "The value of every axis of `vary` at which it is varied."                         \
    }
static const struct bh_key number_rows[] = {
    AXIS, UNIT, {"set", "", BH_ANY(assumed), "The number that each value sets, or several."}, VALUES, LABELS_AT, {0}};
const struct bh_keys bh_uncertain_number_keys = {"an axis of an uncertain number", "An assumed number over its range.",
                                                 number_rows, NULL, 0};
static const struct bh_key draws_rows[] = {
    AXIS,
    {"posterior", NULL, BH_TEXT, "The file that `bulkhead fit-injections` wrote, beside the scenario."},
    {"draws", "16", BH_COUNT_FROM(2, UINT64_C(1) << 40), "How many of its draws, evenly over all."},
    LABELS_AT,
    {0},
};
const struct bh_keys bh_uncertain_posterior_keys = {"an axis of draws", "Joint draws of several numbers.", draws_rows,
                                                    NULL, 0};
FORM(uncertain_number, BH_MAP(bh_uncertain_number_keys));
FORM(uncertain_posterior, BH_MAP(bh_uncertain_posterior_keys));
EITHER(uncertainty, &uncertain_number, &uncertain_posterior);

FORM(draw, BH_LIST(1, 0, a_scalar));
static const struct bh_key posterior_rows[] = {
    {"source", NULL, BH_TEXT, "From what it was computed; stands for the numbers' sources."},
    {"numbers", NULL, BH_LIST(1, 0, a_text), "Paths of numbers of the catalog."},
    {"center", NULL, BH_LIST(1, 0, a_scalar), "Their values at the points of `vary`."},
    {"draws", NULL, BH_LIST(2, 0, draw), "Joint draws, a value for each number."},
    {0},
};
const struct bh_keys bh_posterior_keys = {
    "a posterior", "What `bulkhead fit-injections` writes and `uncertainty` reads.", posterior_rows, NULL, 0};

/* --- The whole ------------------------------------------------------------------------------------------------------ */

FORM(checkpoints_map, BH_MAP(bh_checkpoints_keys));
EITHER(checkpoints, &word_none, &checkpoints_map);
FORM(line, BH_MAP(bh_line_keys));
FORM(script, BH_MAP(bh_script_keys));
FORM(axis, BH_MAP(bh_axis_keys));
FORM(composition, BH_MAP(bh_composition_keys));
static const struct bh_key scenario_rows[] = {
    {"scenario", NULL, BH_TEXT, "Its name, which results carry."},
    {"bulkhead", "this one's", BH_CHOICE(versions),
     "The version of Bulkhead that it was written for; a later one is refused."},
    {"like", "", BH_TEXT,
     "Another scenario, beside this one or an experiment of Bulkhead's by its name: this one has its keys, but those "
     "that "
     "stand here, and none that say who it is."},
    {"title", "the name", BH_TEXT, "One line for tables and figures."},
    {"description", "", BH_TEXT, "What it shows, for people."},
    {"reproduces-input", "no", BH_YES_NO, "Whether results merely repeat what was put in, which reports then say."},
    {"platform", NULL, BH_MAP(bh_platform_keys), "The machine."},
    {"workload", NULL, BH_MAP(bh_workload_keys), "What is to be done, and by whom."},
    {"checkpoints", "none", BH_ANY(checkpoints), "The levels, or `none`."},
    {"costs", "yes", BH_YES_NO, "Whether virtualization and guards cost time."},
    {"policies", NULL, BH_SET(1, 0, line), "The lines of the comparison."},
    {"baseline", "the first native line, else the first", BH_TEXT,
     "The line that overheads are relative to, by its name."},
    {"faults", "all", BH_ANY(faults), "What strikes at random: `all`, `none`, or a map."},
    {"script", "", BH_LIST(0, 0, script), "Errors and faults at given times."},
    {"compositions", "", BH_LIST(0, 0, composition), "Who works with whom."},
    {"acceptance", "", BH_MAP(bh_acceptance_keys), "What losses of several enclaves are acceptable."},
    {"replicas", "20", BH_COUNT_FROM(1, BH_REPLICAS_MOST), "Runs of each point, which differ by chance."},
    {"seed", "1", BH_COUNT_FROM(0, UINT64_MAX), "The same seed gives the same bits."},
    {"vary", "", BH_LIST(0, 0, axis), "Axes, eight at most."},
    {"uncertainty", "", BH_ANY(uncertainty), "An assumed number over its range, or draws of a posterior."},
    {"models", "", BH_SETTINGS, "Numbers of the catalog that are other here, by their paths."},
    {"define", "", BH_MAP(bh_define_keys), "Entries of the catalog that this scenario adds or replaces."},
    {"engine", "calendar", BH_CHOICE(bh_engine_names), "What keeps the time; results are equal in law."},
    {"resolution", "enclave", BH_CHOICE(bh_resolution_names),
     "What is carried out: enclaves as a whole, or each of their processes, on machines of one host per node."},
    {"wrong-results", "not-done", BH_CHOICE(bh_wrong_results_names),
     "Whether a run that ends with a wrong result counts as done where policies are compared."},
    {0},
};
static const struct bh_key_rule scenario_rules[] = {
    {BH_NEEDED_WITH_ITEMS, "uncertainty", "vary", "at"},
    {BH_ONE_ITEM_WITHOUT, "workload.enclaves", "shares-with", NULL},
    {BH_NOT_BELOW, "workload.horizon", "workload.work", NULL},
    {BH_NOT_BELOW, "workload.horizon", "workload.enclaves.*.start", NULL},
    {BH_NOT_BELOW, "workload.horizon", "workload.enclaves.*.leave", NULL},
    {BH_NOT_BELOW, "workload.horizon", "script.*.at", NULL},
    {BH_NOT_BELOW, "workload.work", "checkpoints.*.interval", NULL},
    {BH_NOT_BELOW, "leave", "start", "workload.enclaves"},
    {BH_NOT_BELOW, "nodes", "count", "workload.enclaves"},
    {BH_NOT_BELOW, "platform.nodes", "workload.enclaves.*.nodes", NULL},
    {BH_ABOVE, "platform.nodes", "script.*.node", NULL},
    {0},
};
const struct bh_keys bh_scenario_keys = {"a scenario", "A machine, what is done on it, and what strikes.",
                                         scenario_rows, scenario_rules, 0};
