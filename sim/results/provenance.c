/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What a results file says of its origin, in three parts. */
#include "sim/results/provenance.h"

#include "models/base/quantity.h"
#include "models/catalog/catalog.h"
#include "models/catalog/lookup.h"
#include "models/document/document_get.h"
#include "models/document/document_print.h"
#include "sim/platform/platform.h"

#include "config.h"
#include "revision.h"

#include <gsl/gsl_version.h>
#include <jansson.h>
#include <simgrid/forward.h>
#include <simgrid/version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

static json_t *software(void)
{
    int major, minor, patch;
    char simgrid[32];
    sg_version_get(&major, &minor, &patch);
    snprintf(simgrid, sizeof simgrid, "%d.%d.%d", major, minor, patch);
    json_t *settings = json_array();
    for (const char *const *setting = bh_platform_settings; *setting != NULL; setting++)
        json_array_append_new(settings, json_string(*setting));
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "name", "bulkhead", "version", PACKAGE_VERSION, "revision",
                     BH_REVISION, "simgrid", simgrid, "gsl", GSL_VERSION, "simgrid_settings", settings);
}

static json_t *parameter(const struct bh_parameter *parameter)
{
    json_t *object = json_pack("{s:f, s:s, s:s, s:s}", "value", parameter->value, "unit",
                               bh_dimension_unit(parameter->dimension), "status", bh_status_names[parameter->status],
                               "source", parameter->source != NULL ? parameter->source : "");
    if (object != NULL && parameter->low < parameter->high)
        json_object_set_new(object, "range", json_pack("[f, f]", parameter->low, parameter->high));
    return object;
}

/* What the catalog's systems, policies and applications that are like others come to, by SECTION.NAME. */
static json_t *filled(const struct bh_scenario *scenario)
{
    static const char *const sections[] = {"systems", "policies", "applications"};
    json_t *object = json_object();
    for (size_t s = 0; s < BH_COUNT(sections); s++) {
        const struct bh_node *section = bh_node_find(bh_catalog_root(scenario->catalog), sections[s]);
        for (size_t i = 0; i < bh_node_count(section); i++) {
            if (bh_node_find(bh_node_item(section, i), "like") == NULL)
                continue;
            char *name = bh_print_text("%s.%s", sections[s], bh_node_key(section, i));
            char *text = bh_node_print_json(bh_node_item(section, i));
            json_object_set_new(object, name, json_loads(text, 0, NULL));
            free(text);
            free(name);
        }
    }
    return object;
}

static json_t *parameters(const struct bh_study *study, const struct bh_scenario *scenario)
{
    char *text = bh_node_print_json(bh_document_root(study->document));
    json_t *models = json_object();
    for (size_t i = 0; i < scenario->catalog->parameters_count; i++)
        json_object_set_new(models, scenario->catalog->parameters[i]->path,
                            parameter(scenario->catalog->parameters[i]));
    json_t *object = json_pack("{s:o?, s:o}", "scenario", json_loads(text, 0, NULL), "models", models);
    free(text);
    json_t *like = filled(scenario);
    if (json_object_size(like) > 0)
        json_object_set(object, "like", like);
    json_decref(like);
    if (scenario->log != NULL) {
        char hash[20];
        snprintf(hash, sizeof hash, "%016llx", (unsigned long long)scenario->log->hash);
        json_object_set_new(object, "log",
                            json_pack("{s:s, s:I}", "xxh3", hash, "records", (json_int_t)scenario->log->recorded->met));
    }
    return object;
}

/* Nothing that differs between runs of the same program on the same machine: equal results are equal bytes. */
static json_t *environment(void)
{
    struct utsname system;
    if (uname(&system) != 0)
        return json_object();
    return json_pack("{s:s, s:s, s:s}", "system", system.sysname, "release", system.release, "machine", system.machine);
}

json_t *bh_provenance(const struct bh_study *study, const struct bh_scenario *scenario)
{
    json_t *object = json_pack("{s:o, s:o, s:o}", "software", software(), "parameters", parameters(study, scenario),
                               "environment", environment());
    return object != NULL ? object : json_object();
}
