/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Which outcome each kind of report of an injection is. */
#include "lab/plugin/marks.h"
#include "lab/study/outcome.h"
#include "tests/support/helper.h"

#include <stdlib.h>
#include <string.h>

static const struct bh_lab_node native = {.stack = BH_LAB_NATIVE}, guests = {.stack = BH_LAB_KVM},
                                bridge = {.stack = BH_LAB_KVM, .network = BH_LAB_VMM_NETWORK};

static char well[] = "host taint 0 check right\ndone\n";
static char right[] =
    "0 step 0 aa\n1 step 0 bb\n0 answer cc\n1 answer dd\n0 exit 0\n1 exit 0\nhost taint 0 check right\ndone\n";
static char right_guests[] =
    "0 ready\n0 step 0 aa\n1 step 0 bb\n0 answer cc\n0 guest over exit 0 taint 0\n1 answer dd\n"
    "1 guest over exit 0 taint 0\nhost taint 0 check right\ndone\n";

static char right_ways[] =
    "0 step 0 aa ee\n1 step 0 bb ff\n0 step 1 aa ee\n1 step 1 bb ff\n0 answer aa\n0 guest over exit 0 taint 0\n1 "
    "answer bb\n"
    "1 guest over exit 0 taint 0\nhost network 0 alive 1 alive host alive ports 3 3\nhost taint 0 check right\ndone\n";

static struct bh_lab_outcome judge(const struct bh_lab_node *node, unsigned zone, enum bh_run_end end,
                                   const char *console, const char *report)
{
    char *said = bh_copy_text(console), *told = bh_copy_text(report);
    struct bh_run run = {.end = end, .console = said, .report = told},
                  golden = {.end = BH_RUN_DONE, .console = well, .report = right_ways};
    if (node != &bridge)
        golden.report = node == &native ? right : right_guests;
    struct bh_lab_outcome outcome = bh_lab_judge(&run, &golden, node, zone);
    free(said);
    free(told);
    return outcome;
}

#define ALIVE      "host network 0 alive 1 alive host alive ports 3 3\nhost taint 0 check right\ndone\n"
#define DEAD_FIRST "host network 0 dead 1 alive host alive ports 0 3\nhost taint 0 check right\ndone\n"
#define LOSE_EACH_OTHER                                                                                                \
    "0 step 0 aa ee\n1 step 0 bb ff\n0 peer lost 1\n0 step 1 cc 00\n1 peer lost 1\n1 step 1 dd 00\n"                   \
    "0 answer cc\n1 answer dd\n0 guest over exit 0 taint 0\n1 guest over exit 0 taint 0\n"
#define MISLED                                                                                                         \
    "0 step 0 ab ee\n1 step 0 bb ff\n0 step 1 ab ee\n1 step 1 dd gg\n0 answer ab\n1 answer dd\n"                       \
    "0 guest over exit 0 taint 0\n1 guest over exit 0 taint 0\n"

