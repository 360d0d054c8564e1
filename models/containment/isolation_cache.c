/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Isolations by a fingerprint of the model and the streams they were computed from. */
#include "models/containment/isolation_cache.h"

#include "models/catalog/fault_class.h"
#include "models/containment/isolation.h"
#include "models/containment/kept_answers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>
#include <xxhash.h>

struct entry {
    XXH128_hash_t fingerprint;
    struct bh_isolation *isolation;
    size_t channels;
    bool is_kept; /* a list's: from an earlier run */
    UT_hash_handle hh;
};

struct bh_isolation_cache {
    bool only_why_not, is_list, is_coarse;
    bool has_one;
    XXH128_hash_t one; /* a list's, that is computed */
    struct entry *entries;
};

struct bh_isolation_cache *bh_isolation_cache_create(void)
{
    return bh_allocate(1, sizeof(struct bh_isolation_cache));
}

struct bh_isolation_cache *bh_isolation_cache_create_coarse(void)
{
    struct bh_isolation_cache *cache = bh_isolation_cache_create();
    cache->is_coarse = true;
    return cache;
}

struct bh_isolation_cache *bh_isolation_cache_create_of_reasons(void)
{
    struct bh_isolation_cache *cache = bh_isolation_cache_create();
    cache->only_why_not = true;
    return cache;
}

bool bh_isolation_cache_is_of_reasons(const struct bh_isolation_cache *cache)
{
    return cache->only_why_not;
}

bool bh_isolation_cache_has_rates(const struct bh_isolation_cache *cache)
{
    return !cache->only_why_not && !cache->is_list;
}

static struct bh_isolation *create_empty(const struct bh_node_model *model)
{
    struct bh_isolation *isolation = bh_allocate(1, sizeof *isolation);
    isolation->tenants_count = model->tree->tenants_count;
    bh_isolation_add_rates(isolation);
    return isolation;
}

/* An isolation without rates, that says why it would not be exact. */
static struct bh_isolation *create_reason(const struct bh_node_model *model, const struct bh_fault_streams *streams)
{
    struct bh_isolation *isolation = create_empty(model);
    isolation->why_not = bh_isolation_why_not(model, streams);
    return isolation;
}

struct bh_isolation_cache *bh_isolation_cache_create_list(void)
{
    struct bh_isolation_cache *cache = bh_isolation_cache_create();
    cache->is_list = true;
    return cache;
}

size_t bh_isolation_cache_count(const struct bh_isolation_cache *cache)
{
    return HASH_COUNT(cache->entries);
}

/* uthash keeps the order in which entries came. */
static const struct entry *entry_of(const struct bh_isolation_cache *list, size_t number)
{
    const struct entry *entry = list->entries;
    for (; number > 0; number--)
        entry = entry->hh.next;
    return entry;
}

size_t bh_isolation_cache_channels(const struct bh_isolation_cache *list, size_t number)
{
    return entry_of(list, number)->channels;
}

bool bh_isolation_cache_is_kept(const struct bh_isolation_cache *list, size_t number)
{
    return entry_of(list, number)->is_kept;
}

struct bh_isolation_cache *bh_isolation_cache_create_for(const struct bh_isolation_cache *list, size_t number)
{
    struct bh_isolation_cache *cache = bh_isolation_cache_create_list();
    cache->has_one = true;
    cache->one = entry_of(list, number)->fingerprint;
    return cache;
}

static struct entry *find(const struct bh_isolation_cache *cache, XXH128_hash_t fingerprint)
{
    struct entry *entry;
    HASH_FIND(hh, cache->entries, &fingerprint, sizeof fingerprint, entry);
    return entry;
}

static struct entry *add(struct bh_isolation_cache *cache, XXH128_hash_t fingerprint, struct bh_isolation *isolation)
{
    struct entry *entry = bh_allocate(1, sizeof *entry);
    entry->fingerprint = fingerprint;
    entry->isolation = isolation;
    HASH_ADD(hh, cache->entries, fingerprint, sizeof entry->fingerprint, entry);
    return entry;
}

