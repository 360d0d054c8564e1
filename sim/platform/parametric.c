/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A machine of any size from a page of numbers: dragonfly groups of cabinets, and storage that grows by a law. */
#include "models/base/quantity.h"
#include "models/document/document.h"
#include "models/document/document_get.h"
#include "models/document/document_read.h"
#include "sim/platform/parts.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Loading time grows with hosts, and with groups squared (a route between each two). Wide hosts also need fewer flows to
 * keep storage busy: at 2^20 nodes a host stands for 2,048 of them, and one flow will do. */
#define HOSTS_MOST  UINT64_C(512)
#define GROUPS_MOST UINT64_C(64)
/* Each storage host has a route from every group, and each disk takes part in every transfer. No machine has more. */
#define STORAGE_HOSTS_MOST UINT64_C(1024)
#define DISKS_MOST         UINT64_C(65536)

struct description {
    uint64_t nodes_least, nodes_most;
    double nodes_per_cabinet, cabinets_per_group;
    double node_speed;       /* flop/s */
    double node_bandwidth;   /* bytes/s into the network */
    double latency_s;        /* one way, between nodes of different groups */
    double global_bandwidth; /* bytes/s between a full group and the rest of the machine, storage included */
    double storage_hosts, disks_per_host;
    /* All storage hosts together write B(N) = bandwidth (N / at_nodes)^exponent bytes/s. */
    double at_nodes, bandwidth, exponent;
    double read_per_write; /* read bandwidth over write bandwidth */
};

/* --- Reading the description --------------------------------------------------------------------------------------- */

/* FLOPS and COUNT are no dimensions of quantity.h. */
enum { FLOPS = 100, COUNT };

struct number {
    const char *path;
    int dimension;
    size_t offset;
};
#define NUMBER(path, dimension, field)                                                                                 \
    {                                                                                                                  \
        path, dimension, offsetof(struct description, field)                                                           \
    }
static const struct number numbers[] = {
    NUMBER("nodes-per-cabinet", COUNT, nodes_per_cabinet),
    NUMBER("cabinets-per-group", COUNT, cabinets_per_group),
    NUMBER("node-speed", FLOPS, node_speed),
    NUMBER("node-bandwidth", BH_DIMENSION_BANDWIDTH, node_bandwidth),
    NUMBER("latency", BH_DIMENSION_TIME, latency_s),
    NUMBER("global-bandwidth", BH_DIMENSION_BANDWIDTH, global_bandwidth),
    NUMBER("storage.hosts", COUNT, storage_hosts),
    NUMBER("storage.disks", COUNT, disks_per_host),
    NUMBER("storage.bandwidth-law.at-nodes", COUNT, at_nodes),
    NUMBER("storage.bandwidth-law.bandwidth", BH_DIMENSION_BANDWIDTH, bandwidth),
    NUMBER("storage.bandwidth-law.exponent", BH_DIMENSION_FACTOR, exponent),
    NUMBER("storage.read-per-write", BH_DIMENSION_FACTOR, read_per_write),
};
enum { NUMBERS = sizeof numbers / sizeof numbers[0] };

static int read_value(const struct bh_node *node, const char *unit, int dimension, double *value, struct bh_error *err)
{
    uint64_t count;
    if (dimension == COUNT) {
        if (bh_node_count_value(node, 1, BH_NODES_PER_HOST_MOST, &count, err) != 0)
            return -1;
        *value = (double)count;
        return 0;
    }
    if (dimension == FLOPS) {
        if (!unit || strcmp(unit, "flop/s") != 0)
            return bh_fail_at(err, bh_node_place(node), "unit is %s, expected flop/s", unit ? unit : "missing");
        unit = NULL;
        dimension = BH_DIMENSION_FACTOR;
    }
    const char *text = bh_node_text(node, err);
    struct bh_error why = {0};
    if (!text)
        return -1;
    if (bh_quantity_parse(text, unit, (enum bh_dimension)dimension, value, &why) != 0)
        return bh_fail_at(err, bh_node_place(node), "%s", why.text);
    return 0;
}

