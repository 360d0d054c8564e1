/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Loads a platform in a child process first: SimGrid ends the process on some bad files and overlooks others. */
#include "sim/platform/probe.h"

#include "models/base/clock.h"
#include "sim/platform/parts.h"
#include "sim/platform/platform.h"
#include "sim/platform/routes.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <simgrid/disk.h>
#include <simgrid/host.h>
#include <simgrid/link.h>
#include <simgrid/version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROBE_SECONDS 60.0

/* Memory that child and parent share. `doing` names the step that a sudden death ended. */
struct report {
    bool is_done;
    struct bh_error error;
    struct bh_platform_facts facts;
    char doing[512];
    size_t hosts; /* compute hosts that a run's nodes are on: the first ones */
};

/* --- In the child -------------------------------------------------------------------------------------------------- */

static int fail_at_host(const struct bh_platform *platform, sg_host_t host, struct bh_error *err, const char *text)
{
    const char *name = sg_host_get_name(host);
    return bh_fail_at(err, bh_platform_find_host(platform->file, name), "host %s: %s", name, text);
}

static bool is_positive(double value)
{
    return value > 0 && isfinite(value);
}

static int check_disks(const struct bh_platform *platform, struct bh_error *err)
{
    for (size_t i = 0; i < platform->storage_count; i++)
        for (size_t j = 0; j < platform->storage[i].disks_count; j++) {
            sg_disk_t disk = platform->storage[i].disks[j];
            if (is_positive(sg_disk_read_bandwidth(disk)) && is_positive(sg_disk_write_bandwidth(disk)))
                continue;
            char text[512];
            snprintf(text, sizeof text, "disk %.200s reads %g B/s and writes %g B/s; expected positive bandwidths",
                     sg_disk_get_name(disk), sg_disk_read_bandwidth(disk), sg_disk_write_bandwidth(disk));
            return fail_at_host(platform, platform->storage[i].host, err, text);
        }
    return 0;
}

static int check_resources(const struct bh_platform *platform, struct bh_error *err)
{
    for (size_t i = 0; i < platform->hosts_count; i++) {
        double speed = sg_host_get_speed(platform->hosts[i].host);
        if (is_positive(speed))
            continue;
        char text[128];
        snprintf(text, sizeof text, "its speed is %g flop/s; expected a positive one", speed);
        return fail_at_host(platform, platform->hosts[i].host, err, text);
    }
    for (size_t i = 0; i < platform->links_count; i++) {
        double bandwidth = sg_link_get_bandwidth(platform->links[i]), latency = sg_link_get_latency(platform->links[i]);
        if (is_positive(bandwidth) && latency >= 0 && isfinite(latency))
            continue;
        return bh_fail_at(err, bh_platform_place(platform->file, 0),
                          "link %s has bandwidth %g B/s and latency %g s; expected a positive bandwidth and a latency "
                          "of 0 or more",
                          sg_link_get_name(platform->links[i]), bandwidth, latency);
    }
    return check_disks(platform, err);
}

/* A missing route may crash SimGrid: the report says which one was being looked up. */
static int route(struct report *report, const struct bh_platform *platform, sg_host_t from, sg_host_t to,
                 struct bh_route *found, struct bh_error *err)
{
    snprintf(report->doing, sizeof report->doing, "no route from host %.200s to host %.200s", sg_host_get_name(from),
             sg_host_get_name(to));
    bh_route_find(platform, from, to, found);
    if (found->count == 0)
        return bh_fail_at(err, bh_platform_place(platform->file, 0), "%s", report->doing);
    report->doing[0] = '\0';
    return 0;
}

/* The facts start from infinity and shrink to the least seen. */
static double lesser(double left, double right)
{
    return left < right ? left : right;
}

