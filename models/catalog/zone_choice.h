/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* How scripts, policies and counts of injections name a zone: by its kind, or as its system calls it. */
#pragma once

#include "models/base/error.h"

#include <stdbool.h>

struct bh_catalog;
struct bh_system;

struct bh_zone_choice {
    const char *name; /* as written; borrowed */
    int kind;         /* enum bh_zone_kind; -1: the name is that of a zone */
    struct bh_place place;
};

/* Every name that a zone may be given: the kinds, then the zones of all systems, each once. NULL-terminated; the caller
 * frees the array alone. */
const char **bh_zone_names(const struct bh_catalog *catalog);

/* The choice that one of these names makes; `name` is borrowed. */
struct bh_zone_choice bh_zone_choice_of(const char *name, struct bh_place place);

/* Position among the system's zones of the one that is meant on the nodes of an enclave: by name, or the zone of that
 * kind which the enclave has for itself, else the one that all on the node share. A system without the kind answers with
 * the nearest: guest-kernel and host-user with the host's kernel, guest-user with the application's process. A native enclave has
 * the zones of such. -1 with BH_ERROR_INPUT at the choice's place when the system has no zone of that name, or several that
 * could be meant. */
long bh_zone_choose(const struct bh_system *system, const struct bh_zone_choice *choice, bool is_native,
                    struct bh_error *err);
/* Whether the system has a zone of that name or kind; guest-user: its application's process is one, whatever its kind. */
bool bh_zone_is_there(const struct bh_system *system, const struct bh_zone_choice *choice);
