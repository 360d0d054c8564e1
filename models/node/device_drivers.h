/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which kernels of a node drive its devices. */
#pragma once

struct bh_node_model;
struct bh_tenant;

/* Fills `driver_share` of the model's zones, whose guards are chosen. A tenant's part of the devices is driven by the kernels of
 * its guests, where the system hands devices through and no guard in force withholds that; else by the kernel beside the guests
 * that they need for I/O; else, and for tenants without guests, by the host's. */
void bh_fill_drivers(struct bh_node_model *model, const struct bh_tenant *tenants);
