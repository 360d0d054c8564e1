/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A machine of any size from a page of numbers: dragonfly groups of cabinets, and storage that grows by a law. */
#include "models/catalog/machine.h"
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

/* A group's global links shrink with its share of a full group, so that nodes of every size of machine get the same. */
static void write_group(FILE *out, const struct bh_machine *machine, const struct layout *layout, uint64_t group)
{
    bool is_rest = layout->rest > 0 && group == layout->groups - 1;
    uint64_t begin = group * layout->hosts_per_group, left = layout->full_hosts - begin;
    uint64_t hosts = is_rest ? 1 : left < layout->hosts_per_group ? left : layout->hosts_per_group;
    uint64_t nodes = is_rest ? layout->rest : layout->nodes_per_host;
    double share = (double)(hosts * nodes) / (machine->nodes_per_cabinet.value * machine->cabinets_per_group.value);
    fprintf(out,
            "<cluster id=\"g%llu\" prefix=\"g%llu-\" suffix=\"\" radical=\"0-%llu\" speed=\"%.17gf\" bw=\"%.17gBps\" "
            "lat=\"%.17gs\"><prop id=\"bulkhead:nodes\" value=\"%llu\"/></cluster>\n",
            (unsigned long long)group, (unsigned long long)group, (unsigned long long)hosts - 1,
            machine->node_speed.value * (double)nodes, machine->node_bandwidth.value * (double)nodes,
            machine->latency_s.value / 4, (unsigned long long)nodes);
    fprintf(out, "<link id=\"global%llu\" bandwidth=\"%.17gBps\" latency=\"%.17gs\"/>\n", (unsigned long long)group,
            machine->global_bandwidth.value * share, machine->latency_s.value / 4);
}

static void write_storage(FILE *out, const struct bh_machine *machine, uint64_t nodes)
{
    uint64_t hosts = (uint64_t)machine->storage_hosts.value, disks = (uint64_t)machine->disks_per_host.value;
    double all = machine->bandwidth.value * pow((double)nodes / machine->at_nodes.value, machine->exponent.value);
    double host = all / (double)hosts, disk = host / (double)disks;
    for (uint64_t s = 0; s < hosts; s++) {
        fprintf(out, "<zone id=\"s%llu\" routing=\"Full\"><host id=\"storage%llu\" speed=\"1Gf\">\n",
                (unsigned long long)s, (unsigned long long)s);
        for (uint64_t d = 0; d < disks; d++)
            fprintf(out, "<disk id=\"disk%llu\" read_bw=\"%.17gBps\" write_bw=\"%.17gBps\"/>\n", (unsigned long long)d,
                    disk * machine->read_per_write.value, disk);
        fprintf(out,
                "<prop id=\"bulkhead:role\" value=\"storage\"/></host></zone>\n"
                "<link id=\"storage%llu\" bandwidth=\"%.17gBps\" latency=\"%.17gs\"/>\n",
                (unsigned long long)s, host * fmax(1, machine->read_per_write.value), machine->latency_s.value / 4);
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
