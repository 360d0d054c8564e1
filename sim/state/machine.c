/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Node slots, physical nodes and spares of one replica. */
#include "sim/state/machine.h"

#include "models/base/extremes.h"

#include <math.h>
#include <obstack.h>
#include <stdlib.h>
#include <string.h>

static void *take_chunk(size_t bytes)
{
    return bh_reallocate(NULL, bytes, 1);
}
#define obstack_chunk_alloc take_chunk
#define obstack_chunk_free  free

/* Keys are numbers of nodes: a multiplication mixes them well enough. */
#define HASH_FUNCTION(key, length, hash) ((hash) = (unsigned)(*(key)*UINT64_C(0x9e3779b97f4a7c15) >> 32))
#include <uthash.h>
#include <utlist.h>

/* A slot that something happened to. */
struct bh_slot {
    uint64_t number;
    size_t partition;
    bool has_node;
    uint64_t node;
    double hardware_ready_s;
    double node_ready_s;
    double *zone_ready_s; /* per zone, of those that went down alone; NULL: none did */
    bool is_listed;       /* among its partition's outages */
    struct bh_slot *prev, *next;
    UT_hash_handle hh;
    double guest_ready_s[]; /* per guest on the node */
};

/* A physical node that is not where it started. */
struct moved_node {
    uint64_t number;
    enum bh_post post;
    uint64_t slot;
    UT_hash_handle hh;
};

/* A queue of numbers: spares in order of arrival, slots in order of waiting. */
struct fifo {
    uint64_t *number;
    size_t first, count, room;
};

/* Where an enclave stands, and until when its guests are down everywhere. */
struct standing {
    size_t partition;
    int tenant;
    double ready_s;
};

/* What was asked for last: who asks for a slot asks for it several times. */
struct found_slot {
    uint64_t number;
    struct bh_slot *slot; /* NULL: nothing has happened to it */
};

struct bh_machine {
    const struct bh_partitions *partitions;
    const struct bh_zone_tree **trees; /* per class */
    uint64_t nodes, spares;
    struct obstack records; /* all slots and moved nodes, which stay to the end */
    struct bh_slot *slots;
    struct found_slot *found; /* last */
    struct bh_slot **outages; /* per partition: slots that may not be ready */
    struct moved_node *moved;
    struct fifo idle, waiting;
    uint64_t in_repair, rebooting;
    struct bh_machine_use use;
    double all_ready_s, all_hardware_s;
    struct standing *enclaves;
};

static const struct bh_zone_tree *tree_of(const struct bh_machine *machine, size_t partition)
{
    return machine->trees[machine->partitions->partition[partition].class];
}

/* Numbers move to the front before room grows, so that a queue that never empties does not grow without end. */
static void fifo_push(struct fifo *fifo, uint64_t number)
{
    if (fifo->first + fifo->count == fifo->room) {
        for (size_t i = 0; i < fifo->count; i++)
            fifo->number[i] = fifo->number[fifo->first + i];
        fifo->first = 0;
        if (2 * fifo->count >= fifo->room) {
            fifo->room = fifo->room ? 2 * fifo->room : 16;
            fifo->number = bh_reallocate(fifo->number, fifo->room, sizeof *fifo->number);
        }
    }
    fifo->number[fifo->first + fifo->count++] = number;
}

static uint64_t fifo_pop(struct fifo *fifo)
{
    fifo->count--;
    return fifo->number[fifo->first++];
}

/* Of a spare that fails while it waits: rare, so that all may be looked at. */
static void fifo_remove(struct fifo *fifo, uint64_t number)
{
    size_t kept = 0;
    for (size_t i = 0; i < fifo->count; i++)
        if (fifo->number[fifo->first + i] != number)
            fifo->number[fifo->first + kept++] = fifo->number[fifo->first + i];
    fifo->count = kept;
}