/* {value, unit, status, range, source}, as in models/data: assumed numbers have a range, and all have a source. */
static int read_number(const struct bh_node *root, const struct number *number, struct description *description,
                       struct bh_error *err)
{
    static const char *const keys[] = {"value", "unit", "status", "range", "source", NULL};
    static const char *const statuses[] = {"published", "computed", "assumed", NULL};
    const struct bh_node *node = bh_node_find_path(root, number->path);
    if (!node)
        return bh_fail_at(err, bh_node_place(root), "missing key %s", number->path);
    if (bh_node_expect(node, BH_NODE_MAP, number->path, err) != 0 || bh_node_check_keys(node, keys, err) != 0)
        return -1;
    const struct bh_node *value_node = bh_node_need(node, "value", err), *unit_node = bh_node_find(node, "unit");
    const struct bh_node *status = bh_node_need(node, "status", err), *range = bh_node_find(node, "range");
    const struct bh_node *source = bh_node_need(node, "source", err);
    if (!value_node || !status || !source || !bh_node_text(source, err))
        return -1;
    int chosen = bh_node_choice(status, statuses, "status", err);
    const char *unit = unit_node ? bh_node_text(unit_node, err) : NULL;
    if (chosen < 0 || (unit_node && !unit))
        return -1;
    if ((chosen == 2) != (range != NULL))
        return bh_fail_at(err, bh_node_place(node), "%s: %s", number->path,
                          range ? "only an assumed number has a range"
                                : "an assumed number needs a range: [LOW, HIGH]");
    double *value = (double *)((char *)description + number->offset), ends[2];
    if (read_value(value_node, unit, number->dimension, value, err) != 0)
        return -1;
    if (number->offset != offsetof(struct description, exponent) &&
        number->offset != offsetof(struct description, latency_s) && !(*value > 0))
        return bh_fail_at(err, bh_node_place(value_node), "%s is 0, expected more", number->path);
    if (!range)
        return 0;
    if (bh_node_expect(range, BH_NODE_LIST, "range", err) != 0)
        return -1;
    if (bh_node_count(range) != 2)
        return bh_fail_at(err, bh_node_place(range), "a range has %zu values, expected [LOW, HIGH]",
                          bh_node_count(range));
    for (size_t i = 0; i < 2; i++)
        if (read_value(bh_node_item(range, i), unit, number->dimension, &ends[i], err) != 0)
            return -1;
    if (*value < ends[0] || *value > ends[1])
        return bh_fail_at(err, bh_node_place(value_node), "%s lies outside its range", number->path);
    return 0;
}

static int check_keys(const struct bh_node *root, struct bh_error *err)
{
    static const char *const top[] = {"machine",           "title",
                                      "description",       "nodes",
                                      "nodes-per-cabinet", "cabinets-per-group",
                                      "node-speed",        "node-bandwidth",
                                      "latency",           "global-bandwidth",
                                      "storage",           NULL};
    static const char *const storage_keys[] = {"hosts", "disks", "bandwidth-law", "read-per-write", NULL};
    static const char *const law_keys[] = {"at-nodes", "bandwidth", "exponent", NULL};
    static const char *const nodes_keys[] = {"least", "most", NULL};
    static const char *const machines[] = {"parametric", NULL};
    if (bh_node_expect(root, BH_NODE_MAP, "a machine", err) != 0 || bh_node_check_keys(root, top, err) != 0)
        return -1;
    const struct bh_node *machine = bh_node_need(root, "machine", err), *nodes = bh_node_need(root, "nodes", err);
    const struct bh_node *storage = bh_node_need(root, "storage", err);
    if (!machine || !nodes || !storage || bh_node_choice(machine, machines, "machine", err) < 0 ||
        bh_node_expect(nodes, BH_NODE_MAP, "nodes", err) != 0 || bh_node_check_keys(nodes, nodes_keys, err) != 0 ||
        bh_node_expect(storage, BH_NODE_MAP, "storage", err) != 0 ||
        bh_node_check_keys(storage, storage_keys, err) != 0)
        return -1;
    const struct bh_node *law = bh_node_need(storage, "bandwidth-law", err);
    return !law || bh_node_expect(law, BH_NODE_MAP, "bandwidth-law", err) != 0 ? -1
                                                                               : bh_node_check_keys(law, law_keys, err);
}

/* What is written and loaded grows with these. */
static int check_storage(const struct bh_node *root, const struct description *description, struct bh_error *err)
{
    uint64_t hosts = (uint64_t)description->storage_hosts, disks = (uint64_t)description->disks_per_host;
    if (hosts > STORAGE_HOSTS_MOST)
        return bh_node_fail(bh_node_find_path(root, "storage.hosts.value"), err,
                            "found %llu storage hosts; expected at most %llu", (unsigned long long)hosts,
                            (unsigned long long)STORAGE_HOSTS_MOST);
    if (disks > DISKS_MOST / hosts)
        return bh_node_fail(bh_node_find_path(root, "storage.disks.value"), err,
                            "found %llu disks on each of %llu storage hosts; expected at most %llu in all",
                            (unsigned long long)disks, (unsigned long long)hosts, (unsigned long long)DISKS_MOST);
    return 0;
}

