/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which point of a scenario is meant, AXIS=VALUE on the command line, and which of its policies. */
#include "command/point.h"

#include "models/base/nearest_name.h"
#include "sim/scenario/scenario.h"

#include <stdlib.h>
#include <string.h>

/* "--point TEXT: there is no WHAT `WORD`; known: ..." */
static int fail_unknown(const char *text, const char *what, const char *word, const char *const *known, size_t count,
                        struct bh_error *err)
{
    const char *nearest = bh_nearest_name(word, known, count);
    char *list = bh_join_texts(known, count, ", ");
    bh_fail(err, BH_ERROR_INPUT, "--point %s: unknown %s `%s`; %s%s%sknown: %s", text, what, word,
            nearest ? "did you mean `" : "", nearest ? nearest : "", nearest ? "`? " : "", list);
    free(list);
    return -1;
}

static int choose(const struct bh_study *study, const char *text, size_t *index, struct bh_error *err)
{
    size_t length = (size_t)(strchr(text, '=') - text), a = 0;
    const char *label = text + length + 1;
    while (a < study->axes_count &&
           (strlen(study->axes[a].name) != length || strncmp(study->axes[a].name, text, length) != 0))
        a++;
    if (study->axes_count == 0)
        return bh_fail(err, BH_ERROR_INPUT, "--point %s: %s has no axes", text, study->file);
    const char **names = bh_allocate(study->axes_count, sizeof *names);
    for (size_t i = 0; i < study->axes_count; i++)
        names[i] = study->axes[i].name;
    if (a == study->axes_count) {
        char *name = bh_print_text("%.*s", (int)length, text);
        fail_unknown(text, "axis", name, names, study->axes_count, err);
        free(name);
        free(names);
        return -1;
    }
    free(names);
    const struct bh_axis *axis = &study->axes[a];
    const char **labels = bh_allocate(axis->count, sizeof *labels);
    int status = -1;
    for (size_t v = 0; v < axis->count; v++) {
        labels[v] = axis->values[v].label;
        if (strcmp(labels[v], label) == 0) {
            index[a] = v;
            status = 0;
        }
    }
    if (status != 0)
        fail_unknown(text, "value", label, labels, axis->count, err);
    free(labels);
    return status;
}

size_t *bh_point_choose(const struct bh_study *study, const char *const *points, size_t count, struct bh_error *err)
{
    size_t *index = bh_allocate(study->axes_count + 1, sizeof *index);
    for (size_t i = 0; i < count; i++)
        if (choose(study, points[i], index, err) != 0) {
            free(index);
            return NULL;
        }
    return index;
}

const struct bh_policy_spec *bh_policy_choose(const struct bh_scenario *scenario, const char *option, const char *name,
                                              struct bh_error *err)
{
    const char **names = bh_allocate(scenario->policies_count, sizeof *names);
    const struct bh_policy_spec *found = NULL;
    for (size_t p = 0; p < scenario->policies_count; p++) {
        names[p] = scenario->policies[p].name;
        if (strcmp(names[p], name) == 0)
            found = &scenario->policies[p];
    }
    const char *nearest = found ? NULL : bh_nearest_name(name, names, scenario->policies_count);
    if (found == NULL)
        bh_fail(err, BH_ERROR_INPUT, "%s: %s has no policy `%s`%s%s%s", option, scenario->file, name,
                nearest ? "; did you mean `" : "", nearest ? nearest : "", nearest ? "`?" : "");
    free(names);
    return found;
}