/* Every enclave stands on one partition, so the largest number tells how many there are. */
static void place_enclaves(struct bh_machine *machine)
{
    const struct bh_partitions *partitions = machine->partitions;
    size_t count = 0;
    for (size_t pass = 0; pass < 2; pass++) {
        for (size_t p = 0; p < partitions->count; p++)
            for (size_t t = 0; t < tree_of(machine, p)->tenants_count; t++) {
                size_t enclave = partitions->partition[p].enclave[t];
                if (pass == 0)
                    count = enclave + 1 > count ? enclave + 1 : count;
                else
                    machine->enclaves[enclave] = (struct standing){.partition = p, .tenant = (int)t};
            }
        if (pass == 0)
            machine->enclaves = bh_allocate(count, sizeof *machine->enclaves);
    }
}

struct bh_machine *bh_machine_create(const struct bh_partitions *partitions, const struct bh_zone_tree *const *trees,
                                     uint64_t spares)
{
    struct bh_machine *machine = bh_allocate(1, sizeof *machine);
    const struct bh_partition *last = &partitions->partition[partitions->count - 1];
    machine->partitions = partitions;
    obstack_init(&machine->records);
    machine->found = bh_allocate(1, sizeof *machine->found);
    machine->found->number = UINT64_MAX;
    machine->trees = bh_allocate(partitions->classes_count, sizeof *machine->trees);
    for (size_t c = 0; c < partitions->classes_count; c++)
        machine->trees[c] = trees[c];
    machine->nodes = last->first_slot + last->nodes;
    machine->spares = spares;
    machine->outages = bh_allocate(partitions->count, sizeof(struct bh_slot *));
    place_enclaves(machine);
    for (uint64_t s = 0; s < spares; s++)
        fifo_push(&machine->idle, machine->nodes + s);
    return machine;
}

void bh_machine_destroy(struct bh_machine *machine)
{
    if (machine == NULL)
        return;
    for (struct bh_slot *slot = machine->slots; slot != NULL; slot = slot->hh.next)
        free(slot->zone_ready_s);
    HASH_CLEAR(hh, machine->slots);
    HASH_CLEAR(hh, machine->moved);
    obstack_free(&machine->records, NULL);
    free(machine->found);
    free(machine->idle.number);
    free(machine->waiting.number);
    free(machine->enclaves);
    free(machine->outages);
    free(machine->trees);
    free(machine);
}

uint64_t bh_machine_nodes(const struct bh_machine *machine)
{
    return machine->nodes + machine->spares;
}

static struct moved_node *find_moved(const struct bh_machine *machine, uint64_t node)
{
    struct moved_node *moved;
    HASH_FIND(hh, machine->moved, &node, sizeof node, moved);
    return moved;
}

/* Nodes that never moved are not stored: node n is in slot n, and behind the last slot are spares. So a machine of
 * 2^24 nodes costs what has happened on it. */
enum bh_post bh_machine_find(const struct bh_machine *machine, uint64_t node, uint64_t *slot)
{
    const struct moved_node *moved = find_moved(machine, node);
    *slot = moved != NULL ? moved->slot : node;
    if (moved != NULL)
        return moved->post;
    return node < machine->nodes ? BH_POST_IN_SLOT : BH_POST_SPARE;
}

static void move_node(struct bh_machine *machine, uint64_t node, enum bh_post post, uint64_t slot)
{
    struct moved_node *moved = find_moved(machine, node);
    if (moved == NULL) {
        moved = obstack_alloc(&machine->records, sizeof *moved);
        moved->number = node;
        HASH_ADD(hh, machine->moved, number, sizeof moved->number, moved);
    }
    moved->post = post;
    moved->slot = slot;
}

/* Node-seconds so far: what was so since the last event times its duration, before that event changes it. */
void bh_machine_pass(struct bh_machine *machine, double now_s)
{
    struct bh_machine_use *use = &machine->use;
    double passed_s = now_s - use->until_s;
    use->until_s = now_s;
    use->in_repair_s += passed_s * (double)machine->in_repair;
    use->rebooting_s += passed_s * (double)machine->rebooting;
    use->spares_in_use_s += passed_s * (double)(machine->spares - machine->idle.count);
    use->waiting_s += passed_s * (double)machine->waiting.count;
    use->exhausted_s += machine->idle.count == 0 ? passed_s : 0.0;
}