/* Fingerprint, isolation with its pointers void, rates, and the reason with its length. */
static void write_entry(const struct entry *entry, FILE *out)
{
    const struct bh_isolation *isolation = entry->isolation;
    size_t tenants = isolation->tenants_count, length = isolation->why_not != NULL ? strlen(isolation->why_not) + 1 : 0;
    fwrite(&entry->fingerprint, sizeof entry->fingerprint, 1, out);
    fwrite(isolation, sizeof *isolation, 1, out);
    fwrite(isolation->loss_rate, sizeof(double), tenants * BH_SCOPES, out);
    fwrite(isolation->repair_rate, sizeof(double), tenants, out);
    fwrite(isolation->software_rate, sizeof(double), tenants, out);
    fwrite(isolation->silent_rate, sizeof(double), tenants, out);
    fwrite(&length, sizeof length, 1, out);
    if (length > 0)
        fwrite(isolation->why_not, 1, length, out);
}

int bh_isolation_cache_write(const struct bh_isolation_cache *cache, FILE *out, struct bh_error *err)
{
    const struct entry *entry = find(cache, cache->one);
    if (entry == NULL)
        return bh_fail(err, BH_ERROR_SYSTEM, "an exact chain was not asked for again");
    write_entry(entry, out);
    return 0;
}

int bh_isolation_cache_take(struct bh_isolation_cache *cache, const void *bytes, size_t length, struct bh_error *err)
{
    XXH128_hash_t fingerprint;
    struct bh_isolation head, *isolation;
    size_t reason = 0;
    FILE *in = fmemopen((void *)bytes, length, "rb");
    BH_BUG_ASSERT(in != NULL);
    bool is_whole = fread(&fingerprint, sizeof fingerprint, 1, in) == 1 && fread(&head, sizeof head, 1, in) == 1;
    if (is_whole && find(cache, fingerprint) == NULL) {
        isolation = bh_allocate(1, sizeof *isolation);
        *isolation = head;
        isolation->why_not = NULL;
        bh_isolation_add_rates(isolation);
        is_whole = fread(isolation->loss_rate, sizeof(double), head.tenants_count * BH_SCOPES, in) ==
                       head.tenants_count * BH_SCOPES &&
                   fread(isolation->repair_rate, sizeof(double), head.tenants_count, in) == head.tenants_count &&
                   fread(isolation->software_rate, sizeof(double), head.tenants_count, in) == head.tenants_count &&
                   fread(isolation->silent_rate, sizeof(double), head.tenants_count, in) == head.tenants_count &&
                   fread(&reason, sizeof reason, 1, in) == 1;
        if (is_whole && reason > 0) {
            isolation->why_not = bh_allocate(reason, 1);
            is_whole = fread(isolation->why_not, 1, reason, in) == reason;
        }
        if (is_whole)
            add(cache, fingerprint, isolation);
        else
            bh_isolation_destroy(isolation);
    }
    fclose(in);
    return is_whole ? 0 : bh_fail(err, BH_ERROR_SYSTEM, "an exact chain was cut short on its way");
}

void bh_isolation_cache_destroy(struct bh_isolation_cache *cache)
{
    struct entry *entry, *next;
    if (cache == NULL)
        return;
    HASH_ITER(hh, cache->entries, entry, next)
    {
        HASH_DEL(cache->entries, entry);
        bh_isolation_destroy(entry->isolation);
        free(entry);
    }
    free(cache);
}

/* Everything the answer depends on, as numbers: a struct's padding must not take part. Of what is forgotten here, a study
 * that varies it gets the first point's answer at all points: tests/unit/containment/test_isolation_cache.c moves every
 * number. */
static void add_zones(FILE *text, const struct bh_node_model *model)
{
    const struct bh_zone_tree *tree = model->tree;
    fprintf(text, "%zu %zu %a %a %a\n", tree->zones_count, tree->tenants_count, model->again, model->flow_share[0],
            model->flow_share[1]);
    for (size_t z = 0; z < tree->zones_count; z++) {
        const struct bh_zone *zone = &tree->zones[z];
        fprintf(text, "%zu %d %d %d %d %d %d %a %a %a %d\n", zone->template_index, (int)zone->kind, zone->parent,
                zone->enclave, zone->guest, zone->process, zone->is_application, zone->memory_share, zone->cpu_share,
                model->residual[z], (int)model->disposition[z]);
        fprintf(text, "%a %a", zone->user_share, zone->driver_share);
        for (int kind = 0; kind < BH_ZONE_KINDS; kind++)
            fprintf(text, " %a", zone->kind_share[kind]);
        for (size_t r = 0; r < model->ladder[z].count; r++)
            fprintf(text, " %a %d", model->ladder[z].rung[r].holds, model->ladder[z].rung[r].top);
        for (int kind = 0; kind < BH_ERROR_KINDS; kind++) {
            const struct bh_copy_ending *ending = &model->ending[z][kind];
            fprintf(text, " %a %a %a %a\n", ending->rate, ending->masked, ending->signalled, ending->silent);
        }
    }
    for (int what = 0; what < BH_NEEDS; what++)
        for (size_t z = 0; z < tree->zones_count; z++)
            if (bh_zone_set_has(&tree->needs[what], z))
                fprintf(text, "%d %zu\n", what, z);
    for (size_t c = 0; c < tree->channels_count; c++) {
        const struct bh_crossing *crossing = &model->crossings[c];
        fprintf(text, "%zu %zu %d %a %d %a %a", crossing->from, crossing->to, (int)crossing->boundary, crossing->blocks,
                crossing->detects, crossing->corrupts, crossing->degrades);
        for (int kind = 0; kind < BH_ERROR_KINDS; kind++)
            fprintf(text, " %a", crossing->probability[kind]);
    }
}

