/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* Reads the plugin's arguments, and writes what it says. */
#include "lab/plugin/told.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const fault_names[] = {"none", "register", "vector",        "memory",
                                          "code", "planted",  "exit-register", "exit-block"};

struct bh_told bh_told = {.out = 2, .limit = UINT64_MAX};

void bh_say(const char *format, ...)
{
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (write((int)bh_told.out, line, (size_t)length) != length)
        _exit(1);
}

static void read_bytes(const char *text)
{
    for (; bh_told.bytes_count < BH_MOST_PLANTED && text[0] != '\0' && text[1] != '\0'; text += 2) {
        char two[3] = {text[0], text[1], '\0'};
        bh_told.bytes[bh_told.bytes_count++] = (unsigned char)strtoul(two, NULL, 16);
    }
}

bool bh_told_read(const char *word)
{
    static const struct {
        const char *name;
        uint64_t *value;
    } numbers[] = {
        {"out", &bh_told.out},     {"zone", &bh_told.zone},   {"at", &bh_told.at},
        {"index", &bh_told.index}, {"bit", &bh_told.bit},     {"address", &bh_told.address},
        {"mark", &bh_told.mark},   {"limit", &bh_told.limit}, {"places", &bh_told.places},
        {"guest", &bh_told.guest}, {"after", &bh_told.after}, {"sample", &bh_told.sample},
        {"exits", &bh_told.exits}, {"list", &bh_told.list},   {"flips", &bh_told.flips},
    };
    const char *value = strchr(word, '=');
    if (value == NULL)
        return false;
    size_t length = (size_t)(value++ - word);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (strlen(numbers[i].name) == length && strncmp(numbers[i].name, word, length) == 0) {
            *numbers[i].value = strtoull(value, NULL, 0);
            return true;
        }
    if (strncmp(word, "bytes=", 6) == 0) {
        read_bytes(value);
        return true;
    }
    for (size_t i = 0; strncmp(word, "fault=", 6) == 0 && i < sizeof fault_names / sizeof *fault_names; i++)
        if (strcmp(value, fault_names[i]) == 0) {
            bh_told.fault = i;
            return true;
        }
    return false;
}
