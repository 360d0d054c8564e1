/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Logs replayed, by hand: times, nodes, down times; which class takes what; what is refused. */
#include "models/catalog/reader/read_catalog.h"
#include "models/document/document_get.h"
#include "tests/support/catalog.h"
#include "tests/support/replay.h"

static void expect_strikes(struct play *play, size_t class, uint64_t replica, const struct strike *expected,
                           size_t count, bool ends)
{
    const struct bh_random random = {.seed = SEED, .replica = replica};
    struct bh_fault_arrivals *arrivals =
        bh_fault_arrivals_create(&play->streams[class], play->replay->manner.machine_nodes, true);
    struct bh_fault fault;
    for (size_t i = 0; i < count; i++) {
        assert_true(bh_fault_arrivals_next(arrivals, &random, &fault));
        assert_close(fault.time_s, expected[i].time_s, 1e-13);
        assert_int_equal(fault.node, expected[i].node);
        assert_true(fault.is_recorded && !fault.is_machine && fault.stream == &play->streams[class]);
        assert_close(fault.down_s, expected[i].down_s, 0);
        if (!isnan(fault.down_s))
            assert_close(bh_fault_repair_s(&random, &fault), fault.down_s, 0);
    }
    if (ends)
        assert_false(bh_fault_arrivals_next(arrivals, &random, &fault));
    bh_fault_arrivals_destroy(arrivals);
}

#define EXPECT_STRIKES(play, class, replica, ends, ...)                                                                \
    do {                                                                                                               \
        const struct strike strikes[] = {__VA_ARGS__};                                                                 \
        expect_strikes(play, class, replica, strikes, sizeof strikes / sizeof *strikes, ends);                         \
    } while (0)

/* --- By hand ------------------------------------------------------------------------------------------------------- */

/* Nodes are n1, n2, n10 in the order of their numbers; 1 record has no time, 1 no node. */
BH_TEST(test_by_hand)
{
    struct bh_recorded_faults *log = record(by_hand, (struct bh_recorded_choice){.nodes = 0});
    assert_int_equal(log->count, 6);
    assert_int_equal(log->met, 8);
    assert_int_equal(log->nowhere, 1);
    assert_int_equal(log->remarks[BH_LOG_NO_TIME], 1);
    assert_int_equal(log->nodes, 3);
    assert_close(log->length_s, 100, 0);
    struct bh_replay_manner manner = {.machine_nodes = 7};
    struct play *play = play_all(log, manner);
    EXPECT_STRIKES(play, 0, 0, false, {0, 1, 5}, {20, 0, 0}, {30, 1, 8}, {30, 2, NAN}, {30, 2, 9}, {100, 0, 7},
                   {100, 1, 5}, {120, 0, 0}, {130, 1, 8});
    /* 6 records in 100 s, 4 moments; 7 nodes. */
    assert_close(play->classes[0].rate.value, 6.0 / 700, 1e-14);
    assert_close(play->streams[0].event_rate, 4.0 / 700, 1e-14);
    end(play);
    manner.stops = true;
    play = play_all(log, manner);
    EXPECT_STRIKES(play, 0, 3, true, {0, 1, 5}, {20, 0, 0}, {30, 1, 8}, {30, 2, NAN}, {30, 2, 9}, {100, 0, 7});
    end(play);
    /* Replica r begins at 25 r modulo 100. */
    manner = (struct bh_replay_manner){.machine_nodes = 3, .start = BH_REPLAY_EVERY, .every_s = 25};
    play = play_all(log, manner);
    EXPECT_STRIKES(play, 0, 5, false, {5, 1, 8}, {5, 2, NAN}, {5, 2, 9}, {75, 0, 7}, {75, 1, 5}, {95, 0, 0});
    end(play);
    /* The machine is two copies of the log's, and a node of a third. */
    manner = (struct bh_replay_manner){.machine_nodes = 7, .nodes = BH_REPLAY_COPIES};
    play = play_all(log, manner);
    EXPECT_STRIKES(play, 0, 0, false, {0, 1, 5}, {0, 4, 5}, {20, 0, 0}, {20, 3, 0}, {20, 6, 0}, {30, 1, 8}, {30, 4, 8});
    end(play);
    bh_recorded_faults_destroy(log);
    /* From 20 s after the log's beginning to 135 by its clock. */
    log = record(by_hand, (struct bh_recorded_choice){.begin = {true, true, 20}, .until = {true, false, 135}});
    assert_close(log->length_s, 15, 1e-14);
    assert_int_equal(log->outside, 2);
    play = play_all(log, (struct bh_replay_manner){.machine_nodes = 3});
    EXPECT_STRIKES(play, 0, 0, false, {0, 0, 0}, {10, 1, 8}, {10, 2, NAN}, {10, 2, 9}, {15, 0, 0});
    end(play);
    bh_recorded_faults_destroy(log);
}

