/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A machine of any size from a page of numbers: dragonfly groups of cabinets, and storage that grows by a law. */
#include "sim/platform/parametric.h"

#include "models/catalog/machine.h"
#include "sim/platform/parts.h"
#include "sim/platform/platform.h"

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

/* Groups of equal hosts; a last host of fewer nodes is a group of its own, since a cluster's hosts are all alike. */
struct layout {
    uint64_t nodes_per_host, hosts_per_group, full_hosts, rest, groups;
};

static struct layout lay_out(const struct bh_machine *machine, uint64_t nodes)
{
    uint64_t per_host = (uint64_t)machine->nodes_per_cabinet.value;
    if (nodes <= per_host)
        per_host = (nodes + 1) / 2; /* two hosts, so that there is a way between nodes */
    while (nodes / per_host > HOSTS_MOST)
        per_host *= 2;
    struct layout layout = {.nodes_per_host = per_host, .full_hosts = nodes / per_host, .rest = nodes % per_host};
    double cabinets_per_host = fmax(1, (double)per_host / machine->nodes_per_cabinet.value);
    uint64_t usual = (uint64_t)fmax(1, round(machine->cabinets_per_group.value / cabinets_per_host));
    uint64_t least = (layout.full_hosts + GROUPS_MOST - 1) / GROUPS_MOST;
    layout.hosts_per_group = usual > least ? usual : least;
    layout.groups = (layout.full_hosts + layout.hosts_per_group - 1) / layout.hosts_per_group + (layout.rest > 0);
    return layout;
}

/* A group: its hosts, of so many nodes each, their links and its own. */
struct group {
    uint64_t hosts, nodes;
    double speed, link, global; /* of a host, flop/s and bytes/s; bytes/s */
};

/* A group's global links shrink with its share of a full group, so that nodes of every size of machine get the same. */
static struct group find_group(const struct bh_machine *machine, const struct layout *layout, uint64_t number)
{
    bool is_rest = layout->rest > 0 && number == layout->groups - 1;
    uint64_t begin = number * layout->hosts_per_group, left = layout->full_hosts - begin;
    struct group group = {.hosts = is_rest                          ? 1
                                   : left < layout->hosts_per_group ? left
                                                                    : layout->hosts_per_group,
                          .nodes = is_rest ? layout->rest : layout->nodes_per_host};
    double share =
        (double)(group.hosts * group.nodes) / (machine->nodes_per_cabinet.value * machine->cabinets_per_group.value);
    group.speed = machine->node_speed.value * (double)group.nodes;
    group.link = machine->node_bandwidth.value * (double)group.nodes;
    group.global = machine->global_bandwidth.value * share;
    return group;
}

/* Storage hosts, their disks, and the link to each, bytes/s. */
struct storage {
    uint64_t hosts, disks;
    double disk_writes, disk_reads, link;
};

static struct storage find_storage(const struct bh_machine *machine, uint64_t nodes)
{
    struct storage storage = {.hosts = (uint64_t)machine->storage_hosts.value,
                              .disks = (uint64_t)machine->disks_per_host.value};
    double all = machine->bandwidth.value * pow((double)nodes / machine->at_nodes.value, machine->exponent.value);
    double host = all / (double)storage.hosts;
    storage.disk_writes = host / (double)storage.disks;
    storage.disk_reads = storage.disk_writes * machine->read_per_write.value;
    storage.link = host * fmax(1, machine->read_per_write.value);
    return storage;
}

static void write_group(FILE *out, const struct bh_machine *machine, const struct layout *layout, uint64_t number)
{
    struct group group = find_group(machine, layout, number);
    fprintf(out,
            "<cluster id=\"g%llu\" prefix=\"g%llu-\" suffix=\"\" radical=\"0-%llu\" speed=\"%.17gf\" bw=\"%.17gBps\" "
            "lat=\"%.17gs\"><prop id=\"bulkhead:nodes\" value=\"%llu\"/></cluster>\n",
            (unsigned long long)number, (unsigned long long)number, (unsigned long long)group.hosts - 1, group.speed,
            group.link, machine->latency_s.value / 4, (unsigned long long)group.nodes);
    fprintf(out, "<link id=\"global%llu\" bandwidth=\"%.17gBps\" latency=\"%.17gs\"/>\n", (unsigned long long)number,
            group.global, machine->latency_s.value / 4);
}