static void add_streams(FILE *text, const struct bh_fault_streams *streams)
{
    for (size_t s = 0; s < streams->count; s++) {
        const struct bh_fault_stream *stream = &streams->stream[s];
        const struct bh_fault_class *hardware = stream->hardware;
        fprintf(text, "%d %d %d %d %zu %a %a %a %a\n", hardware ? (int)hardware->landing : -1,
                hardware ? (int)hardware->mend : -1, hardware ? bh_fault_class_is_machine_wide(hardware) : 0,
                (int)bh_fault_ending(stream), stream->zone, stream->rate, stream->event_rate, stream->instruction_share,
                stream->shared_bug);
    }
}

static XXH128_hash_t fingerprint_of(const struct bh_node_model *model, const struct bh_fault_streams *streams)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    BH_BUG_ASSERT(out != NULL);
    add_zones(out, model);
    add_streams(out, streams);
    fclose(out);
    XXH128_hash_t fingerprint = XXH3_128bits(text, length);
    free(text);
    return fingerprint;
}

static bool takes_long(const struct bh_node_model *model)
{
    return model->tree->channels_count >= BH_CHAIN_OF_MANY_CHANNELS;
}

static const void *find_kept(XXH128_hash_t fingerprint, const struct bh_node_model *model, size_t *length)
{
    return takes_long(model) ? bh_kept_answers_find(fingerprint, length) : NULL;
}

/* Of chains that take long, from what an earlier run has kept if it did, and kept for later ones if not. */
static struct entry *add_exact(struct bh_isolation_cache *cache, XXH128_hash_t fingerprint,
                               const struct bh_node_model *model, const struct bh_fault_streams *streams)
{
    struct bh_error ignored = {0};
    size_t length = 0;
    const void *kept = find_kept(fingerprint, model, &length);
    if (kept != NULL && bh_isolation_cache_take(cache, kept, length, &ignored) == 0)
        return find(cache, fingerprint);
    struct entry *entry = add(cache, fingerprint, bh_isolation_create(model, streams));
    if (takes_long(model)) {
        char *bytes = NULL;
        FILE *out = open_memstream(&bytes, &length);
        BH_BUG_ASSERT(out != NULL);
        write_entry(entry, out);
        fclose(out);
        bh_kept_answers_add(fingerprint, bytes, length);
        free(bytes);
    }
    return entry;
}

const struct bh_isolation *bh_isolation_cache_find(struct bh_isolation_cache *cache, const struct bh_node_model *model,
                                                   const struct bh_fault_streams *streams)
{
    XXH128_hash_t fingerprint = fingerprint_of(model, streams);
    struct entry *entry = find(cache, fingerprint);
    if (entry != NULL)
        return entry->isolation;
    size_t length;
    bool is_one = cache->has_one && memcmp(&cache->one, &fingerprint, sizeof fingerprint) == 0;
    if (cache->only_why_not)
        entry = add(cache, fingerprint, create_reason(model, streams));
    else if (cache->is_list && !is_one) {
        entry = add(cache, fingerprint, create_empty(model));
        entry->is_kept = find_kept(fingerprint, model, &length) != NULL;
    } else if (cache->is_coarse)
        entry = add(cache, fingerprint, bh_isolation_create_coarse(model, streams));
    else
        entry = add_exact(cache, fingerprint, model, streams);
    entry->channels = model->tree->channels_count;
    return entry->isolation;
}
