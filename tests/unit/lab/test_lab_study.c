/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Studies of injections without a machine: in what turn trials come, that records come back as they went, what is
 * added up. */
#include "lab/plugin/marks.h"
#include "lab/study/counts.h"
#include "lab/study/mutation.h"
#include "lab/study/outcome.h"
#include "lab/study/record.h"
#include "lab/study/study_file.h"
#include "tests/support/helper.h"

#include <stdlib.h>
#include <string.h>

static struct bh_lab_study *read_study(const char *faults)
{
    char path[] = "/tmp/bulkhead-study-XXXXXX.yaml", *nodes = bh_print_text("%s/lab/nodes", bh_test_data());
    int file = mkstemps(path, 5);
    FILE *out = fdopen(file, "w");
    struct bh_error err = {0};
    fprintf(out, "node: native\nworkload: sort\nseed: 3\nfaults: [%s]\n", faults);
    fclose(out);
    struct bh_lab_study *study = bh_lab_study_read(path, nodes, &err);
    if (study == NULL)
        fail_msg("%s", err.text);
    remove(path);
    free(nodes);
    return study;
}

/* However far a study comes, each cell has its share of what was run, within one trial. */
BH_TEST(cells_take_turns_in_proportion)
{
    static const double trials[] = {700, 40, 3};
    struct bh_lab_study *study =
        read_study("{zone: host-kernel, fault: register, trials: 700}, {zone: process-0, fault: code, trials: 40}, "
                   "{zone: process-1, fault: vector, trials: 3}");
    double done[3] = {0};
    assert_int_equal(study->trials, 743);
    for (uint64_t i = 0; i < study->trials; i++) {
        assert_true(study->places[i].nth == (uint64_t)done[study->places[i].cell]++);
        for (size_t cell = 0; cell < 3; cell++)
            assert_true(fabs(done[cell] - trials[cell] * (double)(i + 1) / 743.0) <= 1.0);
    }
    for (size_t cell = 0; cell < 3; cell++)
        assert_true(done[cell] == trials[cell]);
    bh_lab_study_destroy(study);
}

/* Instructions and bits are drawn evenly: a chi-squared of 63 degrees, whose upper 10^-6 quantile is 134. */
BH_TEST(draws_are_even_and_follow_from_the_number)
{
    struct bh_lab_study *study = read_study("{zone: host-kernel, fault: register, trials: 6400}");
    struct bh_golden golden = {.instructions = 6400, .in_zone = {[BH_LAB_HOST_KERNEL] = 640}};
    double bits[64] = {0}, places[64] = {0}, chi_bits = 0.0, chi_places = 0.0;
    struct bh_lab_trial trial, again;
    for (uint64_t i = 0; i < study->trials; i++) {
        assert_int_equal(bh_lab_trial_draw(study, &golden, i, &trial, NULL), 0);
        assert_int_equal(bh_lab_trial_draw(study, &golden, i, &again, NULL), 0);
        assert_memory_equal(&trial, &again, sizeof trial);
        assert_true(trial.index <= BH_LAB_RIP && trial.at < 640);
        bits[trial.bit]++;
        places[trial.at / 10]++;
    }
    for (size_t i = 0; i < 64; i++) {
        chi_bits += (bits[i] - 100.0) * (bits[i] - 100.0) / 100.0;
        chi_places += (places[i] - 100.0) * (places[i] - 100.0) / 100.0;
    }
    assert_true(chi_bits < 134.0 && chi_places < 134.0);
    struct bh_error err = {0};
    golden.in_zone[BH_LAB_HOST_KERNEL] = 0;
    assert_int_equal(bh_lab_trial_draw(study, &golden, 0, &trial, &err), -1);
    assert_non_null(strstr(err.text, "executes no instruction"));
    bh_lab_study_destroy(study);
}

/* Instructions as an assembler writes them, and what each kind of fault makes of them; NULL: nothing. */
static const struct {
    const char *before, *fault, *after;
} mutations[] = {
    {"e810000000", "missing-call", "0f1f440000"},          /* call */
    {"ff15aabbccdd", "missing-call", NULL},                /* call through memory */
    {"48894708", "missing-store", "90909090"},             /* mov %rax, 8(%rdi) */
    {"6689470a", "missing-store", "90909090"},             /* mov %ax, 10(%rdi) */
    {"c7470801000000", "missing-store", "90909090909090"}, /* movl $1, 8(%rdi) */
    {"4889c7", "missing-store", NULL},                     /* mov %rax, %rdi: no memory */
    {"488b4708", "missing-store", NULL},                   /* mov 8(%rdi), %rax: a load */
    {"7405", "missing-check", "9090"},                     /* je */
    {"7405", "missing-code", "eb05"},                      /* jmp */
    {"0f8510020000", "missing-check", "909090909090"},     /* jne, far */
    {"0f8510020000", "missing-code", "90e910020000"},      /* nop; jmp to the same place */
    {"eb05", "missing-check", NULL},                       /* jmp: no check */
    {"83f803", "wrong-operand", "83f804"},                 /* cmp $3, %eax */
    {"4883c4ff", "wrong-operand", "4883c400"},             /* add $-1, %rsp */
    {"b8ff000000", "wrong-operand", "b800000000"},         /* mov $255, %eax: the lowest byte turns over */
    {"c7470801000000", "wrong-operand", "c7470802000000"}, /* movl $1, 8(%rdi) */
    {"8b4708", "wrong-operand", NULL},                     /* no immediate */
    {"8b4708", "bug", "0f0b08"},                           /* ud2, and what is not reached */
    {"55", "bug", NULL},                                   /* push: a byte is too short */
};

