/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Every key of the catalog's files, what it takes and what it says. */
#include "models/catalog/keys/catalog_keys.h"

#include "models/catalog/application_kinds.h"
#include "models/catalog/keys/machine_keys.h"
#include "models/catalog/mechanism.h"
#include "models/catalog/memory_rates.h"
#include "models/catalog/system.h"
#include "models/memory/dram.h"
#include "models/policy/protection.h"
#include "models/words/offer_keys.h"
#include "models/words/words.h"

#define EITHER(name, ...) static const struct bh_form *const name[] = {__VA_ARGS__, NULL}
#define FORM(name, ...)   static const struct bh_form name = __VA_ARGS__

static const char *const tails[] = {"exponential", "bounded", NULL};
static const char *const on_block[] = {"rejected", "detected", "dropped", NULL};
static const char *const no_yes[] = {"no", "yes", NULL};
static const char *const memory[] = {"memory", NULL};
static const char *const recorded[] = {"recorded", NULL};
static const char *const on_off[] = {"on", "off", NULL};
static const char *const halo_random[] = {"halo", "random", NULL};
static const char *const dimensions[] = {"0", "1", "2", "3", NULL};
static const char *const saves[] = {"application", "guest", NULL};
static const char *const strengths[] = {"weakest", "strongest", NULL};
static const char *const protect_words[] = {"always", "never", "composed", NULL};
#define KIND(row, name, ...) name,
static const char *const kinds[] = {BH_APPLICATION_KINDS(KIND) NULL};

FORM(a_text, BH_TEXT);
#define DESCRIPTION                                                                                                    \
    {                                                                                                                  \
        "description", NULL, BH_TEXT, "What it is, for people."                                                        \
    }

/* --- Components, guards, domains ---------------------------------------------------------------------------------------- */

#define COMPONENT                                                                                                      \
    DESCRIPTION, {"kernel", NULL, BH_YES_NO, "Whether it is a kernel, which systems name as theirs."},                 \
        {"fault-rate", NULL, BH_NUMBER(RATE), "Activated software faults of each instance."},                          \
    {                                                                                                                  \
        "instruction-share", NULL, BH_NUMBER(PROBABILITY), "Share of its faults that are errors in instructions."      \
    }
static const struct bh_key component_rows[] = {COMPONENT, {0}};
const struct bh_keys bh_component_keys = {"a component", "What is no kernel.", component_rows, NULL, 0};
static const struct bh_key kernel_rows[] = {
    COMPONENT,
    {"noise-share", "", BH_NUMBER(FACTOR), "Mean noise for each second of computing; of kernels, which need it."},
    {"noise-tail", "", BH_CHOICE(tails), "The law of noise; of kernels, which need it."},
    {"noise-measured-nodes", "", BH_NUMBER(FACTOR),
     "The largest machine on which it was measured; of kernels, which need it."},
    {"shared-bug", "0", BH_NUMBER(PROBABILITY),
     "Probability that what triggers it in a guest also strikes the same kernel in the host; of kernels."},
    {"offers", "nothing", BH_SET(0, 0, bh_offer_word),
     "What it offers to programs above it, of what is a kernel's to offer (`unmodified-linux`)."},
    {0},
};
static const struct bh_key_rule kernel_rules[] = {{BH_ONLY_WHERE, "offers", "kernel", "yes"},
                                                  {BH_NEEDED_WHERE, "noise-share", "kernel", "yes"},
                                                  {BH_NEEDED_WHERE, "noise-tail", "kernel", "yes"},
                                                  {BH_NEEDED_WHERE, "noise-measured-nodes", "kernel", "yes"},
                                                  {BH_ONLY_WHERE, "noise-share", "kernel", "yes"},
                                                  {BH_ONLY_WHERE, "noise-tail", "kernel", "yes"},
                                                  {BH_ONLY_WHERE, "noise-measured-nodes", "kernel", "yes"},
                                                  {BH_ONLY_WHERE, "shared-bug", "kernel", "yes"},
                                                  {0}};
const struct bh_keys bh_kernel_keys = {"a component or kernel", "What carries software faults and noise.", kernel_rows,
                                       kernel_rules, 0};