/* A record goes to the class that names its cause, else to the one that names none; what has no down time takes one of
 * its class. */
BH_TEST(test_classes)
{
    struct bh_error err = {0};
    struct bh_recorded_faults *log = record(by_hand, (struct bh_recorded_choice){.nodes = 0});
    const struct bh_replay_manner manner = {.machine_nodes = 3};
    const char *const causes[] = {"[power]", NULL, "[software]"};
    struct play *play = begin(log, manner, causes, 3, &err);
    EXPECT_STRIKES(play, 0, 0, false, {30, 1, 8}, {30, 2, 9}, {130, 1, 8});
    EXPECT_STRIKES(play, 1, 0, false, {0, 1, 5}, {20, 0, 0}, {100, 1, 5});
    EXPECT_STRIKES(play, 2, 0, false, {30, 2, NAN}, {100, 0, 7}, {130, 2, NAN});
    struct bh_fault fault = {.stream = &play->streams[2], .is_recorded = true, .down_s = NAN};
    assert_close(bh_fault_repair_s(&(struct bh_random){.seed = SEED, .replica = 0}, &fault), 7, 0);
    end(play);
    play = begin(log, manner, causes, 1, &err);
    assert_int_equal(play->replay->unclaimed, 4);
    EXPECT_STRIKES(play, 0, 0, false, {30, 1, 8}, {30, 2, 9}, {130, 1, 8});
    end(play);
    bh_recorded_faults_destroy(log);
    const char *const detailed[] = {"[Memory Dimm]", "[Hardware]"};
    static const char cfdr[] = "System,nodes,nodenum,node prod,node decom,purpose,Prob Started,Prob Fixed,Down Time,"
                               "Facilities,Hardware,Human Error,Network,Undetermined,Software\n"
                               "2,8,0,Jan-05,current,compute,6/21/2005 10:00,6/21/2005 11:00,60,,Memory Dimm,,,,\n"
                               "2,8,3,Jan-05,current,compute,6/21/2005 10:30,6/21/2005 11:00,30,,CPU,,,,\n"
                               "2,8,0,Jan-05,current,compute,6/21/2005 12:00,6/21/2005 13:00,60,,,,,,OS\n"
                               "5,2,1,Jan-05,current,compute,6/21/2005 10:40,6/21/2005 13:00,140,,CPU,,,,\n";
    log = record(cfdr, (struct bh_recorded_choice){.system = "2"});
    assert_int_equal(log->nodes, 8);
    assert_int_equal(log->named_nodes, 2);
    assert_int_equal(log->elsewhere, 1);
    play = begin(log, (struct bh_replay_manner){.machine_nodes = 8, .stops = true}, detailed, 2, &err);
    EXPECT_STRIKES(play, 0, 0, true, {0, 0, 3600});
    EXPECT_STRIKES(play, 1, 0, true, {1800, 1, 1800});
    end(play);
    bh_recorded_faults_destroy(log);
}

static void refuse(const char *text, const char *const *causes, size_t count, struct bh_replay_manner manner,
                   const char *part)
{
    struct bh_error err = {0};
    struct bh_recorded_faults *log = record(text, (struct bh_recorded_choice){.nodes = 0});
    struct play *play = begin(log, manner, causes, count, &err);
    assert_null(play->replay);
    if (strstr(err.text, part) == NULL)
        fail_msg("expected `%s` in: %s", part, err.text);
    end(play);
    bh_recorded_faults_destroy(log);
}

static void refuse_choice(struct bh_recorded_choice choice, const char *part)
{
    struct bh_error err = {0};
    struct bh_failure_log *log = bh_failure_log_parse(by_hand, strlen(by_hand), "log", NULL, &err);
    assert_null(bh_recorded_faults_create(log, &choice, &err));
    if (strstr(err.text, part) == NULL)
        fail_msg("expected `%s` in: %s", part, err.text);
}

BH_TEST(test_refused)
{
    const struct bh_replay_manner fits = {.machine_nodes = 3};
    const char *const all[] = {NULL, NULL}, *const same[] = {"[power]", "[hardware, power]"},
                      *const near[] = {"[hardwear]"};
    refuse(by_hand, all, 2, fits, "all other records, which `first` takes too");
    refuse(by_hand, same, 2, fits, "power, which `first` takes too");
    refuse(by_hand, near, 1, fits, "did you mean `hardware`?");
    refuse(by_hand, all, 0, fits, "expected one with `arrival: recorded`");
    refuse(by_hand, all, 1, (struct bh_replay_manner){.machine_nodes = 2}, "a log of 3 nodes for a machine of 2");
    refuse("time,node\n1,a\n2,a\n", all, 1, fits, "expected a `repair` of its own");
    refuse_choice((struct bh_recorded_choice){.nodes = 2}, "at least the 3 that the log names");
    refuse_choice((struct bh_recorded_choice){.system = "7"}, "found the system `7`");
    refuse_choice((struct bh_recorded_choice){.until = {true, true, 0}}, "expected more than 0 s");
    refuse_choice((struct bh_recorded_choice){.begin = {true, false, 160}, .until = {true, false, 170}},
                  "found no record to replay");
}

