/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The catalog: the shipped data reads and keeps its promises, scenarios set and add, bad data has one message each. */
#include "tests/helper.h"

#include "models/catalog.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- Reading ------------------------------------------------------------------------------------------------------- */

static char *shipped_directory(void)
{
    return bh_print_text("%s/models/data", bh_test_data());
}

static struct bh_document *parse(const char *text, const char *name)
{
    struct bh_error err = {0};
    struct bh_document *document = text ? bh_document_parse(text, strlen(text), name, &err) : NULL;
    if (text && !document)
        fail_msg("%s", err.text);
    return document;
}

/* The catalog of a folder with overrides and definitions given as YAML text, or NULL. */
static struct bh_catalog *read_with(const char *directory, const char *overrides, const char *extra,
                                    struct bh_error *err)
{
    struct bh_document *set = parse(overrides, "set.yaml");
    struct bh_document *define = parse(extra, "define.yaml");
    struct bh_catalog *catalog =
        bh_catalog_read(directory, set ? bh_document_root(set) : NULL, define ? bh_document_root(define) : NULL, err);
    /* The catalog keeps nothing of them. */
    bh_document_destroy(set);
    bh_document_destroy(define);
    return catalog;
}

static struct bh_catalog *read_shipped(const char *overrides, const char *extra, struct bh_error *err)
{
    char *directory = shipped_directory();
    struct bh_catalog *catalog = read_with(directory, overrides, extra, err);
    free(directory);
    return catalog;
}

static struct bh_catalog *need_shipped(const char *overrides, const char *extra)
{
    struct bh_error err = {0};
    struct bh_catalog *catalog = read_shipped(overrides, extra, &err);
    if (!catalog)
        fail_msg("%s", err.text);
    return catalog;
}

static const struct bh_system *need_system(const struct bh_catalog *catalog, const char *name)
{
    struct bh_error err = {0};
    const struct bh_system *system = bh_catalog_system(catalog, name, (struct bh_place){.file = "test"}, &err);
    if (!system)
        fail_msg("%s", err.text);
    return system;
}

static const struct bh_parameter *need_parameter(const struct bh_catalog *catalog, const char *path)
{
    struct bh_error err = {0};
    const struct bh_parameter *found = bh_catalog_parameter(catalog, path, (struct bh_place){.file = "test"}, &err);
    if (!found)
        fail_msg("%s", err.text);
    return found;
}

/* --- What ships ---------------------------------------------------------------------------------------------------- */

static void test_every_number_has_source_status_and_range(void **state)
{
    (void)state;
    struct bh_catalog *catalog = need_shipped(NULL, NULL);
    assert_true(catalog->parameters_count > 100);
    for (size_t i = 0; i < catalog->parameters_count; i++) {
        const struct bh_parameter *parameter = catalog->parameters[i];
        assert_true(strlen(parameter->source) >= 8);
        assert_true(parameter->place.line > 0 && parameter->place.file != NULL);
        assert_true(parameter->low <= parameter->value && parameter->value <= parameter->high);
        if (parameter->status == BH_ASSUMED)
            assert_true(parameter->low < parameter->high);
        else
            assert_true(parameter->low == parameter->value && parameter->high == parameter->value);
        assert_ptr_equal(bh_catalog_parameter(catalog, parameter->path, parameter->place, NULL), parameter);
    }
    bh_catalog_destroy(catalog);
}

static void test_escape_is_assumed_and_says_so(void **state)
{
    (void)state;
    static const char *const escapes[] = {"vm-exit", "emulated-instruction", "device-emulation"};
    struct bh_catalog *catalog = need_shipped(NULL, NULL);
    for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++) {
        char path[80];
        snprintf(path, sizeof path, "channels.%s.probability", escapes[i]);
        const struct bh_parameter *escape = need_parameter(catalog, path);
        assert_int_equal(escape->status, BH_ASSUMED);
        assert_close(escape->low, 1e-6, 1e-12);
        assert_close(escape->high, 1e-1, 1e-12);
        assert_non_null(strstr(escape->source, "never published"));
    }
    bh_catalog_destroy(catalog);
}