static const struct bh_key guard_rows[] = {
    DESCRIPTION,
    {"blocks", NULL, BH_NUMBER(PROBABILITY), "That an attempt to cross is blocked."},
    {"on-block", NULL, BH_CHOICE(on_block), "`rejected` (once `dropped`): its source goes on; `detected`: it signals."},
    {"withholds", "nothing", BH_SET(0, 0, bh_offer_word), "What systems offer, but not behind this level."},
#define COST_ROW(member, key, dimension, usual, meaning) {key, usual, BH_NUMBER(dimension), meaning},
    BH_GUARD_COSTS(COST_ROW){0},
};
const struct bh_keys bh_guard_keys = {"a guard level", "A protection of one boundary.", guard_rows, NULL, 0};
FORM(guard, BH_MAP(bh_guard_keys));
static const struct bh_key boundary_rows[] = {
    {"process/kernel", "", BH_NAMED(guard), "Levels between processes and their kernel, the weakest first."},
    {"guest/host", "", BH_NAMED(guard), "Levels between guests and host, likewise."},
    {"enclave/enclave", "", BH_NAMED(guard), "Levels between enclaves of one node, likewise."},
    {"node/node", "", BH_NAMED(guard), "Levels between nodes, likewise."},
    {0},
};
static const struct bh_keys boundary_keys = {"guards", "Protection levels by boundary.", boundary_rows, NULL, 0};
static const struct bh_key domain_rows[] = {
    DESCRIPTION, {"nodes", NULL, BH_NUMBER(FACTOR), "Nodes that it holds, a whole number."}, {0}};
const struct bh_keys bh_domain_keys = {"a domain", "A part of the machine that fails as one.", domain_rows, NULL, 0};

/* --- Memory ------------------------------------------------------------------------------------------------------------- */

#define TRANSIENT                                                                                                      \
    {                                                                                                                  \
        "transient", NULL, BH_NUMBER(RATE), "Transient faults of each device."                                         \
    }
#define PERMANENT                                                                                                      \
    {                                                                                                                  \
        "permanent", NULL, BH_NUMBER(RATE), "Permanent faults of each device."                                         \
    }
static const struct bh_key mode_rows[] = {TRANSIENT, PERMANENT, {0}};
static const struct bh_key column_rows[] = {
    TRANSIENT, PERMANENT, {"one-bit", NULL, BH_NUMBER(PROBABILITY), "Share that touches one bit of a word."}, {0}};
static const struct bh_key dram_channel_rows[] = {{"rate", NULL, BH_NUMBER(RATE), "Faults of each DIMM."}, {0}};
const struct bh_keys bh_mode_keys = {"a fault mode", "How a device fails.", mode_rows, NULL, 0};
const struct bh_keys bh_column_keys = {"a fault mode of columns", "How a column of a device fails.", column_rows, NULL,
                                       0};
const struct bh_keys bh_dram_channel_keys = {"a fault mode of channels", "How a channel fails.", dram_channel_rows,
                                             NULL, 0};
static const struct bh_key memory_rows[] = {
    {"code", NULL, BH_CHOICE(bh_dram_code_names), "The code that protects it."},
    {"device-width", NULL, BH_CHOICE(bh_device_width_names), "Bits that a device gives to a beat."},
    {"lockstep", NULL, BH_CHOICE(no_yes), "Whether code words lie over two DIMMs."},
    {"dimms", NULL, BH_NUMBER(FACTOR), "DIMMs of a node, a whole number."},
    {"ranks-per-dimm", NULL, BH_NUMBER(FACTOR), "A whole number."},
    {"banks", NULL, BH_NUMBER(FACTOR), "Banks of a device, a whole number."},
    {"rows", NULL, BH_NUMBER(FACTOR), "Rows of a bank, a whole number."},
    {"row-size", NULL, BH_NUMBER(BYTES), "Of a row of a device."},
    {"wrong-bits", NULL, BH_NUMBER_ABOVE_0(PROBABILITY), "That a bit is wrong in a word that a fault covers."},
    {"scrub-interval", NULL, BH_NUMBER(TIME), "In which a patrol scrubber passes all memory."},
    {"replacement", NULL, BH_NUMBER(TIME), "That a DIMM stays in use with a fault which the code corrects."},
    {"bit", NULL, BH_MAP(bh_mode_keys), "One bit."},
    {"word", NULL, BH_MAP(bh_mode_keys), "One word of a device."},
    {"column", NULL, BH_MAP(bh_column_keys), "A column."},
    {"row", NULL, BH_MAP(bh_mode_keys), "A row."},
    {"bank", NULL, BH_MAP(bh_mode_keys), "A bank."},
    {"multi-bank", NULL, BH_MAP(bh_mode_keys), "Several banks."},
    {"multi-rank", NULL, BH_MAP(bh_mode_keys), "Several ranks."},
    {"channel", NULL, BH_MAP(bh_dram_channel_keys), "What a whole channel shares."},
    {0},
};
const struct bh_keys bh_memory_keys = {"memory", "Main memory of a node: devices, fault modes, and the code.",
                                       memory_rows, NULL, 0};