static size_t read_hex(const char *text, unsigned char *bytes)
{
    size_t size = 0;
    for (; text != NULL && text[0] != '\0'; text += 2) {
        char two[3] = {text[0], text[1], '\0'};
        bytes[size++] = (unsigned char)strtoul(two, NULL, 16);
    }
    return size;
}

BH_TEST(software_faults_are_what_they_are_called)
{
    for (size_t i = 0; i < BH_COUNT(mutations); i++) {
        struct bh_lab_code code = {0};
        unsigned char expected[BH_MUTATION_BYTES] = {0}, found[BH_MUTATION_BYTES];
        int fault = 0;
        while (strcmp(bh_lab_fault_names[fault], mutations[i].fault) != 0)
            fault++;
        code.size = read_hex(mutations[i].before, code.bytes);
        bool is_one = bh_lab_mutate(&code, (enum bh_lab_fault)fault, found);
        if (is_one != (mutations[i].after != NULL))
            fail_msg("%s: %s", mutations[i].before, mutations[i].fault);
        if (is_one) {
            assert_int_equal(read_hex(mutations[i].after, expected), code.size);
            assert_memory_equal(found, expected, code.size);
        }
    }
}

/* Each instruction once, though blocks overlap; drawn among those that the fault could be in, and no others. */
BH_TEST(places_are_drawn_from_the_zone)
{
    static const char said[] = "checked\nplace 1 5000 e810000000\nplace 4 100 e810000000\nplace 1 1000 7405\n"
                               "place 1 1002 e8aabbccdd\nplace 1 1000 7405\nplace 1 1002 e8aabbccdd\ndone 5\n";
    struct bh_lab_study *study = read_study("{zone: host-kernel, fault: missing-call, trials: 200}");
    struct bh_golden golden = {.instructions = 9, .in_zone = {[BH_LAB_HOST_KERNEL] = 9, [BH_LAB_PROCESS_0] = 9}};
    struct bh_lab_trial trial;
    size_t low = 0, high = 0;
    golden.codes = bh_lab_code_read(said, &golden.codes_count);
    assert_int_equal(golden.codes_count, 4);
    for (uint64_t i = 0; i < study->trials; i++) {
        assert_int_equal(bh_lab_trial_draw(study, &golden, i, &trial, NULL), 0);
        low += trial.address == 0x1002;
        high += trial.address == 0x5000;
        assert_true(trial.size == 5 && trial.at == 0);
    }
    /* Half of 200, six standard deviations about. */
    assert_true(low + high == 200 && low > 57 && high > 57);
    char *arguments = bh_lab_trial_arguments(&trial, study, &golden);
    assert_non_null(strstr(arguments, "fault=planted,zone=1,at=0,"));
    assert_non_null(strstr(arguments, ",bytes=0f1f440000"));
    free(arguments);
    struct bh_error err = {0};
    golden.codes_count = 1; /* the branch alone */
    assert_int_equal(bh_lab_trial_draw(study, &golden, 0, &trial, &err), -1);
    assert_non_null(strstr(err.text, "executes nothing that a fault of kind missing-call could be in"));
    free(golden.codes);
    bh_lab_study_destroy(study);
}

static char qemu[] = "7.2.22", release[] = "6.1.0", image[] = "6.1.0 #1";
static const struct bh_laboratory laboratory = {.qemu_version = qemu, .release = release, .build = image};
static const struct bh_snapshot snapshot = {.lab = &laboratory, .identity = 0xabc, .memory = 0xdef};

