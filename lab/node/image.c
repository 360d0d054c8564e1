/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Initial RAM disks of a node: of its host and, for a host with guests, of these. */
#include "lab/node/image.h"

#include "lab/node/ram_disk.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The VMM of guests, which has all that they need and a tenth of the libraries of the other one. */
static const char vmm[] = "/usr/bin/qemu-system-x86_64-microvm";
static const char firmware[] = "/usr/share/qemu:/usr/share/seabios";

/* A file of the laboratory, as `name`. */
static int add_own(struct bh_ram_disk *disk, const struct bh_laboratory *lab, const char *name, const char *own,
                   struct bh_error *err)
{
    char *file = bh_laboratory_path(lab, own);
    int status = bh_ram_disk_add(disk, name, file, err);
    free(file);
    return status;
}

/* A module of the unpacked kernel: m/NAME.ko. */
static int add_module(struct bh_ram_disk *disk, const struct bh_laboratory *lab, const char *folder, const char *name,
                      struct bh_error *err)
{
    char *own = bh_print_text("kernel/lib/modules/%s/kernel/%s/%s.ko", lab->release, folder, name);
    char *place = bh_print_text("m/%s.ko", name);
    int status = add_own(disk, lab, place, own, err);
    free(own);
    free(place);
    return status;
}

static int add_firmware(struct bh_ram_disk *disk, const char *name, struct bh_error *err)
{
    char *folders = bh_copy_text(firmware), *rest = folders, *folder, *place = bh_print_text("fw/%s", name);
    int status = -1;
    while (status != 0 && (folder = strsep(&rest, ":")) != NULL) {
        char *file = bh_print_text("%s/%s", folder, name);
        if (access(file, R_OK) == 0)
            status = bh_ram_disk_add(disk, place, file, err);
        free(file);
    }
    if (status != 0)
        bh_fail(err, BH_ERROR_INPUT, "no %s in %s: the packages qemu-system-data and seabios have it", name, firmware);
    free(place);
    free(folders);
    return status;
}

/* The VMM and every library that it is linked with, in one folder. */
static int add_vmm(struct bh_ram_disk *disk, struct bh_error *err)
{
    char line[4096], *command = bh_print_text("LC_ALL=C ldd %s", vmm);
    if (access(vmm, R_OK) != 0) {
        free(command);
        return bh_fail(err, BH_ERROR_INPUT, "no %s: Debian's package qemu-system-x86 has it", vmm);
    }
    int status = bh_ram_disk_add(disk, "vmm/qemu", vmm, err);
    FILE *pipe = popen(command, "r");
    while (pipe != NULL && status == 0 && fgets(line, sizeof line, pipe) != NULL) {
        char *begin = strchr(line, '/');
        if (begin == NULL)
            continue;
        begin[strcspn(begin, " \n")] = '\0';
        char *place = bh_print_text("vmm/%s", strrchr(begin, '/') + 1);
        status = bh_ram_disk_add(disk, place, begin, err);
        free(place);
    }
    if (pipe == NULL || pclose(pipe) != 0)
        status = bh_fail(err, BH_ERROR_SYSTEM, "cannot run ldd for the libraries of %s", vmm);
    free(command);
    return status;
}

/* Modules by their folders in the kernel's tree, whether a node uses them or not: its agents load them. */
struct module {
    const char *folder, *name;
};

static int add_modules(struct bh_ram_disk *disk, const struct bh_laboratory *lab, const struct module *modules,
                       size_t count, struct bh_error *err)
{
    for (size_t i = 0; i < count; i++)
        if (add_module(disk, lab, modules[i].folder, modules[i].name, err) != 0)
            return -1;
    return 0;
}

static int fill_guest(struct bh_ram_disk *disk, const struct bh_laboratory *lab, struct bh_error *err)
{
    static const struct module modules[] = {
        {"net/core", "failover"},        {"drivers/net", "net_failover"},   {"drivers/virtio", "virtio_ring"},
        {"drivers/virtio", "virtio"},    {"drivers/virtio", "virtio_mmio"}, {"drivers/net", "virtio_net"},
        {"drivers/block", "virtio_blk"},
    };
    return add_own(disk, lab, "init", "guest", err) != 0 ? -1 : add_modules(disk, lab, modules, BH_COUNT(modules), err);
}

static int fill_native(struct bh_ram_disk *disk, const struct bh_laboratory *lab, struct bh_error *err)
{
    return add_own(disk, lab, "init", "host", err);
}

static int fill_kvm(struct bh_ram_disk *disk, const struct bh_laboratory *lab, struct bh_error *err)
{
    static const struct module modules[] = {
        {"virt/lib", "irqbypass"},
        {"arch/x86/kvm", "kvm"},
        {"arch/x86/kvm", "kvm-amd"},
        {"net/llc", "llc"},
        {"net/802", "stp"},
        {"net/bridge", "bridge"},
        {"drivers/net", "tun"},
        {"drivers/net", "tap"},
        {"drivers/vhost", "vhost_iotlb"},
        {"drivers/vhost", "vhost"},
        {"drivers/vhost", "vhost_net"},
    };
    static const char *const roms[] = {"qboot.rom", "linuxboot_dma.bin", "kvmvapic.bin", "pvh.bin", "bios-microvm.bin"};
    if (add_own(disk, lab, "init", "host_guests", err) != 0 ||
        add_modules(disk, lab, modules, BH_COUNT(modules), err) != 0 ||
        bh_ram_disk_add(disk, "g/vmlinuz", lab->kernel, err) != 0 ||
        add_own(disk, lab, "g/initrd", "disk-guest", err) != 0 || add_vmm(disk, err) != 0)
        return -1;
    for (size_t i = 0; i < BH_COUNT(roms); i++)
        if (add_firmware(disk, roms[i], err) != 0)
            return -1;
    return 0;
}

typedef int (*fill_function)(struct bh_ram_disk *disk, const struct bh_laboratory *lab, struct bh_error *err);

/* Who makes the same at the same time writes a file of its own, which replaces that of the other. */
static int make(const struct bh_laboratory *lab, const char *path, fill_function fill, struct bh_error *err)
{
    char *own = bh_print_text("%s.%ld", path, (long)getpid());
    struct bh_ram_disk *disk = bh_ram_disk_create(own, err);
    int status = disk == NULL ? -1 : fill(disk, lab, err);
    if (disk != NULL && bh_ram_disk_close(disk, err) != 0)
        status = -1;
    if (status == 0 && rename(own, path) != 0)
        status = bh_fail(err, BH_ERROR_SYSTEM, "cannot write %s", path);
    if (status != 0)
        unlink(own);
    free(own);
    return status;
}

int bh_image_make(const struct bh_laboratory *lab, const struct bh_lab_node *node, char **path, struct bh_error *err)
{
    char *guest = bh_laboratory_path(lab, "disk-guest");
    bool has_guests = node->stack == BH_LAB_KVM;
    *path = bh_print_text("%s/disk-%s", lab->folder, bh_lab_stack_names[node->stack]);
    int status = has_guests ? make(lab, guest, fill_guest, err) : 0;
    if (status == 0)
        status = make(lab, *path, has_guests ? fill_kvm : fill_native, err);
    free(guest);
    return status;
}
