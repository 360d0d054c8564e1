/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which numbers a scenario reads is known only above the room that reads it. */
#include "sim/setup/read_study.h"

#include "sim/scenario/study.h"
#include "sim/setup/number_uses_study.h"

struct bh_study *bh_study_read(const char *path, const char *data_directory, const struct bh_setting *settings,
                               size_t settings_count, struct bh_error *err)
{
    struct bh_study *study = bh_study_parse(path, data_directory, settings, settings_count, err);
    if (study != NULL && bh_number_uses_check(study, err) != 0) {
        bh_study_destroy(study);
        return NULL;
    }
    return study;
}
