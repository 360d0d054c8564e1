/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Finds the identities of a campaign's points without resolving each: axes set different things, so that a point is what
 * all share and one value of each axis. */
#include "sim/campaign/identity.h"

#include "config.h"
#include "models/document/document_get.h"
#include "models/document/document_print.h"
#include "revision.h"
#include "sim/campaign/campaign.h"
#include "sim/campaign/parts.h"
#include "sim/campaign/resolve.h"
#include "sim/scenario/read_axes.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/study.h"

#include <simgrid/forward.h>
#include <simgrid/version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_equal(struct bh_identity left, struct bh_identity right)
{
    return left.high == right.high && left.low == right.low;
}

char *bh_identity_print(struct bh_identity identity, char buffer[BH_IDENTITY_TEXT])
{
    snprintf(buffer, BH_IDENTITY_TEXT, "%016llx%016llx", (unsigned long long)identity.high,
             (unsigned long long)identity.low);
    return buffer;
}

/* --- What all points share ------------------------------------------------------------------------------------------------ */

/* The paths of a scenario whose values name files that a point opens. */
static const char platform_path[] = "platform.file", log_path[] = "faults.recorded.log";

const char *bh_identity_simgrid_options(void)
{
    const char *options = getenv("BH_SIMGRID_OPTIONS");
    return options != NULL ? options : "";
}

/* A revision tells the source of a program unless it was built from one that was changed since: then its bytes do. */
static int find_program(struct bh_identity *program, struct bh_error *err)
{
    struct bh_digest *digest = bh_digest_begin();
    int version[3], status = 0;
    sg_version_get(&version[0], &version[1], &version[2]);
    bh_digest_add_text(digest, PACKAGE_VERSION);
    bh_digest_add_text(digest, BH_REVISION);
    bh_digest_add(digest, version, sizeof version);
    bh_digest_add_text(digest, bh_identity_simgrid_options());
    if (strstr(BH_REVISION, "-dirty") != NULL) {
        struct bh_identity bytes;
        status = bh_identity_of_file("/proc/self/exe", &bytes, err);
        if (status == 0)
            bh_digest_add_identity(digest, bytes);
    }
    *program = bh_digest_end(digest);
    return status;
}

static bool begins_with_key(const char *path, const char *key)
{
    size_t length = strlen(key);
    return strncmp(path, key, length) == 0 && (path[length] == '.' || path[length] == '\0');
}

/* What says which points there are, or how many replicas, is no part of a point. */
static bool is_of_points(const char *path)
{
    return begins_with_key(path, "vary") || begins_with_key(path, "uncertainty") || begins_with_key(path, "replicas");
}

static void add_node(struct bh_digest *digest, const char *path, const struct bh_node *node)
{
    char *text = bh_node_print_json(node);
    bh_digest_add_text(digest, path);
    bh_digest_add_text(digest, text);
    free(text);
}

static void add_study(struct bh_digest *digest, const struct bh_study *study)
{
    const struct bh_node *root = bh_document_root(study->document);
    for (size_t i = 0; i < bh_node_count(root); i++)
        if (!is_of_points(bh_node_key(root, i)))
            add_node(digest, bh_node_key(root, i), bh_node_item(root, i));
    for (size_t i = 0; i < study->settings_count; i++)
        if (!is_of_points(study->settings[i].path)) {
            bh_digest_add_text(digest, study->settings[i].path);
            bh_digest_add_text(digest, study->settings[i].value);
        }
}

/* Whether some value of some axis sets the path. */
static bool is_varied(const struct bh_campaign *campaign, const char *path)
{
    for (size_t a = 0; a < campaign->study->axes_count; a++)
        for (size_t v = 0; v < campaign->study->axes[a].count; v++)
            if (bh_axis_value_sets(&campaign->study->axes[a].values[v], path))
                return true;
    return false;
}

static int add_platform(struct bh_digest *digest, struct bh_identities *identities, const struct bh_scenario *scenario,
                        struct bh_error *err)
{
    struct bh_identity bytes;
    if (bh_identity_of_platform(scenario->platform_file, identities, &bytes, err) != 0)
        return -1;
    bh_digest_add_identity(digest, bytes);
    return 0;
}

