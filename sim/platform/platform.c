/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Loads a SimGrid platform into this process and numbers the nodes that its hosts stand for. */
#include "sim/platform/platform.h"

#include "models/base/nearest_name.h"
#include "sim/platform/activity.h"
#include "sim/platform/alone_times.h"
#include "sim/platform/parts.h"
#include "sim/platform/platform_properties.h"
#include "sim/platform/routes.h"

#include <errno.h>
#include <signal.h>
#include <simgrid/actor.h>
#include <simgrid/disk.h>
#include <simgrid/engine.h>
#include <simgrid/host.h>
#include <simgrid/link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Without these SimGrid models TCP in a cluster: protocol factors, acknowledgements that share the link, a window that
 * caps fast links, shares by 1/latency. With them, and latencies of 0, flows share links equally. */
const char *const bh_platform_settings[] = {
    "network/model:CM02",
    "network/crosstraffic:0",
    "network/TCP-gamma:0",
    NULL,
};

static const char *const role_names[] = {"compute", "storage", NULL};

static const char *nearest(const char *word, const char *const *names)
{
    size_t count = 0;
    while (names[count])
        count++;
    return bh_nearest_name(word, names, count);
}

/* --- SimGrid's command line ---------------------------------------------------------------------------------------- */

/* A NULL-terminated argv: our settings, then the user's. */
static char **make_arguments(int *count)
{
    const char *options = getenv("BH_SIMGRID_OPTIONS");
    size_t most = 16 + (options ? strlen(options) : 0);
    char **arguments = bh_allocate(most, sizeof *arguments);
    int n = 0;
    arguments[n++] = bh_copy_text("bulkhead");
    arguments[n++] = bh_copy_text("--log=xbt_cfg.thres:warning");
    for (size_t i = 0; bh_platform_settings[i]; i++)
        arguments[n++] = bh_print_text("--cfg=%s", bh_platform_settings[i]);
    if (options) {
        char *copy = bh_copy_text(options), *rest = copy;
        for (char *word = strtok_r(copy, " \t\n", &rest); word; word = strtok_r(NULL, " \t\n", &rest))
            arguments[n++] = bh_copy_text(word);
        free(copy);
    }
    *count = n;
    return arguments;
}

/* simgrid_init installs handlers of its own for SIGINT and SIGSEGV; ours stay. */
static void initialise_simgrid(char **arguments, int count)
{
    static const int signals[] = {SIGINT, SIGSEGV, SIGABRT, SIGTERM, SIGUSR1, SIGUSR2, SIGFPE, SIGBUS, SIGILL};
    enum { SIGNALS = BH_COUNT(signals) };
    struct sigaction before[SIGNALS];
    for (size_t i = 0; i < SIGNALS; i++)
        sigaction(signals[i], NULL, &before[i]);
    /* SimGrid takes its own options out of the vector it is given, so it gets a copy of the pointers. */
    char **vector = bh_allocate((size_t)count + 1, sizeof *vector);
    memcpy(vector, arguments, (size_t)count * sizeof *vector);
    simgrid_init(&count, vector);
    free(vector);
    for (size_t i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &before[i], NULL);
}

/* A byte order mark is legal XML, but not to SimGrid's reader, which ends the process: a copy without it in memory, as a
 * name that goes with the process. NULL: there is no mark, or no copy can be made, and SimGrid says so. */
static char *copy_without_mark(const char *xml)
{
    char piece[1 << 14];
    FILE *from = fopen(xml, "rb");
    if (!from)
        return NULL;
    bool has_mark = fread(piece, 1, 3, from) == 3 && memcmp(piece, "\xEF\xBB\xBF", 3) == 0;
    int copy = has_mark ? memfd_create("platform", MFD_CLOEXEC) : -1;
    bool failed = copy < 0;
    for (size_t got; !failed && (got = fread(piece, 1, sizeof piece, from)) > 0;)
        failed = write(copy, piece, got) != (ssize_t)got;
    fclose(from);
    if (!failed)
        return bh_print_text("/proc/self/fd/%d", copy);
    if (copy >= 0)
        close(copy);
    return NULL;
}