static void test_values_are_in_si(void **state)
{
    (void)state;
    struct bh_catalog *catalog = need_shipped(NULL, NULL);
    assert_close(need_parameter(catalog, "systems.kvm.costs.exit-time")->value, 0.66e-6, 1e-12);
    assert_close(need_parameter(catalog, "zones.guest-user.data.lifetime")->value, 60, 1e-12);
    assert_close(need_parameter(catalog, "faults.processor.rate")->value, 0.01 / (365.25 * 86400), 1e-12);
    assert_close(catalog->recovery.local_bandwidth.value, 2e9, 1e-12);
    bh_catalog_destroy(catalog);
}

/* One zone of a system as text: "guest<vmm". */
static void describe_tree(const struct bh_system *system, char *text, size_t size)
{
    text[0] = '\0';
    for (size_t i = 0; i < system->zones_count; i++) {
        const struct bh_zone_template *zone = &system->zones[i];
        assert_true(zone->parent < (int)i);
        snprintf(text + strlen(text), size - strlen(text), "%s%s<%s", i ? " " : "", zone->name,
                 zone->parent < 0 ? "-" : system->zones[zone->parent].name);
    }
}

static void test_zone_trees_are_those_of_the_design(void **state)
{
    (void)state;
    static const struct {
        const char *system, *tree;
    } cases[] = {
        {"native", "host<- process<host"},
        {"qemu", "host<- vmm<host guest<vmm process<guest"},
        {"kvm", "host<- vmm<host guest<vmm process<guest"},
        {"palacios", "host<- guest<host process<guest"},
        {"palacios-shared-network", "host<- guest<host process<guest"},
        {"kvm-nested", "host<- outer-vmm<host outer-guest<outer-vmm vmm<outer-guest guest<vmm process<guest"},
    };
    struct bh_catalog *catalog = need_shipped(NULL, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char tree[300];
        describe_tree(need_system(catalog, cases[i].system), tree, sizeof tree);
        assert_string_equal(tree, cases[i].tree);
    }
    bh_catalog_destroy(catalog);
}

static bool has_channel(const struct bh_system *system, const struct bh_channel_template *channel)
{
    for (size_t i = 0; i < system->channels_count; i++)
        if (system->channels[i].type == channel->type && system->channels[i].from == channel->from &&
            system->channels[i].to == channel->to)
            return true;
    return false;
}

/* The originating study's suspicion is one channel and nothing else. */
static void test_shared_network_is_palacios_and_one_channel(void **state)
{
    (void)state;
    struct bh_catalog *catalog = need_shipped(NULL, NULL);
    const struct bh_system *plain = need_system(catalog, "palacios");
    const struct bh_system *shared = need_system(catalog, "palacios-shared-network");
    assert_ptr_equal(plain->host_kernel, shared->host_kernel);
    assert_ptr_equal(plain->guest_kernel, shared->guest_kernel);
    assert_int_equal(shared->channels_count, plain->channels_count + 1);
    for (size_t i = 0; i < plain->channels_count; i++)
        assert_true(has_channel(shared, &plain->channels[i]) && !plain->channels[i].type->bypasses_guards);
    size_t further = 0;
    for (size_t i = 0; i < shared->channels_count; i++) {
        if (has_channel(plain, &shared->channels[i]))
            continue;
        further++;
        assert_string_equal(shared->channels[i].type->name, "shared-vmm-network");
        assert_true(shared->channels[i].type->bypasses_guards);
        assert_string_equal(shared->zones[shared->channels[i].from].name, "guest");
        assert_string_equal(shared->zones[shared->channels[i].to].name, "host");
    }
    assert_int_equal(further, 1);

    assert_int_equal(plain->zones_count, shared->zones_count);
    for (size_t i = 0; i < plain->zones_count; i++) {
        const struct bh_zone_template *left = &plain->zones[i], *right = &shared->zones[i];
        assert_string_equal(left->name, right->name);
        assert_true(left->kind == right->kind && left->per == right->per && left->parent == right->parent);
        assert_int_equal(left->components_count, right->components_count);
        for (size_t j = 0; j < left->components_count; j++)
            assert_string_equal(left->roles[j], right->roles[j]);
    }
    for (int boundary = 0; boundary < BH_BOUNDARIES; boundary++) {
        assert_int_equal(plain->offered_count[boundary], shared->offered_count[boundary]);
        for (size_t i = 0; i < plain->offered_count[boundary]; i++)
            assert_ptr_equal(plain->offered[boundary][i], shared->offered[boundary][i]);
    }
    /* What is not in the tables above is in the numbers: every one of the costs. */
    const char prefix[] = "systems.palacios.";
    for (size_t i = 0; i < catalog->parameters_count; i++) {
        const struct bh_parameter *number = catalog->parameters[i];
        if (strncmp(number->path, prefix, sizeof prefix - 1) != 0)
            continue;
        char path[200];
        snprintf(path, sizeof path, "systems.palacios-shared-network.%s", number->path + sizeof prefix - 1);
        const struct bh_parameter *other = need_parameter(catalog, path);
        assert_true(number->value == other->value && number->low == other->low && number->high == other->high);
        assert_string_equal(number->source, other->source);
    }
    bh_catalog_destroy(catalog);
}

