/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Initial RAM disks of a node: of its host and, for a host with guests, of these. */
#include "lab/node/image.h"

#include "lab/node/ram_disk.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int fill_host(struct bh_ram_disk *disk, const struct bh_laboratory *lab, struct bh_error *err)
{
    char *host = bh_laboratory_path(lab, "host");
    int status = bh_ram_disk_add(disk, "init", host, err);
    free(host);
    return status;
}

int bh_image_make(const struct bh_laboratory *lab, const struct bh_lab_node *node, char **path, struct bh_error *err)
{
    /* Who makes the same at the same time writes a file of its own, which replaces that of the other. */
    char *own = bh_print_text("%s/disk-%s.%ld", lab->folder, node->name, (long)getpid());
    *path = bh_print_text("%s/disk-%s", lab->folder, node->name);
    struct bh_ram_disk *disk = bh_ram_disk_create(own, err);
    int status = disk == NULL ? -1 : fill_host(disk, lab, err);
    if (disk != NULL && bh_ram_disk_close(disk, err) != 0)
        status = -1;
    if (status == 0 && rename(own, *path) != 0)
        status = bh_fail(err, BH_ERROR_SYSTEM, "cannot write %s", *path);
    if (status != 0)
        unlink(own);
    free(own);
    return status;
}
