/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The catalog's classes of hardware faults: where they land, when they come, what mends them. */
#include "models/catalog/catalog.h"
#include "models/catalog/fault_class.h"
#include "models/catalog/keys/catalog_keys.h"
#include "models/catalog/reader/parts.h"
#include "models/document/document.h"
#include "models/document/document_get.h"
#include "models/times/exponential.h"
#include "models/times/lognormal.h"

#include <math.h>

/* Exactly one of two ways to say a thing. */
static int choose_one(const struct bh_node *map, const char *prefix, const char *plain, const char *distribution,
                      struct bh_error *err)
{
    const struct bh_node *both = bh_node_find(map, distribution);
    if (both && bh_node_find(map, plain))
        return bh_fail_at(err, bh_node_place(both), "%s: found both `%s` and `%s`, expected one of them", prefix, plain,
                          distribution);
    return 0;
}

/* `arrival: recorded`, or `arrival: {recorded: {causes: [...]}}`: what a log says, which the scenario names. */
static bool is_recorded(const struct bh_node *arrival)
{
    return arrival && (bh_node_is(arrival, "recorded") ||
                       (bh_node_kind(arrival) == BH_NODE_MAP && bh_node_find(arrival, "recorded") != NULL));
}

static int read_recorded(const struct bh_node *map, const struct bh_node *arrival, const char *path,
                         struct bh_fault_class *fault, struct bh_error *err)
{
    struct bh_recorded_arrivals *recorded = &fault->recorded;
    recorded->is_given = true;
    recorded->place = bh_node_place(arrival);
    bh_parameter_none(&fault->rate, BH_DIMENSION_RATE, recorded->place);
    fault->arrival.distribution = bh_distribution_of(&bh_exponential, INFINITY, 0.0);
    fault->arrival.place = recorded->place;
    if (bh_node_find(map, "carrier") || bh_node_find(map, "burst"))
        return bh_fail_at(err, recorded->place,
                          "%s: found with `%s`; expected it alone: records name their nodes, and a log has its bursts",
                          path, bh_node_find(map, "carrier") ? "carrier" : "burst");
    if (bh_node_kind(arrival) != BH_NODE_MAP)
        return 0;
    const struct bh_node *own = bh_node_find(arrival, "recorded");
    if (bh_keys_check(arrival, &bh_recorded_class_keys, err) || bh_keys_check(own, &bh_recorded_causes_keys, err))
        return -1;
    recorded->causes = bh_node_find(own, "causes");
    if (recorded->causes && bh_node_expect(recorded->causes, BH_NODE_LIST, "causes (a list of names)", err))
        return -1;
    for (size_t i = 0; recorded->causes && i < bh_node_count(recorded->causes); i++)
        if (bh_node_text(bh_node_item(recorded->causes, i), err) == NULL)
            return -1;
    return 0;
}

/* `rate: ...`, or `arrival: {DISTRIBUTION: ...}`. Exponential arrivals have a rate either way. */
static int read_arrival(struct bh_catalog_reader *reader, const struct bh_node *map, const char *prefix,
                        struct bh_fault_class *fault, struct bh_error *err)
{
    static const char *const rate_keys[] = {"rate", NULL};
    const struct bh_node *arrival = bh_node_find(map, "arrival"), *rates = map;
    const char *path = bh_catalog_print(reader, "%s.arrival", prefix);
    fault->memory_outcome = -1;
    if (choose_one(map, prefix, "rate", "arrival", err))
        return -1;
    if (is_recorded(arrival))
        return read_recorded(map, arrival, path, fault, err);
    if (arrival && bh_node_kind(arrival) == BH_NODE_MAP && bh_node_count(arrival) == 1 &&
        (rates = bh_node_find(arrival, "exponential")) != NULL) {
        prefix = bh_catalog_print(reader, "%s.exponential", path);
        if (bh_node_expect(rates, BH_NODE_MAP, prefix, err) || bh_node_check_keys(rates, rate_keys, err))
            return -1;
        arrival = NULL;
    }
    const struct bh_node *rate = arrival ? NULL : bh_node_find(rates, "rate");
    if (!arrival) {
        const bool is_from_memory = rate && bh_node_kind(rate) == BH_NODE_MAP && bh_node_find(rate, "from");
        if (is_from_memory ? bh_memory_rate_read(reader, rate, prefix, fault, err)
                           : bh_parameter_read(reader, rates, "rate", prefix, BH_DIMENSION_RATE, &fault->rate, err))
            return -1;
        fault->arrival.distribution = bh_distribution_of(&bh_exponential, 1.0 / fault->rate.value, 0.0);
        fault->arrival.place = fault->rate.place;
        return 0;
    }
    if (bh_timing_read(reader, arrival, path, &fault->arrival, err))
        return -1;
    bh_parameter_none(&fault->rate, BH_DIMENSION_RATE, fault->arrival.place);
    fault->rate.value = fault->rate.low = fault->rate.high = 1.0 / bh_distribution_mean_s(&fault->arrival.distribution);
    fault->rate.source = "1 / the mean time between faults";
    return 0;
}

