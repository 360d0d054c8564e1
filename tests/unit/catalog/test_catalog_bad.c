/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The catalog: bad data has one message each. */
#include "models/catalog/reader/read_catalog.h"
#include "tests/support/catalog.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("cannot read %s", path);
    char *text = bh_allocate(1 << 20, 1);
    fread(text, 1, (1 << 20) - 1, file);
    fclose(file);
    return text;
}

/* Copies a file, with the first `find` replaced where `find` is given. */
static void copy_file(const char *from, const char *to, const char *find, const char *replacement)
{
    char *text = read_file(from);
    char *at = find ? strstr(text, find) : NULL;
    if (find && !at)
        fail_msg("%s does not hold: %s", from, find);
    FILE *file = fopen(to, "w");
    assert_non_null(file);
    if (at)
        fprintf(file, "%.*s%s%s", (int)(at - text), text, replacement, at + strlen(find));
    else
        fputs(text, file);
    fclose(file);
    free(text);
}

/* Copies (copy) or removes all YAML files of a folder. */
static void each_yaml(const char *from, const char *to, bool copy)
{
    DIR *folder = opendir(from);
    assert_non_null(folder);
    for (struct dirent *item = readdir(folder); item; item = readdir(folder)) {
        if (!strstr(item->d_name, ".yaml"))
            continue;
        char *source = bh_print_text("%s/%s", from, item->d_name);
        char *target = bh_print_text("%s/%s", to, item->d_name);
        if (copy)
            copy_file(source, target, NULL, NULL);
        else
            unlink(target);
        free(source);
        free(target);
    }
    closedir(folder);
}

static struct bh_catalog *read_changed(const char *file, const char *find, const char *replacement,
                                       struct bh_error *err)
{
    char *shipped = shipped_directory(), *shipped_systems = bh_print_text("%s/systems", shipped);
    char directory[] = "/tmp/bh_catalog_XXXXXX";
    assert_non_null(mkdtemp(directory));
    char *systems = bh_print_text("%s/systems", directory);
    assert_int_equal(mkdir(systems, 0700), 0);
    each_yaml(shipped, directory, true);
    each_yaml(shipped_systems, systems, true);

    char *from = bh_print_text("%s/%s", shipped, file), *to = bh_print_text("%s/%s", directory, file);
    if (find)
        copy_file(from, to, find, replacement);
    else
        unlink(to);
    struct bh_catalog *catalog = read_with(directory, NULL, NULL, err);

    each_yaml(systems, systems, false);
    each_yaml(directory, directory, false);
    rmdir(systems);
    rmdir(directory);
    free(from);
    free(to);
    free(systems);
    free(shipped);
    free(shipped_systems);
    return catalog;
}

