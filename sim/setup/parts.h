/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What the files that find a scenario's numbers share; nobody else includes it. */
#pragma once

#include "models/node/node_model.h"
#include "sim/setup/number_uses.h"

struct bh_node_stack;

struct bh_number_uses {
    size_t count;
    const struct bh_parameter **read; /* by address */
};

/* A scenario being gone through. */
struct bh_reading {
    const struct bh_scenario *scenario;
    struct bh_number_uses *uses;
    size_t room;
    bool by_contain;   /* what that command reads counts, too */
    bool fails;        /* something of an enclave can be lost */
    bool loses_nodes;  /* by a fault class, whatever policies say */
    bool loses_guests; /* more than processes are taken down somewhere */
    bool is_silent;    /* errors can become silent */
};

/* The nodes of a partition class under a policy. */
struct bh_reached {
    const struct bh_node_model *model;
    size_t class;
    bool has_guests;
    bool has_software; /* faults of components strike */
    bool *zone;        /* errors can be there */
    bool kind[BH_ERROR_KINDS];
    bool splits[2]; /* errors in instructions that hardware, software makes: whether what they change matters */
    bool attempts[BH_BOUNDARIES]; /* errors try to cross it where guards stand */
};

/* A guard level and whom it costs; NULL: nobody. */
struct bh_level_use {
    const struct bh_guard_level *level;
    const struct bh_application *application;
};

void bh_reading_mark(struct bh_reading *reading, bool is_read, const struct bh_parameter *parameter);

const struct bh_application *bh_reading_tenant(const struct bh_reading *reading, size_t class, int tenant);
/* Whether the application's checkpoints, or what its parts reload, take a time by their bytes. */
bool bh_reading_moves_bytes(const struct bh_reading *reading, const struct bh_application *application);
/* What the system and its kernels cost the tenants of a class. */
void bh_reading_costs(struct bh_reading *reading, const struct bh_reached *reached, const struct bh_node_stack *stack);
/* The numbers of a parametric machine. */
void bh_reading_machine(struct bh_reading *reading);
/* Applications, and recovery where it depends on them; comes last. */
void bh_reading_applications(struct bh_reading *reading);