/* --- Faults ------------------------------------------------------------------------------------------------------------- */

static const struct bh_key fault_rate_rows[] = {
    {"from", NULL, BH_CHOICE(memory), "What it is computed from."},
    {"outcome", NULL, BH_CHOICE(bh_dram_outcome_names), "Which faults of memory it counts."},
    {0},
};
const struct bh_keys bh_fault_rate_keys = {"a rate from memory", "A rate that is computed from `memory`.",
                                           fault_rate_rows, NULL, 0};
static const struct bh_key causes_rows[] = {
    {"causes", "all that no other class takes", BH_LIST(0, 0, a_text), "Records of these causes alone."}, {0}};
const struct bh_keys bh_recorded_causes_keys = {"causes of recorded arrivals", "What of a log is replayed.",
                                                causes_rows, NULL, 0};
static const struct bh_key recorded_rows[] = {
    {"recorded", NULL, BH_MAP(bh_recorded_causes_keys), "What of a log is replayed."}, {0}};
const struct bh_keys bh_recorded_class_keys = {"recorded arrivals", "Faults that a log records.", recorded_rows, NULL,
                                               0};
static const struct bh_key burst_rows[] = {
    {"domain", NULL, BH_ENTRY("domains"), "The neighbours: nodes of the same domain."},
    {"probability", NULL, BH_NUMBER(PROBABILITY), "That a fault takes any along."},
    {"reach", NULL, BH_NUMBER(PROBABILITY), "That a neighbour is struck then."},
    {"within", "0 s", BH_NUMBER(TIME), "Mean time until it is."},
    {0},
};
const struct bh_keys bh_burst_keys = {"a burst", "Neighbours that a node's fault takes along.", burst_rows, NULL, 0};
static const struct bh_key carried_rows[] = {
    {"reach", NULL, BH_NUMBER(PROBABILITY), "That a node of the domain or machine is struck."},
    {"within", "0 s", BH_NUMBER(TIME), "Mean time until it is."},
    {0},
};
const struct bh_keys bh_carried_burst_keys = {
    "a burst of a domain", "Whom a fault of a domain or of the machine strikes.", carried_rows, NULL, 0};
static const struct bh_key recurrence_rows[] = {
    {"probability", NULL, BH_NUMBER(PROBABILITY), "That a fault stays."},
    {"every", NULL, BH_NUMBER_ABOVE_0(TIME), "Mean time between its strikes."},
    {"tolerated", NULL, BH_NUMBER(FACTOR), "Failures of a node from it before the node is taken out of service."},
    {0},
};
const struct bh_keys bh_recurrence_keys = {"a recurrence", "Faults that strike again until their node is repaired.",
                                           recurrence_rows, NULL, 0};

EITHER(rate, &(const struct bh_form)BH_NUMBER(RATE), &(const struct bh_form)BH_MAP(bh_fault_rate_keys));
EITHER(arrival, &(const struct bh_form)BH_CHOICE(recorded), &(const struct bh_form)BH_MAP(bh_recorded_class_keys),
       &(const struct bh_form)BH_TIMING);