static int read_description(const struct bh_node *root, struct description *description, struct bh_error *err)
{
    if (check_keys(root, err) != 0)
        return -1;
    const struct bh_node *nodes = bh_node_find(root, "nodes");
    const struct bh_node *least = bh_node_need(nodes, "least", err), *most = bh_node_need(nodes, "most", err);
    if (!least || !most || bh_node_count_value(least, 1, BH_NODES_PER_HOST_MOST, &description->nodes_least, err) != 0 ||
        bh_node_count_value(most, description->nodes_least, BH_NODES_PER_HOST_MOST, &description->nodes_most, err) != 0)
        return -1;
    for (size_t i = 0; i < NUMBERS; i++)
        if (read_number(root, &numbers[i], description, err) != 0)
            return -1;
    return check_storage(root, description, err);
}

/* --- Writing the machine ------------------------------------------------------------------------------------------- */

/* Groups of equal hosts; a last host of fewer nodes is a group of its own, since a cluster's hosts are all alike. */
struct layout {
    uint64_t nodes_per_host, hosts_per_group, full_hosts, rest, groups;
};

static struct layout lay_out(const struct description *description, uint64_t nodes)
{
    uint64_t per_host = (uint64_t)description->nodes_per_cabinet;
    if (nodes <= per_host)
        per_host = (nodes + 1) / 2; /* two hosts, so that there is a way between nodes */
    while (nodes / per_host > HOSTS_MOST)
        per_host *= 2;
    struct layout layout = {.nodes_per_host = per_host, .full_hosts = nodes / per_host, .rest = nodes % per_host};
    double cabinets_per_host = fmax(1, (double)per_host / description->nodes_per_cabinet);
    uint64_t usual = (uint64_t)fmax(1, round(description->cabinets_per_group / cabinets_per_host));
    uint64_t least = (layout.full_hosts + GROUPS_MOST - 1) / GROUPS_MOST;
    layout.hosts_per_group = usual > least ? usual : least;
    layout.groups = (layout.full_hosts + layout.hosts_per_group - 1) / layout.hosts_per_group + (layout.rest > 0);
    return layout;
}

/* A group's global links shrink with its share of a full group, so that nodes of every size of machine get the same. */
static void write_group(FILE *out, const struct description *description, const struct layout *layout, uint64_t group)
{
    bool is_rest = layout->rest > 0 && group == layout->groups - 1;
    uint64_t begin = group * layout->hosts_per_group, left = layout->full_hosts - begin;
    uint64_t hosts = is_rest ? 1 : left < layout->hosts_per_group ? left : layout->hosts_per_group;
    uint64_t nodes = is_rest ? layout->rest : layout->nodes_per_host;
    double share = (double)(hosts * nodes) / (description->nodes_per_cabinet * description->cabinets_per_group);
    fprintf(out,
            "<cluster id=\"g%llu\" prefix=\"g%llu-\" suffix=\"\" radical=\"0-%llu\" speed=\"%.17gf\" bw=\"%.17gBps\" "
            "lat=\"%.17gs\"><prop id=\"bulkhead:nodes\" value=\"%llu\"/></cluster>\n",
            (unsigned long long)group, (unsigned long long)group, (unsigned long long)hosts - 1,
            description->node_speed * (double)nodes, description->node_bandwidth * (double)nodes,
            description->latency_s / 4, (unsigned long long)nodes);
    fprintf(out, "<link id=\"global%llu\" bandwidth=\"%.17gBps\" latency=\"%.17gs\"/>\n", (unsigned long long)group,
            description->global_bandwidth * share, description->latency_s / 4);
}

