/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Looks at a platform's XML as text: for line numbers, and for mistakes that SimGrid accepts and a run pays for. */
#include "sim/platform/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* SimGrid's reader has a stack of fixed size and writes past its end. */
#define DEPTH_MOST 64

/* Longer files are left to SimGrid alone. */
#define TEXT_MOST ((size_t)256 << 20)

static char *read_text(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    size_t size = 0, room = 1 << 16;
    char *text = bh_allocate(room, 1);
    size_t got;
    while ((got = fread(text + size, 1, room - size - 1, file)) > 0 && size < TEXT_MOST) {
        size += got;
        if (size + 1 == room) {
            room *= 2;
            text = bh_reallocate(text, room, 1);
        }
    }
    fclose(file);
    text[size] = '\0';
    return text;
}

/* --- Tags ---------------------------------------------------------------------------------------------------------- */

struct tag {
    const char *begin, *end; /* from '<' to '>' */
    unsigned line;
    unsigned depth; /* of what follows it */
};

/* The next opening tag after `tag` (begin with zeroes and the text in `end`), comments and declarations skipped. */
static bool next_tag(struct tag *tag)
{
    const char *at = tag->end;
    for (;;) {
        const char *open = strchr(at, '<');
        if (!open)
            return false;
        for (const char *c = at; c < open; c++)
            tag->line += *c == '\n';
        bool is_comment = strncmp(open, "<!--", 4) == 0;
        const char *close = strstr(open, is_comment ? "-->" : ">");
        if (!close)
            return false;
        if (!is_comment && open[1] != '!' && open[1] != '?' && open[1] != '/') {
            tag->begin = open;
            tag->end = close;
            tag->depth += close[-1] != '/';
            /* Lines inside the tag count from the next call on, which starts at its end. */
            return true;
        }
        if (open[1] == '/' && tag->depth > 0)
            tag->depth--;
        for (const char *c = open; c < close; c++)
            tag->line += *c == '\n';
        at = close;
    }
}

