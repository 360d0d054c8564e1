/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Cuts what was watched of each node or system into the times between failures. */
#include "models/logs/up_and_down_times.h"

#include "models/base/error.h"

#include <math.h>
#include <stdlib.h>

void bh_sample_add(struct bh_sample *sample, struct bh_duration duration)
{
    double age_s = isnan(duration.age_s) ? 0.0 : duration.age_s;
    if (!(duration.until_s > age_s)) {
        sample->zero += duration.ended && duration.between;
        return;
    }
    /* Grows by doubling: room is the next power of 2. */
    if ((sample->count & (sample->count - 1)) == 0)
        sample->durations =
            bh_reallocate(sample->durations, sample->count == 0 ? 1 : 2 * sample->count, sizeof *sample->durations);
    sample->durations[sample->count++] = duration;
    sample->ended += duration.ended;
}

void bh_sample_destroy(struct bh_sample *sample)
{
    if (sample == NULL)
        return;
    free(sample->durations);
    free(sample);
}

bool bh_sample_takes(const struct bh_failure_log *log, const struct bh_sample_rule *rule, const struct bh_failure *f)
{
    const struct bh_failure_node *node = &log->nodes[f->node];
    return (rule->system == BH_NO_NAME || node->system == rule->system) &&
           (rule->node == BH_NO_NAME || f->node == rule->node) &&
           (rule->class == BH_NO_NAME || node->class == rule->class) &&
           (rule->cause == BH_NO_NAME || f->cause == rule->cause);
}

/* --- One clock ------------------------------------------------------------------------------------------------------ */

/* A clock that is being read: when it began, at which age, and whether a failure began it. */
struct clock {
    struct bh_sample *sample;
    const struct bh_sample_rule *rule;
    uint32_t unit;
    double from_s, age_s, failed_s;
    bool after_failure;
};

static struct clock start_clock(struct bh_sample *sample, const struct bh_sample_rule *rule, double from_s,
                                double born_s)
{
    struct clock clock = {sample, rule, (uint32_t)sample->units++, from_s, isnan(born_s) ? NAN : from_s - born_s,
                          from_s, false};
    return clock;
}

static void read_clock(struct clock *clock, double at_s, bool ended)
{
    struct bh_duration duration = {
        .until_s = at_s - clock->from_s + (isnan(clock->age_s) ? 0.0 : clock->age_s),
        .age_s = clock->age_s,
        .ended = ended,
        .between = ended && clock->after_failure,
        .unit = clock->unit,
    };
    if (duration.between || !clock->rule->complete_only)
        bh_sample_add(clock->sample, duration);
}

static void fail_clock(struct clock *clock, double start_s, double end_s)
{
    /* A failure within an earlier one's down time prolongs that. */
    if (start_s < clock->from_s) {
        clock->from_s = fmax(clock->from_s, end_s);
        return;
    }
    read_clock(clock, start_s, true);
    clock->failed_s = start_s;
    clock->from_s = fmax(start_s, end_s);
    clock->age_s = 0.0;
    clock->after_failure = true;
}

/* --- Up times ------------------------------------------------------------------------------------------------------- */

static void add_node(struct bh_sample *sample, const struct bh_failure_log *log, const struct bh_sample_rule *rule,
                     uint32_t number)
{
    const struct bh_failure_node *node = &log->nodes[number];
    struct clock clock = start_clock(sample, rule, node->from_s, node->born_s);
    size_t before = sample->count;
    for (size_t i = node->first; i < node->first + node->count; i++) {
        const struct bh_failure *failure = &log->failures[i];
        if (bh_sample_takes(log, rule, failure))
            fail_clock(&clock, failure->start_s, failure->start_s + (isnan(failure->down_s) ? 0.0 : failure->down_s));
    }
    if (node->to_s > clock.from_s) {
        read_clock(&clock, node->to_s, false);
        return;
    }
    /* Retired as it failed: it would have been watched as long as its system. */
    struct bh_duration *last = sample->count > before ? &sample->durations[sample->count - 1] : NULL;
    double left_s = log->systems[node->system].to_s - clock.failed_s;
    if (last != NULL && node->count > 0 && node->is_retired && last->ended && last->unit == clock.unit)
        last->limit_s = last->until_s + fmax(left_s, 0.0);
}

