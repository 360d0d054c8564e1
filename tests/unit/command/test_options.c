/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The shared options: what they yield, and that each wrong one is one message and exit status 2. */
#include "command/command.h"
#include "command/options.h"
#include "sim/scenario/scenario.h"
#include "tests/support/helper.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct bh_subcommand command = {
    .arguments = "SCENARIO",
    .options = (const struct bh_option *const[]){bh_options_scenario, bh_options_work, bh_options_output,
                                                 bh_options_json, NULL},
    .operand = {"scenario", offsetof(struct bh_options, file), NULL, NULL},
};

enum { MOST_WORDS = 16 };

/* Parses "bulkhead run" and these words, which end with NULL. */
static void parse_words(char *const *words, struct bh_options *options)
{
    char *argv[MOST_WORDS + 2] = {"bulkhead run"};
    int argc = 1;
    for (; words[argc - 1] != NULL; argc++)
        argv[argc] = words[argc - 1];
    bh_options_parse(&command, argc, argv, options);
}

/* The exit status of parsing wrong words, in a child, and its message. */
static int fail_words(char *const *words, char *message, size_t size)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct bh_options options = {0};
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        parse_words(words, &options);
        _exit(0);
    }
    close(ends[1]);
    size_t used = 0;
    ssize_t got;
    while (used < size - 1 && (got = read(ends[0], message + used, size - 1 - used)) > 0)
        used += (size_t)got;
    message[used] = '\0';
    close(ends[0]);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

BH_TEST(test_none)
{
    struct bh_options options = {0};
    parse_words((char *[]){"a.yaml", NULL}, &options);
    assert_int_equal(options.settings_count, 0);
    assert_false(options.quiet || options.json);
    assert_null(options.output);
    assert_true(bh_options_jobs(&options) >= 1);
    bh_options_free(&options);
}

BH_TEST(test_all)
{
    struct bh_options options = {0};
    parse_words((char *[]){"--set", "workload.work=2 h", "a.yaml", "--replicas=7", "-j3", "-q", "--json", "-o", "r.h5",
                           "--seed", "18446744073709551615", "--set=models.x=a=b", NULL},
                &options);
    static const struct bh_setting expected[] = {
        {"workload.work", "2 h"}, {"replicas", "7"}, {"seed", "18446744073709551615"}, {"models.x", "a=b"}};
    assert_int_equal(options.settings_count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(options.settings[i].path, expected[i].path);
        assert_string_equal(options.settings[i].value, expected[i].value);
    }
    assert_int_equal(bh_options_jobs(&options), 3);
    assert_true(options.quiet && options.json);
    assert_string_equal(options.output, "r.h5");
    bh_options_free(&options);
    assert_null(options.settings);
}

BH_TEST(test_wrong)
{
    static const struct {
        char *words[3];
        const char *message;
    } cases[] = {
        {{"--set", "work", NULL}, "--set: found 'work', expected PATH=VALUE"},
        {{"--set", "=5", NULL}, "--set: found '=5', expected PATH=VALUE"},
        {{"--set", "work=", NULL}, "--set: found 'work=', expected PATH=VALUE"},
        {{"--replicas", "0", NULL}, "--replicas: found '0', expected a whole number from 1"},
        {{"--replicas", "ten", NULL}, "found 'ten'"},
        {{"--replicas", "1.5", NULL}, "found '1.5'"},
        {{"--replicas", "-1", NULL}, "found '-1'"},
        {{"--replicas", "", NULL}, "found ''"},
        {{"--replicas", " 1", NULL}, "found ' 1'"},
        {{"--seed", "18446744073709551616", NULL}, "--seed: found '18446744073709551616'"},
        {{"--seed", "0x10", NULL}, "found '0x10'"},
        {{"-j", "0", NULL}, "--jobs: found '0', expected a whole number from 1 to 4096"},
        {{"--jobs", "5000", NULL}, "found '5000'"},
        {{"-o", "", NULL}, "--output: expected the name of a file"},
        {{"--no-such", NULL, NULL}, "unrecognized option '--no-such'"},
        {{"--seed", NULL, NULL}, "requires an argument"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char message[1024];
        assert_int_equal(fail_words(cases[i].words, message, sizeof message), 2);
        if (strstr(message, cases[i].message) == NULL || strncmp(message, "bulkhead run: ", 14) != 0)
            fail_msg("case %zu: found '%s', expected '%s'", i, message, cases[i].message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_none),
        cmocka_unit_test(test_all),
        cmocka_unit_test(test_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
