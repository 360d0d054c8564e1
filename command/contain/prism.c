/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The chain of a node under one policy, for PRISM. */
#include "command/contain/parts.h"

#include "models/catalog/system.h"
#include "models/spread/prism.h"
#include "sim/scenario/scenario.h"

#include <math.h>
#include <stdlib.h>

/* More than the tables solve: a file of a hundred megabytes. */
static const size_t states_most = 500000;

int bh_contain_print_prism(const struct bh_contain *contain, FILE *stream, struct bh_error *err)
{
    const struct bh_contain_policy *policy = &contain->policies[0];
    const struct bh_origins *origins = &policy->origins;
    struct bh_prism prism;
    int status = 0;
    if (contain->policies_count != 1)
        return bh_fail(err, BH_ERROR_INPUT, "--format prism: found %zu policies, expected one: name it with --policy",
                       contain->policies_count);
    bh_prism_begin(&prism);
    double total = origins->error_rate > 0.0 ? origins->error_rate : INFINITY;
    for (size_t i = 0; status == 0 && i < origins->count; i++) {
        const struct bh_contain_row *row = &policy->rows[i];
        char *name = bh_print_text("%s error in %s", row->kind, row->zone);
        status = bh_prism_add(&prism, policy->model, &origins->entry[i].origin, origins->entry[i].rate / total, name,
                              states_most, err);
        free(name);
    }
    for (enum bh_scope scope = BH_SCOPE_NONE; scope != BH_SCOPES; scope++)
        bh_prism_add_loss(&prism, scope, origins->loss_rate[scope] / total);
    char *title = bh_print_text("One error on a node of %s under %s: %s", contain->scenario->name, policy->spec->name,
                                policy->spec->system->name);
    if (status == 0)
        bh_prism_write(&prism, title, stream);
    free(title);
    bh_prism_free(&prism);
    return status;
}