/* Nodes that never failed, so that the log has no name for them. */
static void add_silent_nodes(struct bh_sample *sample, const struct bh_sample_rule *rule,
                             const struct bh_failure_system *system)
{
    if (rule->node != BH_NO_NAME || rule->class != BH_NO_NAME || !(system->to_s > system->from_s))
        return;
    for (uint64_t n = system->nodes; n < system->nodes_said; n++) {
        struct clock clock = start_clock(sample, rule, system->from_s, system->born_s);
        read_clock(&clock, system->to_s, false);
    }
}

/* One clock per system, which every failure in it that counts sets back. */
static void add_systems(struct bh_sample *sample, const struct bh_failure_log *log, const struct bh_sample_rule *rule)
{
    struct bh_failure *failures = bh_failure_log_by_system(log);
    size_t i = 0;
    for (uint32_t s = 0; s < log->systems_count; s++) {
        const struct bh_failure_system *system = &log->systems[s];
        if (rule->system != BH_NO_NAME && rule->system != s) {
            i += system->failures;
            continue;
        }
        struct clock clock = start_clock(sample, rule, system->from_s, system->born_s);
        for (size_t end = i + system->failures; i < end; i++)
            if (bh_sample_takes(log, rule, &failures[i]))
                fail_clock(&clock, failures[i].start_s, failures[i].start_s);
        if (system->to_s > clock.from_s)
            read_clock(&clock, system->to_s, false);
    }
    free(failures);
}

struct bh_sample *bh_sample_up_times(const struct bh_failure_log *log, const struct bh_sample_rule *rule)
{
    struct bh_sample *sample = bh_allocate(1, sizeof *sample);
    sample->is_renewal = !rule->complete_only;
    if (rule->of_system)
        add_systems(sample, log, rule);
    for (uint32_t s = 0; !rule->of_system && s < log->systems_count; s++)
        if (rule->system == BH_NO_NAME || rule->system == s)
            add_silent_nodes(sample, rule, &log->systems[s]);
    for (uint32_t n = 0; !rule->of_system && n < bh_name_list_count(log->node_names); n++) {
        const struct bh_failure_node *node = &log->nodes[n];
        if (!node->is_unnamed && (rule->system == BH_NO_NAME || node->system == rule->system) &&
            (rule->node == BH_NO_NAME || n == rule->node) && (rule->class == BH_NO_NAME || node->class == rule->class))
            add_node(sample, log, rule, n);
    }
    size_t limited = 0, between = 0;
    for (size_t i = 0; i < sample->count; i++) {
        limited += sample->durations[i].limit_s > 0.0;
        between += sample->durations[i].between;
    }
    sample->is_lives = limited > 0 && between == 0;
    return sample;
}

/* --- Down times ----------------------------------------------------------------------------------------------------- */

struct bh_sample *bh_sample_down_times(const struct bh_failure_log *log, const struct bh_sample_rule *rule)
{
    struct bh_sample *sample = bh_allocate(1, sizeof *sample);
    for (size_t i = 0; i < log->failures_count; i++) {
        const struct bh_failure *failure = &log->failures[i];
        if (!bh_sample_takes(log, rule, failure))
            continue;
        if (isnan(failure->down_s))
            sample->unknown++;
        else
            bh_sample_add(sample, (struct bh_duration){failure->down_s, 0.0, true, true, 0, 0.0});
    }
    sample->units = sample->count;
    return sample;
}

struct bh_sample *bh_sample_of(const double *values_s, size_t count)
{
    struct bh_sample *sample = bh_allocate(1, sizeof *sample);
    for (size_t i = 0; i < count; i++)
        bh_sample_add(sample, (struct bh_duration){values_s[i], 0.0, true, true, 0, 0.0});
    sample->units = count;
    return sample;
}
