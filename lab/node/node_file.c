/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Reads lab/nodes/NAME.yaml. */
#include "lab/node/node_file.h"

#include "models/document/document_get.h"
#include "models/document/document_read.h"

#include <stdlib.h>

const char *const bh_lab_stack_names[] = {"native", "kvm", "qemu", NULL};
const char *const bh_lab_network_names[] = {"none", "vmm", "vhost", NULL};

static const char *const oops_names[] = {"continue", "panic", NULL};
static const char *const program_names[] = {"own", "shared", NULL};
static const char *const paging_names[] = {"nested", "shadow", NULL};

static const char *const all_keys[] = {"name", "stack", "memory",   "guests", "host-oops",
                                       "hang", "limit", "programs", NULL};
static const char *const guest_keys[] = {"memory", "oops", "network", "wait", "paging", NULL};

/* The place of the key's word in `names`; the first where there is no such key. */
static int read_choice(const struct bh_node *map, const char *key, const char *const *names, int *choice,
                       struct bh_error *err)
{
    const struct bh_node *node = bh_node_find(map, key);
    *choice = node == NULL ? 0 : bh_node_choice(node, names, key, err);
    return *choice < 0 ? -1 : 0;
}

static int read_mib(const struct bh_node *node, double least, double most, uint64_t *mib, struct bh_error *err)
{
    double bytes;
    if (bh_node_quantity(node, BH_DIMENSION_BYTES, &bytes, err) != 0)
        return -1;
    bytes /= 1048576.0;
    if (bytes < least || bytes > most || bytes != (double)(uint64_t)bytes)
        return bh_node_fail(node, err, "found %g MiB, expected whole MiB from %g to %g", bytes, least, most);
    *mib = (uint64_t)bytes;
    return 0;
}

static int read_guests(const struct bh_node *map, struct bh_lab_node *node, struct bh_error *err)
{
    int oops, network, paging;
    const struct bh_node *memory, *wait;
    double wait_s = 0.5;
    if (bh_node_expect(map, BH_NODE_MAP, "guests", err) != 0 || bh_node_check_keys(map, guest_keys, err) != 0 ||
        (memory = bh_node_need(map, "memory", err)) == NULL ||
        bh_node_expect(memory, BH_NODE_LIST, "memory of the guests", err) != 0)
        return -1;
    if (bh_node_count(memory) != BH_LAB_ENCLAVES)
        return bh_node_fail(memory, err, "found %zu guests, expected %d", bh_node_count(memory), BH_LAB_ENCLAVES);
    /* Debian's kernel needs 54 MiB to unpack itself: with 64 it hangs without a word. */
    for (size_t i = 0; i < BH_LAB_ENCLAVES; i++)
        if (read_mib(bh_node_item(memory, i), 128.0, 1024.0, &node->guest_mib[i], err) != 0)
            return -1;
    if (node->guest_mib[0] == node->guest_mib[1])
        return bh_node_fail(memory, err,
                            "found guests of one size, expected two: else they hold the same at the same "
                            "places, and a fault that went from one to the other could not be told");
    if (read_choice(map, "oops", oops_names, &oops, err) != 0 ||
        read_choice(map, "network", bh_lab_network_names, &network, err) != 0 ||
        read_choice(map, "paging", paging_names, &paging, err) != 0)
        return -1;
    node->guest_panics = oops == 1;
    node->network = (enum bh_lab_network)network;
    node->nested_paging = paging == 0;
    if ((wait = bh_node_find(map, "wait")) == NULL && node->network == BH_LAB_NO_NETWORK)
        return 0;
    if (node->network == BH_LAB_NO_NETWORK)
        return bh_node_fail(wait, err, "found a wait, expected none: guests without a network wait for nobody");
    if (wait != NULL && bh_node_quantity(wait, BH_DIMENSION_TIME, &wait_s, err) != 0)
        return -1;
    if (wait_s < 0.01 || wait_s > 10.0)
        return bh_node_fail(wait, err, "found %g s, expected from 10 ms to 10 s", wait_s);
    node->wait_ms = (uint64_t)(wait_s * 1e3 + 0.5);
    return 0;
}

static int read_hang(const struct bh_node *map, struct bh_lab_node *node, struct bh_error *err)
{
    const struct bh_node *hang = bh_node_find(map, "hang"), *limit = bh_node_find(map, "limit");
    double hang_s = 0.06;
    node->limit = 6;
    if (hang != NULL && bh_node_quantity(hang, BH_DIMENSION_TIME, &hang_s, err) != 0)
        return -1;
    if (hang_s < 0.001 || hang_s > 10.0)
        return bh_node_fail(hang, err, "found %g s, expected from 1 ms to 10 s", hang_s);
    node->hang_ms = (uint64_t)(hang_s * 1e3 + 0.5);
    return limit == NULL ? 0 : bh_node_count_value(limit, 2, 1000, &node->limit, err);
}

static int read_root(const struct bh_node *root, struct bh_lab_node *node, struct bh_error *err)
{
    const struct bh_node *name, *memory, *guests = bh_node_find(root, "guests");
    int stack, oops, programs;
    if (bh_node_expect(root, BH_NODE_MAP, "a node of the laboratory", err) != 0 ||
        bh_node_check_keys(root, all_keys, err) != 0 ||
        bh_node_need_keys(root, (const char *const[]){"name", "stack", "memory", NULL}, err) != 0)
        return -1;
    name = bh_node_find(root, "name");
    memory = bh_node_find(root, "memory");
    const char *text = bh_node_text(name, err);
    if (text == NULL || read_choice(root, "stack", bh_lab_stack_names, &stack, err) != 0 ||
        read_choice(root, "host-oops", oops_names, &oops, err) != 0 ||
        read_choice(root, "programs", program_names, &programs, err) != 0 ||
        read_mib(memory, 160.0, 4096.0, &node->memory_mib, err) != 0 || read_hang(root, node, err) != 0)
        return -1;
    node->name = bh_copy_text(text);
    node->stack = (enum bh_lab_stack)stack;
    node->host_panics = oops == 1;
    node->shared_programs = programs == 1;
    node->nested_paging = true;
    if (node->stack != BH_LAB_KVM && guests != NULL)
        return bh_node_fail(guests, err, "found guests, expected none: the stack is %s",
                            bh_lab_stack_names[node->stack]);
    if (node->stack == BH_LAB_KVM && bh_node_need(root, "guests", err) == NULL)
        return -1;
    return guests == NULL ? 0 : read_guests(guests, node, err);
}

struct bh_lab_node *bh_lab_node_read(const char *path, struct bh_error *err)
{
    struct bh_document *document = bh_document_read(path, err);
    if (document == NULL)
        return NULL;
    struct bh_lab_node *node = bh_allocate(1, sizeof *node);
    node->file = bh_copy_text(path);
    int status = read_root(bh_document_root(document), node, err);
    bh_document_destroy(document);
    if (status == 0)
        return node;
    bh_lab_node_destroy(node);
    return NULL;
}

void bh_lab_node_destroy(struct bh_lab_node *node)
{
    if (node == NULL)
        return;
    free(node->file);
    free(node->name);
    free(node);
}