BH_TEST(records_come_back)
{
    struct bh_lab_trial trial = {
        .number = 4711, .cell = {.zone = BH_LAB_VMM_0, .fault = BH_LAB_CODE}, .hit = BH_LAB_VMM_0, .bit = 3};
    char console[] = "Kernel panic \x01\xff", report[] = "0 hung\n",
         said[] = "checked\ninjected 5 zone 6\nlimit 77 zone 1\n";
    struct bh_run run = {.end = BH_RUN_LIMIT,
                         .console = console,
                         .report = report,
                         .said = said,
                         .console_length = strlen(console),
                         .vmm = 11};
    struct bh_lab_outcome outcome = {.enclave = {BH_ENCLAVE_HUNG, BH_ENCLAVE_LOST_PEER},
                                     .host = BH_HOST_PANIC,
                                     .extent = BH_LAB_WHOLE_NODE,
                                     .is_hang = true,
                                     .hurt_neighbour = true};
    char *line = bh_lab_record_print(&trial, &snapshot, &run, &outcome, 0.5);
    struct bh_lab_record record;
    assert_true(bh_lab_record_parse(line, &record));
    assert_true(record.number == 4711 && record.instructions == 77 && record.zone == BH_LAB_VMM_0);
    assert_true(record.fault == BH_LAB_CODE && record.end == BH_RUN_LIMIT && record.identity != 0);
    char *again = bh_lab_record_print(&trial, &snapshot, &run, &record.outcome, 0.5);
    assert_string_equal(again, line);
    free(again);
    assert_non_null(strstr(line, "\"vmm\":\"signal 11\""));
    assert_non_null(strstr(line, "\"qemu\":\"7.2.22\",\"kernel\":\"6.1.0\",\"kernel-build\":\"6.1.0 #1\""));
    assert_non_null(strstr(line, "\"snapshot\":\"0000000000000abc\",\"memory\":\"0000000000000def\""));
    line[strlen(line) / 2] = '\0';
    assert_false(bh_lab_record_parse(line, &record));
    free(line);
}

/* A crash's first lines name its cause, and are kept however much follows. */
BH_TEST(a_crash_keeps_its_head_and_its_end)
{
    enum { BEFORE = 3000, HEAD = BEFORE + 27, AFTER = 40000 };
    static char console[AFTER + 1], report[] = "", said[] = "";
    struct bh_lab_trial trial = {.cell = {.zone = BH_LAB_HOST_KERNEL}, .hit = BH_LAB_HOST_KERNEL};
    struct bh_run run = {.console = console, .report = report, .said = said};
    struct bh_lab_outcome outcome = {.host = BH_HOST_PANIC, .extent = BH_LAB_WHOLE_NODE};
    for (size_t i = 0; i < AFTER; i++)
        console[i] = "all is well\n"[i % 12];
    memcpy(console + BEFORE, "invalid opcode: 0000 [#1] P", HEAD - BEFORE);
    memcpy(console + AFTER - 9, "last word", 9);
    char *line = bh_lab_record_print(&trial, &snapshot, &run, &outcome, 0.5);
    assert_non_null(strstr(line, "well\\ninvalid opcode: 0000 [#1] P"));
    assert_non_null(strstr(line, "last word"));
    assert_true(strlen(line) < 10000);
    free(line);
}

/* What failed both enclaves is the node's in the table: none of the model's smaller extents holds both. */
BH_TEST(a_crossing_is_no_failure_of_a_process)
{
    struct bh_lab_record records[5];
    for (size_t i = 0; i < BH_COUNT(records); i++)
        records[i] = (struct bh_lab_record){.zone = BH_LAB_PROCESS_0,
                                            .outcome = {.extent = BH_LAB_PROCESS, .hurt_neighbour = i < 2}};
    size_t count, length;
    char *text;
    struct bh_lab_count *counts = bh_lab_count_records(records, BH_COUNT(records), &count);
    FILE *out = open_memstream(&text, &length);
    bh_lab_counts_csv(counts, count, BH_LAB_NATIVE, out);
    fclose(out);
    assert_non_null(strstr(text, "\nnative,native,guest-user,data,5,0,3,0,2,0,0\n"));
    free(text);
    free(counts);
}

BH_TEST(counts_add_up)
{
    struct bh_lab_record records[6];
    for (size_t i = 0; i < BH_COUNT(records); i++)
        records[i] = (struct bh_lab_record){.zone = BH_LAB_PROCESS_0,
                                            .fault = i < 4 ? BH_LAB_REGISTER : BH_LAB_CODE,
                                            .outcome = {.extent = (enum bh_lab_extent)(i % BH_LAB_EXTENTS)}};
    size_t count;
    struct bh_lab_count *counts = bh_lab_count_records(records, BH_COUNT(records), &count);
    assert_int_equal(count, 2);
    uint64_t trials = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t sum = 0;
        for (size_t k = 0; k < BH_LAB_EXTENTS; k++)
            sum += counts[i].extent[k];
        assert_int_equal(sum, counts[i].trials);
        trials += sum;
    }
    assert_int_equal(trials, BH_COUNT(records));
    assert_true(counts[0].fault == BH_LAB_REGISTER && counts[0].trials == 4 && counts[1].neighbours == 1);
    free(counts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_take_turns_in_proportion),
        cmocka_unit_test(draws_are_even_and_follow_from_the_number),
        cmocka_unit_test(software_faults_are_what_they_are_called),
        cmocka_unit_test(places_are_drawn_from_the_zone),
        cmocka_unit_test(records_come_back),
        cmocka_unit_test(a_crash_keeps_its_head_and_its_end),
        cmocka_unit_test(a_crossing_is_no_failure_of_a_process),
        cmocka_unit_test(counts_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
