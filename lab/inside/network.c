/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Interfaces, addresses, echo requests: by sockets and their controls alone. */
#include "lab/inside/network.h"

#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { ECHO_BYTES = 1000, ECHO_NUMBER = 0x4c42, MOST_OTHERS = 8 };

struct sockaddr_in network_address(unsigned which, unsigned port)
{
    return (struct sockaddr_in){.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)port),
                                .sin_addr.s_addr = which == 0 ? INADDR_ANY : htonl(0x0a000000U + which)};
}

static int set_address(int control, struct ifreq *request, unsigned long what, in_addr_t address)
{
    struct sockaddr_in value = {.sin_family = AF_INET, .sin_addr.s_addr = address};
    memcpy(&request->ifr_addr, &value, sizeof value);
    return ioctl(control, what, request);
}

int network_up(const char *interface, unsigned which)
{
    struct ifreq request = {0};
    int control = socket(AF_INET, SOCK_DGRAM, 0), status = control < 0 ? -1 : 0;
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", interface);
    if (status == 0 && which != 0)
        status = set_address(control, &request, SIOCSIFADDR, htonl(0x0a000000U + which)) != 0 ||
                         set_address(control, &request, SIOCSIFNETMASK, htonl(0xffffff00U)) != 0
                     ? -1
                     : 0;
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    if (status == 0)
        status = ioctl(control, SIOCSIFFLAGS, &request);
    if (control >= 0)
        close(control);
    return status;
}

int network_wait(int socket, long wait_ms)
{
    struct timeval wait = {.tv_sec = wait_ms / 1000, .tv_usec = wait_ms % 1000 * 1000};
    return setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait) != 0 ||
                   setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait) != 0
               ? -1
               : 0;
}

/* RFC 1071. */
static uint16_t internet_checksum(const unsigned char *bytes, size_t count)
{
    uint32_t sum = 0;
    for (size_t i = 0; i + 1 < count; i += 2)
        sum += (uint32_t)(bytes[i] << 8 | bytes[i + 1]);
    sum = (sum >> 16) + (sum & 0xffff);
    sum += sum >> 16;
    return htons((uint16_t)~sum);
}

/* A raw socket hears every such message of the machine: requests, when it asks itself, and answers of before. */
static bool hears_answer(int raw, const unsigned char *sent)
{
    unsigned char packet[ECHO_BYTES + 100];
    for (unsigned i = 0; i < MOST_OTHERS; i++) {
        ssize_t length = recv(raw, packet, sizeof packet, 0);
        if (length <= 0)
            return false;
        size_t header = (size_t)(packet[0] & 15) * 4;
        const unsigned char *answer = packet + header;
        if ((size_t)length == header + ECHO_BYTES && answer[0] == ICMP_ECHOREPLY &&
            memcmp(answer + 4, sent + 4, ECHO_BYTES - 4) == 0)
            return true;
    }
    return false;
}

bool network_answers(unsigned which, long wait_ms)
{
    unsigned char request[ECHO_BYTES];
    struct icmphdr header = {.type = ICMP_ECHO, .un.echo = {.id = htons(ECHO_NUMBER), .sequence = htons(1)}};
    struct sockaddr_in address = network_address(which, 0);
    for (size_t i = 0; i < sizeof request; i++)
        request[i] = (unsigned char)(i * 7 + which);
    memcpy(request, &header, sizeof header);
    header.checksum = internet_checksum(request, sizeof request);
    memcpy(request, &header, sizeof header);
    int raw = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
    bool has_answered = false;
    if (raw >= 0 && network_wait(raw, wait_ms) == 0)
        for (unsigned i = 0; i < 2 && !has_answered; i++)
            has_answered = sendto(raw, request, sizeof request, 0, (const struct sockaddr *)&address, sizeof address) ==
                               (ssize_t)sizeof request &&
                           hears_answer(raw, request);
    if (raw >= 0)
        close(raw);
    return has_answered;
}