EITHER(burst, &(const struct bh_form)BH_MAP(bh_burst_keys), &(const struct bh_form)BH_MAP(bh_carried_burst_keys));
static const struct bh_key fault_rows[] = {
    DESCRIPTION,
    {"landing", NULL, BH_CHOICE(bh_landing_names),
     "A `node`; a zone by share of `memory` or `cpu`, or of a kind; `storage`; a `device-user`, or what drives it."},
    {"mend", NULL, BH_CHOICE(bh_mend_names), "What ends it."},
    {"rate", "", BH_ANY(rate), "Activated faults of each carrier; or say `arrival`."},
    {"arrival", "", BH_ANY(arrival), "The law of times between faults of one carrier, or a log; or say `rate`."},
    {"instruction-share", "", BH_NUMBER(PROBABILITY),
     "Share that are errors in instructions; needed where faults land in a zone and are not signalled."},
    {"repair-median", "", BH_NUMBER(TIME), "Median of lognormal times of repair; or say `repair`."},
    {"repair-sigma", "", BH_NUMBER(FACTOR), "Standard deviation of the logarithm of such times."},
    {"repair", "", BH_TIMING, "The law of times of repair."},
    {"carrier", "node", BH_TEXT, "Whose clock it is: `node`, `machine`, or a domain."},
    {"burst", "none", BH_ANY(burst), "Others that are struck with it."},
    {"recurrence", "none", BH_MAP(bh_recurrence_keys), "Faults that stay."},
    {"default", "on", BH_CHOICE(on_off), "`off`: only scenarios that name the class under faults.hardware have it."},
    {"signalled", "no", BH_YES_NO, "`yes`: hardware tells of it before anything reads it."},
    {"devices", "", BH_NUMBER(FACTOR), "Of a node, each struck at the rate; with landing: device-..., which needs it."},
    {"fails-jobs", "", BH_NUMBER(PROBABILITY),
     "With landing: storage, which needs it: that an enclave fails at once instead of waiting."},
    {0},
};
static const struct bh_key_rule fault_rules[] = {{BH_ONE_OR_OTHER, "rate", "arrival", NULL},
                                                 {BH_NOT_BOTH, "repair-median", "repair", NULL},
                                                 {BH_NOT_BOTH, "repair-sigma", "repair", NULL},
                                                 {BH_ONLY_WHERE, "fails-jobs", "landing", "storage"},
                                                 {BH_NEEDED_WHERE, "fails-jobs", "landing", "storage"},
                                                 {BH_NEEDED_WHERE, "devices", "landing", "device-user"},
                                                 {BH_NEEDED_WHERE, "devices", "landing", "device-driver"},
                                                 {BH_NEVER_WHERE, "carrier", "landing", "storage"},
                                                 {BH_NEVER_WHERE, "burst", "landing", "storage"},
                                                 {BH_NEVER_WHERE, "recurrence", "landing", "storage"},
                                                 {BH_NEVER_WHERE, "recurrence", "landing", "node"},
                                                 {BH_NEVER_WHERE, "recurrence", "mend", "reboot"},
                                                 {BH_NEVER_WHERE, "signalled=yes", "landing", "node"},
                                                 {BH_NEVER_WHERE, "signalled=yes", "landing", "storage"},
                                                 {0}};
const struct bh_keys bh_fault_keys = {"a fault class", "Hardware faults: where they land, when, and what mends them.",
                                      fault_rows, fault_rules, 0};

/* --- Applications and recovery --------------------------------------------------------------------------------------------- */

static const struct bh_key application_rows[] = {
    DESCRIPTION,
    {"like", "", BH_ENTRY("applications"),
     "Another application that it resembles: it has that one's keys, but those that stand here, and none that say who "
     "it is."},
    {"kind", "", BH_CHOICE(kinds), "What it is; or say `tolerates-loss`."},
    {"tolerates-loss", "", BH_YES_NO,
     "`yes`: a loss takes the parts that it strikes; `no`: it takes the enclave. Needed without `kind`."},
    {"saves", NULL, BH_CHOICE(saves), "What its checkpoints hold."},
    {"communication", "halo", BH_CHOICE(halo_random), "Whom its ranks talk to."},
    {"halo-dimensions", "3", BH_CHOICE(dimensions), "Of the lattice on which neighbours exchange halos."},
    {"contacts", "", BH_NUMBER(FACTOR),
     "Others that each rank talks to in a step; with communication: random, which needs it."},
    {"fault-rate", NULL, BH_NUMBER(RATE), "Software faults of each process."},
    {"instruction-share", NULL, BH_NUMBER(PROBABILITY), "Share of them that are errors in instructions."},
    {"step", NULL, BH_NUMBER(TIME), "Computing of one step, 1 us or more."},
    {"exits-per-second", NULL, BH_NUMBER(RATE), "VM exits for each second of computing."},
    {"halo-bytes", NULL, BH_NUMBER(BYTES), "Of each node in a step."},
    {"halo-messages", NULL, BH_NUMBER(FACTOR), "Of each node in a step."},
    {"collectives", "0", BH_NUMBER(FACTOR), "In a step; each takes 2 log2(nodes) messages."},
    {"checkpoint-bytes", NULL, BH_NUMBER(BYTES), "Of each node."},
    {"verification-cost", "", BH_NUMBER(TIME), "How long a verification takes."},
    {"verification-recall", "", BH_NUMBER(PROBABILITY), "That it finds wrong data."},
    {"verification-latency", "", BH_NUMBER(TIME), "Until its answer is there."},
    {0},
};
static const struct bh_key_rule application_rules[] = {{BH_ONLY_WHERE, "contacts", "communication", "random"},
                                                       {BH_NEEDED_WHERE, "contacts", "communication", "random"},
                                                       {BH_NEVER_WHERE, "halo-dimensions", "communication", "random"},
                                                       {0}};