struct bh_platform *bh_platform_open(const char *xml)
{
    struct bh_platform *platform = bh_allocate(1, sizeof *platform);
    platform->file = bh_copy_text(xml);
    int count;
    platform->arguments = make_arguments(&count);
    initialise_simgrid(platform->arguments, count);
    char *copy = copy_without_mark(xml);
    simgrid_load_platform(copy ? copy : xml);
    free(copy);
    bh_mend_routers();
    return platform;
}

void bh_platform_destroy(struct bh_platform *platform)
{
    if (!platform)
        return;
    for (size_t i = 0; platform->arguments && platform->arguments[i]; i++)
        free(platform->arguments[i]);
    free(platform->arguments);
    for (size_t i = 0; i < platform->storage_count; i++)
        free(platform->storage[i].disks);
    free(platform->storage);
    bh_alone_times_destroy(platform->alone_times);
    free(platform->hosts);
    free(platform->links);
    free(platform->latencies_s);
    free(platform->set_aside);
    free(platform->file);
    free(platform);
}

/* --- Hosts and their properties ------------------------------------------------------------------------------------ */

struct reader {
    struct bh_platform *platform;
    size_t room;
    struct bh_error *err;
    int status;
};

static int fail_at_host(const struct bh_platform *platform, const char *host, struct bh_error *err, const char *text)
{
    return bh_fail_at(err, bh_platform_find_host(platform->file, host), "host %s: %s", host, text);
}

/* Keeps the first property of ours that we do not know. */
static void find_unknown(void *data, const char *name)
{
    char **unknown = data;
    for (size_t i = 0; bh_platform_properties[i].name != NULL; i++)
        if (strcmp(name, bh_platform_properties[i].name) == 0)
            return;
    if (!*unknown && strncmp(name, "bulkhead:", 9) == 0)
        *unknown = bh_copy_text(name);
}

/* A property of ours that we do not know is a typing error, not an extension. */
static int check_names(const struct bh_platform *platform, sg_host_t host, struct bh_error *err)
{
    char *unknown = NULL;
    bh_walk_properties(host, find_unknown, &unknown);
    if (!unknown)
        return 0;
    const char *names[] = {bh_platform_properties[0].name, bh_platform_properties[1].name, NULL};
    const char *known = nearest(unknown, names);
    char *text = bh_print_text("unknown property \"%s\"%s%s%s; known are bulkhead:nodes and bulkhead:role", unknown,
                               known ? "; did you mean \"" : "", known ? known : "", known ? "\"?" : "");
    fail_at_host(platform, sg_host_get_name(host), err, text);
    free(text);
    free(unknown);
    return -1;
}

static int read_nodes(const struct bh_platform *platform, sg_host_t host, uint64_t *nodes, struct bh_error *err)
{
    const char *text = sg_host_get_property_value(host, "bulkhead:nodes");
    *nodes = 1;
    if (!text)
        return 0;
    char *end = NULL;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (strspn(text, "0123456789") == strlen(text) && *text && !errno && value >= 1 &&
        value <= BH_NODES_PER_HOST_MOST) {
        *nodes = value;
        return 0;
    }
    char *message = bh_print_text("bulkhead:nodes is \"%s\", but must be a whole number from 1 to %llu", text,
                                  (unsigned long long)BH_NODES_PER_HOST_MOST);
    fail_at_host(platform, sg_host_get_name(host), err, message);
    free(message);
    return -1;
}

/* What other simulators say of hosts that run no jobs: Batsim's role (its documentation, input_platform), ElastiSim's
 * batch_system and pfs_host (its documentation, platform). WRENCH names such hosts in the simulator, not in the file. */
static const struct {
    const char *property, *value;
} others_roles[] = {{"role", "master"}, {"role", "storage"}, {"batch_system", "true"}, {"pfs_host", "true"}};