static void test_guards_are_in_order_of_strength(void **state)
{
    (void)state;
    struct bh_catalog *catalog = need_shipped(NULL, NULL);
    for (size_t i = 1; i < catalog->guards_count; i++)
        if (catalog->guards[i].boundary == catalog->guards[i - 1].boundary)
            assert_true(catalog->guards[i].blocks.value > catalog->guards[i - 1].blocks.value);
    for (size_t i = 0; i < catalog->systems_count; i++)
        for (int boundary = 0; boundary < BH_BOUNDARIES; boundary++)
            for (size_t j = 1; j < catalog->systems[i].offered_count[boundary]; j++)
                assert_true(catalog->systems[i].offered[boundary][j - 1]->strength <
                            catalog->systems[i].offered[boundary][j]->strength);
    bh_catalog_destroy(catalog);
}

/* --- What a scenario sets and adds ----------------------------------------------------------------------------------- */

static void test_overrides_set_value_status_and_place(void **state)
{
    (void)state;
    struct bh_catalog *catalog = need_shipped("channels.vm-exit.probability: 1\n"
                                              "recovery.node-reboot: 2 min\n"
                                              "guards.guest/host.iommu.blocks: 50 %\n"
                                              "zones.guest-user.data.masked: 0.5\n"
                                              "zones.guest-user.data.signalled: 0.5\n"
                                              "zones.guest-user.data.silent: 0\n",
                                              NULL);
    const struct bh_parameter *escape = need_parameter(catalog, "channels.vm-exit.probability");
    assert_int_equal(escape->status, BH_SET_BY_SCENARIO);
    assert_true(escape->value == 1 && escape->low == 1 && escape->high == 1);
    assert_string_equal(escape->place.file, "set.yaml");
    assert_int_equal(escape->place.line, 1);
    assert_close(catalog->recovery.node_reboot_s.value, 120, 1e-15);
    assert_close(need_parameter(catalog, "guards.guest/host.iommu.blocks")->value, 0.5, 1e-15);
    assert_true(catalog->zones[BH_GUEST_USER].ending[BH_DATA].silent.value == 0);
    assert_int_equal(need_parameter(catalog, "channels.device-emulation.probability")->status, BH_ASSUMED);
    bh_catalog_destroy(catalog);
}