/* Routes between one host of each zone and one of every other, and to the zone's last host. */
static int probe_compute(struct report *report, const struct bh_platform *platform, struct bh_error *err)
{
    struct bh_platform_facts *facts = &report->facts;
    const struct bh_compute_host *hosts = platform->hosts;
    size_t *first = bh_allocate(report->hosts, sizeof *first), zones = 0;
    struct bh_route found = {0};
    int status = 0;
    for (size_t i = 0; i < report->hosts; i++)
        if (i == 0 || hosts[i].zone != hosts[i - 1].zone)
            first[zones++] = i;
    for (size_t i = 0; i < zones && status == 0; i++) {
        size_t last = (i + 1 < zones ? first[i + 1] : report->hosts) - 1;
        if (last != first[i])
            status = route(report, platform, hosts[first[i]].host, hosts[last].host, &found, err);
        if (status == 0 && last != first[i]) {
            facts->latency_s = fmax(facts->latency_s, found.latency_s);
            facts->node_bandwidth =
                lesser(facts->node_bandwidth, found.first_bandwidth / (double)hosts[first[i]].nodes);
        }
        /* Routes in both directions only to the first zones: their number grows as the square. */
        for (size_t j = 0; j < zones && status == 0; j++) {
            if (j == i || (zones > 512 && i > 8 && j > 8))
                continue;
            status = route(report, platform, hosts[first[i]].host, hosts[first[j]].host, &found, err);
            if (status != 0)
                break;
            facts->latency_s = fmax(facts->latency_s, found.latency_s);
            facts->node_bandwidth =
                lesser(facts->node_bandwidth, found.first_bandwidth / (double)hosts[first[i]].nodes);
        }
    }
    bh_route_free(&found);
    free(first);
    return status;
}

/* Every route to and from one storage host. The links that all of them share lead to the storage host alone. */
static int probe_storage(struct report *report, const struct bh_platform *platform,
                         const struct bh_storage_host *storage, struct bh_error *err)
{
    struct bh_platform_facts *facts = &report->facts;
    size_t *seen[2] = {bh_allocate(platform->links_count, sizeof **seen),
                       bh_allocate(platform->links_count, sizeof **seen)};
    struct bh_route found = {0};
    int status = 0;
    for (size_t i = 0; i < report->hosts && status == 0; i++)
        for (int reads = 0; reads < 2 && status == 0; reads++) {
            sg_host_t host = platform->hosts[i].host;
            status = route(report, platform, reads ? storage->host : host, reads ? host : storage->host, &found, err);
            if (status != 0)
                break;
            for (size_t k = 0; k < found.count; k++)
                seen[reads][found.links[k]]++;
            facts->host_bandwidth = lesser(facts->host_bandwidth, found.bandwidth);
            if (report->hosts == 1 && !reads) { /* no other way tells how its nodes are connected */
                facts->latency_s = fmax(facts->latency_s, found.latency_s);
                facts->node_bandwidth = found.first_bandwidth / (double)platform->hosts[i].nodes;
            }
        }
    double links[2] = {INFINITY, INFINITY};
    for (int reads = 0; reads < 2; reads++) {
        for (size_t k = 0; k < platform->links_count; k++)
            if (seen[reads][k] >= report->hosts)
                links[reads] = lesser(links[reads], sg_link_get_bandwidth(platform->links[k]));
        free(seen[reads]);
    }
    facts->storage_write_bandwidth += lesser(links[0], storage->write_bandwidth);
    facts->storage_read_bandwidth += lesser(links[1], storage->read_bandwidth);
    bh_route_free(&found);
    return status;
}