/* What host and enclaves said, and what that is. */
static const struct {
    const struct bh_lab_node *node;
    unsigned zone;
    enum bh_run_end end;
    const char *console, *report;
    enum bh_enclave_outcome first, second;
    enum bh_host_outcome host;
    enum bh_lab_extent extent;
    bool is_hang, hurts_neighbour;
} cases[] = {
    {&native, BH_LAB_PROCESS_0, BH_RUN_DONE, "", right, BH_ENCLAVE_UNHARMED, BH_ENCLAVE_UNHARMED, BH_HOST_UNHARMED,
     BH_LAB_MASKED, false, false},
    /* One digit of one step, and a step more than there are. */
    {&native, BH_LAB_PROCESS_0, BH_RUN_DONE, "",
     "0 step 0 ab\n1 step 0 bb\n0 answer cc\n1 answer dd\n0 exit 0\n1 exit 0\nhost taint 0 check right\ndone\n",
     BH_ENCLAVE_WRONG, BH_ENCLAVE_UNHARMED, BH_HOST_UNHARMED, BH_LAB_SDC, false, false},
    {&native, BH_LAB_PROCESS_1, BH_RUN_DONE, "",
     "0 step 0 aa\n0 step 1 aa\n1 step 0 bb\n0 answer cc\n1 answer dd\n0 exit 0\n1 exit 0\nhost taint 0 check "
     "right\ndone\n",
     BH_ENCLAVE_WRONG, BH_ENCLAVE_UNHARMED, BH_HOST_UNHARMED, BH_LAB_SDC, false, true},
    /* Ends well, but says less. */
    {&native, BH_LAB_PROCESS_0, BH_RUN_DONE, "",
     "1 step 0 bb\n1 answer dd\n0 exit 0\n1 exit 0\nhost taint 0 check right\ndone\n", BH_ENCLAVE_WRONG,
     BH_ENCLAVE_UNHARMED, BH_HOST_UNHARMED, BH_LAB_SDC, false, false},
    {&native, BH_LAB_PROCESS_0, BH_RUN_DONE, "",
     "0 signal 11\n1 step 0 bb\n1 answer dd\n1 exit 0\nhost taint 0 check right\ndone\n", BH_ENCLAVE_SIGNAL,
     BH_ENCLAVE_UNHARMED, BH_HOST_UNHARMED, BH_LAB_PROCESS, false, false},
    {&native, BH_LAB_HOST_KERNEL, BH_RUN_DONE, "BUG: unable to handle page fault", right, BH_ENCLAVE_UNHARMED,
     BH_ENCLAVE_UNHARMED, BH_HOST_OOPS, BH_LAB_MASKED, false, false},
    {&native, BH_LAB_PROCESS_0, BH_RUN_DONE, "",
     "0 hung\n0 signal 9\n1 step 0 bb\n1 answer dd\n1 exit 3\nhost taint 0 check right\ndone\n", BH_ENCLAVE_HUNG,
     BH_ENCLAVE_FOUND, BH_HOST_UNHARMED, BH_LAB_PROCESS, true, true},
    {&native, BH_LAB_HOST_KERNEL, BH_RUN_RESET, "Kernel panic - not syncing: x", "0 step 0 aa\n", BH_ENCLAVE_GONE,
     BH_ENCLAVE_GONE, BH_HOST_PANIC, BH_LAB_WHOLE_NODE, false, false},
    {&native, BH_LAB_HOST_KERNEL, BH_RUN_RESET, "", "", BH_ENCLAVE_GONE, BH_ENCLAVE_GONE, BH_HOST_RESET,
     BH_LAB_WHOLE_NODE, false, false},
    {&native, BH_LAB_HOST_KERNEL, BH_RUN_STILL, "", "", BH_ENCLAVE_GONE, BH_ENCLAVE_GONE, BH_HOST_HUNG,
     BH_LAB_WHOLE_NODE, true, false},
    {&native, BH_LAB_HOST_AGENT, BH_RUN_DONE, "", "host agent-ended b\n", BH_ENCLAVE_GONE, BH_ENCLAVE_GONE,
     BH_HOST_CHECK, BH_LAB_WHOLE_NODE, false, false},
    {&guests, BH_LAB_GUEST_KERNEL_0, BH_RUN_DONE, "", right_guests, BH_ENCLAVE_UNHARMED, BH_ENCLAVE_UNHARMED,
     BH_HOST_UNHARMED, BH_LAB_MASKED, false, false},
    /* A panic, whereupon the agent kills the VMM: no end of the VMM's own. */
    {&guests, BH_LAB_GUEST_KERNEL_0, BH_RUN_DONE, "",
     "0 [ 1.2] Kernel panic - not syncing: x\n0 signal 9\n1 step 0 bb\n1 answer dd\n1 guest over exit 0 taint 0\n"
     "host taint 0 check right\ndone\n",
     BH_ENCLAVE_PANIC, BH_ENCLAVE_UNHARMED, BH_HOST_UNHARMED, BH_LAB_GUEST, false, false},
    /* The VMM ends with status 0, and the guest never said that it was over. */
    {&guests, BH_LAB_GUEST_KERNEL_0, BH_RUN_DONE, "",
     "0 step 0 aa\n0 exit 0\n1 step 0 bb\n1 answer dd\n1 guest over exit 0 taint 0\nhost taint 0 check right\ndone\n",
     BH_ENCLAVE_VMM, BH_ENCLAVE_UNHARMED, BH_HOST_UNHARMED, BH_LAB_GUEST, false, false},
    {&guests, BH_LAB_GUEST_KERNEL_0, BH_RUN_DONE, "",
     "0 step 0 aa\n0 answer cc\n0 guest over exit 0 taint 128\n1 step 0 bb\n1 answer dd\n1 guest over signal 11 taint "
     "0\n"
     "host taint 0 check right\ndone\n",
     BH_ENCLAVE_OOPS, BH_ENCLAVE_SIGNAL, BH_HOST_UNHARMED, BH_LAB_PROCESS, false, true},
    {&bridge, BH_LAB_HOST_NETWORK, BH_RUN_DONE, "", right_ways, BH_ENCLAVE_UNHARMED, BH_ENCLAVE_UNHARMED,
     BH_HOST_UNHARMED, BH_LAB_MASKED, false, false},
    /* A partner that panicked is lost, and nobody else is hurt: what the other says from there on is its own. */
    {&bridge, BH_LAB_GUEST_KERNEL_0, BH_RUN_DONE, "",
     "0 [ 1.2] Kernel panic - not syncing: x\n0 signal 9\n1 step 0 bb ff\n1 peer lost 1\n1 step 1 dd 00\n1 answer dd\n"
     "1 guest over exit 0 taint 0\n" DEAD_FIRST,
     BH_ENCLAVE_PANIC, BH_ENCLAVE_LOST_PEER, BH_HOST_UNHARMED, BH_LAB_GUEST, false, false},
    /* ... unless it was wrong before. */
    {&bridge, BH_LAB_GUEST_KERNEL_0, BH_RUN_DONE, "",
     "0 [ 1.2] Kernel panic - not syncing: x\n0 signal 9\n1 step 0 dd ff\n1 peer lost 1\n1 step 1 dd 00\n1 answer dd\n"
     "1 guest over exit 0 taint 0\n" DEAD_FIRST,
     BH_ENCLAVE_PANIC, BH_ENCLAVE_WRONG, BH_HOST_UNHARMED, BH_LAB_GUEST, false, true},
    /* Both lose each other and are well: the way is broken, of the one whose fault it is; of both, if the host's. */
    {&bridge, BH_LAB_GUEST_KERNEL_0, BH_RUN_DONE, "", LOSE_EACH_OTHER ALIVE, BH_ENCLAVE_LOST_PEER, BH_ENCLAVE_LOST_PEER,
     BH_HOST_UNHARMED, BH_LAB_PROCESS, false, false},
    {&bridge, BH_LAB_HOST_NETWORK, BH_RUN_DONE, "", LOSE_EACH_OTHER ALIVE, BH_ENCLAVE_LOST_PEER, BH_ENCLAVE_LOST_PEER,
     BH_HOST_UNHARMED, BH_LAB_PROCESS, false, false},
    /* The one that the fault was put into does not answer any more: its own affair; the other: a neighbour hurt. */
    {&bridge, BH_LAB_VMM_0, BH_RUN_DONE, "", LOSE_EACH_OTHER DEAD_FIRST, BH_ENCLAVE_CUT_OFF, BH_ENCLAVE_LOST_PEER,
     BH_HOST_UNHARMED, BH_LAB_GUEST, false, false},
    {&bridge, BH_LAB_VMM_1, BH_RUN_DONE, "", LOSE_EACH_OTHER DEAD_FIRST, BH_ENCLAVE_CUT_OFF, BH_ENCLAVE_LOST_PEER,
     BH_HOST_UNHARMED, BH_LAB_GUEST, false, true},
    /* Wrong data that came whole: the receiver's results are right of them. Of its own fault they are wrong. */
    {&bridge, BH_LAB_GUEST_PROCESS_0, BH_RUN_DONE, "", MISLED ALIVE, BH_ENCLAVE_WRONG, BH_ENCLAVE_MISLED,
     BH_HOST_UNHARMED, BH_LAB_SDC, false, false},
    {&bridge, BH_LAB_GUEST_PROCESS_1, BH_RUN_DONE, "", MISLED ALIVE, BH_ENCLAVE_WRONG, BH_ENCLAVE_WRONG,
     BH_HOST_UNHARMED, BH_LAB_SDC, false, true},
    /* Damaged on the way, which the receiver found. */
    {&bridge, BH_LAB_GUEST_KERNEL_0, BH_RUN_DONE, "",
     "0 step 0 aa ee\n1 guest over exit 3 taint 0\n0 peer lost 1\n0 step 1 dd 00\n0 answer dd\n"
     "0 guest over exit 0 taint 0\n" ALIVE,
     BH_ENCLAVE_LOST_PEER, BH_ENCLAVE_FOUND, BH_HOST_UNHARMED, BH_LAB_PROCESS, false, true},
    /* A host whose network does not come to an end, or whose own address is silent, and a VMM that nobody can end. */
    {&bridge, BH_LAB_HOST_NETWORK, BH_RUN_DONE, "",
     LOSE_EACH_OTHER "host network stuck\nhost taint 0 check right\ndone\n", BH_ENCLAVE_LOST_PEER, BH_ENCLAVE_LOST_PEER,
     BH_HOST_NETWORK, BH_LAB_WHOLE_NODE, false, false},
    {&bridge, BH_LAB_HOST_NETWORK, BH_RUN_DONE, "",
     LOSE_EACH_OTHER "host network 0 alive 1 alive host dead ports 3 3\nhost taint 0 check right\ndone\n",
     BH_ENCLAVE_LOST_PEER, BH_ENCLAVE_LOST_PEER, BH_HOST_NETWORK, BH_LAB_WHOLE_NODE, false, false},
    {&bridge, BH_LAB_HOST_NETWORK, BH_RUN_DONE, "",
     "0 step 0 aa ee\n0 unkillable\n1 step 0 bb ff\n1 peer lost 1\n1 step 1 dd 00\n1 answer dd\n"
     "1 guest over exit 0 taint 0\n" DEAD_FIRST,
     BH_ENCLAVE_HUNG, BH_ENCLAVE_LOST_PEER, BH_HOST_UNHARMED, BH_LAB_GUEST, true, false},
};

