/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What is told of a scenario on standard error before it is simulated. */
#include "command/notes.h"

#include "sim/scenario/scenario.h"
#include "sim/setup/remarks.h"

#include <inttypes.h>
#include <stdlib.h>

bool bh_print_left_out(const struct bh_scenario *scenario, bool all, FILE *stream)
{
    const struct bh_recorded_faults *recorded = scenario->log->recorded;
    const struct {
        uint64_t count;
        const char *which;
    } left_out[] = {
        {recorded->remarks[BH_LOG_NO_TIME], "without a time"},
        {all ? recorded->elsewhere : 0, "of other systems"},
        {recorded->nowhere, "of which the log does not say the node"},
        {all ? recorded->outside : 0, "outside the time replayed"},
        {scenario->replay->unclaimed, "of causes that no class takes"},
    };
    const char *separator = "";
    for (size_t i = 0; i < BH_COUNT(left_out); i++)
        if (left_out[i].count > 0) {
            fprintf(stream, "%s%" PRIu64 " %s", separator, left_out[i].count, left_out[i].which);
            separator = ", ";
        }
    return *separator != '\0';
}

void bh_note_left_out(const struct bh_scenario *scenario)
{
    char *line = NULL;
    size_t length = 0;
    if (scenario->log == NULL)
        return;
    FILE *stream = open_memstream(&line, &length);
    BH_BUG_ASSERT(stream != NULL);
    bool any = bh_print_left_out(scenario, false, stream);
    fclose(stream);
    if (any)
        fprintf(stderr, "bulkhead: records left out of the replay of %s: %s\n", scenario->log->file, line);
    free(line);
}

void bh_note_remarks(const struct bh_scenario *scenario)
{
    struct bh_remarks remarks = bh_remarks_of(scenario);
    for (size_t i = 0; i < remarks.count; i++)
        fprintf(stderr, "bulkhead: %s\n", remarks.text[i]);
    bh_remarks_free(&remarks);
}
