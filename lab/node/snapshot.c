/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Boots a node up to the point at which its agent has it stopped, and keeps memory and devices. */
#include "lab/node/snapshot.h"

#include "lab/node/image.h"
#include "lab/node/machine.h"
#include "models/base/random.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* A host boots in 3 seconds of work, one with two guests in about 90. */
enum { BOOT_CPU_S = 900 };

static char *command_line_of(const struct bh_lab_node *node, const struct bh_lab_work *work)
{
    return bh_print_text("console=ttyS0 nokaslr panic=-1 mitigations=off random.trust_cpu=on loglevel=4 oops=%s "
                         "lab.stack=%s lab.workload=%s lab.steps=%" PRIu64 " lab.hang_ms=%" PRIu64
                         " lab.guest0=%" PRIu64 " lab.guest1=%" PRIu64 " lab.network=%s lab.wait_ms=%" PRIu64
                         " lab.npt=%d lab.guest_panics=%d lab.programs=%s ipv6.disable=1",
                         node->host_panics ? "panic" : "continue", bh_lab_stack_names[node->stack], work->workload,
                         work->steps, node->hang_ms, node->guest_mib[0], node->guest_mib[1],
                         bh_lab_network_names[node->network], node->wait_ms, node->nested_paging, node->guest_panics,
                         node->shared_programs ? "shared" : "own");
}

static int has_room(const char *folder, uint64_t mib, struct bh_error *err)
{
    struct statvfs about;
    if (statvfs(folder, &about) != 0)
        return bh_fail(err, BH_ERROR_SYSTEM, "cannot look at %s: %s", folder, strerror(errno));
    uint64_t free_mib = (uint64_t)about.f_bavail * about.f_frsize >> 20;
    if (free_mib < mib + 64)
        return bh_fail(err, BH_ERROR_INPUT,
                       "%s: found room for %" PRIu64 " MiB, expected %" PRIu64 " for the memory of a node", folder,
                       free_mib, mib + 64);
    return 0;
}

/* What the booting machine said last, for a message; the caller frees. */
static char *last_lines(const char *folder)
{
    char *path = bh_print_text("%s/console", folder), text[512] = "";
    FILE *file = fopen(path, "r");
    if (file != NULL && (fseek(file, -400, SEEK_END) == 0 || fseek(file, 0, SEEK_SET) == 0))
        text[fread(text, 1, 400, file)] = '\0';
    if (file != NULL)
        fclose(file);
    free(path);
    return bh_copy_text(text);
}

static int save(struct bh_machine *machine, struct bh_error *err)
{
    json_t *capability = json_pack("{s[{sssb}]}", "capabilities", "capability", "x-ignore-shared", "state", 1);
    if (bh_qmp_do(&machine->qmp, "migrate-set-capabilities", capability, err) != 0 ||
        bh_qmp_do(&machine->qmp, "migrate", json_pack("{ss}", "uri", "exec:cat >devices"), err) != 0)
        return -1;
    for (;;) {
        json_t *answer = bh_qmp_command(&machine->qmp, "query-migrate", NULL, err);
        if (answer == NULL)
            return -1;
        const char *word = json_string_value(json_object_get(answer, "status"));
        bool is_done = word != NULL && strcmp(word, "completed") == 0,
             has_failed = word != NULL && strcmp(word, "failed") == 0;
        json_decref(answer);
        if (is_done)
            return 0;
        if (has_failed)
            return bh_fail(err, BH_ERROR_SYSTEM, "QEMU could not save its devices");
        usleep(10000);
    }
}

/* Whether the agent reported that all is ready before it had the machine stopped. */
static bool is_ready(const char *folder)
{
    char *path = bh_print_text("%s/report", folder), line[256];
    FILE *file = fopen(path, "r");
    bool ready = false;
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        ready = ready || strcmp(line, "snapshot\n") == 0;
    if (file != NULL)
        fclose(file);
    free(path);
    return ready;
}