static const struct {
    const char *file, *find, *replacement, *message;
} broken_files[] = {
    {"zones.yaml", NULL, NULL, "zones.yaml"},
    {"zones.yaml", "\nzones:", "\nzone:", "zones"},
    {"zones.yaml", "guest-user:", "guest-usr:", "guest-user"},
    {"zones.yaml", "memory-weight", "memory-wight", "memory-weight"},
    {"zones.yaml", "{value: 0.34,", "{value: 0.35,", "expected 1"},
    {"zones.yaml", "      hang:", "      silent: {value: 0, status: computed, source: none at all}\n      hang:",
     "only application data"},
    {"channels.yaml", "    corrupts:", "    corupts:", "corrupts"},
    {"channels.yaml", "boundary: node/node\n",
     "boundary: node/node\n    corrupts: {value: 0.5, status: assumed, range: [0, 1], source: none at all}\n",
     "a channel within a node"},
    {"recovery.yaml", "value: 10, ", "", "value"},
    {"recovery.yaml", "unit: s, ", "", "`unit`"},
    {"recovery.yaml", "unit: s, ", "unit: kg, ", "kg"},
    {"recovery.yaml", "status: assumed, ", "", "status"},
    {"recovery.yaml", "status: assumed", "status: guessed", "guessed"},
    {"recovery.yaml", "status: assumed", "status: scenario", "scenario"},
    {"recovery.yaml", "range: [1, 120], ", "", "`range`"},
    {"recovery.yaml", "range: [1, 120]", "range: [120, 1]", "least is above its most"},
    {"recovery.yaml", "range: [1, 120]", "range: [11, 120]", "outside its range"},
    {"recovery.yaml", "range: [1, 120]", "range: [1]", "expected [least, most]"},
    {"recovery.yaml", "range: [1, 120]", "range: 10", "range"},
    {"recovery.yaml", "value: 10", "value: -10", "recovery.process-restart"},
    {"recovery.yaml", "value: 10", "value: .inf", "recovery.process-restart"},
    {"recovery.yaml", "value: 10", "value: many", "recovery.process-restart"},
    {"recovery.yaml", "status: assumed, range: [1, 120]", "status: measured", "as the number is measured"},
    {"recovery.yaml", "range: [1, 120]", "range: [1, 120], basis: hope", "hope"},
    {"recovery.yaml", "range: [1, 120]", "range: [1, 120], basis: exact", "the basis exact"},
    {"recovery.yaml", "range: [1, 120]", "range: [1, 120], transfer: 2", "2 of range, across, transfer and tied"},
    {"recovery.yaml", "range: [1, 120]", "transfer: 2, basis: guess", "found a basis"},
    {"recovery.yaml", "range: [1, 120]", "transfer: 1", "a factor above 1"},
    {"recovery.yaml", "range: [1, 120]", "across: [10]", "two platforms or more"},
    {"recovery.yaml", "range: [1, 120]", "across: [10, 0]", "numbers above 0"},
    {"recovery.yaml", "range: [1, 120]", "across: [11, 11.1]", "outside its range"},
    {"recovery.yaml", "range: [1, 120]", "range: [1, 120], drawn-with: recovery.node-rebot", "node-reboot"},
    {"recovery.yaml", "range: [1, 120]", "range: [1, 120], drawn-with: recovery.process-restart", "this number itself"},
    {"recovery.yaml", "range: [1, 120]", "tied: {to: recovery.local-bandwidth, ratio: [1, 2]}", "tied to"},
    {"recovery.yaml", "range: [1, 120]", "tied: {to: recovery.node-reboot, ratio: [2, 1]}", "[least, most] above 0"},
    {"recovery.yaml", "range: [1, 120]", "tied: {to: recovery.node-reboot}", "ratio"},
    {"zones.yaml", "across: [0.66, 0.21]", "across: [0.66, 1.0]", "below 1"},
    {"rates.yaml", "set: usable-at-2e20", "set: usable", "usable-at-2e20"},
    {"rates.yaml", "faults.memory.rate: {", "faults.memory.rat: {", "faults.memory.rate"},
    {"recovery.yaml",
     "\"relaunch of a parallel job's processes on nodes that are up; grows with scale and file system, no figure was "
     "read\"",
     "\" \"", "empty text"},
    {"channels.yaml", "range: [1e-4, 0.2]", "range: [1e-4, 1.2]", "channels.system-call.probability"},
    {"channels.yaml", "boundary: process/kernel", "boundary: process/kernal", "process/kernel"},
    {"channels.yaml", "  vm-exit:", "  vm.exit:", "without dots"},
    {"components.yaml", "kernel: yes", "kernel: perhaps", "perhaps"},
    {"components.yaml", "noise-tail: exponential", "noise-tail: heavy", "heavy"},
    {"components.yaml", "kernel: yes", "kernel: no", "noise"},
    {"faults.yaml", "mend: repair", "mend: prayer", "prayer"},
    {"faults.yaml", "mend: reboot", "mend: repair", "repair-median"},
    {"faults.yaml", "landing: node", "landing: cpu", "instruction-share"},
    {"guards.yaml", "on-block: detected", "on-block: ignored", "ignored"},
    {"guards.yaml", "guest/host:", "guest/hosts:", "guest/host"},
    {"policies.yaml", "guest-kernel: guest", "guest-kernel: gest", "guest"},
    {"policies.yaml", "guest-kernel: guest", "guest-kernel: none", "none"},
    {"policies.yaml", ", guest-user: process", "", "guest-user"},
    {"policies.yaml", ", guest-user: process", ", guest-user: process, outer-gest: node", "outer-guest"},
    {"policies.yaml", ", guest-user: process", ", guest-user: process, outer-guest: nod", "node"},
    {"policies.yaml", "guards: strongest", "guards: stronger", "strongest"},
    {"policies.yaml", "guest/host: iommu", "guest/host: iomu", "did you mean `iommu`"},
    {"applications.yaml", "saves: application", "saves: nothing", "nothing"},
    {"applications.yaml", "step: {value: 1,", "step: {value: 0,", "outside its range"},
    {"systems/kvm.yaml", "  own-kernel: {answer: yes", "  own-kernel: {answer: maybe", "maybe"},
    {"systems/kvm.yaml", "  own-kernel: {", "  own-kernal: {", "own-kernel"},
    {"guards.yaml", "withholds: [device-access]", "withholds: [devices]", "device-access"},
    {"components.yaml", "offers: [unmodified-linux]", "offers: [linux]", "unmodified-linux"},
    {"systems/kvm.yaml", "system: kvm", "system: kwm", "the file's own name"},
    {"systems/kvm.yaml", "host-kernel: linux", "host-kernel: linus", "did you mean `linux`"},
    {"systems/kvm.yaml", "host-kernel: linux", "host-kernel: kvm-module", "is no kernel"},
    {"systems/kvm.yaml", "guest-kernel: linux\n", "", "to say which kernel"},
    {"systems/kvm.yaml", "kind: host-user, parent: host", "kind: host-user, parent: guest",
     "cycle in the zone tree, guest in vmm in guest"},
    {"systems/kvm.yaml", ", parent: host, per", ", per", "second root"},
    {"systems/kvm.yaml", "kind: host-kernel,", "kind: host-kernel, parent: process,", "cycle"},
    {"systems/kvm.yaml", "parent: vmm", "parent: vm", "did you mean `vmm`"},
    {"systems/kvm.yaml", "name: vmm", "name: host", "two zones named `host`"},
    {"systems/kvm.yaml", "{name: process", "{name: guest-kernel", "named `guest-kernel`, which is a kind of zones"},
    {"systems/kvm-nested.yaml", "{name: process", "{name: host-user", "named `host-user`, which is a kind of zones"},
    {"systems/kvm.yaml", "kind: guest-user, parent: guest", "kind: guest-user, parent: host", "cannot hold"},
    {"systems/kvm.yaml", "kind: guest-user, parent: guest", "kind: host-kernel, parent: guest", "kernel"},
    {"systems/kvm.yaml", "kind: host-kernel,", "kind: host-user,", "host-kernel"},
    {"systems/kvm.yaml", "parent: vmm, per: guest", "parent: vmm", "expected no fewer"},
    {"systems/kvm.yaml", "per: process, ", "per: guest, ", "expected per process"},
    {"systems/kvm.yaml", "[application]", "[qemu-device-model]", "`application`"},
    {"systems/kvm.yaml", "[application]", "[]", "at least one"},
    {"systems/kvm.yaml", "[application]", "[application, linux]", "kernel"},
    {"systems/kvm.yaml", "per: guest, components: [qemu-device-model]", "per: process, components: [application]",
     "no children"},
    {"systems/kvm.yaml", "[qemu-device-model]", "[guest-kernel]", "guest kernel's zone only"},
    {"systems/kvm.yaml", "[guest-kernel]", "[host-kernel]", "host kernel's zone only"},
    {"systems/kvm.yaml", "[guest-kernel]", "[guest-kernel, application]", "in a kernel's zone"},
    {"systems/kvm.yaml", "type: vm-exit", "type: vm-exot", "did you mean `vm-exit`"},
    {"systems/kvm.yaml", "from: guest, to: host", "from: gest, to: host", "did you mean `guest`"},
    {"systems/kvm.yaml", "from: guest, to: host", "from: host, to: host", "to itself"},
    {"systems/kvm.yaml", "{type: host-to-guest, from: host, to: guest}", "{type: vm-exit, from: guest, to: host}",
     "twice"},
    {"systems/kvm.yaml", "guest/host: [shadow-paging, iommu, emulated-io]", "", "offers no guard level"},
    {"systems/kvm.yaml", "[shadow-paging, iommu, emulated-io]", "[]", "at least one"},
    {"systems/kvm.yaml", "[shadow-paging, iommu, emulated-io]", "[nested-page]", "nested-page"},
    {"systems/kvm.yaml", "[shadow-paging, iommu, emulated-io]", "[iommu, emulated-io, iommu]", "twice"},
    {"systems/kvm.yaml", "[shadow-paging, iommu, emulated-io]", "[shared-memory]", "guest/host guard level"},
    {"systems/kvm.yaml", "  guest-boot:", "  guest-boots:", "guest-boot"},
};