const struct bh_keys bh_application_keys = {"an application", "What runs in enclaves.", application_rows,
                                            application_rules, 0};
/* --- Systems --------------------------------------------------------------------------------------------------------------- */

static const struct bh_key need_rows[] = {
    {"zone", NULL, BH_TEXT, "Another zone of the system, one per node."},
    {"for", NULL, BH_CHOICE(bh_need_names), "What it cannot do while that one is down."},
    {0},
};
const struct bh_keys bh_zone_need_keys = {"a need", "A zone beside this one, without which it stops.", need_rows, NULL,
                                          0};
FORM(need, BH_MAP(bh_zone_need_keys));
static const struct bh_key system_zone_rows[] = {
    {"name", NULL, BH_TEXT, "What the system calls it."},
    {"kind", NULL, BH_CHOICE(bh_zone_kind_names), "Whose numbers it has."},
    {"parent", "the root", BH_TEXT, "The zone that it is inside of."},
    {"per", "node", BH_CHOICE(bh_multiplicity_names), "How many there are."},
    {"components", NULL, BH_LIST(1, 0, a_text),
     "What it consists of: components, `host-kernel`, `guest-kernel`, `application`."},
    {"needs", "none", BH_LIST(0, 0, need), "Zones beside it, without which it stops."},
    {0},
};
const struct bh_keys bh_system_zone_keys = {"a zone of a system", "A zone and where it stands.", system_zone_rows, NULL,
                                            0};
static const struct bh_key system_channel_rows[] = {
    {"type", NULL, BH_ENTRY("channels"), "The mechanism."},
    {"from", NULL, BH_TEXT, "The zone that errors come from."},
    {"to", NULL, BH_TEXT, "The zone that they cross to."},
    {"opened", "no", BH_YES_NO, "It is there only where a policy opens channels for speed."},
    {0},
};
const struct bh_keys bh_system_channel_keys = {"a channel of a system", "Which zones a channel joins.",
                                               system_channel_rows, NULL, 0};
FORM(process_guard, BH_ENTRY("guards.process/kernel"));
FORM(guest_guard, BH_ENTRY("guards.guest/host"));
FORM(enclave_guard, BH_ENTRY("guards.enclave/enclave"));
FORM(node_guard, BH_ENTRY("guards.node/node"));
static const struct bh_key offered_rows[] = {
    {"process/kernel", "", BH_LIST(1, 0, process_guard), "Levels on offer; without the key there is no such boundary."},
    {"guest/host", "", BH_LIST(1, 0, guest_guard), "Likewise."},
    {"enclave/enclave", "", BH_LIST(1, 0, enclave_guard), "Likewise."},
    {"node/node", "", BH_LIST(1, 0, node_guard), "Likewise."},
    {0},
};
static const struct bh_keys offered_keys = {"guards on offer", "Guard levels that a system offers.", offered_rows, NULL,
                                            0};
