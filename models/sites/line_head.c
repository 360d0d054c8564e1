/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* When and where a line of a log was written, in the forms of syslog, journalctl, dmesg, rasdaemon and libvirt. */
#include "models/sites/line_head.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { TIME_SIZE = 64 };

static const char *skip_word(const char *text)
{
    text += strcspn(text, " \t");
    return text + strspn(text, " \t");
}

static const char *skip_priority(const char *text)
{
    return *text == '<' ? text + strcspn(text, ">") + (strchr(text, '>') != NULL) : text;
}

/* Whether so much of a text is a date, maybe with a time. */
static bool read_date(const char *text, size_t length, struct bh_line_head *line)
{
    char time[TIME_SIZE];
    if (length == 0 || length >= TIME_SIZE)
        return false;
    memcpy(time, text, length);
    time[length] = '\0';
    line->at = bh_moment_scan(time);
    return line->at.kind == BH_MOMENT_DATE;
}

/* Seconds since 1970, whose digits were looked at. */
static void take_epoch(const char *text, struct bh_line_head *line)
{
    line->at = (struct bh_moment){.kind = BH_MOMENT_NUMBER, .named = 3, .number = strtod(text, NULL)};
}

/* Whether what was taken as a time, up to `end` or not at all (NULL), is more than a date. */
static bool has_clock(const char *text, const char *end)
{
    return end != NULL && memchr(text, ':', (size_t)(end - text)) != NULL;
}

/* Up to so many words as a time; their end, or NULL. */
static const char *take_time(const char *text, int words, struct bh_line_head *line)
{
    const char *end = text;
    for (int w = 0; w < words; w++)
        end = skip_word(end);
    size_t length = (size_t)(end - text);
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
        length--;
    if (length > 0 && text[length - 1] == ':') /* libvirt's */
        length--;
    return read_date(text, length, line) ? end : NULL;
}

static bool is_weekday(const char *text)
{
    static const char names[] = "MonTueWedThuFriSatSun";
    for (const char *name = names; *name != '\0'; name += 3)
        if (strncasecmp(text, name, 3) == 0 && (text[3] == ' ' || text[3] == ','))
            return true;
    return false;
}

/* "CEST", "-03": what stands between the time and the host under journalctl -o short-full, also where nobody knows it. */
static bool is_zone(const char *text)
{
    size_t length = strcspn(text, " \t");
    if (*text == '+' || *text == '-')
        return strspn(text + 1, "0123456789:") + 1 == length;
    return length >= 1 && length <= 5 && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == length;
}

/* "Tue 2020-10-06 17:59:27 CEST" and "Tue Oct  6 17:59:27 2020"; the end, or NULL. */
static const char *take_weekday(const char *text, struct bh_line_head *line)
{
    const char *end = NULL;
    for (int words = 6; words >= 3 && end == NULL; words--)
        end = take_time(text, words, line);
    return end != NULL && isdigit((unsigned char)*skip_word(text)) && !line->at.has_offset && is_zone(end)
               ? skip_word(end)
               : end;
}

/* "1602000000.123456", as journalctl -o short-unix has it; the end, or NULL. */
static const char *take_seconds(const char *text, struct bh_line_head *line)
{
    size_t whole = strspn(text, "0123456789"), parts = text[whole] == '.' ? strspn(text + whole + 1, "0123456789") : 0;
    if (whole < 9 || whole > 10 || parts != 6 || text[whole + 7] != ' ')
        return NULL;
    take_epoch(text, line);
    return skip_word(text);
}

static void take_host(const char **at, struct bh_line_head *line)
{
    size_t length = strcspn(*at, " \t");
    /* A host is no program: "kernel:" stands behind it. */
    if (length == 0 || length >= BH_LINE_HOST_SIZE || (*at)[length - 1] == ':' || (*at)[length - 1] == ',' ||
        memchr(*at, '=', length) != NULL)
        return;
    memcpy(line->host, *at, length);
    line->host[length] = '\0';
    *at = skip_word(*at);
}

/* "- 1131566461 2005.11.09 dn228 Nov 9 12:01:01 ...": public logs of Thunderbird, Spirit, Liberty and Blue Gene/L, whose lines
 * begin with an alert's tag, or a dash. */
static bool read_tagged(const char *text, struct bh_line_head *line)
{
    const char *seconds = skip_word(text), *date = skip_word(seconds), *host = skip_word(date);
    size_t digits = strspn(seconds, "0123456789");
    if (digits < 9 || digits > 10 || seconds[digits] != ' ' || strspn(date, "0123456789.") != 10 || date[4] != '.' ||
        date[7] != '.')
        return false;
    take_epoch(seconds, line);
    take_host(&host, line);
    line->message = host;
    return true;
}

/* An event of `ras-mc-ctl --errors`: its number, a date, a time and an offset, and what it was; no host. */
static bool read_ras(const char *text, struct bh_line_head *line)
{
    size_t digits = strspn(text, "0123456789");
    const char *time = text + digits + 1, *end;
    if (digits == 0 || digits > 9 || text[digits] != ' ' || !isdigit((unsigned char)*time) ||
        !has_clock(time, end = take_time(time, 3, line)))
        return false;
    line->message = end;
    return true;
}

bool bh_line_is_ras_heading(const char *text)
{
    size_t length = strlen(text);
    if (length <= 8)
        return false;
    const char *end = text + length - 8;
    return strcmp(end, " events:") == 0 || (strncmp(text, "No ", 3) == 0 && strcmp(end, " errors.") == 0);
}

bool bh_line_head_read(const char *text, struct bh_line_head *line)
{
    const char *at = NULL;
    *line = (struct bh_line_head){.message = text};
    text = skip_priority(text);
    if (text[0] == '1' && text[1] == ' ' && isdigit((unsigned char)text[2]) && strcspn(text + 2, " T") == 10)
        text += 2;      /* the version of RFC 5424 */
    if (*text == '[') { /* dmesg -T */
        const char *end = strchr(text, ']');
        if (end == NULL)
            return false;
        line->message = end + 1;
        return read_date(text + 1, (size_t)(end - text - 1), line);
    }
    if (read_ras(text, line) || read_tagged(text, line))
        return true;
    if (isdigit((unsigned char)*text)) {
        at = take_time(text, 1, line);
        if (!has_clock(text, at))
            at = take_time(text, 2, line);
    } else if (is_weekday(text)) {
        at = take_weekday(text, line);
    } else if (isalpha((unsigned char)*text)) {
        at = take_time(text, 3, line);
        if (!has_clock(text, at))
            at = take_time(text, 4, line); /* "Oct  6 2020 17:59:27" */
    }
    if (!has_clock(text, at))
        at = take_seconds(text, line);
    if (at == NULL)
        return false;
    bool is_guests = strncmp(at, "shutting down, reason=", 22) == 0 || strncmp(at, "starting up ", 12) == 0;
    if (!is_guests)
        take_host(&at, line);
    line->message = at;
    return true;
}

bool bh_line_is_since_boot(const char *text)
{
    text = skip_priority(text);
    if (*text != '[')
        return false;
    text += 1 + strspn(text + 1, " ");
    size_t whole = strspn(text, "0123456789");
    return whole > 0 && text[whole] == '.' && text[whole + 1 + strspn(text + whole + 1, "0123456789")] == ']';
}
