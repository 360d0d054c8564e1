/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which guards raise an escape ratio, and by which crash: in words and as JSON. */
#include "command/contain/parts.h"

#include "command/json_text.h"
#include "models/base/wrap.h"
#include "models/catalog/system.h"
#include "sim/containment/raised.h"

#include <stdlib.h>

enum { WIDTH = 118 };
const char *const bh_contain_escape_titles[BH_BOUNDARIES] = {">process", ">guest", "enclaves", ">node"};

char *bh_contain_raise_text(const struct bh_contain_raise *raise)
{
    return bh_print_text("%s in place of %s %s crashes of a %s and raises the ratio %s", raise->level->name,
                         raise->weaker->name, bh_contain_raise_prevents(raise) ? "prevents" : "brings about",
                         bh_scope_names[raise->crash], bh_contain_escape_titles[raise->ratio]);
}

void bh_contain_print_raises(const struct bh_contain *contain, const struct bh_contain_policy *policy,
                             enum bh_table_format format, FILE *stream)
{
    const char *mark = format == BH_TABLE_LATEX ? "% " : "";
    for (size_t i = 0; i < contain->raises->count; i++) {
        const struct bh_contain_raise *raise = &contain->raises->raise[i];
        if (raise->policy != policy)
            continue;
        const struct bh_contain_row *row = &policy->rows[raise->row];
        char *what = bh_contain_raise_text(raise);
        char *text = bh_print_text(
            "%s: of errors in %s, %s, from %.3g to %.3g, with crashes in %.3g of them instead of %.3g.", what,
            row->zone, row->kind, raise->without, raise->with, raise->crashes_with, raise->crashes_without);
        fputs(format == BH_TABLE_MARKDOWN ? "\n" : mark, stream);
        if (format == BH_TABLE_TEXT)
            bh_wrap_write(text, WIDTH, 0, stream);
        else
            fprintf(stream, "%s\n", text);
        free(text);
        free(what);
    }
}

json_t *bh_contain_raises_json(const struct bh_contain *contain, const struct bh_contain_policy *policy)
{
    json_t *list = json_array();
    for (size_t i = 0; i < contain->raises->count; i++) {
        const struct bh_contain_raise *raise = &contain->raises->raise[i];
        if (raise->policy != policy)
            continue;
        const struct bh_origin *origin = &policy->origins.entry[raise->row].origin;
        const struct bh_zone *zone = &policy->model->tree->zones[origin->zone];
        json_array_append_new(
            list,
            json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:s, s:b, s:o, s:o}", "level", raise->level->name, "weaker",
                      raise->weaker->name, "zone", zone->template->name, "error_kind",
                      bh_error_kind_names[origin->kind], "boundary", bh_boundary_names[raise->ratio], "escape",
                      bh_json_number(raise->with), "escape_weaker", bh_json_number(raise->without), "crash",
                      bh_scope_names[raise->crash], "prevents", bh_contain_raise_prevents(raise), "crashes",
                      bh_json_number(raise->crashes_with), "crashes_weaker", bh_json_number(raise->crashes_without)));
    }
    return list;
}