/* Whether it is such a host, and our own property does not say otherwise; it is then remembered by name. */
static bool set_aside(struct bh_platform *platform, sg_host_t host)
{
    for (size_t r = 0; r < BH_COUNT(others_roles); r++) {
        const char *value = sg_host_get_property_value(host, others_roles[r].property);
        if (value == NULL || strcmp(value, others_roles[r].value) != 0 ||
            sg_host_get_property_value(host, "bulkhead:role") != NULL)
            continue;
        const char *before = platform->set_aside != NULL ? platform->set_aside : "";
        bool is_full = strlen(before) > 150, has_more = strstr(before, ", ...") != NULL;
        char *text = has_more  ? bh_copy_text(before)
                     : is_full ? bh_print_text("%s, ...", before)
                               : bh_print_text("%s%s%.40s (%s=\"%s\")", before, *before != '\0' ? ", " : "",
                                               sg_host_get_name(host), others_roles[r].property, value);
        free(platform->set_aside);
        platform->set_aside = text;
        return true;
    }
    return false;
}

static int read_role(const struct bh_platform *platform, sg_host_t host, bool *is_storage, struct bh_error *err)
{
    const char *role = sg_host_get_property_value(host, "bulkhead:role");
    *is_storage = role && strcmp(role, "storage") == 0;
    if (!role || *is_storage || strcmp(role, "compute") == 0)
        return 0;
    const char *known = nearest(role, role_names);
    char *text = bh_print_text("bulkhead:role is \"%s\", but must be compute or storage%s%s%s", role,
                               known ? "; did you mean \"" : "", known ? known : "", known ? "\"?" : "");
    fail_at_host(platform, sg_host_get_name(host), err, text);
    free(text);
    return -1;
}

static int add_storage(struct bh_platform *platform, sg_host_t host, struct bh_error *err)
{
    unsigned count = 0;
    sg_disk_t *disks = NULL;
    sg_host_get_disks(host, &count, &disks);
    struct bh_storage_host storage = {.host = host};
    storage.disks = bh_allocate(count ? count : 1, sizeof *storage.disks);
    storage.disks_count = count;
    for (size_t i = 0; i < count; i++) {
        storage.disks[i] = disks[i];
        storage.write_bandwidth += sg_disk_write_bandwidth(disks[i]);
        storage.read_bandwidth += sg_disk_read_bandwidth(disks[i]);
    }
    free(disks);
    size_t n = platform->storage_count++;
    platform->storage = bh_reallocate(platform->storage, n + 1, sizeof *platform->storage);
    platform->storage[n] = storage;
    if (count == 0)
        return fail_at_host(platform, sg_host_get_name(host), err, "bulkhead:role is storage, but it has no <disk>");
    return 0;
}

static void visit_host(void *data, sg_host_t host, const char *zone)
{
    struct reader *reader = data;
    struct bh_platform *platform = reader->platform;
    uint64_t nodes;
    bool is_storage;
    if (reader->status != 0)
        return;
    reader->status = -1;
    if (check_names(platform, host, reader->err) != 0 || read_nodes(platform, host, &nodes, reader->err) != 0 ||
        read_role(platform, host, &is_storage, reader->err) != 0)
        return;
    if (is_storage || set_aside(platform, host)) {
        reader->status = is_storage ? add_storage(platform, host, reader->err) : 0;
        return;
    }
    if (platform->hosts_count == reader->room) {
        reader->room = 2 * reader->room + 64;
        platform->hosts = bh_reallocate(platform->hosts, reader->room, sizeof *platform->hosts);
    }
    platform->hosts[platform->hosts_count++] =
        (struct bh_compute_host){.host = host, .zone = zone, .first = platform->nodes, .nodes = nodes};
    platform->nodes += nodes;
    reader->status = 0;
}

static void read_links(struct bh_platform *platform)
{
    platform->links_count = sg_link_count();
    sg_link_t *links = sg_link_list();
    platform->links = bh_allocate(platform->links_count + 1, sizeof *platform->links);
    platform->latencies_s = bh_allocate(platform->links_count + 1, sizeof *platform->latencies_s);
    for (size_t i = 0; i < platform->links_count; i++) {
        platform->links[i] = links[i];
        platform->latencies_s[i] = sg_link_get_latency(links[i]);
        sg_link_set_data(links[i], (void *)(uintptr_t)(i + 1));
    }
    free(links);
}

