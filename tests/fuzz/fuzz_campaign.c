/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target for campaign files, with all that is made of one before anything runs. Built by `make fuzz`. What is
 * refused must have one safe message; what is read must find its points again, and go on with a folder that it began. */
#include "models/base/utf8.h"
#include "sim/campaign/command_line.h"
#include "sim/campaign/identity.h"
#include "sim/campaign/resolve.h"
#include "sim/store/manifest.h"
#include "sim/sweep/shard.h"

#include <ctype.h>
#include <gsl/gsl_errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The scenario that campaigns may name is "base.yaml". */
static const char scenario[] = "scenario: base\n"
                               "platform: {file: testbed.xml, nodes: 4}\n"
                               "workload:\n"
                               "  work: 4 h\n"
                               "  horizon: 10 d\n"
                               "  spares: 0\n"
                               "  enclaves:\n"
                               "    - {name: a, application: mpi-bulk-synchronous, guests-per-node: 1}\n"
                               "checkpoints:\n"
                               "  local: {interval: 1 h, write: 60 s, read: 20 s}\n"
                               "baseline: native\n"
                               "policies:\n"
                               "  - {system: native, policy: native, name: native}\n"
                               "  - {system: kvm, policy: protection-first, name: kvm}\n"
                               "uncertainty: {axis: r, set: models.recovery.node-reboot, at: {},\n"
                               "  values: [{label: 200, value: 200 s}]}\n";
static char folder[] = "/tmp/fuzz-campaign-XXXXXX", *models, *campaign, *base, *store, *manifest;

static void write_file(const char *path, const void *bytes, size_t length)
{
    FILE *file = fopen(path, "wb");
    BH_BUG_ASSERT(file != NULL && fwrite(bytes, 1, length, file) == length && fclose(file) == 0);
}

static void remove_folder(void)
{
    remove(manifest);
    remove(store);
    remove(campaign);
    remove(base);
    rmdir(folder);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    const char *data = getenv("BULKHEAD_DATA");
    BH_BUG_ASSERT(data != NULL && mkdtemp(folder) != NULL);
    char *path = bh_print_text("%s/models/data", data);
    models = realpath(path, NULL);
    free(path);
    BH_BUG_ASSERT(models != NULL);
    campaign = bh_print_text("%s/c.yaml", folder);
    base = bh_print_text("%s/base.yaml", folder);
    store = bh_print_text("%s/store", folder);
    manifest = bh_print_text("%s/%s", store, BH_MANIFEST_NAME);
    atexit(remove_folder);
    write_file(base, scenario, sizeof scenario - 1);
    gsl_set_error_handler_off();
    return 0;
}

static void check_message(const struct bh_error *err)
{
    uint32_t code_point;
    BH_BUG_ASSERT(err->code == BH_ERROR_INPUT && *err->text != '\0');
    for (const char *at = err->text; *at != '\0';) {
        size_t length = bh_utf8_decode(at, &code_point);
        BH_BUG_ASSERT(length > 0 && (code_point == '\n' || !bh_utf8_is_unsafe(code_point)));
        at += length;
    }
}

/* Every point is found by its identity, and every shard has its part. */
static void check_points(const struct bh_campaign *plan)
{
    struct bh_pieces pieces;
    for (size_t p = 0; p < plan->points; p++) {
        const size_t *points;
        size_t count = bh_identities_find(plan->identities, plan->identities->point[p], &points), found = 0;
        for (size_t i = 0; i < count; i++)
            found += points[i] == p;
        BH_BUG_ASSERT(found == 1 && plan->order[p] < plan->points);
        if (p < 8)
            free(bh_campaign_describe(plan, p));
    }
    bh_pieces_create(&pieces, plan, 7);
    for (size_t i = 0; i < plan->points * pieces.per_point; i++)
        BH_BUG_ASSERT(pieces.owner[i] < 7);
    bh_pieces_release(&pieces);
}

static void check_manifest(const struct bh_campaign *plan)
{
    struct bh_error err = {0};
    int was_there;
    remove(manifest);
    if (bh_manifest_publish(store, plan, BH_MANIFEST_BEGIN, &was_there, &err) != 0)
        fprintf(stderr, "%s\n", err.text);
    BH_BUG_ASSERT(err.code == BH_ERROR_NONE && was_there == 0);
    BH_BUG_ASSERT(bh_manifest_publish(store, plan, BH_MANIFEST_RESUME, &was_there, &err) == 0 && was_there == 1);
    free(bh_campaign_command(plan, "sweep", store));
}

/* Sizes of three digits and more only take time. */
static bool is_small(const uint8_t *data, size_t size)
{
    size_t digits = 0;
    for (size_t i = 0; i < size && digits < 3; i++)
        digits = isdigit(data[i]) ? digits + 1 : 0;
    return digits < 3;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bh_error err = {0};
    if (!is_small(data, size))
        return -1;
    write_file(campaign, data, size);
    struct bh_campaign *plan = bh_campaign_read(campaign, models, NULL, 0, &err);
    if (plan == NULL) {
        check_message(&err);
        return 0;
    }
    check_points(plan);
    check_manifest(plan);
    bh_campaign_destroy(plan);
    return 0;
}
