/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Kinds of error, as files have them, and whose numbers they have. */
#include "models/words/error_kinds.h"

#define KINDS                                                                                                          \
    "data", "instruction", "operation", "flow", "software-data", "software-instruction", "software-operation",         \
        "software-flow"

const char *const bh_error_kind_names[] = {KINDS, NULL};
const char *const bh_kind_or_model_names[] = {KINDS, "hardware", "software", NULL};

const enum bh_error_kind bh_error_kind_sources[BH_ERROR_KINDS][BH_KIND_SOURCES + 1] = {
    [BH_DATA] = {BH_DATA, BH_ERROR_KINDS},
    [BH_INSTRUCTION] = {BH_INSTRUCTION, BH_ERROR_KINDS},
    [BH_OPERATION] = {BH_OPERATION, BH_INSTRUCTION, BH_ERROR_KINDS},
    [BH_FLOW] = {BH_FLOW, BH_INSTRUCTION, BH_ERROR_KINDS},
    [BH_SOFTWARE_DATA] = {BH_SOFTWARE_DATA, BH_DATA, BH_ERROR_KINDS},
    [BH_SOFTWARE_INSTRUCTION] = {BH_SOFTWARE_INSTRUCTION, BH_INSTRUCTION, BH_ERROR_KINDS},
    [BH_SOFTWARE_OPERATION] = {BH_SOFTWARE_OPERATION, BH_SOFTWARE_INSTRUCTION, BH_OPERATION, BH_INSTRUCTION,
                               BH_ERROR_KINDS},
    [BH_SOFTWARE_FLOW] = {BH_SOFTWARE_FLOW, BH_SOFTWARE_INSTRUCTION, BH_FLOW, BH_INSTRUCTION, BH_ERROR_KINDS},
};

size_t bh_kind_or_model_sources(enum bh_error_kind kind, size_t sources[BH_KIND_SOURCES + 1])
{
    size_t count = 0;
    bool is_software = bh_error_kind_is_software(kind), was_software = is_software;
    for (const enum bh_error_kind *source = bh_error_kind_sources[kind]; *source != BH_ERROR_KINDS; source++) {
        if (was_software && !bh_error_kind_is_software(*source))
            sources[count++] = BH_ALL_OF_SOFTWARE;
        was_software = bh_error_kind_is_software(*source);
        sources[count++] = *source;
    }
    if (!is_software)
        sources[count++] = BH_ALL_OF_HARDWARE;
    return count;
}