static const struct bh_key cost_rows[] = {
    {"compute-slowdown", "", BH_NUMBER(FRACTION), "Of computing, without guards; all of these are needed with guests."},
    {"exit-time", "", BH_NUMBER(TIME), "Of each VM exit, without guards."},
    {"latency", "", BH_NUMBER(TIME), "Added to each message."},
    {"bandwidth-loss", "", BH_NUMBER(PROBABILITY), "Share of a link's bandwidth."},
    {"guest-boot", "", BH_NUMBER(TIME), "Until a guest is up."},
    {0},
};
const struct bh_keys bh_system_cost_keys = {"costs", "What a system costs without guards.", cost_rows, NULL, 0};
FORM(mechanisms_of_zone, BH_MAP(bh_mechanisms_of_zone_keys));
EITHER(mechanisms, &(const struct bh_form)BH_NAMED(mechanisms_of_zone),
       &(const struct bh_form)BH_CHOICE(bh_mechanisms_words));
FORM(system_zone, BH_MAP(bh_system_zone_keys));
FORM(system_channel, BH_MAP(bh_system_channel_keys));
static const struct bh_key system_rows[] = {
    {"system", "", BH_NAME, "Its name, which is that of its file."},
    {"like", "", BH_ENTRY("systems"),
     "Another system that it resembles: it has that one's keys, but those that stand here, and none that say who it "
     "is."},
    {"title", NULL, BH_TEXT, "What tables call it."},
    {"colour", "any that is free", BH_COLOUR, "In figures: \"#0072b2\", in small letters and quotes."},
    {"host-kernel", NULL, BH_ENTRY("components.kernels"), "The host's kernel, a component with kernel: yes."},
    {"guest-kernel", "no guests", BH_ENTRY("components.kernels"), "The guests' kernel, likewise."},
    {"zones", NULL, BH_LIST(1, 0, system_zone), "Its zones, a tree with one root."},
    {"channels", NULL, BH_LIST(0, 0, system_channel), "By which errors cross between them."},
    {"guards", NULL, BH_MAP(offered_keys), "Guard levels that it offers."},
    {"mechanisms", "none", BH_ANY(mechanisms),
     "What takes down less than a node, by the zone that failed; or for all."},
    {"costs", NULL, BH_MAP(bh_system_cost_keys), "What it costs without guards."},
    {"offers", "nothing is said", BH_MAP(bh_offers_keys), "What it offers its users."},
    {0},
};
const struct bh_keys bh_system_keys = {"a system", "A virtualization system.", system_rows, NULL, 0};

/* --- Policies -------------------------------------------------------------------------------------------------------------- */

static const struct bh_key degree_rows[] = {
    {"degree", NULL, BH_QUANTITY(PROBABILITY), "From start to end, if composed for at least that share of time."}, {0}};
const struct bh_keys bh_protect_degree_keys = {"protect by degree", "By the share of time in compositions.",
                                               degree_rows, NULL, 0};
static const struct bh_key errors_rows[] = {
    {"errors", NULL, BH_COUNT_FROM(1, BH_PROTECTION_ERRORS_MOST), "From the error of that number on..."},
    {"within", NULL, BH_QUANTITY(TIME), "... that came within such a time ..."},
    {"quiet", NULL, BH_ABOVE_0(TIME), "... until there was none for so long."},
    {0},
};
const struct bh_keys bh_protect_errors_keys = {"protect by errors", "By errors that were noticed.", errors_rows, NULL,
                                               0};
FORM(strength, BH_CHOICE(strengths));
static const struct bh_key guard_choice_rows[] = {
    {"process/kernel", "as others", BH_ENTRY("guards.process/kernel"), "The level there."},
    {"guest/host", "as others", BH_ENTRY("guards.guest/host"), "The level there."},
    {"enclave/enclave", "as others", BH_ENTRY("guards.enclave/enclave"), "The level there."},
    {"node/node", "as others", BH_ENTRY("guards.node/node"), "The level there."},
    {"others", "weakest", BH_CHOICE(strengths), "The level at boundaries that are not named."},
    {0},
};
const struct bh_keys bh_guard_choice_keys = {"a choice of guards", "A level for each boundary.", guard_choice_rows,
                                             NULL, 0};