static void write_storage(FILE *out, const struct bh_machine *machine, uint64_t nodes)
{
    struct storage storage = find_storage(machine, nodes);
    for (uint64_t s = 0; s < storage.hosts; s++) {
        fprintf(out, "<zone id=\"s%llu\" routing=\"Full\"><host id=\"storage%llu\" speed=\"1Gf\">\n",
                (unsigned long long)s, (unsigned long long)s);
        for (uint64_t d = 0; d < storage.disks; d++)
            fprintf(out, "<disk id=\"disk%llu\" read_bw=\"%.17gBps\" write_bw=\"%.17gBps\"/>\n", (unsigned long long)d,
                    storage.disk_reads, storage.disk_writes);
        fprintf(out,
                "<prop id=\"bulkhead:role\" value=\"storage\"/></host></zone>\n"
                "<link id=\"storage%llu\" bandwidth=\"%.17gBps\" latency=\"%.17gs\"/>\n",
                (unsigned long long)s, storage.link, machine->latency_s.value / 4);
    }
}

static void write_routes(FILE *out, const struct bh_machine *machine, const struct layout *layout)
{
    for (uint64_t g = 0; g < layout->groups; g++) {
        for (uint64_t h = 0; h < g; h++)
            fprintf(
                out,
                "<zoneRoute src=\"g%llu\" dst=\"g%llu\" gw_src=\"g%llu-g%llu_router\" gw_dst=\"g%llu-g%llu_router\">"
                "<link_ctn id=\"global%llu\"/><link_ctn id=\"global%llu\"/></zoneRoute>\n",
                (unsigned long long)h, (unsigned long long)g, (unsigned long long)h, (unsigned long long)h,
                (unsigned long long)g, (unsigned long long)g, (unsigned long long)h, (unsigned long long)g);
        for (uint64_t s = 0; s < (uint64_t)machine->storage_hosts.value; s++)
            fprintf(out,
                    "<zoneRoute src=\"g%llu\" dst=\"s%llu\" gw_src=\"g%llu-g%llu_router\" gw_dst=\"storage%llu\">"
                    "<link_ctn id=\"global%llu\"/><link_ctn id=\"storage%llu\"/></zoneRoute>\n",
                    (unsigned long long)g, (unsigned long long)s, (unsigned long long)g, (unsigned long long)g,
                    (unsigned long long)s, (unsigned long long)g, (unsigned long long)s);
    }
}

static void write_machine(FILE *out, const struct bh_machine *machine, uint64_t nodes)
{
    struct layout layout = lay_out(machine, nodes);
    fputs("<?xml version=\"1.0\"?>\n<!DOCTYPE platform SYSTEM \"https://simgrid.org/simgrid.dtd\">\n"
          "<platform version=\"4.1\">\n<zone id=\"machine\" routing=\"Full\">\n",
          out);
    for (uint64_t g = 0; g < layout.groups; g++)
        write_group(out, machine, &layout, g);
    write_storage(out, machine, nodes);
    write_routes(out, machine, &layout);
    fputs("</zone>\n</platform>\n", out);
}

/* --- What a probe would find in it --------------------------------------------------------------------------------- */

static bool is_positive(double value)
{
    return value > 0 && isfinite(value);
}

/* Of a route over so many links, added one by one as a probe does. */
static double latency_of(const struct bh_machine *machine, int links)
{
    double sum = 0.0;
    for (int i = 0; i < links; i++)
        sum += machine->latency_s.value / 4;
    return sum;
}

