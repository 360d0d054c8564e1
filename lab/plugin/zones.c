/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* Knows page tables by who has them. */
#include "lab/plugin/zones.h"

#include "lab/plugin/marks.h"
#include "lab/plugin/modules.h"
#include "lab/plugin/state.h"
#include "lab/plugin/told.h"

enum { MOST_SPACES = 16 };

static struct {
    uint64_t cr3;
    unsigned zone;  /* of code that runs in user mode with it */
    unsigned guest; /* 1 and up: the zone of the kernel of the guest that it runs; 0: none */
} spaces[MOST_SPACES];
static size_t spaces_count;
static uint64_t host_cr3; /* when the host's code ran last */

void bh_zones_learn(const char *state, unsigned zone)
{
    bool is_guest = (bh_state_flags(state) & BH_HIDDEN_GUEST) != 0;
    uint64_t cr3 = is_guest ? host_cr3 : bh_state_get(state, BH_AT_CR3);
    size_t i = 0;
    while (i < spaces_count && spaces[i].cr3 != cr3)
        i++;
    if (i == MOST_SPACES)
        return;
    if (i == spaces_count)
        spaces_count++;
    spaces[i].cr3 = cr3;
    if (is_guest) {
        spaces[i].guest = zone == BH_LAB_GUEST_PROCESS_0 ? BH_LAB_GUEST_KERNEL_0 : BH_LAB_GUEST_KERNEL_1;
        spaces[i].zone = zone == BH_LAB_GUEST_PROCESS_0 ? BH_LAB_VMM_0 : BH_LAB_VMM_1;
    } else
        spaces[i].zone = zone;
}

void bh_zones_forget_enclaves(void)
{
    size_t kept = 0;
    for (size_t i = 0; i < spaces_count; i++)
        if (spaces[i].zone == BH_LAB_HOST_AGENT)
            spaces[kept++] = spaces[i];
    spaces_count = kept;
}

static unsigned zone_of_machine(const char *state)
{
    uint32_t hidden = bh_state_flags(state);
    if (!(hidden & BH_HIDDEN_GUEST)) {
        host_cr3 = bh_state_get(state, BH_AT_CR3);
        if ((hidden & BH_HIDDEN_LEVEL) != 3)
            return bh_modules_zone(bh_state_get(state, BH_AT_RIP));
    }
    for (size_t i = 0; i < spaces_count; i++)
        if (spaces[i].cr3 == host_cr3) {
            if (!(hidden & BH_HIDDEN_GUEST))
                return spaces[i].zone;
            return spaces[i].guest == 0              ? BH_LAB_OTHER
                   : (hidden & BH_HIDDEN_LEVEL) != 3 ? spaces[i].guest
                                                     : spaces[i].guest + BH_LAB_GUEST_PROCESS_0 - BH_LAB_GUEST_KERNEL_0;
        }
    return BH_LAB_OTHER;
}

/* Where the whole machine is a guest its kernel is the guest's, and so are its processes. */
unsigned bh_zones_now(const char *state)
{
    unsigned zone = zone_of_machine(state);
    if (bh_told.guest == 0)
        return zone;
    switch (zone) {
    case BH_LAB_HOST_KERNEL:
    case BH_LAB_HOST_MODULES:
        return BH_LAB_GUEST_KERNEL_0;
    case BH_LAB_PROCESS_0:
        return BH_LAB_GUEST_PROCESS_0;
    case BH_LAB_PROCESS_1:
        return BH_LAB_GUEST_PROCESS_1;
    default:
        return BH_LAB_OTHER;
    }
}
