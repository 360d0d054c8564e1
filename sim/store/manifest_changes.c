/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What changed between two manifests, in words. */
#include "sim/store/parts.h"

#include <stdlib.h>
#include <string.h>

/* Text for a message; the caller frees. NULL if it is not there. */
static char *print_value(const json_t *value)
{
    return json_is_string(value) ? bh_copy_text(json_string_value(value))
                                 : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
}

int bh_manifest_fail_changed(const char *directory, const char *what, const json_t *was, const json_t *is,
                             const char *advice, struct bh_error *err)
{
    char *before = print_value(was), *now = print_value(is);
    bool are_short = before != NULL && now != NULL && strlen(before) < 120 && strlen(now) < 120;
    bh_fail(err, BH_ERROR_INPUT,
            "%s: %s changed since the sweep began%s%s%s%s; what is done cannot be mixed with what would follow: %s",
            directory, what, are_short ? ": it was " : "", are_short ? before : "", are_short ? ", now it is " : "",
            are_short ? now : "", advice);
    free(before);
    free(now);
    return -1;
}

int bh_manifest_compare_files(const char *directory, json_t *theirs, json_t *mine, struct bh_error *err)
{
    const char *name;
    json_t *is;
    json_object_foreach(mine, name, is)
    {
        json_t *was = json_object_get(theirs, name);
        if (was == NULL || json_equal(was, is))
            continue;
        char *what = bh_print_text("the file %s", name);
        bh_manifest_fail_changed(directory, what, NULL, NULL, "undo the change, or sweep into another folder", err);
        free(what);
        return -1;
    }
    return 0;
}
