/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Opens the laboratory's folder, and looks at the QEMU that is to run it. */
#include "lab/node/laboratory.h"

#include "models/base/random.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <xxhash.h>

/* The plugin's offsets are those of these versions. */
static const char known_version[] = "7.2.";
static const char program[] = "qemu-system-x86_64";

char *bh_laboratory_path(const struct bh_laboratory *lab, const char *name)
{
    return bh_print_text("%s/%s", lab->folder, name);
}

int bh_file_identity(const char *path, uint64_t *identity, struct bh_error *err)
{
    char buffer[65536];
    size_t count;
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return bh_fail(err, BH_ERROR_INPUT, "cannot read %s: %s", path, strerror(errno));
    XXH3_state_t *state = XXH3_createState();
    XXH3_64bits_reset(state);
    while ((count = fread(buffer, 1, sizeof buffer, file)) > 0)
        XXH3_64bits_update(state, buffer, count);
    *identity = bh_identity_join(*identity, XXH3_64bits_digest(state));
    XXH3_freeState(state);
    int status = ferror(file) ? bh_fail(err, BH_ERROR_SYSTEM, "cannot read %s: %s", path, strerror(errno)) : 0;
    fclose(file);
    return status;
}

/* The program in PATH; NULL if there is none. */
static char *find_program(const char *name)
{
    char *path = bh_copy_text(getenv("PATH") != NULL ? getenv("PATH") : ""), *rest = path, *found = NULL, *folder;
    while (found == NULL && (folder = strsep(&rest, ":")) != NULL) {
        char *file = bh_print_text("%s/%s", *folder == '\0' ? "." : folder, name);
        if (access(file, X_OK) == 0)
            found = file;
        else
            free(file);
    }
    free(path);
    return found;
}

/* All that the program says to one option, up to a limit; the caller frees. */
static char *ask(const char *file, const char *option)
{
    char *command = bh_print_text("exec \"$BULKHEAD_QEMU\" %s 2>&1 </dev/null", option);
    char *said = bh_allocate(1 << 20, 1);
    setenv("BULKHEAD_QEMU", file, 1);
    FILE *pipe = popen(command, "r");
    if (pipe != NULL) {
        said[fread(said, 1, (1 << 20) - 1, pipe)] = '\0';
        pclose(pipe);
    }
    free(command);
    return said;
}

static int look_at_qemu(struct bh_laboratory *lab, struct bh_error *err)
{
    static const char before[] = "version ";
    lab->qemu = find_program(program);
    if (lab->qemu == NULL)
        return bh_fail(err, BH_ERROR_INPUT, "no %s in PATH (./quickstart lab installs it)", program);
    char *version = ask(lab->qemu, "--version"), *help = ask(lab->qemu, "--help");
    char *found = strstr(version, before);
    if (found != NULL)
        found[strcspn(found, "\n")] = '\0';
    lab->qemu_version = bh_copy_text(found == NULL ? "" : found + strlen(before));
    int status = 0;
    if (strncmp(lab->qemu_version, known_version, strlen(known_version)) != 0)
        status =
            bh_fail(err, BH_ERROR_INPUT,
                    "%s: found version '%s', expected %sx: the plugin knows the processor's state as it lies there",
                    lab->qemu, lab->qemu_version, known_version);
    else if (strstr(help, "\n-plugin ") == NULL)
        status = bh_fail(err, BH_ERROR_INPUT, "%s: was built without plugins; Debian's has them", lab->qemu);
    free(version);
    free(help);
    return status;
}

/* What the image says of itself: its header has the place of a text, less 512. */
static char *build_of(const char *image)
{
    enum { AT = 0x20e, HEADER = 512 };
    unsigned char place[2];
    char text[256] = "";
    FILE *file = fopen(image, "rb");
    if (file != NULL && fseek(file, AT, SEEK_SET) == 0 && fread(place, 1, sizeof place, file) == sizeof place &&
        fseek(file, HEADER + place[0] + 256 * place[1], SEEK_SET) == 0)
        text[fread(text, 1, sizeof text - 1, file)] = '\0';
    if (file != NULL)
        fclose(file);
    for (char *c = text; *c != '\0'; c++)
        if (*c < ' ' || *c > '~')
            *c = '\0';
    return bh_copy_text(text);
}

static int look_at_folder(struct bh_laboratory *lab, struct bh_error *err)
{
    static const char *const parts[] = {"kernel/release", "host", "inject.so", "private_memory.so"};
    for (size_t i = 0; i < BH_COUNT(parts); i++) {
        char *path = bh_laboratory_path(lab, parts[i]);
        bool is_there = access(path, R_OK) == 0;
        if (!is_there)
            bh_fail(err, BH_ERROR_INPUT, "no %s: ./quickstart lab makes it", path);
        free(path);
        if (!is_there)
            return -1;
    }
    char *path = bh_laboratory_path(lab, "kernel/release"), release[256] = "";
    FILE *file = fopen(path, "r");
    if (file == NULL || fgets(release, sizeof release, file) == NULL)
        bh_fail(err, BH_ERROR_INPUT, "%s: found no kernel's release", path);
    if (file != NULL)
        fclose(file);
    free(path);
    release[strcspn(release, "\n")] = '\0';
    if (*release == '\0')
        return -1;
    lab->release = bh_copy_text(release);
    lab->kernel = bh_print_text("%s/kernel/boot/vmlinuz-%s", lab->folder, release);
    if (access(lab->kernel, R_OK) != 0)
        return bh_fail(err, BH_ERROR_INPUT, "no %s: the kernel's package is not unpacked; ./quickstart lab does it",
                       lab->kernel);
    lab->build = build_of(lab->kernel);
    return 0;
}

static int identify(struct bh_laboratory *lab, struct bh_error *err)
{
    lab->identity = bh_identity(lab->release);
    return bh_file_identity(lab->qemu, &lab->identity, err) != 0 ? -1
                                                                 : bh_file_identity(lab->kernel, &lab->identity, err);
}

int bh_laboratory_open(struct bh_laboratory *lab, const char *folder, struct bh_error *err)
{
    struct utsname machine;
    char absolute[PATH_MAX];
    *lab = (struct bh_laboratory){0};
    if (uname(&machine) != 0 || strcmp(machine.machine, "x86_64") != 0)
        return bh_fail(err, BH_ERROR_INPUT,
                       "found a machine of kind %s, expected x86_64: the plugin takes the emulated "
                       "processor's state from a register of that kind",
                       machine.machine);
    if (realpath(folder, absolute) == NULL)
        return bh_fail(err, BH_ERROR_INPUT,
                       "no laboratory in %s: %s (./quickstart lab makes one; --lab names its folder)", folder,
                       strerror(errno));
    lab->folder = bh_copy_text(absolute);
    return look_at_qemu(lab, err) != 0 || look_at_folder(lab, err) != 0 ? -1 : identify(lab, err);
}

void bh_laboratory_free(struct bh_laboratory *lab)
{
    free(lab->folder);
    free(lab->qemu);
    free(lab->qemu_version);
    free(lab->release);
    free(lab->build);
    free(lab->kernel);
}