/* Under a VMM that translates, what was the host is the guest's kernel; how QEMU ended, and what that is. */
static const struct {
    unsigned zone;
    enum bh_run_end end;
    int vmm;
    const char *console, *report;
    enum bh_enclave_outcome first, second;
    enum bh_lab_extent extent;
    bool is_hang, hurts_vmm, is_artefact;
} translated[] = {
    {BH_LAB_VMM_0, BH_RUN_DONE, 0, "", right, BH_ENCLAVE_UNHARMED, BH_ENCLAVE_UNHARMED, BH_LAB_MASKED, false, false,
     false},
    {BH_LAB_VMM_0, BH_RUN_RESET, 11, "", "0 step 0 aa\n", BH_ENCLAVE_VMM, BH_ENCLAVE_VMM, BH_LAB_GUEST, false, false,
     false},
    {BH_LAB_VMM_0, BH_RUN_WEDGED, 24, "", "", BH_ENCLAVE_HUNG, BH_ENCLAVE_HUNG, BH_LAB_GUEST, true, false, false},
    {BH_LAB_VMM_0, BH_RUN_DONE, 0, "", "0 signal 11\n1 step 0 bb\n1 answer dd\n1 exit 0\nhost taint 0 check right\n",
     BH_ENCLAVE_SIGNAL, BH_ENCLAVE_UNHARMED, BH_LAB_PROCESS, false, false, false},
    {BH_LAB_VMM_0, BH_RUN_DONE, 0, "",
     "0 step 0 ab\n1 step 0 bb\n0 answer cc\n1 answer dd\n0 exit 0\n1 exit 0\nhost taint 0 check right\n",
     BH_ENCLAVE_WRONG, BH_ENCLAVE_UNHARMED, BH_LAB_SDC, false, false, false},
    {BH_LAB_GUEST_KERNEL_0, BH_RUN_RESET, 0, "Kernel panic - not syncing: x", "", BH_ENCLAVE_PANIC, BH_ENCLAVE_PANIC,
     BH_LAB_GUEST, false, false, false},
    {BH_LAB_GUEST_KERNEL_0, BH_RUN_DONE, 0, "kernel BUG at x", right, BH_ENCLAVE_OOPS, BH_ENCLAVE_OOPS, BH_LAB_PROCESS,
     false, false, false},
    /* The guest's kernel ends its VMM, or has it stuck: that is beyond the guest. */
    {BH_LAB_GUEST_KERNEL_0, BH_RUN_RESET, 6, "", "", BH_ENCLAVE_VMM, BH_ENCLAVE_VMM, BH_LAB_GUEST, false, true, false},
    {BH_LAB_GUEST_KERNEL_0, BH_RUN_WEDGED, 24, "", "", BH_ENCLAVE_HUNG, BH_ENCLAVE_HUNG, BH_LAB_GUEST, true, true,
     true},
    {BH_LAB_GUEST_PROCESS_0, BH_RUN_LIMIT, 0, "", "", BH_ENCLAVE_HUNG, BH_ENCLAVE_HUNG, BH_LAB_GUEST, true, false,
     false},
};