/* Nothing is said of the repair of lost nodes, whose records have a down time of their own. */
static bool is_repair_recorded(const struct bh_node *map, const struct bh_fault_class *fault)
{
    return fault->recorded.is_given && fault->landing == BH_LANDING_NODE && fault->mend == BH_MEND_REPAIR &&
           !bh_node_find(map, "repair") && !bh_node_find(map, "repair-median") && !bh_node_find(map, "repair-sigma");
}

/* Only mend: repair has a duration of its own: `repair-median` and `repair-sigma`, or `repair: {DISTRIBUTION: ...}`. */
static int read_repair(struct bh_catalog_reader *reader, const struct bh_node *map, const char *prefix,
                       struct bh_fault_class *fault, struct bh_error *err)
{
    const bool reboots = fault->mend == BH_MEND_REBOOT;
    const struct bh_parameter_field fields[] = {
        BH_FIELD(struct bh_fault_class, repair_median_s, "repair-median", BH_DIMENSION_TIME, reboots),
        BH_FIELD(struct bh_fault_class, repair_sigma, "repair-sigma", BH_DIMENSION_FACTOR, reboots),
    };
    const struct bh_node *repair = bh_node_find(map, "repair");
    struct bh_timing *timing = &fault->repair;
    if (choose_one(map, prefix, "repair-median", "repair", err) ||
        choose_one(map, prefix, "repair-sigma", "repair", err))
        return -1;
    if (is_repair_recorded(map, fault)) {
        bh_parameter_none(&fault->repair_median_s, BH_DIMENSION_TIME, fault->recorded.place);
        bh_parameter_none(&fault->repair_sigma, BH_DIMENSION_FACTOR, fault->recorded.place);
        return 0;
    }
    if (!repair) {
        if (bh_parameter_read_fields(reader, map, prefix, &bh_fault_keys, fields, BH_COUNT(fields), fault, err))
            return -1;
        if (bh_node_find(map, "repair-median"))
            timing->distribution =
                bh_distribution_of(&bh_lognormal, fault->repair_median_s.value, fault->repair_sigma.value);
        timing->place = fault->repair_median_s.place;
        return 0;
    }
    if (bh_timing_read(reader, repair, bh_catalog_print(reader, "%s.repair", prefix), timing, err))
        return -1;
    bh_parameter_none(&fault->repair_median_s, BH_DIMENSION_TIME, timing->place);
    bh_parameter_none(&fault->repair_sigma, BH_DIMENSION_FACTOR, timing->place);
    if (timing->distribution.type == &bh_lognormal) {
        fault->repair_median_s = timing->a[0];
        fault->repair_sigma = timing->b[0];
    }
    return 0;
}

/* `default: off` and `signalled: yes`. */
static int read_switches(const struct bh_node *map, struct bh_fault_class *fault, struct bh_error *err)
{
    static const char *const states[] = {"on", "off", NULL};
    const int state = bh_node_find(map, "default") ? bh_read_choice(map, "default", states, err) : 0;
    const struct bh_node *signalled = bh_node_find(map, "signalled");
    if (state < 0 || (signalled && bh_node_bool(signalled, &fault->is_signalled, err)))
        return -1;
    fault->is_off_by_default = state == 1;
    if (fault->is_signalled && !bh_landing_is_in_zone(fault->landing))
        return bh_node_fail(signalled, err,
                            "found yes for a class that takes the whole %s; expected it only where faults land in "
                            "a zone",
                            bh_landing_names[fault->landing]);
    return 0;
}

/* A storage host is out for as long as its repair takes, and brings no node along. */
static int read_storage(struct bh_catalog_reader *reader, const struct bh_node *map, const char *prefix,
                        struct bh_fault_class *fault, struct bh_error *err)
{
    static const char *const of_nodes[] = {"carrier", "burst", "recurrence"};
    const struct bh_node *fails_jobs = bh_node_find(map, "fails-jobs");
    if (fault->landing != BH_LANDING_STORAGE) {
        bh_parameter_none(&fault->fails_jobs, BH_DIMENSION_PROBABILITY, bh_node_place(map));
        return fails_jobs == NULL ? 0
                                  : bh_node_fail(fails_jobs, err,
                                                 "%s.fails-jobs: found with landing: %s; expected "
                                                 "landing: storage",
                                                 prefix, bh_landing_names[fault->landing]);
    }
    for (size_t i = 0; i < BH_COUNT(of_nodes); i++)
        if (bh_node_find(map, of_nodes[i]))
            return bh_node_fail(bh_node_find(map, of_nodes[i]), err,
                                "%s.%s: found with landing: storage; expected none: it is carried by each storage host",
                                prefix, of_nodes[i]);
    if (fault->recorded.is_given)
        return bh_fail_at(err, fault->recorded.place,
                          "%s.arrival: found recorded with landing: storage; expected a rate or a distribution: logs "
                          "are of nodes",
                          prefix);
    if (fault->mend != BH_MEND_REPAIR)
        return bh_node_fail(bh_node_find(map, "mend"), err,
                            "%s.mend: found reboot with landing: storage; expected repair, whose time is the outage's",
                            prefix);
    return bh_parameter_read(reader, map, "fails-jobs", prefix, BH_DIMENSION_PROBABILITY, &fault->fails_jobs, err);
}