BH_TEST(test_broken_files)
{
    int wrong = 0;
    for (size_t i = 0; i < sizeof broken_files / sizeof *broken_files; i++) {
        struct bh_error err = {0};
        struct bh_catalog *catalog =
            read_changed(broken_files[i].file, broken_files[i].find, broken_files[i].replacement, &err);
        char what[400];
        snprintf(what, sizeof what, "%s: %s -> %s", broken_files[i].file,
                 broken_files[i].find ? broken_files[i].find : "(file)",
                 broken_files[i].replacement ? broken_files[i].replacement : "(none)");
        wrong += wrong_message(catalog, &err, broken_files[i].file, broken_files[i].message, what);
        bh_catalog_destroy(catalog);
    }
    assert_int_equal(wrong, 0);
}

BH_TEST(test_bad_definitions)
{
    static const struct {
        const char *extra, *message;
    } cases[] = {
        {"recovery: {}", "recovery"},
        {"systms: {}", "systems"},
        {"systems: {empty: {}}", "title"},
        {"systems: {empty: 1}", "empty"},
        {"systems: {a.b: {}}", "without dots"},
        {"systems: {x: {title: x, host-kernel: linux, zones: [], channels: [], guards: {}, costs: {}}}", "no zones"},
        {"guards: {guest/hosts: {}}", "guest/host"},
        {"guards: {guest/host: 1}", "guest/host"},
        {"[]", "define"},
    };
    int wrong = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bh_error err = {0};
        struct bh_catalog *catalog = read_shipped(NULL, cases[i].extra, &err);
        wrong += wrong_message(catalog, &err, "define.yaml:1:", cases[i].message, cases[i].extra);
        bh_catalog_destroy(catalog);
    }
    assert_int_equal(wrong, 0);
}

BH_TEST(test_missing_folder)
{
    struct bh_error err = {0};
    assert_null(bh_catalog_read("/nowhere/at/all", NULL, NULL, NULL, &err));
    assert_int_equal(err.code, BH_ERROR_INPUT);
    assert_non_null(strstr(err.text, "/nowhere/at/all"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_broken_files),
        cmocka_unit_test(test_bad_definitions),
        cmocka_unit_test(test_missing_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