BH_TEST(a_vmm_that_translates_is_a_process_of_its_own)
{
    static const struct bh_lab_node node = {.stack = BH_LAB_QEMU};
    for (size_t i = 0; i < BH_COUNT(translated); i++) {
        char *console = bh_copy_text(translated[i].console), *report = bh_copy_text(translated[i].report);
        struct bh_run run = {.end = translated[i].end, .vmm = translated[i].vmm, .console = console, .report = report},
                      golden = {.end = BH_RUN_DONE, .console = well, .report = right};
        struct bh_lab_outcome outcome = bh_lab_judge(&run, &golden, &node, translated[i].zone);
        if (outcome.enclave[0] != translated[i].first || outcome.enclave[1] != translated[i].second ||
            outcome.host != BH_HOST_UNHARMED || outcome.extent != translated[i].extent ||
            outcome.is_hang != translated[i].is_hang || outcome.hurt_neighbour != translated[i].hurts_vmm ||
            outcome.is_artefact != translated[i].is_artefact)
            fail_msg("case %zu: %s %s, %s, hang %d, beyond %d, artefact %d", i,
                     bh_enclave_outcome_names[outcome.enclave[0]], bh_enclave_outcome_names[outcome.enclave[1]],
                     bh_lab_extent_names[outcome.extent], outcome.is_hang, outcome.hurt_neighbour, outcome.is_artefact);
        free(console);
        free(report);
    }
}