/* The log as it was read, uncompressed: points replay it from memory. */
static void add_log(struct bh_digest *digest, struct bh_identities *identities, const struct bh_scenario *scenario)
{
    if (scenario->log == NULL)
        return;
    struct bh_identity bytes = {0, scenario->log->hash};
    bh_identities_add_file(identities, scenario->log->file, bytes);
    bh_digest_add_identity(digest, bytes);
}

static int add_posterior(struct bh_digest *digest, struct bh_identities *identities, const struct bh_study *study,
                         struct bh_error *err)
{
    if (study->posterior.document == NULL)
        return 0;
    const char *path = bh_document_name(study->posterior.document);
    struct bh_identity bytes;
    if (bh_identity_of_file(path, &bytes, err) != 0)
        return -1;
    bh_identities_add_file(identities, path, bytes);
    bh_digest_add_identity(digest, bytes);
    return 0;
}

static int find_base(const struct bh_campaign *campaign, struct bh_identities *identities, struct bh_error *err)
{
    if (find_program(&identities->program, err) != 0 ||
        bh_identity_of_catalog(campaign->study->data_directory, &identities->models, err) != 0)
        return -1;
    struct bh_digest *digest = bh_digest_begin();
    bh_digest_add_identity(digest, identities->program);
    bh_digest_add_identity(digest, identities->models);
    add_study(digest, campaign->study);
    /* Rows are laid out by these; those of verification are in every row. */
    static const enum bh_metric_use uses[] = {BH_WITH_SCRIPT, BH_WITH_COMPOSITIONS, BH_WITH_ACCEPTANCE};
    for (size_t i = 0; i < BH_COUNT(uses); i++)
        bh_digest_add_text(digest, campaign->says[uses[i]] ? "yes" : "no");
    int status = add_posterior(digest, identities, campaign->study, err);
    if (status == 0 && !is_varied(campaign, platform_path))
        status = add_platform(digest, identities, campaign->first, err);
    if (status == 0 && !is_varied(campaign, log_path))
        add_log(digest, identities, campaign->first);
    identities->base = bh_digest_end(digest);
    return status;
}

/* --- Values of axes ------------------------------------------------------------------------------------------------------------ */

/* Axes do not set the same paths, so that a file which this one names is the same wherever the others are. */
static int add_files(struct bh_digest *digest, const struct bh_campaign *campaign, size_t axis, size_t v,
                     struct bh_identities *identities, struct bh_error *err)
{
    const struct bh_axis_value *value = &campaign->study->axes[axis].values[v];
    bool names_platform = bh_axis_value_sets(value, platform_path), names_log = bh_axis_value_sets(value, log_path);
    if (!names_platform && !names_log)
        return 0;
    size_t *index = bh_allocate(campaign->study->axes_count, sizeof *index);
    index[axis] = v;
    struct bh_scenario *scenario = bh_campaign_resolve_at(campaign, index, err);
    free(index);
    if (scenario == NULL)
        return -1;
    int status = names_platform ? add_platform(digest, identities, scenario, err) : 0;
    if (status == 0 && names_log)
        add_log(digest, identities, scenario);
    bh_scenario_destroy(scenario);
    return status;
}

static int find_value(const struct bh_campaign *campaign, size_t axis, size_t v, struct bh_identities *identities,
                      struct bh_error *err)
{
    const struct bh_study *study = campaign->study;
    /* The values of an uncertain axis are those of the scenario's own. */
    const struct bh_axis_value *value =
        axis == campaign->uncertain_axis ? &study->uncertainty.values[v] : &study->axes[axis].values[v];
    struct bh_digest *digest = bh_digest_begin();
    for (size_t s = 0; s < value->settings_count; s++)
        add_node(digest, value->paths[s], value->values[s]);
    int status = add_files(digest, campaign, axis, v, identities, err);
    identities->value[axis][v] = bh_digest_end(digest);
    return status;
}

/* --- Points ---------------------------------------------------------------------------------------------------------------------- */

static int compare(struct bh_identity left, struct bh_identity right)
{
    if (left.high != right.high)
        return left.high < right.high ? -1 : 1;
    return (left.low > right.low) - (left.low < right.low);
}

static int compare_identities(const void *left, const void *right)
{
    return compare(*(const struct bh_identity *)left, *(const struct bh_identity *)right);
}

