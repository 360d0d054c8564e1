/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* QEMU's machine protocol: commands and their answers, as JSON over a socket. */
#pragma once

#include "models/base/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

struct bh_qmp {
    FILE *stream;   /* of the socket, both ways */
    bool has_ended; /* QEMU closed it */
};

/* Takes the greeting and leaves negotiation behind. The stream is the caller's. */
int bh_qmp_begin(struct bh_qmp *qmp, FILE *stream, struct bh_error *err);

/* Runs a command; `arguments` (stolen) may be NULL. Returns what it returned, to be given back by json_decref, or NULL. */
json_t *bh_qmp_command(struct bh_qmp *qmp, const char *name, json_t *arguments, struct bh_error *err);

/* The same where nothing is returned. */
int bh_qmp_do(struct bh_qmp *qmp, const char *name, json_t *arguments, struct bh_error *err);

/* Waits for an event of that name. */
int bh_qmp_wait(struct bh_qmp *qmp, const char *event, struct bh_error *err);