static void write_storage(FILE *out, const struct description *description, uint64_t nodes)
{
    uint64_t hosts = (uint64_t)description->storage_hosts, disks = (uint64_t)description->disks_per_host;
    double machine = description->bandwidth * pow((double)nodes / description->at_nodes, description->exponent);
    double host = machine / (double)hosts, disk = host / (double)disks;
    for (uint64_t s = 0; s < hosts; s++) {
        fprintf(out, "<zone id=\"s%llu\" routing=\"Full\"><host id=\"storage%llu\" speed=\"1Gf\">\n",
                (unsigned long long)s, (unsigned long long)s);
        for (uint64_t d = 0; d < disks; d++)
            fprintf(out, "<disk id=\"disk%llu\" read_bw=\"%.17gBps\" write_bw=\"%.17gBps\"/>\n", (unsigned long long)d,
                    disk * description->read_per_write, disk);
        fprintf(out,
                "<prop id=\"bulkhead:role\" value=\"storage\"/></host></zone>\n"
                "<link id=\"storage%llu\" bandwidth=\"%.17gBps\" latency=\"%.17gs\"/>\n",
                (unsigned long long)s, host * fmax(1, description->read_per_write), description->latency_s / 4);
    }
}

static void write_routes(FILE *out, const struct description *description, const struct layout *layout)
{
    for (uint64_t g = 0; g < layout->groups; g++) {
        for (uint64_t h = 0; h < g; h++)
            fprintf(
                out,
                "<zoneRoute src=\"g%llu\" dst=\"g%llu\" gw_src=\"g%llu-g%llu_router\" gw_dst=\"g%llu-g%llu_router\">"
                "<link_ctn id=\"global%llu\"/><link_ctn id=\"global%llu\"/></zoneRoute>\n",
                (unsigned long long)h, (unsigned long long)g, (unsigned long long)h, (unsigned long long)h,
                (unsigned long long)g, (unsigned long long)g, (unsigned long long)h, (unsigned long long)g);
        for (uint64_t s = 0; s < (uint64_t)description->storage_hosts; s++)
            fprintf(out,
                    "<zoneRoute src=\"g%llu\" dst=\"s%llu\" gw_src=\"g%llu-g%llu_router\" gw_dst=\"storage%llu\">"
                    "<link_ctn id=\"global%llu\"/><link_ctn id=\"storage%llu\"/></zoneRoute>\n",
                    (unsigned long long)g, (unsigned long long)s, (unsigned long long)g, (unsigned long long)g,
                    (unsigned long long)s, (unsigned long long)g, (unsigned long long)s);
    }
}

static void write_machine(FILE *out, const struct description *description, uint64_t nodes)
{
    struct layout layout = lay_out(description, nodes);
    fputs("<?xml version=\"1.0\"?>\n<!DOCTYPE platform SYSTEM \"https://simgrid.org/simgrid.dtd\">\n"
          "<platform version=\"4.1\">\n<zone id=\"machine\" routing=\"Full\">\n",
          out);
    for (uint64_t g = 0; g < layout.groups; g++)
        write_group(out, description, &layout, g);
    write_storage(out, description, nodes);
    write_routes(out, description, &layout);
    fputs("</zone>\n</platform>\n", out);
}

static char *write_file(const struct description *description, uint64_t nodes, struct bh_error *err)
{
    const char *directory = getenv("TMPDIR");
    char *path = bh_print_text("%s/bulkhead-XXXXXX.xml", directory && *directory ? directory : "/tmp");
    int descriptor = mkstemps(path, 4);
    FILE *out = descriptor < 0 ? NULL : fdopen(descriptor, "w");
    if (!out) {
        bh_fail(err, BH_ERROR_SYSTEM, "cannot write the temporary file %s: %s", path, strerror(errno));
        if (descriptor >= 0) {
            close(descriptor);
            unlink(path);
        }
        free(path);
        return NULL;
    }
    write_machine(out, description, nodes);
    bool failed = ferror(out) != 0;
    if (fclose(out) == 0 && !failed)
        return path;
    bh_fail(err, BH_ERROR_SYSTEM, "cannot write the temporary file %s: %s", path, strerror(errno));
    unlink(path);
    free(path);
    return NULL;
}

char *bh_platform_write_parametric(const char *path, uint64_t nodes, struct bh_place place, struct bh_error *err)
{
    struct bh_document *document = bh_document_read(path, err);
    struct description description = {0};
    char *written = NULL;
    if (!document || read_description(bh_document_root(document), &description, err) != 0)
        goto out;
    if (nodes < description.nodes_least || nodes > description.nodes_most) {
        bh_fail_at(err, place, "%llu nodes asked for, but %s describes machines of %llu to %llu nodes",
                   (unsigned long long)nodes, path, (unsigned long long)description.nodes_least,
                   (unsigned long long)description.nodes_most);
        goto out;
    }
    written = write_file(&description, nodes, err);
out:
    bh_document_destroy(document);
    return written;
}