static const char nested_system[] =
    "systems:\n"
    "  deep:\n"
    "    title: three kernels deep, zones from the inside out\n"
    "    host-kernel: kitten\n"
    "    guest-kernel: linux\n"
    "    zones:\n"
    "      - {name: process, kind: guest-user, parent: inner, per: process, components: [application]}\n"
    "      - {name: inner, kind: guest-kernel, parent: outer, per: guest, components: [kitten]}\n"
    "      - {name: outer, kind: guest-kernel, parent: host, components: [guest-kernel, kvm-module]}\n"
    "      - {name: host, kind: host-kernel, components: [host-kernel, palacios-vmm]}\n"
    "    channels:\n"
    "      - {type: vm-exit, from: inner, to: outer}\n"
    "      - {type: vm-exit, from: outer, to: host}\n"
    "      - {type: shared-memory, from: inner, to: inner}\n"
    "    guards: {guest/host: [emulated-io, passthrough], enclave/enclave: [shared-memory]}\n"
    "    costs:\n"
    "      compute-slowdown: {value: 0.1, status: assumed, range: [0, 1], source: for the test}\n"
    "      exit-time: {value: 1, unit: us, status: assumed, range: [0, 2], source: for the test}\n"
    "      latency: {value: 1, unit: us, status: assumed, range: [0, 2], source: for the test}\n"
    "      bandwidth-loss: {value: 0, status: assumed, range: [0, 1], source: for the test}\n"
    "      guest-boot: {value: 1, unit: s, status: assumed, range: [0, 2], source: for the test}\n"
    "policies:\n"
    "  mine:\n"
    "    description: for the test\n"
    "    dispositions: {host-kernel: system, host-user: guest, guest-kernel: enclave, guest-user: process}\n"
    "    guards: {guest/host: emulated-io}\n"
    "guards:\n"
    "  guest/host:\n"
    "    airgap: {description: for the test, on-block: detected, "
    "blocks: {value: 1, status: assumed, range: [0, 1], source: for the test}}\n";

static void test_definitions_add_nested_guests_without_code(void **state)
{
    (void)state;
    struct bh_catalog *catalog = need_shipped("systems.deep.costs.guest-boot: 7 s", nested_system);
    const struct bh_system *system = need_system(catalog, "deep");
    char tree[200];
    describe_tree(system, tree, sizeof tree);
    assert_string_equal(tree, "host<- outer<host inner<outer process<inner");
    assert_int_equal(system->offered_count[BH_GUEST_HOST], 2);
    assert_string_equal(system->offered[BH_GUEST_HOST][0]->name, "passthrough");
    assert_close(system->guest_boot_s.value, 7, 1e-15);

    struct bh_error err = {0};
    const struct bh_policy *policy = bh_catalog_policy(catalog, "mine", (struct bh_place){.file = "test"}, &err);
    assert_non_null(policy);
    assert_int_equal(policy->disposition[BH_HOST_KERNEL], BH_SCOPE_SYSTEM);
    assert_int_equal(policy->guards.rule, BH_GUARDS_NAMED);
    assert_string_equal(policy->guards.name[BH_GUEST_HOST], "emulated-io");
    assert_null(policy->guards.name[BH_PROCESS_KERNEL]);
    need_parameter(catalog, "guards.guest/host.airgap.blocks");
    need_parameter(catalog, "guards.guest/host.iommu.blocks");
    bh_catalog_destroy(catalog);
}

/* 1 with a report unless an input error was met that says `expected` and names `place`; all of a table is tried. */
static int wrong_message(const struct bh_catalog *catalog, const struct bh_error *err, const char *place,
                         const char *expected, const char *what)
{
    if (!catalog && err->code == BH_ERROR_INPUT && strstr(err->text, expected) && strstr(err->text, place))
        return 0;
    print_error("%s\nfound: %s\nexpected: ...%s...%s...\n", what, catalog ? "(accepted)" : err->text, place, expected);
    return 1;
}

static void test_bad_overrides(void **state)
{
    (void)state;
    static const struct {
        const char *overrides, *message;
    } cases[] = {
        {"channels.vmexit.probability: 0.5", "did you mean `channels.vm-exit.probability`"},
        {"channels.vm-exit.probability: 1.5", "channels.vm-exit.probability"},
        {"channels.vm-exit.probability: -0.5", "channels.vm-exit.probability"},
        {"channels.vm-exit.probability: .nan", "channels.vm-exit.probability"},
        {"channels.vm-exit.probability: [1]", "channels.vm-exit.probability"},
        {"recovery.node-reboot: 5", "recovery.node-reboot"},
        {"recovery.node-reboot: 5 GB", "recovery.node-reboot"},
        {"recovery.node-reboot: -5 s", "recovery.node-reboot"},
        {"recovery.node-reboot: soon", "recovery.node-reboot"},
        {"guards.guest/host.iommu.on-block: dropped", "guards.guest/host.iommu"},
        {"zones.guest-user.data.masked: 0.5", "set the others too"},
        {"zones.guest-user.data.lifetime: 0", "a time above 0"},
        {"1", "expected"},
    };
    int wrong = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bh_error err = {0};
        struct bh_catalog *catalog = read_shipped(cases[i].overrides, NULL, &err);
        wrong += wrong_message(catalog, &err, "set.yaml:1:", cases[i].message, cases[i].overrides);
        bh_catalog_destroy(catalog);
    }
    assert_int_equal(wrong, 0);
}