BH_TEST(every_report_is_one_outcome)
{
    for (size_t i = 0; i < BH_COUNT(cases); i++) {
        struct bh_lab_outcome outcome =
            judge(cases[i].node, cases[i].zone, cases[i].end, cases[i].console, cases[i].report);
        if (outcome.enclave[0] != cases[i].first || outcome.enclave[1] != cases[i].second ||
            outcome.host != cases[i].host || outcome.extent != cases[i].extent || outcome.is_hang != cases[i].is_hang ||
            outcome.hurt_neighbour != cases[i].hurts_neighbour)
            fail_msg("case %zu: %s %s, host %s, %s, hang %d, neighbour %d", i,
                     bh_enclave_outcome_names[outcome.enclave[0]], bh_enclave_outcome_names[outcome.enclave[1]],
                     bh_host_outcome_names[outcome.host], bh_lab_extent_names[outcome.extent], outcome.is_hang,
                     outcome.hurt_neighbour);
    }
    /* QEMU that is stuck is told apart. */
    assert_true(judge(&native, BH_LAB_HOST_KERNEL, BH_RUN_WEDGED, "", "").is_artefact);
    assert_false(judge(&native, BH_LAB_HOST_KERNEL, BH_RUN_LIMIT, "", "").is_artefact);
    /* A guest's kernel that complains without end, for longer than a crash, has hung; its host has not, unless it is silent. */
    static const char other[] = "1 step 0 bb\n1 answer dd\n1 guest over exit 0 taint 0\n",
                      line[] = "0 BUG: scheduling\n";
    static char babble[sizeof other + 101 * (sizeof line - 1)];
    strcpy(babble, other);
    for (size_t i = 0; i < 101; i++) {
        struct bh_lab_outcome before = judge(&guests, BH_LAB_GUEST_KERNEL_0, BH_RUN_LIMIT, "", babble);
        assert_true(before.host == BH_HOST_HUNG && before.extent == BH_LAB_WHOLE_NODE);
        strcat(babble, line);
    }
    struct bh_lab_outcome outcome = judge(&guests, BH_LAB_GUEST_KERNEL_0, BH_RUN_LIMIT, "", babble);
    assert_true(outcome.host == BH_HOST_UNHARMED && outcome.enclave[0] == BH_ENCLAVE_HUNG);
    assert_true(outcome.extent == BH_LAB_GUEST && outcome.is_hang && !outcome.hurt_neighbour);
    /* One that sends signs without lines is left as often; of the host's own faults, and of fewer exits, that says nothing. */
    static const struct {
        unsigned zone;
        const char *said;
        bool is_babbling;
    } floods[] = {{BH_LAB_GUEST_KERNEL_0, "checked\nexits 20001 240\nlimit 9\n", true},
                  {BH_LAB_GUEST_KERNEL_0, "checked\nexits 20000 240\nlimit 9\n", false},
                  {BH_LAB_GUEST_KERNEL_0, "checked\nexits 240 20001\nlimit 9\n", false},
                  {BH_LAB_HOST_MODULES, "checked\nexits 20001 240\nlimit 9\n", false},
                  {BH_LAB_GUEST_KERNEL_0, "", false}};
    for (size_t i = 0; i < BH_COUNT(floods); i++) {
        char *said = bh_copy_text(floods[i].said), *report = bh_copy_text(other), *console = bh_copy_text("");
        struct bh_run run = {.end = BH_RUN_LIMIT, .console = console, .report = report, .said = said},
                      golden = {.end = BH_RUN_DONE, .console = well, .report = right_guests};
        outcome = bh_lab_judge(&run, &golden, &guests, floods[i].zone);
        assert_true((outcome.host == BH_HOST_UNHARMED) == floods[i].is_babbling);
        assert_true((outcome.extent == BH_LAB_GUEST) == floods[i].is_babbling);
        free(said);
        free(report);
        free(console);
    }
    /* A neighbour that waits for a lock of its own for millions of instructions is QEMU's doing; one that does not is hurt. */
    static char hangs[] =
        "0 [ 1.2] Kernel panic - not syncing: x\n0 signal 9\n1 hung\n1 signal 9\nhost taint 0 check right\ndone\n",
                dark[] = "checked\ndark 8 400000 1\ndark 9 20092912 2\ndone 7\n",
                lit[] = "checked\ndark 8 20092912 1\ndark 9 400 2\ndone 7\n";
    struct bh_run run = {.end = BH_RUN_DONE, .console = well, .report = hangs, .said = dark},
                  golden = {.end = BH_RUN_DONE, .console = well, .report = right_guests};
    outcome = bh_lab_judge(&run, &golden, &guests, BH_LAB_GUEST_KERNEL_0);
    assert_true(outcome.is_artefact && !outcome.hurt_neighbour && outcome.extent == BH_LAB_GUEST);
    run.said = lit;
    outcome = bh_lab_judge(&run, &golden, &guests, BH_LAB_GUEST_KERNEL_0);
    assert_true(!outcome.is_artefact && outcome.hurt_neighbour);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_report_is_one_outcome),
        cmocka_unit_test(a_vmm_that_translates_is_a_process_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