FORM(guard_choice, BH_MAP(bh_guard_choice_keys));
EITHER(guards, &strength, &guard_choice);
FORM(protect_word, BH_CHOICE(protect_words));
FORM(protect_degree, BH_MAP(bh_protect_degree_keys));
FORM(protect_errors, BH_MAP(bh_protect_errors_keys));
EITHER(protect, &protect_word, &protect_degree, &protect_errors);
/* "none" is the first scope and no disposition. */
static const char *const dispositions[] = {"process", "guest", "node", "enclave", "composition", "system", NULL};
FORM(disposition, BH_CHOICE(dispositions));
static const struct bh_key policy_rows[] = {
    DESCRIPTION,
    {"like", "", BH_ENTRY("policies"),
     "Another policy that it resembles: it has that one's keys, but those that stand here, and none that say who it "
     "is."},
    {"colour", "any that is free", BH_COLOUR, "In figures: \"#0072b2\", in small letters and quotes."},
    {"mark", "any that is free", BH_MARK,
     "In figures: diamond, circle, triangle and so on, or with a figure, `circle 2`."},
    {"dispositions",
     NULL,
     {.kind = BH_FORM_NAMED, .of = &disposition, .words = bh_zone_kind_names, .section = "zones"},
     "What a signalled error takes down, by the kind of its zone, each of the four; further zones by their names."},
    {"guards", NULL, BH_ANY(guards), "Which guards are on: the weakest or strongest on offer, or a level by boundary."},
    {"protect", "always", BH_ANY(protect), "When they are."},
    {"unprotected", "weakest", BH_ANY(guards), "Which ones are on else."},
    {"opens", "no", BH_YES_NO, "Whether the channels are there that systems open for speed."},
    {0},
};
static const struct bh_key_rule policy_rules[] = {
    {BH_ONLY_WITH, "unprotected", "protect", NULL}, {BH_NEVER_WHERE, "unprotected", "protect", "always"}, {0}};
const struct bh_keys bh_policy_keys = {"a policy", "Dispositions and guards.", policy_rows, policy_rules, 0};

/* --- All sections ------------------------------------------------------------------------------------------------------------ */

FORM(component, BH_MAP(bh_kernel_keys));
FORM(channel, BH_MAP(bh_channel_keys));
FORM(domain, BH_MAP(bh_domain_keys));
FORM(fault, BH_MAP(bh_fault_keys));
FORM(application, BH_MAP(bh_application_keys));
FORM(system_form, BH_MAP(bh_system_keys));
FORM(policy, BH_MAP(bh_policy_keys));
#define SHARED_SECTIONS                                                                                                \
    {"components", "", BH_NAMED(component), "What carries software faults and noise, by name."},                       \
        {"channels", "", BH_NAMED(channel), "How errors cross, by name."},                                             \
        {"guards", "", BH_MAP(boundary_keys), "Protection levels, by boundary and name."},                             \
        {"domains", "", BH_NAMED(domain), "What fails as one, by name."},                                              \
        {"faults", "", BH_NAMED(fault), "Hardware fault classes, by name."},                                           \
        {"applications", "", BH_NAMED(application), "What runs in enclaves, by name."},                                \
    {                                                                                                                  \
        "policies", "", BH_NAMED(policy), "Dispositions and guards, by name."                                          \
    }
static const struct bh_key define_rows[] = {
    SHARED_SECTIONS, {"systems", "", BH_NAMED(system_form), "Virtualization systems, by name."}, {0}};
const struct bh_keys bh_define_keys = {"define", "Entries beside the catalog's own, or in place of them.", define_rows,
                                       NULL, 0};
static const struct bh_key catalog_rows[] = {
    {"rates", "", BH_MAP(bh_rates_keys), "Sets of rates, and the one in force."},
    {"zones", "", BH_MAP(bh_zone_kind_keys), "Error zones by their kind."},
    SHARED_SECTIONS,
    {"memory", "", BH_MAP(bh_memory_keys), "Main memory."},
    {"recovery", "", BH_MAP(bh_recovery_keys), "Times of recovery."},
    {"errors", "", BH_MAP(bh_error_keys), "Errors in all zones."},
    {0},
};
const struct bh_keys bh_catalog_keys = {"a section of the catalog", "A file NAME.yaml holds the section NAME, alone.",
                                        catalog_rows, NULL, 1};
EITHER(files, &(const struct bh_form)BH_MAP(bh_catalog_keys), &system_form);
const struct bh_form bh_catalog_form = BH_ANY(files);