/* --- Bad data -------------------------------------------------------------------------------------------------------- */

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
    {"recovery.yaml", "status: assumed, range: [1, 120]", "status: computed, range: [1, 120]", "only assumed numbers"},
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
    {"policies.yaml", "guards: strongest", "guards: stronger", "strongest"},
    {"policies.yaml", "guest/host: iommu", "guest/host: iomu", "did you mean `iommu`"},
    {"applications.yaml", "saves: application", "saves: nothing", "nothing"},
    {"applications.yaml", "step: {value: 1,", "step: {value: 0,", "outside its range"},
    {"systems/kvm.yaml", "system: kvm", "system: kwm", "the file's own name"},
    {"systems/kvm.yaml", "host-kernel: linux", "host-kernel: linus", "did you mean `linux`"},
    {"systems/kvm.yaml", "host-kernel: linux", "host-kernel: kvm-module", "is no kernel"},
    {"systems/kvm.yaml", "guest-kernel: linux\n", "", "to say which kernel"},
    {"systems/kvm.yaml", "kind: host-user, parent: host", "kind: host-user, parent: guest",
     "cycle in the zone tree, vmm in guest in vmm"},
    {"systems/kvm.yaml", ", parent: host, per", ", per", "second root"},
    {"systems/kvm.yaml", "kind: host-kernel,", "kind: host-kernel, parent: process,", "cycle"},
    {"systems/kvm.yaml", "parent: vmm", "parent: vm", "did you mean `vmm`"},
    {"systems/kvm.yaml", "name: vmm", "name: host", "two zones named `host`"},
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
    {"systems/kvm.yaml", "guest/host: [iommu, emulated-io]", "", "offers no guard level"},
    {"systems/kvm.yaml", "[iommu, emulated-io]", "[]", "at least one"},
    {"systems/kvm.yaml", "[iommu, emulated-io]", "[nested-page]", "nested-page"},
    {"systems/kvm.yaml", "[iommu, emulated-io]", "[iommu, emulated-io, iommu]", "twice"},
    {"systems/kvm.yaml", "[iommu, emulated-io]", "[shared-memory]", "guest/host guard level"},
    {"systems/kvm.yaml", "  guest-boot:", "  guest-boots:", "guest-boot"},
};

static void test_broken_files(void **state)
{
    (void)state;
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

static void test_bad_definitions(void **state)
{
    (void)state;
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

static void test_missing_folder(void **state)
{
    (void)state;
    struct bh_error err = {0};
    assert_null(bh_catalog_read("/nowhere/at/all", NULL, NULL, &err));
    assert_int_equal(err.code, BH_ERROR_INPUT);
    assert_non_null(strstr(err.text, "/nowhere/at/all"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_number_has_source_status_and_range),
        cmocka_unit_test(test_escape_is_assumed_and_says_so),
        cmocka_unit_test(test_values_are_in_si),
        cmocka_unit_test(test_zone_trees_are_those_of_the_design),
        cmocka_unit_test(test_shared_network_is_palacios_and_one_channel),
        cmocka_unit_test(test_guards_are_in_order_of_strength),
        cmocka_unit_test(test_overrides_set_value_status_and_place),
        cmocka_unit_test(test_definitions_add_nested_guests_without_code),
        cmocka_unit_test(test_bad_overrides),
        cmocka_unit_test(test_broken_files),
        cmocka_unit_test(test_bad_definitions),
        cmocka_unit_test(test_missing_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