/* In which order the axes stand does not matter. */
static void find_points(const struct bh_campaign *campaign, struct bh_identities *identities)
{
    size_t axes = campaign->study->axes_count;
    struct bh_identity *parts = bh_allocate(axes + 1, sizeof *parts);
    identities->points = campaign->points;
    identities->point = bh_allocate(campaign->points, sizeof *identities->point);
    for (size_t p = 0; p < campaign->points; p++) {
        for (size_t a = 0; a < axes; a++)
            parts[a] = identities->value[a][campaign->index[p * axes + a]];
        qsort(parts, axes, sizeof *parts, compare_identities);
        struct bh_digest *digest = bh_digest_begin();
        bh_digest_add_identity(digest, identities->base);
        bh_digest_add(digest, parts, axes * sizeof *parts);
        identities->point[p] = bh_digest_end(digest);
    }
    free(parts);
}

static int compare_points(const void *left, const void *right, void *context)
{
    const struct bh_identities *identities = context;
    size_t a = *(const size_t *)left, b = *(const size_t *)right;
    int order = compare(identities->point[a], identities->point[b]);
    return order != 0 ? order : (a > b) - (a < b);
}

struct bh_identities *bh_identities_create(const struct bh_campaign *campaign, struct bh_error *err)
{
    struct bh_identities *identities = bh_allocate(1, sizeof *identities);
    int status = find_base(campaign, identities, err);
    identities->axes_count = campaign->study->axes_count;
    identities->value = bh_allocate(identities->axes_count + 1, sizeof *identities->value);
    for (size_t a = 0; a < identities->axes_count && status == 0; a++) {
        size_t count = campaign->study->axes[a].count;
        identities->value[a] = bh_allocate(count, sizeof **identities->value);
        for (size_t v = 0; v < count && status == 0; v++)
            status = find_value(campaign, a, v, identities, err);
    }
    if (status != 0) {
        bh_identities_destroy(identities);
        return NULL;
    }
    find_points(campaign, identities);
    identities->order = bh_allocate(campaign->points, sizeof *identities->order);
    for (size_t p = 0; p < campaign->points; p++)
        identities->order[p] = p;
    qsort_r(identities->order, campaign->points, sizeof *identities->order, compare_points, identities);
    return identities;
}

void bh_identities_destroy(struct bh_identities *identities)
{
    if (identities == NULL)
        return;
    for (size_t i = 0; i < identities->files_count; i++)
        free(identities->files[i].path);
    for (size_t a = 0; identities->value != NULL && a < identities->axes_count; a++)
        free(identities->value[a]);
    free(identities->files);
    free(identities->value);
    free(identities->point);
    free(identities->order);
    free(identities);
}

size_t bh_identities_find(const struct bh_identities *identities, struct bh_identity identity, const size_t **points)
{
    size_t low = 0, high = identities->points, count = 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(identities->point[identities->order[middle]], identity) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    while (low + count < identities->points && is_equal(identities->point[identities->order[low + count]], identity))
        count++;
    *points = count > 0 ? &identities->order[low] : NULL;
    return count;
}

/* --- Files that change under way ----------------------------------------------------------------------------------------------- */

static int check_file(const struct bh_identities *then, const struct bh_opened_file *now, struct bh_error *err)
{
    for (size_t i = 0; i < then->files_count; i++)
        if (strcmp(then->files[i].path, now->path) == 0 && is_equal(then->files[i].bytes, now->bytes))
            return 0;
    return bh_fail(err, BH_ERROR_INPUT, "the file %s changed after the sweep had begun", now->path);
}

int bh_identities_check(const struct bh_campaign *campaign, const struct bh_scenario *scenario, struct bh_error *err)
{
    struct bh_identities now = {0};
    struct bh_identity bytes;
    int status = bh_identity_of_platform(scenario->platform_file, &now, &bytes, err);
    for (size_t i = 0; i < now.files_count; i++) {
        if (status == 0)
            status = check_file(campaign->identities, &now.files[i], err);
        free(now.files[i].path);
    }
    free(now.files);
    if (status == 0 && (status = bh_identity_of_catalog(campaign->study->data_directory, &bytes, err)) == 0 &&
        !is_equal(bytes, campaign->identities->models))
        status = bh_fail(err, BH_ERROR_INPUT, "the models' numbers in %s changed after the sweep had begun",
                         campaign->study->data_directory);
    return status;
}