struct bh_machine_use bh_machine_use(const struct bh_machine *machine)
{
    return machine->use;
}

static struct bh_slot *find_slot(const struct bh_machine *machine, uint64_t number)
{
    struct found_slot *found = machine->found;
    if (found->number != number) {
        found->number = number;
        HASH_FIND(hh, machine->slots, &number, sizeof number, found->slot);
    }
    return found->slot;
}

uint64_t bh_machine_node_in(const struct bh_machine *machine, uint64_t number)
{
    const struct bh_slot *slot = find_slot(machine, number);
    return slot != NULL ? slot->node : number;
}

/* A slot is stored from the first thing that happens to it. */
static struct bh_slot *need_slot(struct bh_machine *machine, uint64_t number)
{
    struct bh_slot *slot = find_slot(machine, number);
    if (slot == NULL) {
        size_t partition = bh_partitions_find(machine->partitions, number);
        size_t guests = tree_of(machine, partition)->guests_count;
        size_t bytes = sizeof *slot + guests * sizeof slot->guest_ready_s[0];
        slot = memset(obstack_alloc(&machine->records, (int)bytes), 0, bytes);
        slot->number = slot->node = number;
        slot->partition = partition;
        slot->has_node = true;
        HASH_ADD(hh, machine->slots, number, sizeof slot->number, slot);
        *machine->found = (struct found_slot){number, slot};
    }
    return slot;
}

static void list_outage(struct bh_machine *machine, struct bh_slot *slot)
{
    if (slot->is_listed)
        return;
    slot->is_listed = true;
    DL_APPEND(machine->outages[slot->partition], slot);
}

/* A zone is up if everything that it stands on is: machine, enclave, node, the zone itself, its guest. */
bool bh_machine_is_up(const struct bh_machine *machine, uint64_t number, size_t zone, double now_s)
{
    const struct bh_slot *slot = find_slot(machine, number);
    size_t partition = slot != NULL ? slot->partition : bh_partitions_find(machine->partitions, number);
    const struct bh_zone *what = &tree_of(machine, partition)->zones[zone];
    const size_t *enclave = machine->partitions->partition[partition].enclave;
    if (now_s < machine->all_ready_s ||
        (what->enclave >= 0 && now_s < machine->enclaves[enclave[what->enclave]].ready_s))
        return false;
    if (slot == NULL)
        return true;
    if (!slot->has_node || now_s < slot->node_ready_s)
        return false;
    if (slot->zone_ready_s != NULL && now_s < slot->zone_ready_s[zone])
        return false;
    return what->guest < 0 || now_s >= slot->guest_ready_s[what->guest];
}

void bh_machine_fail_zones(struct bh_machine *machine, uint64_t number, const struct bh_zone_set *failed,
                           double ready_s)
{
    struct bh_slot *slot = need_slot(machine, number);
    size_t zones = tree_of(machine, slot->partition)->zones_count;
    if (slot->zone_ready_s == NULL)
        slot->zone_ready_s = bh_allocate(zones, sizeof *slot->zone_ready_s);
    for (size_t z = 0; z < zones; z++)
        if (bh_zone_set_has(failed, z))
            slot->zone_ready_s[z] = bh_greater(slot->zone_ready_s[z], ready_s);
}

/* The node starts anew, and all on it. */
static void forget_zones(struct bh_slot *slot)
{
    free(slot->zone_ready_s);
    slot->zone_ready_s = NULL;
}

/* Once the node is up; a set of native processes is never booted. */
static void boot_guests(const struct bh_machine *machine, struct bh_slot *slot, double node_ready_s, double boot_s)
{
    const struct bh_zone_tree *tree = tree_of(machine, slot->partition);
    for (size_t g = 0; g < tree->guests_count; g++)
        slot->guest_ready_s[g] =
            bh_greater(slot->guest_ready_s[g], node_ready_s + (tree->guest_has_kernel[g] ? boot_s : 0.0));
}

