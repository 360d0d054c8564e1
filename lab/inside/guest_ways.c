/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Messages to the other guest, by TCP, and blocks on a disk; each is verified. */
#include "lab/inside/guest_ways.h"

#include "lab/inside/network.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BOOT_WAIT_MS = 5000, MAGIC = 0x4f4c4148, MOST_STORED = 65536, STORED_STEPS = 8 };

/* What goes before the data of a step. */
struct heading {
    uint32_t magic, from, step, bytes;
    uint64_t checksum;
};

static unsigned own;
static int listening = -1, partner = -1, disk = -1;

int guest_ways_prepare(void)
{
    /* In the order of what needs what. */
    static const char *const modules[] = {"failover",    "net_failover", "virtio_ring", "virtio",
                                          "virtio_mmio", "virtio_net",   "virtio_blk"};
    if (strcmp(inside_word("lab.network"), "none") == 0)
        return 0;
    for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
        char path[64];
        snprintf(path, sizeof path, "/m/%s.ko", modules[i]);
        if (inside_load(path, "") != 0)
            return -1;
    }
    return network_up("lo", 0) != 0 ? -1 : network_up("eth0", NETWORK_GUEST + (unsigned)inside_number("lab.number", 0));
}

static void lose(int *socket)
{
    if (*socket >= 0)
        close(*socket);
    *socket = -1;
}

static int move(bool sends, void *bytes, size_t count)
{
    for (char *at = bytes; count > 0;) {
        ssize_t moved = sends ? send(partner, at, count, MSG_NOSIGNAL) : recv(partner, at, count, 0);
        if (moved <= 0)
            return -1;
        at += moved;
        count -= (size_t)moved;
    }
    return 0;
}

static int exchange(unsigned step, const void *sent, void *received, size_t bytes, uint64_t *checksum)
{
    static char message[sizeof(struct heading) + MOST_STORED];
    struct heading mine = {.magic = MAGIC,
                           .from = own,
                           .step = step,
                           .bytes = (uint32_t)bytes,
                           .checksum = inside_checksum(sent, bytes)},
                   other;
    if (listening >= 0) {
        partner = accept(listening, NULL, NULL);
        lose(&listening);
        if (partner >= 0 && network_wait(partner, inside_number("lab.wait_ms", 500)) != 0)
            lose(&partner);
    }
    if (partner < 0)
        return INSIDE_LOST;
    memcpy(message, &mine, sizeof mine);
    memcpy(message + sizeof mine, sent, bytes);
    if (move(true, message, sizeof mine + bytes) != 0 || move(false, &other, sizeof other) != 0) {
        lose(&partner);
        return INSIDE_LOST;
    }
    if (other.magic != MAGIC || other.from != 1 - own || other.step != step || other.bytes != bytes)
        return INSIDE_WRONG;
    if (move(false, received, bytes) != 0) {
        lose(&partner);
        return INSIDE_LOST;
    }
    *checksum = other.checksum;
    return inside_checksum(received, bytes) == other.checksum ? 0 : INSIDE_WRONG;
}

static int store(unsigned step, const void *data, size_t bytes)
{
    static char back[MOST_STORED];
    off_t at = (off_t)(step % STORED_STEPS) * MOST_STORED;
    if (pwrite(disk, data, bytes, at) != (ssize_t)bytes || fsync(disk) != 0 ||
        posix_fadvise(disk, 0, 0, POSIX_FADV_DONTNEED) != 0 || pread(disk, back, bytes, at) != (ssize_t)bytes)
        return INSIDE_REFUSED;
    return memcmp(back, data, bytes) == 0 ? 0 : INSIDE_WRONG;
}

static int connect_to(int *socket_, unsigned number)
{
    struct sockaddr_in address = network_address(number == 0 ? 0 : NETWORK_GUEST, NETWORK_PORT);
    int one = 1;
    *socket_ = socket(AF_INET, SOCK_STREAM, 0);
    if (*socket_ < 0 || network_wait(*socket_, BOOT_WAIT_MS) != 0 ||
        setsockopt(*socket_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) != 0)
        return -1;
    if (number == 0)
        return bind(*socket_, (const struct sockaddr *)&address, sizeof address) != 0 || listen(*socket_, 1) != 0 ? -1
                                                                                                                  : 0;
    return connect(*socket_, (const struct sockaddr *)&address, sizeof address);
}

const struct inside_ways *guest_ways_open(unsigned number, int *status)
{
    static const struct inside_ways ways = {.exchange = exchange, .store = store};
    *status = 0;
    if (strcmp(inside_word("lab.network"), "none") == 0)
        return NULL;
    own = number;
    int *socket_ = number == 0 ? &listening : &partner;
    disk = open("/dev/vda", O_RDWR);
    if (disk < 0 || connect_to(socket_, number) != 0 ||
        network_wait(*socket_, inside_number("lab.wait_ms", 500)) != 0) {
        *status = -1;
        return NULL;
    }
    return &ways;
}