static int boot(const struct bh_snapshot *snapshot, const char *folder, struct bh_error *err)
{
    char *console = bh_print_text("%s/console", folder), *report = bh_print_text("%s/report", folder);
    struct bh_machine machine = {0};
    struct bh_machine_start start = {.lab = snapshot->lab,
                                     .node = snapshot->node,
                                     .folder = folder,
                                     .disk = snapshot->disk,
                                     .command_line = snapshot->command_line,
                                     .said = -1,
                                     .list = -1,
                                     .cpu_s = BOOT_CPU_S};
    start.console = open(console, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    start.report = open(report, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    int status = start.console < 0 || start.report < 0
                     ? bh_fail(err, BH_ERROR_SYSTEM, "cannot write in %s: %s", folder, strerror(errno))
                     : bh_machine_start(&machine, &start, err);
    if (status == 0 && (bh_qmp_wait(&machine.qmp, "STOP", NULL) != 0 || !is_ready(folder))) {
        char *said = last_lines(folder);
        status =
            bh_fail(err, BH_ERROR_SYSTEM, "the node %s did not come up; it said last: %s", snapshot->node->name, said);
        free(said);
    }
    if (status == 0)
        status = save(&machine, err);
    bh_machine_end(&machine);
    if (start.console >= 0)
        close(start.console);
    if (start.report >= 0)
        close(start.report);
    free(console);
    free(report);
    return status;
}

/* Boots in a folder of its own, which takes its name when all is there; two that do so at once wait for each other. */
static int make(const struct bh_snapshot *snapshot, void (*tell)(const char *text), struct bh_error *err)
{
    char *fresh = bh_print_text("%s.new", snapshot->folder), *lock = bh_print_text("%s.lock", snapshot->folder);
    int file = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0644), status = 0;
    if (file < 0 || flock(file, LOCK_EX) != 0)
        status = bh_fail(err, BH_ERROR_SYSTEM, "cannot lock %s: %s", lock, strerror(errno));
    else if (access(snapshot->folder, R_OK) != 0) {
        if (mkdir(fresh, 0755) != 0 && errno != EEXIST)
            status = bh_fail(err, BH_ERROR_SYSTEM, "cannot make %s: %s", fresh, strerror(errno));
        else
            status = has_room(fresh, snapshot->node->memory_mib, err);
        char *text = bh_print_text("booting node %s; the snapshot goes to %s", snapshot->node->name, snapshot->folder);
        if (status == 0 && tell != NULL)
            tell(text);
        free(text);
        if (status == 0)
            status = boot(snapshot, fresh, err);
        if (status == 0 && rename(fresh, snapshot->folder) != 0)
            status = bh_fail(err, BH_ERROR_SYSTEM, "cannot make %s: %s", snapshot->folder, strerror(errno));
    }
    if (file >= 0)
        close(file);
    unlink(lock);
    free(fresh);
    free(lock);
    return status;
}

/* Two that look at once write the same. */
static int identify_memory(struct bh_snapshot *snapshot, struct bh_error *err)
{
    char *memory = bh_print_text("%s/ram", snapshot->folder), *kept = bh_print_text("%s/identity", snapshot->folder);
    FILE *file = fopen(kept, "r");
    int status = 0;
    bool is_known = file != NULL && fscanf(file, "%" SCNx64, &snapshot->memory) == 1;
    if (file != NULL)
        fclose(file);
    if (!is_known && (status = bh_file_identity(memory, &snapshot->memory, err)) == 0 &&
        (file = fopen(kept, "w")) != NULL) {
        fprintf(file, "%016" PRIx64 "\n", snapshot->memory);
        fclose(file);
    }
    free(memory);
    free(kept);
    return status;
}

int bh_snapshot_open(struct bh_snapshot *snapshot, const struct bh_laboratory *lab, const struct bh_lab_node *node,
                     const struct bh_lab_work *work, void (*tell)(const char *text), struct bh_error *err)
{
    char *all = bh_laboratory_path(lab, "snapshots");
    *snapshot = (struct bh_snapshot){.lab = lab, .node = node, .command_line = command_line_of(node, work)};
    int status = mkdir(all, 0755) != 0 && errno != EEXIST
                     ? bh_fail(err, BH_ERROR_SYSTEM, "cannot make %s: %s", all, strerror(errno))
                     : bh_image_make(lab, node, &snapshot->disk, err);
    uint64_t identity = bh_identity_join(lab->identity, bh_identity(snapshot->command_line));
    identity = bh_identity_join(identity, node->memory_mib);
    if (status == 0 && (status = bh_file_identity(snapshot->disk, &identity, err)) == 0) {
        snapshot->identity = identity;
        snapshot->folder = bh_print_text("%s/%s-%016" PRIx64, all, node->name, identity);
        if (access(snapshot->folder, R_OK) != 0)
            status = make(snapshot, tell, err);
        if (status == 0)
            status = identify_memory(snapshot, err);
    }
    free(all);
    return status;
}

void bh_snapshot_free(struct bh_snapshot *snapshot)
{
    free(snapshot->folder);
    free(snapshot->command_line);
    free(snapshot->disk);
}
