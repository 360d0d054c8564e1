/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The event queue gives events back by time, and equal times in order of insertion, whatever the pushes and pops. */
#include "tests/support/helper.h"

#include "models/base/event_queue.h"
#include "models/base/random.h"

#include <stdbool.h>

static void push(struct bh_event_queue *queue, double time_s, uint64_t index)
{
    bh_event_queue_push(queue, (struct bh_event){.time_s = time_s, .kind = 0, .index = index});
}

BH_TEST(test_empty)
{
    struct bh_event_queue queue = {0};
    assert_null(bh_event_queue_first(&queue));
    bh_event_queue_clear(&queue);
    assert_null(bh_event_queue_first(&queue));
}

BH_TEST(test_equal_times_keep_their_order)
{
    struct bh_event_queue queue = {0};
    for (uint64_t i = 0; i < 500; i++)
        push(&queue, (double)(i % 3), i);
    for (uint64_t time = 0; time < 3; time++)
        for (uint64_t i = time; i < 500; i += 3) {
            struct bh_event event = bh_event_queue_pop(&queue);
            assert_true(event.time_s == (double)time);
            assert_int_equal(event.index, i);
        }
    assert_null(bh_event_queue_first(&queue));
    bh_event_queue_clear(&queue);
}

BH_TEST(test_what_was_put_in_comes_out)
{
    struct bh_event_queue queue = {0};
    int subject;
    bh_event_queue_push(&queue, (struct bh_event){2.0, 0, 1, 7, &subject});
    bh_event_queue_push(&queue, (struct bh_event){1.0, 0, 2, 8, NULL});
    assert_int_equal(bh_event_queue_first(&queue)->kind, 2);
    assert_int_equal(bh_event_queue_pop(&queue).index, 8);
    struct bh_event event = bh_event_queue_pop(&queue);
    assert_int_equal(event.kind, 1);
    assert_ptr_equal(event.subject, &subject);
    bh_event_queue_clear(&queue);
}

/* Against a list searched for its least: random pushes of few different times among random pops and replacements. */
BH_TEST(test_against_a_list)
{
    enum { STEPS = 20000, MOST = 400 };
    const struct bh_random random = {.seed = 5, .replica = 0};
    struct bh_event_queue queue = {0};
    struct bh_event list[MOST];
    size_t count = 0;
    for (uint64_t step = 0; step < STEPS; step++) {
        double u = bh_random_uniform(&random, BH_PURPOSE_ARRIVAL, 1, step, 0);
        bool grows = (step / 1000) % 2 == 0;
        if (count == 0 || (count < MOST && u < (grows ? 0.6 : 0.4))) {
            double time_s = floor(50.0 * bh_random_uniform(&random, BH_PURPOSE_ARRIVAL, 2, step, 0));
            push(&queue, time_s, step);
            list[count++] = (struct bh_event){.time_s = time_s, .index = step};
            continue;
        }
        size_t least = 0;
        for (size_t i = 1; i < count; i++)
            if (list[i].time_s < list[least].time_s ||
                (list[i].time_s == list[least].time_s && list[i].index < list[least].index))
                least = i;
        assert_int_equal(bh_event_queue_first(&queue)->index, list[least].index);
        if (u > 0.9) {
            list[least] = (struct bh_event){.time_s = floor(500.0 * (u - 0.9)), .index = step};
            bh_event_queue_replace(&queue, list[least]);
            assert_int_equal(queue.count, count);
            continue;
        }
        struct bh_event event = bh_event_queue_pop(&queue);
        assert_int_equal(event.index, list[least].index);
        assert_true(event.time_s == list[least].time_s);
        list[least] = list[--count];
        assert_int_equal(queue.count, count);
    }
    bh_event_queue_clear(&queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_equal_times_keep_their_order),
        cmocka_unit_test(test_what_was_put_in_comes_out),
        cmocka_unit_test(test_against_a_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
