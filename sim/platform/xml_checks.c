/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Looks at a platform's XML: where a host stands, and for mistakes that SimGrid accepts and a run pays for. */
#include "sim/platform/parts.h"
#include "sim/platform/xml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_tag(const struct bh_xml_tag *tag, const char *name)
{
    return strcmp(tag->name, name) == 0;
}

static bool has(const struct bh_xml_tag *tag, const char *attribute, const char *value)
{
    const char *found = bh_xml_attribute(tag, attribute);
    return found && strcmp(found, value) == 0;
}

/* A cluster names its hosts PREFIX NUMBER SUFFIX. */
static bool is_of_cluster(const char *host, const char *prefix, const char *suffix)
{
    size_t before = strlen(prefix), after = strlen(suffix), length = strlen(host);
    if (length <= before + after || strncmp(host, prefix, before) != 0 || strcmp(host + length - after, suffix) != 0)
        return false;
    return strspn(host + before, "0123456789") >= length - before - after;
}

/* --- Where a host stands ------------------------------------------------------------------------------------------- */

struct search {
    const char *host;
    struct bh_place place;
};

static int find(void *data, const struct bh_xml_tag *tag)
{
    struct search *search = data;
    const char *prefix = bh_xml_attribute(tag, "prefix"), *suffix = bh_xml_attribute(tag, "suffix");
    bool is_cluster = is_tag(tag, "cluster") && prefix && suffix;
    if (!(is_tag(tag, "host") && has(tag, "id", search->host)) &&
        !(is_cluster && is_of_cluster(search->host, prefix, suffix)))
        return 0;
    search->place = tag->place;
    return 1;
}

struct bh_place bh_platform_find_host(const char *xml, const char *host)
{
    struct search search = {host, {.file = xml}};
    bh_xml_read(xml, find, &search, NULL);
    return search.place;
}

struct bh_place bh_platform_place(const char *xml, unsigned line)
{
    return (struct bh_place){.file = xml, .line = line, .column = line ? 1 : 0};
}

/* --- Mistakes that SimGrid accepts --------------------------------------------------------------------------------- */

/* The clusters so far that have more than one host. */
struct checks {
    size_t clusters_count;
    struct cluster {
        char *prefix, *suffix;
    } * clusters;
    struct bh_error *err;
};

static void note_cluster(struct checks *checks, const struct bh_xml_tag *tag)
{
    const char *prefix = bh_xml_attribute(tag, "prefix"), *suffix = bh_xml_attribute(tag, "suffix");
    const char *radical = bh_xml_attribute(tag, "radical");
    if (!prefix || !suffix || (radical && !strpbrk(radical, "-,")))
        return;
    checks->clusters = bh_reallocate(checks->clusters, checks->clusters_count + 1, sizeof *checks->clusters);
    checks->clusters[checks->clusters_count++] = (struct cluster){bh_copy_text(prefix), bh_copy_text(suffix)};
}

/* DRAGONFLY's "groups,links;chassis,links;routers,links;nodes": SimGrid 3.32 wires one router of a chassis to each
 * group, and reads past the chassis if there are more groups than that. */
static int check_dragonfly(const struct bh_xml_tag *tag, struct bh_error *err)
{
    const char *parameters = bh_xml_attribute(tag, "topo_parameters");
    unsigned groups, chassis, routers, unused;
    if (!has(tag, "topology", "DRAGONFLY") || !parameters ||
        sscanf(parameters, "%u,%u;%u,%u;%u", &groups, &unused, &chassis, &unused, &routers) != 5 || groups <= routers)
        return 0;
    return bh_fail_at(err, tag->place,
                      "a DRAGONFLY cluster with more groups than routers per chassis crashes SimGrid 3.32; expected "
                      "groups <= routers, or one flat <cluster> per group as in platforms/README.md");
}

/* A route between zones that goes through a compute host of a cluster squeezes all traffic through that host's link. */
static int check_gateways(const struct checks *checks, const struct bh_xml_tag *route)
{
    static const char *const ends[] = {"gw_src", "gw_dst"};
    for (size_t i = 0; i < 2; i++) {
        const char *gateway = bh_xml_attribute(route, ends[i]);
        if (!gateway || strstr(gateway, "_router"))
            continue;
        for (size_t c = 0; c < checks->clusters_count; c++)
            if (is_of_cluster(gateway, checks->clusters[c].prefix, checks->clusters[c].suffix))
                return bh_fail_at(checks->err, route->place,
                                  "%s=\"%s\" is a compute host, so all traffic of its zone would pass through that "
                                  "host's link; expected the router of a flat <cluster> (PREFIX + ID + _router + "
                                  "SUFFIX), see platforms/README.md",
                                  ends[i], gateway);
    }
    return 0;
}

/* Faults are Bulkhead's own business: SimGrid's would end transfers behind its back. */
static int check_profiles(const struct bh_xml_tag *tag, struct bh_error *err)
{
    static const char *const profiles[] = {"state_file", "availability_file", "bandwidth_file", "latency_file"};
    for (size_t i = 0; i < BH_COUNT(profiles); i++) {
        const char *value = bh_xml_attribute(tag, profiles[i]);
        if (value && value[0])
            return bh_fail_at(err, tag->place,
                              "%s=\"%s\": profiles of failing or varying resources are not supported; faults belong "
                              "into the scenario",
                              profiles[i], value);
    }
    return 0;
}

static int check(void *data, const struct bh_xml_tag *tag)
{
    struct checks *checks = data;
    if (is_tag(tag, "zone") && has(tag, "routing", "Star"))
        return bh_fail_at(checks->err, tag->place,
                          "routing=\"Star\" is not available in SimGrid 3.32; expected Full, or a flat <cluster>");
    if (is_tag(tag, "cluster")) {
        note_cluster(checks, tag);
        if (check_dragonfly(tag, checks->err) != 0)
            return -1;
    }
    if ((is_tag(tag, "zoneRoute") || is_tag(tag, "bypassZoneRoute")) && check_gateways(checks, tag) != 0)
        return -1;
    return check_profiles(tag, checks->err);
}

int bh_platform_check_text(const char *xml, struct bh_error *err)
{
    struct checks checks = {.err = err};
    int status = bh_xml_read(xml, check, &checks, err);
    for (size_t c = 0; c < checks.clusters_count; c++) {
        free(checks.clusters[c].prefix);
        free(checks.clusters[c].suffix);
    }
    free(checks.clusters);
    return status;
}