static bool is_tag(const struct tag *tag, const char *name)
{
    size_t length = strlen(name);
    return strncmp(tag->begin + 1, name, length) == 0 && strchr(" \t\r\n/>", tag->begin[1 + length]);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Copies an attribute's value; false if the tag has none of that name. */
static bool attribute(const struct tag *tag, const char *name, char *value, size_t size)
{
    size_t length = strlen(name);
    for (const char *at = tag->begin; at + length < tag->end; at++) {
        if (!is_blank(at[0]) || at[1] != name[0] || strncmp(at + 1, name, length) != 0)
            continue;
        const char *rest = at + 1 + length;
        rest += strspn(rest, " \t\r\n");
        if (*rest != '=')
            continue;
        rest += 1 + strspn(rest + 1, " \t\r\n");
        const char *close = *rest == '"' || *rest == '\'' ? strchr(rest + 1, *rest) : NULL;
        if (!close || close > tag->end || (size_t)(close - rest) > size)
            return false;
        memcpy(value, rest + 1, (size_t)(close - rest - 1));
        value[close - rest - 1] = '\0';
        return true;
    }
    return false;
}

static bool step(struct tag *tag)
{
    for (const char *c = tag->begin; c && c < tag->end; c++)
        tag->line += *c == '\n';
    return next_tag(tag);
}

/* A cluster names its hosts PREFIX NUMBER SUFFIX. */
static bool cluster_has(const struct tag *tag, const char *host)
{
    char prefix[256], suffix[256];
    if (!attribute(tag, "prefix", prefix, sizeof prefix) || !attribute(tag, "suffix", suffix, sizeof suffix))
        return false;
    size_t before = strlen(prefix), after = strlen(suffix), length = strlen(host);
    if (length <= before + after || strncmp(host, prefix, before) != 0 || strcmp(host + length - after, suffix) != 0)
        return false;
    return strspn(host + before, "0123456789") >= length - before - after;
}

unsigned bh_platform_find_host(const char *xml, const char *host)
{
    char *text = read_text(xml), id[256];
    if (!text)
        return 0;
    unsigned line = 0;
    for (struct tag tag = {.end = text, .line = 1}; !line && step(&tag);) {
        if (is_tag(&tag, "host") && attribute(&tag, "id", id, sizeof id) && strcmp(id, host) == 0)
            line = tag.line;
        else if (is_tag(&tag, "cluster") && cluster_has(&tag, host))
            line = tag.line;
    }
    free(text);
    return line;
}

struct bh_place bh_platform_place(const char *xml, unsigned line)
{
    return (struct bh_place){.file = xml, .line = line, .column = line ? 1 : 0};
}

/* --- Mistakes that SimGrid accepts --------------------------------------------------------------------------------- */

static int fail(const char *xml, unsigned line, struct bh_error *err, const char *text)
{
    return bh_fail_at(err, bh_platform_place(xml, line), "%s", text);
}

/* DRAGONFLY's "groups,links;chassis,links;routers,links;nodes": SimGrid 3.32 wires one router of a chassis to each
 * group, and reads past the chassis if there are more groups than that. */
static int check_dragonfly(const char *xml, const struct tag *tag, struct bh_error *err)
{
    char parameters[256];
    unsigned groups, chassis, routers, unused;
    if (!attribute(tag, "topo_parameters", parameters, sizeof parameters) ||
        sscanf(parameters, "%u,%u;%u,%u;%u", &groups, &unused, &chassis, &unused, &routers) != 5 || groups <= routers)
        return 0;
    return fail(xml, tag->line, err,
                "a DRAGONFLY cluster with more groups than routers per chassis crashes SimGrid 3.32; expected groups "
                "<= routers, or one flat <cluster> per group as in platforms/README.md");
}

/* A route between zones that goes through a compute host of a cluster squeezes all traffic through that host's link. */
static int check_gateways(const char *xml, const char *text, const struct tag *route, struct bh_error *err)
{
    static const char *const ends[] = {"gw_src", "gw_dst"};
    char gateway[256], message[768];
    for (size_t i = 0; i < 2; i++) {
        if (!attribute(route, ends[i], gateway, sizeof gateway) || strstr(gateway, "_router"))
            continue;
        for (struct tag tag = {.end = text, .line = 1}; step(&tag) && tag.line <= route->line;) {
            char radical[256];
            bool is_single = attribute(&tag, "radical", radical, sizeof radical) && !strpbrk(radical, "-,");
            if (!is_tag(&tag, "cluster") || is_single || !cluster_has(&tag, gateway))
                continue;
            snprintf(message, sizeof message,
                     "%s=\"%s\" is a compute host, so all traffic of its zone would pass through that host's link; "
                     "expected the router of a flat <cluster> (PREFIX + ID + _router + SUFFIX), see "
                     "platforms/README.md",
                     ends[i], gateway);
            return fail(xml, route->line, err, message);
        }
    }
    return 0;
}

/* Faults are Bulkhead's own business: SimGrid's would end transfers behind its back. */
static int check_profiles(const char *xml, const struct tag *tag, struct bh_error *err)
{
    static const char *const profiles[] = {"state_file", "availability_file", "bandwidth_file", "latency_file"};
    char value[256], message[512];
    for (size_t i = 0; i < sizeof profiles / sizeof profiles[0]; i++)
        if (attribute(tag, profiles[i], value, sizeof value) && value[0]) {
            snprintf(message, sizeof message,
                     "%s=\"%s\": profiles of failing or varying resources are not supported; faults belong into the "
                     "scenario",
                     profiles[i], value);
            return fail(xml, tag->line, err, message);
        }
    return 0;
}

static int check_tag(const char *xml, const char *text, const struct tag *tag, struct bh_error *err)
{
    char value[256];
    if (tag->depth > DEPTH_MOST)
        return fail(xml, tag->line, err, "tags nested deeper than 64; SimGrid's reader would overrun its stack");
    if (is_tag(tag, "zone") && attribute(tag, "routing", value, sizeof value) && strcmp(value, "Star") == 0)
        return fail(xml, tag->line, err,
                    "routing=\"Star\" is not available in SimGrid 3.32; expected Full, or a flat <cluster>");
    if (is_tag(tag, "cluster") && attribute(tag, "topology", value, sizeof value) && strcmp(value, "DRAGONFLY") == 0 &&
        check_dragonfly(xml, tag, err) != 0)
        return -1;
    if ((is_tag(tag, "zoneRoute") || is_tag(tag, "bypassZoneRoute")) && check_gateways(xml, text, tag, err) != 0)
        return -1;
    return check_profiles(xml, tag, err);
}

int bh_platform_check_text(const char *xml, struct bh_error *err)
{
    char *text = read_text(xml);
    if (!text)
        return bh_fail(err, BH_ERROR_INPUT, "%s: cannot be read", xml);
    int status = 0;
    for (struct tag tag = {.end = text, .line = 1}; status == 0 && step(&tag);)
        status = check_tag(xml, text, &tag, err);
    free(text);
    return status;
}