/* Whether a guest itself is down, not only some of its processes: its kernel has failed, or one nested in it. */
static bool guest_failed(const struct bh_zone_tree *tree, size_t guest, const struct bh_zone_set *failed)
{
    for (size_t z = 0; z < tree->zones_count; z++)
        if (bh_zone_set_has(failed, z) && bh_zone_set_has(&tree->guest_zones[guest], z) &&
            tree->zones[z].kind == BH_GUEST_KERNEL)
            return true;
    return false;
}

/* Zone 0 is the host's kernel: with it goes the node. Outages that overlap end with the later of both. */
void bh_machine_fail(struct bh_machine *machine, uint64_t number, const struct bh_zone_set *failed, double node_ready_s,
                     double guest_ready_s, double guest_boot_s)
{
    struct bh_slot *slot = need_slot(machine, number);
    const struct bh_zone_tree *tree = tree_of(machine, slot->partition);
    if (bh_zone_set_has(failed, 0)) {
        forget_zones(slot);
        slot->node_ready_s = bh_greater(slot->node_ready_s, node_ready_s);
        boot_guests(machine, slot, slot->node_ready_s, guest_boot_s);
    } else {
        for (size_t g = 0; g < tree->guests_count; g++)
            if (guest_failed(tree, g, failed))
                slot->guest_ready_s[g] = bh_greater(slot->guest_ready_s[g], guest_ready_s);
    }
    list_outage(machine, slot);
}

void bh_machine_repair_in_place(struct bh_machine *machine, uint64_t number, double repaired_s)
{
    struct bh_slot *slot = need_slot(machine, number);
    slot->hardware_ready_s = bh_greater(slot->hardware_ready_s, repaired_s);
}

/* A node comes into a slot as new: none of the zones that were down on the old one are down on it. */
static void settle(struct bh_machine *machine, struct bh_slot *slot, uint64_t node, double ready_s, double guest_boot_s)
{
    slot->has_node = true;
    slot->node = node;
    slot->node_ready_s = slot->hardware_ready_s = ready_s;
    forget_zones(slot);
    boot_guests(machine, slot, ready_s, guest_boot_s);
    move_node(machine, node, BH_POST_IN_SLOT, slot->number);
    list_outage(machine, slot);
}

/* Spares go to whom they are asked by first; who finds none waits in order. */
void bh_machine_lose_node(struct bh_machine *machine, uint64_t number, double spare_ready_s, double guest_boot_s)
{
    struct bh_slot *slot = need_slot(machine, number);
    BH_BUG_ASSERT(slot->has_node);
    move_node(machine, slot->node, BH_POST_IN_REPAIR, number);
    machine->in_repair++;
    slot->has_node = false;
    list_outage(machine, slot);
    if (machine->idle.count > 0)
        settle(machine, slot, fifo_pop(&machine->idle), spare_ready_s, guest_boot_s);
    else
        fifo_push(&machine->waiting, number);
}

bool bh_machine_replace_crashed(struct bh_machine *machine, uint64_t number, double spare_ready_s, double guest_boot_s)
{
    struct bh_slot *slot = need_slot(machine, number);
    BH_BUG_ASSERT(slot->has_node);
    if (machine->idle.count == 0)
        return false;
    move_node(machine, slot->node, BH_POST_REBOOTING, number);
    machine->rebooting++;
    settle(machine, slot, fifo_pop(&machine->idle), spare_ready_s, guest_boot_s);
    return true;
}

void bh_machine_lose_spare(struct bh_machine *machine, uint64_t node, bool reboots)
{
    fifo_remove(&machine->idle, node);
    move_node(machine, node, reboots ? BH_POST_REBOOTING : BH_POST_IN_REPAIR, 0);
    machine->rebooting += reboots;
    machine->in_repair += !reboots;
}

bool bh_machine_next_waiting(const struct bh_machine *machine, uint64_t *slot)
{
    if (machine->waiting.count > 0)
        *slot = machine->waiting.number[machine->waiting.first];
    return machine->waiting.count > 0;
}

