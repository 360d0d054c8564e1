/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What `bulkhead check` tells of a log that is replayed. */
#include "command/check/parts.h"
#include "command/notes.h"
#include "models/base/quantity.h"
#include "models/base/wrap.h"
#include "models/catalog/fault_class.h"
#include "models/faults/replay.h"
#include "models/logs/formats.h"
#include "sim/scenario/recorded_logs.h"
#include "sim/scenario/scenario.h"

#include <inttypes.h>
#include <stdlib.h>

/* --- Lines --------------------------------------------------------------------------------------------------------- */

struct text {
    char *line;
    size_t length;
    FILE *stream;
};

static void begin_line(struct text *text)
{
    text->stream = open_memstream(&text->line, &text->length);
    BH_BUG_ASSERT(text->stream != NULL);
}

static void end_line(struct text *text, const char *head, FILE *stream)
{
    fclose(text->stream);
    fprintf(stream, "  %-12s ", head);
    bh_wrap_write(text->line, BH_CHECK_WIDTH, 15, stream);
    free(text->line);
}

static char *print_time(double time_s, char *buffer, size_t size)
{
    return bh_quantity_print(time_s, BH_DIMENSION_TIME, buffer, size);
}

/* --- The log ------------------------------------------------------------------------------------------------------- */

static void print_log(const struct bh_recorded_log *log, FILE *stream)
{
    const struct bh_recorded_faults *recorded = log->recorded;
    struct text text;
    char nodes[32], named[32], count[32], length[32], from[32];
    begin_line(&text);
    fprintf(text.stream, "%s: %s, %s records of %s nodes", log->file, recorded->format,
            bh_check_count(recorded->count, count, sizeof count), bh_check_count(recorded->nodes, nodes, sizeof nodes));
    if (recorded->named_nodes < recorded->nodes)
        fprintf(text.stream, " (%s of them in the log)", bh_check_count(recorded->named_nodes, named, sizeof named));
    fprintf(text.stream, " in %s from %s", print_time(recorded->length_s, length, sizeof length),
            bh_failure_log_print_time(recorded->from_s, from, sizeof from));
    end_line(&text, "recorded", stream);
    for (int r = 0; r < BH_LOG_REMARKS; r++)
        if (recorded->remarks[r] > 0)
            fprintf(stream, "  %-12s %" PRIu64 " of %" PRIu64 " in the file %s (first: line %u)\n", "",
                    recorded->remarks[r], recorded->met, bh_log_remark_texts[r], recorded->remark_line[r]);
    for (uint32_t n = 0; n < bh_name_list_count(recorded->notes); n++) {
        begin_line(&text);
        fputs(bh_name_list_text(recorded->notes, n), text.stream);
        end_line(&text, "", stream);
    }
}

/* --- How it is replayed -------------------------------------------------------------------------------------------- */

static void print_nodes(const struct bh_scenario *scenario, FILE *stream)
{
    const struct bh_replay *replay = scenario->replay;
    uint64_t machine = replay->manner.machine_nodes, recorded = replay->recorded->nodes;
    char count[32], other[32];
    bh_check_count(recorded, other, sizeof other);
    switch (replay->manner.nodes) {
    case BH_REPLAY_AS_RECORDED:
        fprintf(stream, "recorded node i is node i of %s", bh_check_count(machine, count, sizeof count));
        if (machine > recorded)
            fprintf(stream, "; those from node %s on never fail from it", other);
        break;
    case BH_REPLAY_COPIES:
        fprintf(stream, "%s copies of the recorded machine are %s nodes%s",
                bh_check_count(bh_replay_copies(replay), other, sizeof other),
                bh_check_count(machine, count, sizeof count), machine % recorded > 0 ? ", the last one cut" : "");
        break;
    case BH_REPLAY_RESAMPLED:
        fprintf(stream, "each of %s nodes follows one of the %s, drawn in each replica",
                bh_check_count(machine, count, sizeof count), other);
        break;
    }
}

static void print_start(const struct bh_scenario *scenario, FILE *stream)
{
    const struct bh_replay *replay = scenario->replay;
    char text[64], length[64];
    switch (replay->manner.start) {
    case BH_REPLAY_BEGIN:
        fputs("; the work begins with the log", stream);
        break;
    case BH_REPLAY_RANDOM:
        fputs("; each replica begins at a point of the log drawn for it", stream);
        break;
    case BH_REPLAY_APART:
        fprintf(stream, "; each %s begins at a point of the log of its own",
                replay->manner.nodes == BH_REPLAY_COPIES ? "copy" : "node");
        break;
    case BH_REPLAY_EVERY:
        fprintf(stream, "; replica r begins r times %s into the log",
                print_time(replay->manner.every_s, text, sizeof text));
        break;
    }
    if (replay->manner.nodes != BH_REPLAY_AS_RECORDED && replay->manner.start != BH_REPLAY_APART &&
        bh_replay_copies(replay) > 1)
        fputs("; all that follow one recorded node are struck at once", stream);
    print_time(replay->recorded->length_s, length, sizeof length);
    fprintf(stream, replay->manner.stops ? "; after its end nothing of it strikes" : "; after its %s it begins again",
            length);
}

void bh_check_print_recorded(const struct bh_scenario *scenario, FILE *stream)
{
    if (scenario->replay == NULL)
        return;
    print_log(scenario->log, stream);
    struct text text;
    begin_line(&text);
    bool any = bh_print_left_out(scenario, true, text.stream);
    fputs(any ? " are left out" : "no record is left out", text.stream);
    end_line(&text, "", stream);
    begin_line(&text);
    print_nodes(scenario, text.stream);
    print_start(scenario, text.stream);
    end_line(&text, "", stream);
}

void bh_check_print_recorded_class(const struct bh_fault_class *fault, FILE *stream)
{
    const struct bh_replay_class *own = &fault->recorded.replay->classes[fault->recorded.number];
    char text[64], count[32];
    fprintf(stream, "%s records, %s per node", bh_check_count(own->records, count, sizeof count),
            bh_quantity_print(fault->rate.value, BH_DIMENSION_RATE, text, sizeof text));
    if (fault->recorded.event_rate < fault->rate.value * (1.0 - 1e-9))
        fprintf(stream, " (%s if those of one moment count once)",
                bh_quantity_print(fault->recorded.event_rate, BH_DIMENSION_RATE, text, sizeof text));
    if (fault->mend != BH_MEND_REPAIR || fault->repair.distribution.type != NULL)
        return;
    fputs("; repair takes as long as recorded", stream);
    if (own->downs_count < own->records)
        fprintf(stream, ", for the %s records that do not say as long as another one of them",
                bh_check_count(own->records - own->downs_count, count, sizeof count));
}