static int probe_platform(struct report *report, struct bh_platform *platform, uint64_t nodes, struct bh_error *err)
{
    if (bh_platform_read(platform, err) != 0 || check_resources(platform, err) != 0)
        return -1;
    report->facts = (struct bh_platform_facts){
        .nodes = platform->nodes,
        .hosts = platform->hosts_count,
        .storage_hosts = platform->storage_count,
        .node_bandwidth = INFINITY,
        .host_bandwidth = INFINITY,
    };
    snprintf(report->facts.set_aside, sizeof report->facts.set_aside, "%s",
             platform->set_aside != NULL ? platform->set_aside : "");
    while (report->hosts < platform->hosts_count && (nodes == 0 || platform->hosts[report->hosts].first < nodes))
        report->hosts++;
    if (probe_compute(report, platform, err) != 0)
        return -1;
    for (size_t i = 0; i < platform->storage_count; i++)
        if (probe_storage(report, platform, &platform->storage[i], err) != 0)
            return -1;
    if (platform->storage_count == 0)
        report->facts.host_bandwidth = 0;
    if (!isfinite(report->facts.node_bandwidth))
        report->facts.node_bandwidth = 0;
    return 0;
}

static void run_child(struct report *report, const char *xml, uint64_t nodes, int messages)
{
    static const int signals[] = {SIGINT, SIGSEGV, SIGABRT, SIGTERM, SIGBUS, SIGFPE, SIGILL};
    for (size_t i = 0; i < BH_COUNT(signals); i++)
        signal(signals[i], SIG_DFL);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    dup2(messages, STDERR_FILENO);
    int nothing = open("/dev/null", O_WRONLY);
    if (nothing >= 0)
        dup2(nothing, STDOUT_FILENO);
    struct bh_platform *platform = bh_platform_open(xml);
    probe_platform(report, platform, nodes, &report->error);
    report->is_done = true;
    bh_platform_destroy(platform);
    _exit(0);
}

/* --- In the parent ------------------------------------------------------------------------------------------------- */

/* Collects what the child says until it is silent for good or its time is up. False: time is up. */
static bool listen_to_child(int messages, char *text, size_t size)
{
    double deadline = bh_now_s() + PROBE_SECONDS;
    size_t used = 0;
    text[0] = '\0';
    for (;;) {
        double left = deadline - bh_now_s();
        if (left <= 0)
            return false;
        struct pollfd waiting = {.fd = messages, .events = POLLIN};
        int ready = poll(&waiting, 1, (int)(1000 * left) + 1);
        if (ready < 0 && errno != EINTR)
            return true;
        if (ready <= 0)
            continue;
        char piece[4096];
        ssize_t got = read(messages, piece, sizeof piece);
        if (got == 0 || (got < 0 && errno != EINTR))
            return true;
        if (got > 0) {
            size_t kept = (size_t)got < size - 1 - used ? (size_t)got : size - 1 - used;
            memcpy(text + used, piece, kept);
            used += kept;
            text[used] = '\0';
        }
    }
}

/* SimGrid's "[0.000000] ./src/x.cpp:40: [category/CRITICAL] TEXT": moves to TEXT. */
static char *skip_prefix(char *line)
{
    for (;;) {
        char *close = *line == '[' ? strstr(line, "] ") : NULL;
        if (close) {
            line = close + 2;
        } else if (strncmp(line, "./src/", 6) == 0 && strstr(line, ": [")) {
            line = strstr(line, ": [") + 2;
        } else {
            break;
        }
    }
    if (strncmp(line, "Uncaught exception ", 19) == 0) {
        char *text = strstr(line, ": ");
        line = text ? text + 2 : line;
    }
    return line;
}

/* The first line that SimGrid wrote, but for those that say that the platform is of an older version, which is fine. */
static char *first_reason(char *text)
{
    for (char *line = text, *next; *line != '\0'; line = next) {
        next = line + strcspn(line, "\r\n");
        if (*next != '\0')
            *next++ = '\0';
        if (*line != '\0' && strstr(line, "the new version is backward compatible") == NULL &&
            strstr(line, "Use simgrid_update_xml to update your file") == NULL)
            return skip_prefix(line);
    }
    return text + strlen(text);
}

/* "FILE:5: TEXT", of whatever file SimGrid was given: moves to TEXT, and returns the line's number, 0: it has none. */
static unsigned take_line(char **line)
{
    for (char *colon = *line; (colon = strchr(colon, ':')) != NULL; colon++) {
        char *end;
        unsigned long number = strtoul(colon + 1, &end, 10);
        if (end != colon + 1 && *end == ':') {
            *line = end + strspn(end, ": ");
            return (unsigned)number;
        }
    }
    return 0;
}