/* The way from each group: to its last host, to any other group. */
static bool add_group(const struct bh_machine *machine, const struct layout *layout, uint64_t number,
                      struct bh_platform_facts *facts)
{
    struct group group = find_group(machine, layout, number);
    bool has_others = layout->groups > 1;
    facts->hosts += group.hosts;
    facts->nodes += group.hosts * group.nodes;
    if (group.hosts > 1)
        facts->latency_s = fmax(facts->latency_s, latency_of(machine, 2));
    if (has_others)
        facts->latency_s = fmax(facts->latency_s, latency_of(machine, 4));
    facts->node_bandwidth = fmin(facts->node_bandwidth, group.link / (double)group.nodes);
    facts->host_bandwidth = fmin(facts->host_bandwidth, fmin(group.link, group.global));
    if (group.hosts == 1 && !has_others) /* the way to storage is the only one */
        facts->latency_s = latency_of(machine, 3);
    return is_positive(group.speed) && is_positive(group.link) && is_positive(group.global);
}

static bool add_storage(const struct bh_machine *machine, const struct layout *layout, uint64_t nodes,
                        struct bh_platform_facts *facts)
{
    struct storage storage = find_storage(machine, nodes);
    struct group first = find_group(machine, layout, 0);
    double writes = 0.0, reads = 0.0, links = storage.link; /* that all hosts' ways have in common */
    if (layout->groups == 1)
        links = fmin(links, first.hosts == 1 ? fmin(first.link, first.global) : first.global);
    for (uint64_t d = 0; d < storage.disks; d++) {
        writes += storage.disk_writes;
        reads += storage.disk_reads;
    }
    for (uint64_t s = 0; s < storage.hosts; s++) {
        facts->storage_write_bandwidth += fmin(links, writes);
        facts->storage_read_bandwidth += fmin(links, reads);
    }
    facts->storage_hosts = storage.hosts;
    facts->host_bandwidth = storage.hosts > 0 ? fmin(facts->host_bandwidth, storage.link) : 0.0;
    return storage.hosts == 0 ||
           (is_positive(storage.link) && is_positive(storage.disk_writes) && is_positive(storage.disk_reads));
}

bool bh_platform_parametric_facts(const struct bh_machine *machine, uint64_t nodes, struct bh_platform_facts *facts)
{
    *facts = (struct bh_platform_facts){.node_bandwidth = INFINITY, .host_bandwidth = INFINITY};
    if (nodes < machine->nodes_least || nodes > machine->nodes_most || !(machine->latency_s.value >= 0.0) ||
        isinf(machine->latency_s.value))
        return false;
    struct layout layout = lay_out(machine, nodes);
    bool is_sound = true;
    for (uint64_t g = 0; g < layout.groups; g++)
        is_sound = add_group(machine, &layout, g, facts) && is_sound;
    return add_storage(machine, &layout, nodes, facts) && is_sound;
}

/* --- As a file ----------------------------------------------------------------------------------------------------- */

static char *write_file(const struct bh_machine *machine, uint64_t nodes, struct bh_error *err)
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
    write_machine(out, machine, nodes);
    bool failed = ferror(out) != 0;
    if (fclose(out) == 0 && !failed)
        return path;
    bh_fail(err, BH_ERROR_SYSTEM, "cannot write the temporary file %s: %s", path, strerror(errno));
    unlink(path);
    free(path);
    return NULL;
}

char *bh_platform_write_parametric(const struct bh_machine *machine, const char *path, uint64_t nodes,
                                   struct bh_place place, struct bh_error *err)
{
    if (nodes >= machine->nodes_least && nodes <= machine->nodes_most)
        return write_file(machine, nodes, err);
    bh_fail_at(err, place, "%llu nodes asked for, but %s describes machines of %llu to %llu nodes",
               (unsigned long long)nodes, path, (unsigned long long)machine->nodes_least,
               (unsigned long long)machine->nodes_most);
    return NULL;
}
