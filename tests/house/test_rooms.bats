#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# The rooms of the tree and their order, by includes and by the calls of the built objects.

load ../support/common

# rooms RULE...: how many places break each rule, as build-aux/rooms-open has them.
count_open() {
    "$PYTHON" "$SOURCE_DIRECTORY/tests/house/rooms.py" "$@" --count | sort || true
}

@test "what still breaks a rule of the rooms only gets less" {
    [ -f "${BUILD_DIRECTORY:-}/Makefile" ] || skip "no build tree"
    found=$(count_open "$SOURCE_DIRECTORY" "$BUILD_DIRECTORY")
    expected=$(grep -v '^#' "$SOURCE_DIRECTORY/build-aux/rooms-open")
    [ "$found" = "$expected" ] || {
        printf 'found:\n%s\nexpected, as build-aux/rooms-open has it (lower it where there is less):\n%s\n' \
            "$found" "$expected" >&2
        "$PYTHON" "$SOURCE_DIRECTORY/tests/house/rooms.py" "$SOURCE_DIRECTORY" "$BUILD_DIRECTORY" >&2
        return 1
    }
}

@test "each rule of the rooms is seen to be broken" {
    local tree=$BATS_TEST_TMPDIR/tree
    mkdir -p "$tree"/build-aux "$tree"/models/low "$tree"/models/high
    printf 'models/low\nmodels/high\n' >"$tree/build-aux/rooms"
    printf '#include "models/high/b.h"\n' >"$tree/models/low/a.h"
    printf '#include "models/low/a.h"\n#include "models/low/parts.h"\n' >"$tree/models/high/b.h"
    : >"$tree/models/low/parts.h"
    found=$(count_open "$tree")
    [ "$found" = "$(printf 'circles 1\nincludes 1\nparts 1')" ] || { echo "$found" >&2; return 1; }
    rm "$tree"/models/*/*.h
    yes '' | head -n 501 >"$tree/models/low/long.c"
    mkdir "$tree/models/other"
    : >"$tree/models/other/c.h"
    for i in $(seq 31); do : >"$tree/models/high/$i.h"; done
    mkdir "$tree/models/catalog"
    printf 'models/catalog\n' >>"$tree/build-aux/rooms"
    printf 'int a = b->c->d->e, f = b->c[d->e->g[1]->h].i->j->k->l;\n' >"$tree/models/catalog/catalog.h"
    printf 'int c = a > BH_SCOPE_NODE, d = a == BH_SCOPE_NODE;\n' >"$tree/models/catalog/scopes.c"
    printf '#include "models/catalog/catalog.h"\n' >"$tree/models/catalog/reader.h"
    printf '#include "models/catalog/reader.h"\n' >"$tree/models/catalog/reader.c"
    found=$(count_open "$tree")
    [ "$found" = "$(printf 'arrows 1\ncatalog 2\nlines 1\nrooms 2\nscopes 1')" ] || { echo "$found" >&2; return 1; }
}
