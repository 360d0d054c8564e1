/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The opening tags of an XML file, one after the other, as expat reads them. */
#pragma once

#include "models/base/error.h"

struct bh_xml_tag {
    const char *name;
    const char **attributes; /* name, value, name, value, ..., NULL */
    struct bh_place place;   /* of its "<" */
};

/* The value of an attribute; NULL: the tag has none of that name. */
const char *bh_xml_attribute(const struct bh_xml_tag *tag, const char *name);

/* Shows each tag to see() until that returns other than 0, which is returned then; 0 at the file's end. -1 for what is
 * no XML, for tags nested too deep, and for entities of its own, which can grow without bound. */
int bh_xml_read(const char *path, int (*see)(void *data, const struct bh_xml_tag *tag), void *data,
                struct bh_error *err);