/* Each device of a node fails at a rate of its own; together they are a clock of the node only if that has no memory. */
static int read_devices(struct bh_catalog_reader *reader, const struct bh_node *map, const char *prefix,
                        struct bh_fault_class *fault, struct bh_error *err)
{
    const struct bh_node *devices = bh_node_find(map, "devices"), *arrival = bh_node_find(map, "arrival");
    if (!bh_landing_is_of_device(fault->landing)) {
        bh_parameter_none(&fault->devices, BH_DIMENSION_FACTOR, bh_node_place(map));
        return devices == NULL ? 0
                               : bh_node_fail(devices, err,
                                              "%s.devices: found with landing: %s; expected landing: device-user or "
                                              "device-driver",
                                              prefix, bh_landing_names[fault->landing]);
    }
    if (fault->arrival.distribution.type != &bh_exponential || fault->recorded.is_given)
        return bh_node_fail(arrival, err, "%s.arrival: found with landing: %s; expected a rate, of each device", prefix,
                            bh_landing_names[fault->landing]);
    if (fault->carrier != BH_CARRIER_NODE)
        return bh_node_fail(bh_node_find(map, "carrier"), err,
                            "%s.carrier: found with landing: %s; expected none: each device has its own clock", prefix,
                            bh_landing_names[fault->landing]);
    return bh_parameter_read(reader, map, "devices", prefix, BH_DIMENSION_FACTOR, &fault->devices, err);
}

static int read_fault(struct bh_catalog_reader *reader, const struct bh_node *map, struct bh_fault_class *fault,
                      struct bh_error *err)
{
    if (bh_keys_check(map, &bh_fault_keys, err))
        return -1;
    fault->description = bh_read_text(map, "description", err);
    const int landing = fault->description ? bh_read_choice(map, "landing", bh_landing_names, err) : -1;
    const int mend = landing >= 0 ? bh_read_choice(map, "mend", bh_mend_names, err) : -1;
    if (mend < 0)
        return -1;
    fault->landing = (enum bh_landing)landing;
    fault->mend = (enum bh_mend)mend;
    if (read_switches(map, fault, err))
        return -1;

    const char *prefix = bh_catalog_print(reader, "faults.%s", fault->name);
    /* A class that takes the whole node, or storage, lands in no zone; what is signalled at once is neither read nor
     * executed. */
    const bool in_zone = bh_landing_is_in_zone(fault->landing);
    const struct bh_parameter_field share = BH_FIELD(struct bh_fault_class, instruction_share, "instruction-share",
                                                     BH_DIMENSION_PROBABILITY, !in_zone || fault->is_signalled);
    if (read_arrival(reader, map, prefix, fault, err) ||
        bh_parameter_read_fields(reader, map, prefix, &bh_fault_keys, &share, 1, fault, err))
        return -1;
    if (read_repair(reader, map, prefix, fault, err) || read_storage(reader, map, prefix, fault, err))
        return -1;
    if (bh_read_togetherness(reader, map, prefix, fault, err) || read_devices(reader, map, prefix, fault, err))
        return -1;
    if (bh_node_find(map, "rate") && fault->memory_outcome >= 0 && fault->carrier != BH_CARRIER_NODE)
        return bh_fail_at(
            err, fault->rate.place,
            "%s.rate: found a rate from the memory of a node for another carrier, expected `carrier: node`", prefix);
    return 0;
}

int bh_read_faults(struct bh_catalog_reader *reader, const struct bh_node *section, struct bh_error *err)
{
    struct bh_catalog *catalog = reader->catalog;
    if (bh_node_expect(section, BH_NODE_MAP, "faults", err))
        return -1;
    catalog->faults_count = bh_node_count(section);
    catalog->faults = bh_allocate(catalog->faults_count + 1, sizeof *catalog->faults);
    for (size_t i = 0; i < catalog->faults_count; i++) {
        const struct bh_node *map = bh_catalog_entry(section, i, &catalog->faults[i].name, err);
        if (!map || read_fault(reader, map, &catalog->faults[i], err))
            return -1;
    }
    return 0;
}