int bh_platform_read(struct bh_platform *platform, struct bh_error *err)
{
    struct reader reader = {.platform = platform, .err = err};
    bh_walk_hosts(visit_host, &reader);
    if (reader.status != 0)
        return -1;
    if (platform->hosts_count == 0)
        return bh_fail_at(err, bh_platform_place(platform->file, 0),
                          "the platform has no compute host; expected at least one <host> or <cluster>");
    read_links(platform);
    return 0;
}

/* --- The interface ------------------------------------------------------------------------------------------------- */

int bh_platform_check_file(const char *path, struct bh_place place, struct bh_error *err)
{
    struct stat status;
    const char *why = NULL;
    if (stat(path, &status) != 0 || (S_ISREG(status.st_mode) && access(path, R_OK) != 0))
        why = strerror(errno);
    else if (!S_ISREG(status.st_mode))
        why = S_ISDIR(status.st_mode) ? "it is a directory" : "it is not a regular file";
    return why ? bh_fail_at(err, place, "cannot read the platform file %s: %s", path, why) : 0;
}

bool bh_platform_is_parametric(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

char *bh_platform_prepare(const char *path, const struct bh_machine *machine, uint64_t nodes, struct bh_place place,
                          int *is_temporary, struct bh_error *err)
{
    *is_temporary = 0;
    if (bh_platform_check_file(path, place, err) != 0)
        return NULL;
    if (!machine)
        return bh_copy_text(path);
    *is_temporary = 1;
    return bh_platform_write_parametric(machine, path, nodes, place, err);
}

static void do_nothing(int count, char **arguments)
{
    (void)count;
    (void)arguments;
}

struct bh_platform *bh_platform_load(const char *xml, struct bh_error *err)
{
    struct bh_platform *platform = bh_platform_open(xml);
    if (bh_platform_read(platform, err) != 0) {
        bh_platform_destroy(platform);
        return NULL;
    }
    /* SimGrid would weigh flows by latency. What latencies cost an application is reckoned from bh_platform_facts. */
    for (size_t i = 0; i < platform->links_count; i++)
        sg_link_set_latency(platform->links[i], 0);
    /* The first run sets up SimGrid's models; done here, forked replicas find it done. */
    sg_actor_create("warm-up", platform->hosts[0].host, do_nothing, 0, NULL);
    simgrid_run();
    platform->alone_times = bh_alone_times_create();
    return platform;
}

struct bh_alone_times *bh_platform_alone_times(const struct bh_platform *platform)
{
    return platform->alone_times;
}

size_t bh_platform_hosts(const struct bh_platform *platform)
{
    return platform->hosts_count;
}

uint64_t bh_platform_nodes(const struct bh_platform *platform)
{
    return platform->nodes;
}

void *bh_platform_host(const struct bh_platform *platform, size_t index)
{
    return platform->hosts[index].host;
}

uint64_t bh_platform_first_node(const struct bh_platform *platform, size_t index)
{
    return platform->hosts[index].first;
}

uint64_t bh_platform_node_count(const struct bh_platform *platform, size_t index)
{
    return platform->hosts[index].nodes;
}

size_t bh_platform_storage_hosts(const struct bh_platform *platform)
{
    return platform->storage_count;
}

void *bh_platform_storage_host(const struct bh_platform *platform, size_t index)
{
    return platform->storage[index].host;
}

size_t bh_platform_disks(const struct bh_platform *platform, size_t index)
{
    return platform->storage[index].disks_count;
}

void *bh_platform_disk(const struct bh_platform *platform, size_t index, size_t disk)
{
    /* cppcheck-suppress CastIntegerToAddressAtReturn; a handle of SimGrid is a pointer */
    return platform->storage[index].disks[disk];
}

void bh_platform_way(const struct bh_platform *platform, size_t from, size_t to, double *latency_s, double *bandwidth)
{
    struct bh_route route = {0};
    bh_route_find(platform, platform->hosts[from].host, platform->hosts[to].host, &route);
    *latency_s = route.latency_s;
    *bandwidth = route.first_bandwidth;
    bh_route_free(&route);
}