/* Makes one message of what SimGrid wrote before it died. */
static void explain(const char *xml, char *text, const struct report *report, int status, struct bh_error *err)
{
    char *line = first_reason(text);
    unsigned number = 0;
    if (strstr(line, "COMES FROM THE FUTURE") != NULL) {
        int major, minor, patch;
        sg_version_get(&major, &minor, &patch);
        bh_fail_at(
            err, bh_platform_place(xml, 0),
            "the platform's version is newer than SimGrid %d.%d knows; expected version=\"4.1\" at most, or a newer "
            "SimGrid",
            major, minor);
        return;
    }
    if (strncmp(line, "Parse error at ", 15) == 0) {
        line += 15;
        number = take_line(&line);
        char *again = strstr(line, " (XML input line ");
        char *after = again ? strstr(again, "): ") : NULL;
        if (after)
            memmove(again, after + 1, strlen(after + 1) + 1);
    }
    /* A crash prints "Segmentation fault." or nothing: the step it happened in says more. */
    bool is_crash = !line[0] || strncmp(line, "Segmentation fault", 18) == 0;
    struct bh_place place = bh_platform_place(xml, number);
    if (report->doing[0] && is_crash)
        bh_fail_at(err, place, "%s", report->doing);
    else if (report->doing[0])
        bh_fail_at(err, place, "%s (SimGrid: %s)", report->doing, line);
    else if (!is_crash)
        bh_fail_at(err, place, "SimGrid rejects the platform: %s", line);
    else if (WIFSIGNALED(status))
        bh_fail_at(err, place, "SimGrid dies of it (%s) and does not say why", strsignal(WTERMSIG(status)));
    else
        bh_fail_at(err, place, "SimGrid ends with status %d and does not say why", WEXITSTATUS(status));
}

static int probe_in_child(const char *xml, uint64_t nodes, struct report *report, struct bh_error *err)
{
    int ends[2];
    if (pipe(ends) != 0)
        return bh_fail(err, BH_ERROR_SYSTEM, "cannot make a pipe: %s", strerror(errno));
    fflush(NULL);
    pid_t child = fork();
    if (child < 0) {
        bh_fail(err, BH_ERROR_SYSTEM, "cannot start a process: %s", strerror(errno));
        close(ends[0]);
        close(ends[1]);
        return -1;
    }
    if (child == 0) {
        close(ends[0]);
        run_child(report, xml, nodes, ends[1]);
    }
    close(ends[1]);
    char text[4096];
    bool ended = listen_to_child(ends[0], text, sizeof text);
    close(ends[0]);
    if (!ended)
        kill(child, SIGKILL);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (!ended)
        return bh_fail_at(err, bh_platform_place(xml, 0), "SimGrid does not load it within %g s%s%s", PROBE_SECONDS,
                          report->doing[0] ? "; last looked up: " : "", report->doing);
    if (report->is_done && report->error.code != BH_ERROR_NONE)
        return bh_fail_again(err, &report->error);
    if (!report->is_done) {
        explain(xml, text, report, status, err);
        return -1;
    }
    return 0;
}

int bh_platform_probe(const char *xml, uint64_t nodes, struct bh_place place, struct bh_platform_facts *facts,
                      struct bh_error *err)
{
    *facts = (struct bh_platform_facts){0};
    if (bh_platform_check_file(xml, place, err) != 0)
        return -1;
    if (bh_platform_check_text(xml, err) != 0)
        return -1;
    struct report *report = mmap(NULL, sizeof *report, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (report == MAP_FAILED)
        return bh_fail(err, BH_ERROR_SYSTEM, "cannot share memory with a child process: %s", strerror(errno));
    int status = probe_in_child(xml, nodes, report, err);
    *facts = report->facts;
    munmap(report, sizeof *report);
    return status;
}
