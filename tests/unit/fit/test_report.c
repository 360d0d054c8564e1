/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A log is parted as asked for, the largest group first; what has too few failures is counted and left out; causes are
 * counted with their down times. */
#include "models/logs/formats.h"
#include "tests/support/helper.h"

#include "models/base/error.h"
#include "models/fit/report.h"

#include <gsl/gsl_errno.h>
#include <string.h>

enum { NODES = 5, ROUNDS = 12 };

/* Each of five nodes fails twelve times, by turns for power, memory, memory; node n0 once more, for a fire. A failure
 * for power takes an hour, one for memory two. */
static struct bh_failure_log *make_log(void)
{
    char *text = NULL;
    size_t length = 0;
    struct bh_error err = {0};
    FILE *stream = open_memstream(&text, &length);
    fputs("time,node,class,downtime_h\n", stream);
    for (int r = 0; r < ROUNDS; r++)
        for (int n = 0; n < NODES; n++)
            fprintf(stream, "2020-%02d-%02dT%02d:00:00Z,n%d,%s,%d\n", r + 1, 2 + 3 * n, n + r, n,
                    (r + n) % 3 == 0 ? "power" : "memory", (r + n) % 3 == 0 ? 1 : 2);
    fputs("2020-12-28T00:00:00Z,n0,fire,72\n", stream);
    fclose(stream);
    struct bh_failure_log *log = bh_failure_log_parse(text, length, "made-up.csv", NULL, &err);
    free(text);
    if (log == NULL)
        fail_msg("%s", err.text);
    return log;
}

static const struct bh_fit_wish usual = {.file = "made-up.csv", .phases = 2, .seed = 1, .jobs = 1};

static struct bh_fit_report *report_of(const struct bh_failure_log *log, const struct bh_fit_wish *wish)
{
    struct bh_error err = {0};
    struct bh_fit_report *report = bh_fit_report_create(log, wish, &err);
    if (report == NULL)
        fail_msg("%s", err.text);
    return report;
}

BH_TEST(test_one_group)
{
    struct bh_failure_log *log = make_log();
    struct bh_fit_report *report = report_of(log, &usual);
    assert_int_equal(report->groups_count, 1);
    assert_string_equal(report->groups[0].name, "all");
    assert_int_equal(report->groups[0].failures, NODES * ROUNDS + 1);
    assert_true(report->groups[0].sets[BH_UP_TIMES].is_fitted);
    for (size_t l = 0; l < report->groups[0].sets[BH_UP_TIMES].fits_count; l++)
        assert_true(report->groups[0].sets[BH_UP_TIMES].fits[l].aic >=
                    report->groups[0].sets[BH_UP_TIMES].fits[report->groups[0].sets[BH_UP_TIMES].best].aic);
    bh_fit_report_destroy(report);
    bh_failure_log_destroy(log);
}

BH_TEST(test_causes)
{
    struct bh_failure_log *log = make_log();
    struct bh_fit_wish wish = usual;
    wish.by = BH_BY_CAUSE;
    struct bh_fit_report *report = report_of(log, &wish);
    assert_int_equal(report->groups_count, 2);
    assert_string_equal(report->groups[0].name, "memory");
    assert_string_equal(report->groups[1].name, "power");
    assert_int_equal(report->groups[0].failures, 40);
    assert_int_equal(report->groups[1].failures, 20);
    assert_int_equal(report->too_few, 1);
    assert_int_equal(report->causes_count, 3);
    assert_int_equal(report->all.failures, NODES * ROUNDS + 1);
    assert_true(fabs(report->causes[0].mean_down_s - 7200.0) < 1e-6);
    assert_true(fabs(report->causes[1].median_down_s - 3600.0) < 1e-6);
    assert_true(fabs(report->causes[2].mean_down_s - 3 * 86400.0) < 1e-6);
    bh_fit_report_destroy(report);
    bh_failure_log_destroy(log);
}

struct progress {
    size_t calls, done, total;
};

static void note(void *context, size_t done, size_t total)
{
    struct progress *progress = context;
    assert_int_equal(done, progress->calls);
    progress->calls++;
    progress->done = done;
    progress->total = total;
}

BH_TEST(test_nodes)
{
    struct bh_failure_log *log = make_log();
    struct bh_fit_wish wish = usual;
    struct progress progress = {0};
    wish.by = BH_BY_NODE;
    wish.progress = note;
    wish.context = &progress;
    struct bh_fit_report *report = report_of(log, &wish);
    assert_int_equal(report->groups_count, NODES);
    assert_string_equal(report->groups[0].name, "n0");
    assert_int_equal(report->groups[0].failures, ROUNDS + 1);
    assert_true(progress.done > 0 && progress.done <= progress.total); /* a law that cannot be fitted ends its set */
    assert_int_equal(progress.total % bh_fit_laws(), 0);
    bh_fit_report_destroy(report);
    bh_failure_log_destroy(log);
}

BH_TEST(test_refusals)
{
    struct bh_failure_log *log = make_log();
    struct bh_fit_wish wish = usual;
    struct bh_error err = {0};
    wish.system = "nowhere";
    assert_null(bh_fit_report_create(log, &wish, &err));
    assert_int_equal(err.code, BH_ERROR_INPUT);
    assert_non_null(strstr(err.text, "--system: no system 'nowhere'"));
    bh_failure_log_destroy(log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_group),
        cmocka_unit_test(test_causes),
        cmocka_unit_test(test_nodes),
        cmocka_unit_test(test_refusals),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