/* --- Classes and nodes -------------------------------------------------------------------------------------------- */

/* Two classes together see what one that takes all sees: the same nodes follow, from the same points. */
BH_TEST(test_classes_share_the_replay)
{
    enum { NODES = 40, COUNT = 300 };
    struct bh_error err = {0};
    /* With an end after its last record, which so does not meet the first. */
    struct bh_recorded_faults *log = record(by_hand, (struct bh_recorded_choice){.until = {true, true, 110}});
    const char *const causes[] = {"[hardware]", NULL};
    for (int m = 0; m < 4; m++) {
        struct bh_replay_manner manner = {.nodes = m % 2 ? BH_REPLAY_COPIES : BH_REPLAY_RESAMPLED,
                                          .start = m / 2 ? BH_REPLAY_APART : BH_REPLAY_RANDOM,
                                          .machine_nodes = NODES};
        struct play *all = play_all(log, manner), *two = begin(log, manner, causes, 2, &err);
        struct bh_random random = {.seed = SEED, .replica = 4};
        struct bh_fault_arrivals *one = bh_fault_arrivals_create(&all->streams[0], NODES, true),
                                 *part[2] = {bh_fault_arrivals_create(&two->streams[0], NODES, true),
                                             bh_fault_arrivals_create(&two->streams[1], NODES, true)};
        struct bh_fault fault, next[2];
        for (int c = 0; c < 2; c++)
            assert_true(bh_fault_arrivals_next(part[c], &random, &next[c]));
        for (int i = 0; i < COUNT; i++) {
            assert_true(bh_fault_arrivals_next(one, &random, &fault));
            int c = next[0].time_s <= next[1].time_s ? 0 : 1;
            assert_true(next[c].time_s == fault.time_s);
            if (next[0].time_s != next[1].time_s)
                assert_int_equal(next[c].node, fault.node);
            assert_true(next[c].identity != fault.identity || c == 0);
            assert_true(bh_fault_arrivals_next(part[c], &random, &next[c]));
        }
        bh_fault_arrivals_destroy(one);
        bh_fault_arrivals_destroy(part[0]);
        bh_fault_arrivals_destroy(part[1]);
        end(all);
        end(two);
    }
    bh_recorded_faults_destroy(log);
}

/* A machine too small to be struck by a class ends its faults instead of searching for ever. */
BH_TEST(test_nobody_follows)
{
    struct bh_recorded_faults *log = record(by_hand, (struct bh_recorded_choice){.nodes = 1000});
    unsigned ended = 0;
    for (uint64_t r = 0; r < 40; r++) {
        struct play *play = play_all(log, (struct bh_replay_manner){.nodes = BH_REPLAY_RESAMPLED,
                                                                    .start = r % 2 ? BH_REPLAY_APART : BH_REPLAY_BEGIN,
                                                                    .machine_nodes = 2});
        struct bh_fault_arrivals *arrivals = bh_fault_arrivals_create(&play->streams[0], 2, true);
        struct bh_fault fault;
        ended += !bh_fault_arrivals_next(arrivals, &(struct bh_random){.seed = SEED, .replica = r}, &fault);
        bh_fault_arrivals_destroy(arrivals);
        end(play);
    }
    assert_true(ended > 30);
    bh_recorded_faults_destroy(log);
}

/* A class of the files has no rate of its own before a scenario names the log, from memory or any other. */
BH_TEST(test_class_of_the_catalog)
{
    struct bh_catalog *catalog = need_shipped(
        NULL, "{faults: {wear: {description: x, landing: node, mend: repair, arrival: {recorded: {causes: [a, b]}}}}}");
    struct bh_error err = {0};
    const struct bh_fault_class *class = bh_catalog_fault(catalog, "wear", (struct bh_place){.file = "test"}, &err);
    assert_true(class->recorded.is_given && class->memory_outcome == -1 && class->rate.value == 0);
    assert_int_equal(bh_node_count(class->recorded.causes), 2);
    assert_null(class->repair.distribution.type);
    assert_null(class->recorded.replay);
    bh_catalog_destroy(catalog);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_class_of_the_catalog),
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_classes),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_classes_share_the_replay),
        cmocka_unit_test(test_nobody_follows),
    };
    return cmocka_run_group_tests_name("replay", tests, NULL, NULL);
}