/* A node that comes back serves the slot that has waited longest, else it is a spare: it has no slot of its own. */
bool bh_machine_returned(struct bh_machine *machine, uint64_t node, double ready_s, double guest_boot_s)
{
    uint64_t slot;
    if (bh_machine_find(machine, node, &slot) == BH_POST_REBOOTING)
        machine->rebooting--;
    else
        machine->in_repair--;
    if (machine->waiting.count > 0) {
        settle(machine, need_slot(machine, fifo_pop(&machine->waiting)), node, ready_s, guest_boot_s);
        return true;
    }
    move_node(machine, node, BH_POST_SPARE, 0);
    fifo_push(&machine->idle, node);
    return false;
}

static double ready_s_of(const struct bh_machine *machine, const struct bh_slot *slot, int tenant)
{
    const struct bh_zone_tree *tree = tree_of(machine, slot->partition);
    if (!slot->has_node)
        return INFINITY;
    double ready_s = slot->node_ready_s;
    for (size_t z = 0; z < tree->zones_count; z++) {
        const struct bh_zone *zone = &tree->zones[z];
        if (zone->enclave == tenant && zone->guest >= 0)
            ready_s = bh_greater(ready_s, slot->guest_ready_s[zone->guest]);
    }
    return ready_s;
}

double bh_machine_slot_ready_s(const struct bh_machine *machine, uint64_t number, int enclave)
{
    const struct bh_slot *slot = find_slot(machine, number);
    const struct standing *standing = &machine->enclaves[enclave];
    double ready_s = bh_greater(machine->all_ready_s, standing->ready_s);
    return slot != NULL ? bh_greater(ready_s, ready_s_of(machine, slot, standing->tenant)) : ready_s;
}

double bh_machine_slot_node_s(const struct bh_machine *machine, uint64_t number, double guest_boot_s)
{
    const struct bh_slot *slot = find_slot(machine, number);
    double all_s = machine->all_ready_s - guest_boot_s;
    if (slot == NULL)
        return all_s;
    return slot->has_node ? fmax(all_s, slot->node_ready_s) : INFINITY;
}

double bh_machine_slot_hardware_s(const struct bh_machine *machine, uint64_t number)
{
    const struct bh_slot *slot = find_slot(machine, number);
    if (slot == NULL)
        return machine->all_hardware_s;
    return slot->has_node ? bh_greater(machine->all_hardware_s, slot->hardware_ready_s) : INFINITY;
}

/* Latest of all outages of the partition. Those that are over leave the list here, so that it stays as short as what is
 * down now. */
void bh_machine_ready_s(struct bh_machine *machine, int enclave, double now_s, double *ready_s, double *hardware_s)
{
    const struct standing *standing = &machine->enclaves[enclave];
    size_t guests = tree_of(machine, standing->partition)->guests_count;
    struct bh_slot *slot, *next;
    *ready_s = bh_greater(machine->all_ready_s, standing->ready_s);
    *hardware_s = machine->all_hardware_s;
    DL_FOREACH_SAFE(machine->outages[standing->partition], slot, next)
    {
        double latest_s = slot->has_node ? slot->node_ready_s : INFINITY;
        for (size_t g = 0; g < guests; g++)
            latest_s = bh_greater(latest_s, slot->guest_ready_s[g]);
        *ready_s = bh_greater(*ready_s, ready_s_of(machine, slot, standing->tenant));
        *hardware_s = bh_greater(*hardware_s, slot->has_node ? slot->hardware_ready_s : INFINITY);
        if (latest_s <= now_s) {
            DL_DELETE(machine->outages[standing->partition], slot);
            slot->is_listed = false;
        }
    }
}

void bh_machine_lose_everywhere(struct bh_machine *machine, double hardware_s, double ready_s)
{
    machine->all_hardware_s = bh_greater(machine->all_hardware_s, hardware_s);
    bh_machine_fail_everywhere(machine, -1, ready_s);
}

void bh_machine_fail_everywhere(struct bh_machine *machine, int enclave, double ready_s)
{
    for (struct bh_slot *slot = machine->slots; enclave < 0 && slot != NULL; slot = slot->hh.next)
        forget_zones(slot);
    double *until_s = enclave < 0 ? &machine->all_ready_s : &machine->enclaves[enclave].ready_s;
    *until_s = bh_greater(*until_s, ready_s);
}
