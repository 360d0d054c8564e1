/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What a node is made of: the folder that ./quickstart lab fills, QEMU, and the identity of both. */
#pragma once

#include "models/base/error.h"

#include <stdint.h>

struct bh_laboratory {
    char *folder;       /* absolute */
    char *qemu;         /* the program */
    char *qemu_version; /* "7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)" */
    char *release;      /* the kernel's: "6.1.0-57-cloud-amd64" */
    char *
        build; /* ... "6.1.0-57-cloud-amd64 (...) #1 SMP ... Debian 6.1.192-3 (2026-11-26)"; "" if the image does not say */
    char *kernel;      /* its image */
    uint64_t identity; /* of QEMU's and of the kernel's bytes */
};

/* Opens it; refuses, each with one message: no such folder or a part of it missing, no QEMU, one that is not 7.2 or knows
 * no plugins, another kind of processor than x86-64. */
int bh_laboratory_open(struct bh_laboratory *lab, const char *folder, struct bh_error *err);
void bh_laboratory_free(struct bh_laboratory *lab);

/* FOLDER/NAME; the caller frees. */
char *bh_laboratory_path(const struct bh_laboratory *lab, const char *name);

/* Bytes of a file, joined to `identity`. */
int bh_file_identity(const char *path, uint64_t *identity, struct bh_error *err);
