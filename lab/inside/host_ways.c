/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The bridge of the host's kernel that guests are on, by controls of sockets and of /dev/net/tun. */
#include "lab/inside/host_ways.h"

#include "lab/inside/host.h"
#include "lab/inside/inside.h"
#include "lab/inside/network.h"

#include <fcntl.h>
#include <inttypes.h>
#include <linux/if_tun.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { DISK_BYTES = 1 << 20, MOST_MODULES = 16, NAME = 32, ECHO_MS = 100 };

static const char bridge[] = "bridge0";
/* In the order of what needs what. */
static const char *const modules[] = {"llc", "stp", "bridge", "tun"};
static const char *const vhost_modules[] = {"tap", "vhost_iotlb", "vhost", "vhost_net"};
static struct {
    uint64_t begin, end;
} loaded[MOST_MODULES];
static size_t loaded_count;

static bool has_network(void)
{
    return strcmp(inside_word("lab.network"), "none") != 0;
}

static bool has_vhost(void)
{
    return strcmp(inside_word("lab.network"), "vhost") == 0;
}

static int load(const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char path[NAME];
        snprintf(path, sizeof path, "/m/%s.ko", names[i]);
        if (inside_load(path, "") != 0)
            return -1;
    }
    return 0;
}

static bool is_one_of(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* Lines of /proc/modules: name, size, users, who they are, state, address. */
static void find_loaded(void)
{
    FILE *file = fopen("/proc/modules", "r");
    char line[512], name[64];
    uint64_t size, begin;
    while (file != NULL && fgets(line, sizeof line, file) != NULL && loaded_count < MOST_MODULES)
        if (sscanf(line, "%63s %" SCNu64 " %*s %*s %*s %" SCNx64, name, &size, &begin) == 3 &&
            (is_one_of(name, modules, sizeof modules / sizeof *modules) ||
             is_one_of(name, vhost_modules, sizeof vhost_modules / sizeof *vhost_modules))) {
            loaded[loaded_count].begin = begin;
            loaded[loaded_count++].end = begin + size;
        }
    if (file != NULL)
        fclose(file);
}

void host_ways_mark(void)
{
    for (size_t i = 0; i < loaded_count; i++)
        __asm__ volatile("jmp 1f\n1: nopl %c0(%%rax,%%rax,1)"
                         :
                         : "i"(BH_LAB_MARK_BASE + BH_LAB_MARK_NETWORK), "b"(loaded[i].begin), "c"(loaded[i].end)
                         : "memory");
}

/* A port of the bridge, for a VMM to open. */
static int add_port(int control, unsigned number)
{
    struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR};
    char name[IFNAMSIZ];
    snprintf(name, sizeof name, "tap%u", number);
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    int device = open("/dev/net/tun", O_RDWR), status = -1;
    if (device >= 0 && ioctl(device, TUNSETIFF, &request) == 0 && ioctl(device, TUNSETPERSIST, 1) == 0)
        status = ioctl(control, SIOCGIFINDEX, &request);
    if (device >= 0)
        close(device);
    int index = request.ifr_ifindex;
    request = (struct ifreq){.ifr_ifindex = index};
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", bridge);
    return status != 0 || ioctl(control, SIOCBRADDIF, &request) != 0 ? -1 : network_up(name, 0);
}

static int make_bridge(void)
{
    int control = socket(AF_INET, SOCK_DGRAM, 0), status = control < 0 ? -1 : ioctl(control, SIOCBRADDBR, bridge);
    for (unsigned i = 0; i < HOST_ENCLAVES && status == 0; i++)
        status = add_port(control, i);
    if (control >= 0)
        close(control);
    return status != 0 || network_up("lo", 0) != 0 ? -1 : network_up(bridge, NETWORK_HOST);
}

static int make_disk(unsigned number)
{
    char path[NAME];
    snprintf(path, sizeof path, "/tmp/disk%u", number);
    int file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600), status = file < 0 ? -1 : ftruncate(file, DISK_BYTES);
    if (file >= 0)
        close(file);
    return status;
}

int host_ways_prepare(void)
{
    if (!has_network())
        return 0;
    if (load(modules, sizeof modules / sizeof *modules) != 0 ||
        (has_vhost() && load(vhost_modules, sizeof vhost_modules / sizeof *vhost_modules) != 0) || make_bridge() != 0)
        return -1;
    find_loaded();
    for (unsigned i = 0; i < HOST_ENCLAVES; i++)
        if (make_disk(i) != 0)
            return -1;
    return 0;
}

unsigned host_ways_words(unsigned number, char **words)
{
    static char network[96], card[64], disk[64];
    if (!has_network())
        return 0;
    snprintf(network, sizeof network, "tap,id=n,ifname=tap%u,script=no,downscript=no,vhost=%s", number,
             has_vhost() ? "on" : "off");
    snprintf(card, sizeof card, "virtio-net-device,netdev=n,mac=52:54:00:00:00:1%u", number);
    snprintf(disk, sizeof disk, "if=none,id=d,format=raw,file=/tmp/disk%u", number);
    char *const mine[HOST_WAYS_WORDS] = {"-netdev", network, "-device", card,
                                         "-drive",  disk,    "-device", "virtio-blk-device,drive=d"};
    memcpy(words, mine, sizeof mine);
    return HOST_WAYS_WORDS;
}

/* A port's state: 3 forwards, 0 is that of one whose VMM has ended; -1: none. */
static int port_state(unsigned number)
{
    char path[64], state = '\0';
    snprintf(path, sizeof path, "/sys/class/net/tap%u/brport/state", number);
    int file = open(path, O_RDONLY);
    ssize_t count = file < 0 ? -1 : read(file, &state, 1);
    if (file >= 0)
        close(file);
    return count == 1 ? state - '0' : -1;
}

static void look(int answer)
{
    char line[128];
    bool host = network_answers(NETWORK_HOST, ECHO_MS), first = network_answers(NETWORK_GUEST, ECHO_MS),
         second = network_answers(NETWORK_GUEST + 1, ECHO_MS);
    int length = snprintf(line, sizeof line, "0 %s 1 %s host %s ports %d %d\n", first ? "alive" : "dead",
                          second ? "alive" : "dead", host ? "alive" : "dead", port_state(0), port_state(1));
    if (write(answer, line, (size_t)length) != length)
        _exit(1);
}

void host_ways_look(void)
{
    char line[128];
    if (has_network())
        host_report("host network %s", host_try(look, line, sizeof line, 9e-3 * ECHO_MS) ? line : "stuck");
}
