/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The kinds of application: a row each here, with what differs in their models, and in a file of sim/enclaves that holds what
 * they do (struct bh_enclave_kind of the row's name). */
#pragma once

#include <stdbool.h>

/* Row, name, and the columns of struct bh_application_kind. */
#define BH_APPLICATION_KINDS(ROW)                                                                                      \
    ROW(bh_kind_bulk_synchronous, "bulk-synchronous", true, false, true)                                               \
    ROW(bh_kind_service, "loss-tolerant-service", false, true, false)

struct bh_application_kind {
    const char *name;
    bool keeps_checkpoints; /* and returns to them; else parts that failed reload what they need from local storage */
    bool loses_parts;       /* a loss takes the parts (one per node) that it strikes; else it takes the enclave */
    bool is_coupled;        /* its ranks wait for each other, and spread wrong data */
};

enum bh_application_kind_number {
#define BH_KIND_NUMBER(row, ...) row##_number,
    BH_APPLICATION_KINDS(BH_KIND_NUMBER)
#undef BH_KIND_NUMBER
        BH_APPLICATION_KINDS_COUNT
};
extern const struct bh_application_kind bh_application_kinds[BH_APPLICATION_KINDS_COUNT];

/* " bulk-synchronous loss-tolerant-service" */
extern const char bh_application_kind_names[];

/* By name; NULL: there is none. */
const struct bh_application_kind *bh_application_kind_find(const char *name);
/* The first whose losses are as told. */
const struct bh_application_kind *bh_application_kind_of_losses(bool loses_parts);
