/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Reads XML by expat. */
#include "sim/platform/xml.h"

#include <errno.h>
#include <expat.h>
#include <stdio.h>
#include <string.h>

/* SimGrid's reader has a stack of fixed size and writes past its end. */
#define DEPTH_MOST 64

struct reading {
    XML_Parser parser;
    const char *path;
    int (*see)(void *data, const struct bh_xml_tag *tag);
    void *data;
    unsigned depth;
    int status;
    struct bh_error *err;
};

static struct bh_place here(const struct reading *reading)
{
    return (struct bh_place){.file = reading->path,
                             .line = (unsigned)XML_GetCurrentLineNumber(reading->parser),
                             .column = (unsigned)XML_GetCurrentColumnNumber(reading->parser) + 1};
}

static void stop(struct reading *reading, int status)
{
    reading->status = status;
    XML_StopParser(reading->parser, XML_FALSE);
}

static void begin_tag(void *data, const XML_Char *name, const XML_Char **attributes)
{
    struct reading *reading = data;
    struct bh_xml_tag tag = {name, attributes, here(reading)};
    int status = ++reading->depth > DEPTH_MOST
                     ? bh_fail_at(reading->err, tag.place,
                                  "tags nested deeper than %d; SimGrid's reader would overrun its stack", DEPTH_MOST)
                     : reading->see(reading->data, &tag);
    if (status != 0)
        stop(reading, status);
}

static void end_tag(void *data, const XML_Char *name)
{
    (void)name;
    ((struct reading *)data)->depth--;
}

/* SimGrid knows none either. */
static void refuse_entity(void *data, const XML_Char *name, int is_parameter, const XML_Char *value, int length,
                          const XML_Char *base, const XML_Char *system, const XML_Char *public,
                          const XML_Char *notation)
{
    (void)is_parameter, (void)value, (void)length, (void)base, (void)system, (void)public, (void)notation;
    struct reading *reading = data;
    stop(reading, bh_fail_at(reading->err, here(reading),
                             "found the entity \"%s\"; expected a platform without entities of its own", name));
}

static int parse(struct reading *reading, FILE *file)
{
    char piece[1 << 16];
    size_t got;
    enum XML_Status status;
    do {
        got = fread(piece, 1, sizeof piece, file);
        if (ferror(file))
            return bh_fail(reading->err, BH_ERROR_INPUT, "%s: cannot be read: %s", reading->path, strerror(errno));
        status = XML_Parse(reading->parser, piece, (int)got, got == 0);
    } while (got > 0 && status == XML_STATUS_OK);
    if (status == XML_STATUS_OK || reading->status != 0)
        return reading->status;
    enum XML_Error code = XML_GetErrorCode(reading->parser);
    return bh_fail_at(reading->err, here(reading), "found %s; expected well-formed XML",
                      code == XML_ERROR_NO_ELEMENTS ? "the end of the file" : XML_ErrorString(code));
}

const char *bh_xml_attribute(const struct bh_xml_tag *tag, const char *name)
{
    for (const char **at = tag->attributes; *at; at += 2)
        if (strcmp(at[0], name) == 0)
            return at[1];
    return NULL;
}

int bh_xml_read(const char *path, int (*see)(void *data, const struct bh_xml_tag *tag), void *data,
                struct bh_error *err)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return bh_fail(err, BH_ERROR_INPUT, "%s: cannot be read: %s", path, strerror(errno));
    struct reading reading = {XML_ParserCreate(NULL), path, see, data, .err = err};
    int status = reading.parser ? 0 : bh_fail(err, BH_ERROR_SYSTEM, "not enough memory to read %s", path);
    if (status == 0) {
        XML_SetUserData(reading.parser, &reading);
        XML_SetElementHandler(reading.parser, begin_tag, end_tag);
        XML_SetEntityDeclHandler(reading.parser, refuse_entity);
        status = parse(&reading, file);
    }
    XML_ParserFree(reading.parser);
    fclose(file);
    return status;
}
