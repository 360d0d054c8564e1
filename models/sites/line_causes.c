/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Parts of lines, the worst first. */
#include "models/sites/line_causes.h"

#include "models/base/error.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* `part` must be in the line, `also` too unless NULL: words of Linux, systemd, libvirt and rasdaemon. */
static const struct {
    const char *part, *also;
    enum bh_line_kind kind;
    const char *cause;
    int zone;
} rows[] = {
    {"Linux version ", NULL, BH_LINE_BOOT, "unexpected reboot", 1},
    {"shutting down, reason=crashed", NULL, BH_LINE_FAILURE, "VMM died", 2},
    {"shutting down, reason=failed", NULL, BH_LINE_FAILURE, "VMM failed to start", 2},
    {"shutting down, reason=", NULL, BH_LINE_PLANNED, NULL, 0},
    {"guest panicked", NULL, BH_LINE_FAILURE, "guest panic", 3},
    {"end Kernel panic", NULL, BH_LINE_NOTHING, NULL, 0},
    {"Kernel panic - not syncing", NULL, BH_LINE_FAILURE, "kernel panic", 1},
    {"detected hard LOCKUP", NULL, BH_LINE_FAILURE, "kernel hang", 1},
    {"soft lockup - CPU#", NULL, BH_LINE_FAILURE, "kernel hang", 1},
    {"BUG: unable to handle", NULL, BH_LINE_FAILURE, "kernel oops", 1},
    {"kernel BUG at", NULL, BH_LINE_FAILURE, "kernel oops", 1},
    {"general protection fault", "kernel:", BH_LINE_FAILURE, "kernel oops", 1},
    {"Oops: ", "kernel:", BH_LINE_FAILURE, "kernel oops", 1},
    {"Internal error: Oops", NULL, BH_LINE_FAILURE, "kernel oops", 1},
    {"Hardware Error", "Uncorrected", BH_LINE_FAILURE, "machine check", 1},
    {"EDAC MC", " UE ", BH_LINE_FAILURE, "memory, uncorrected", 1},
    {"EDAC MC", " CE ", BH_LINE_CORRECTED, NULL, 0},
    {"Hardware Error", "Corrected", BH_LINE_CORRECTED, NULL, 0},
    {"fallen off the bus", "NVRM", BH_LINE_FAILURE, "GPU lost", 1},
    {" Uncorrected error(s): ", NULL, BH_LINE_FAILURE, "memory, uncorrected", 1},
    {" Fatal error(s): ", NULL, BH_LINE_FAILURE, "memory, uncorrected", 1},
    {"Uncorrected (Fatal) error", NULL, BH_LINE_FAILURE, "PCIe, fatal", 1},
    {"Uncorrected (Non-Fatal) error", NULL, BH_LINE_CORRECTED, NULL, 0},
    {"error: ", "severity=fatal", BH_LINE_FAILURE, "machine check", 1},
    {"error: ", "severity=1", BH_LINE_FAILURE, "machine check", 1},
    {"error: ", "severity=", BH_LINE_CORRECTED, NULL, 0},
    {"page_type=", "action_result=Failed", BH_LINE_FAILURE, "memory, uncorrected", 1},
    {"page_type=", "action_result=", BH_LINE_CORRECTED, NULL, 0},
    {"error: System Fatal error", NULL, BH_LINE_FAILURE, "machine check", 1},
    {"error: Uncorrected", NULL, BH_LINE_FAILURE, "machine check", 1},
    {"mcgstatus=", "Uncorrected_error", BH_LINE_FAILURE, "machine check", 1},
    {"mcgstatus=", "orrected", BH_LINE_CORRECTED, NULL, 0},
    {" Deferred error(s): ", NULL, BH_LINE_CORRECTED, NULL, 0},
    {"Corrected error", NULL, BH_LINE_CORRECTED, NULL, 0},
    {"Killed process", "(qemu", BH_LINE_FAILURE, "VMM killed for want of memory", 2},
    {"qemu", " segfault at ", BH_LINE_FAILURE, "VMM died", 2},
    {"Killed process", NULL, BH_LINE_FAILURE, "process killed for want of memory", 4},
    {" segfault at ", NULL, BH_LINE_FAILURE, "process crashed", 4},
    {"Reached target", "eboot", BH_LINE_PLANNED, NULL, 0},
    {"Reached target", "ower-Off", BH_LINE_PLANNED, NULL, 0},
    {"Reached target", "Shutdown", BH_LINE_PLANNED, NULL, 0},
    {"shutdown[", "shutting down", BH_LINE_PLANNED, NULL, 0},
    {"exiting on signal 15", NULL, BH_LINE_PLANNED, NULL, 0},
    {"System is rebooting", NULL, BH_LINE_PLANNED, NULL, 0},
};

/* NVIDIA's codes, as its documents have them: analyzing-xid-catalog (41, 43 and 8 restart the application),
 * dynamic-page-retirement (48, 63, 64), health-validation (46, 48: reset of the GPU), gpu-operational-events (79).
 * What needs a reset of the GPU or a reboot takes the node's jobs; what restarts the application, a process. */
static const struct {
    int code;
    enum bh_line_kind kind;
    int zone;
} xids[] = {
    {8, BH_LINE_FAILURE, 4},  {31, BH_LINE_FAILURE, 4}, {41, BH_LINE_FAILURE, 4},   {43, BH_LINE_FAILURE, 4},
    {46, BH_LINE_FAILURE, 1}, {48, BH_LINE_FAILURE, 1}, {63, BH_LINE_CORRECTED, 0}, {64, BH_LINE_FAILURE, 1},
    {69, BH_LINE_FAILURE, 4}, {79, BH_LINE_FAILURE, 1}, {94, BH_LINE_FAILURE, 4},
};

/* "NVRM: Xid (PCI:0000:10:1c): 63, pid=..." */
static bool take_xid(const char *message, struct bh_line_cause *found)
{
    const char *at = strstr(message, "NVRM: Xid (");
    if (at == NULL || (at = strstr(at, "): ")) == NULL || !isdigit((unsigned char)at[3]))
        return false;
    int code = atoi(at + 3);
    *found = (struct bh_line_cause){.kind = BH_LINE_FAILURE, .cause = "GPU", .zone = 4, .rank = 100};
    for (size_t x = 0; x < BH_COUNT(xids); x++)
        if (xids[x].code == code) {
            found->kind = xids[x].kind;
            found->zone = xids[x].zone;
            found->rank = xids[x].zone == 1 ? 20 : 100;
        }
    snprintf(found->detail, sizeof found->detail, "Xid %d", code);
    return true;
}

struct bh_line_cause bh_line_cause_of(const char *message)
{
    struct bh_line_cause found = {.kind = BH_LINE_NOTHING};
    if (take_xid(message, &found))
        return found;
    for (size_t r = 0; r < BH_COUNT(rows); r++)
        if (strstr(message, rows[r].part) != NULL && (rows[r].also == NULL || strstr(message, rows[r].also) != NULL))
            return (struct bh_line_cause){.kind = rows[r].kind,
                                          .cause = rows[r].cause,
                                          .zone = rows[r].zone,
                                          .rank = rows[r].kind == BH_LINE_BOOT ? 90 : (int)r};
    return found;
}
