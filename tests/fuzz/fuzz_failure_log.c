/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target for failure logs in all forms. Built by `make fuzz` only. What is read must be in order and must
 * make sense as up and down times; what is refused must have one safe message that names the file. */
#include "models/base/error.h"
#include "models/base/utf8.h"
#include "models/logs/failure_log.h"
#include "models/logs/up_and_down_times.h"
#include "models/sites/site_log.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_names(const struct bh_name_list *names)
{
    for (uint32_t n = 0; n < bh_name_list_count(names); n++) {
        const char *text = bh_name_list_text(names, n);
        BH_BUG_ASSERT(*text != '\0' && bh_utf8_is_printable(text) && bh_name_list_find(names, text) == n);
    }
}

static void check_log(const struct bh_failure_log *log)
{
    check_names(log->node_names);
    check_names(log->system_names);
    check_names(log->class_names);
    check_names(log->cause_names);
    check_names(log->detail_names);
    BH_BUG_ASSERT(log->failures_count > 0 && log->failures_count <= log->records);
    for (size_t i = 0; i < log->failures_count; i++) {
        const struct bh_failure *failure = &log->failures[i];
        BH_BUG_ASSERT(isfinite(failure->start_s) && !(failure->down_s < 0));
        BH_BUG_ASSERT(failure->node < bh_name_list_count(log->node_names));
        BH_BUG_ASSERT(i == 0 || failure[-1].node < failure->node ||
                      (failure[-1].node == failure->node && failure[-1].start_s <= failure->start_s));
    }
    uint64_t *in_bursts = bh_failure_log_bursts(log);
    for (size_t s = 0; s < log->systems_count; s++)
        BH_BUG_ASSERT(in_bursts[s] <= log->systems[s].failures && in_bursts[s] != 1);
    free(in_bursts);
}

static void check_sample(struct bh_sample *sample)
{
    size_t ended = 0;
    for (size_t i = 0; i < sample->count; i++) {
        const struct bh_duration *duration = &sample->durations[i];
        BH_BUG_ASSERT(duration->until_s > 0 && !(duration->age_s < 0) && !(duration->age_s >= duration->until_s));
        BH_BUG_ASSERT(duration->unit < sample->units || !sample->is_renewal);
        ended += duration->ended;
    }
    BH_BUG_ASSERT(ended == sample->ended);
    bh_sample_destroy(sample);
}

static void try_log(const uint8_t *data, size_t size, const struct bh_log_reading *reading)
{
    struct bh_error err = {0};
    struct bh_failure_log *log = bh_site_log_parse((const char *)data, size, "fuzz", reading, &err);
    if (log == NULL) {
        BH_BUG_ASSERT(err.code == BH_ERROR_INPUT && strncmp(err.text, "fuzz:", 5) == 0);
        return;
    }
    check_log(log);
    for (int way = 0; way < 8; way++) {
        struct bh_sample_rule rule = {BH_NO_NAME, BH_NO_NAME, BH_NO_NAME, way & 4 ? 0 : BH_NO_NAME, way & 1, way & 2};
        check_sample(bh_sample_up_times(log, &rule));
        check_sample(bh_sample_down_times(log, &rule));
    }
    bh_failure_log_destroy(log);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* Nothing said of it, and as much as can be. */
    static struct bh_log_reading *said;
    if (said == NULL) {
        said = bh_log_reading_create();
        said->year = 2020;
        said->pair_s = 3600.0;
        BH_BUG_ASSERT(bh_log_reading_set_timezone(said, "+01:00", NULL) == 0);
    }
    try_log(data, size, NULL);
    try_log(data, size, said);
    return 0;
}
