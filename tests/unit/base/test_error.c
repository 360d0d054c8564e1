/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Errors: what is kept, how a place is shown, and that no input can harm a terminal or overflow the text. */
#include "models/base/error.h"
#include "models/base/nearest_name.h"
#include "models/base/utf8.h"
#include "tests/support/helper.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* The address sanitizer ends a program that is out of memory by itself, or says so too. gcc has a macro for it, clang a
 * feature. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNDER_SANITIZER
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define UNDER_SANITIZER
#endif

BH_TEST(test_fail)
{
    struct bh_error err = {0};
    assert_int_equal(bh_fail(&err, BH_ERROR_NUMERIC, "%d of %s", 3, "four"), -1);
    assert_int_equal(err.code, BH_ERROR_NUMERIC);
    assert_string_equal(err.text, "3 of four");
    assert_int_equal(bh_fail(NULL, BH_ERROR_INPUT, "nobody asked"), -1);
    assert_int_equal(bh_fail_again(NULL, &err), -1);
    assert_int_equal(bh_fail_at(NULL, (struct bh_place){0}, "nobody asked"), -1);
}

BH_TEST(test_first_error_is_kept)
{
    struct bh_error err = {0};
    bh_fail(&err, BH_ERROR_SYSTEM, "first");
    assert_int_equal(bh_fail(&err, BH_ERROR_INPUT, "second"), -1);
    assert_int_equal(bh_fail_at(&err, (struct bh_place){"f", 1, 1, "x"}, "third"), -1);
    assert_int_equal(err.code, BH_ERROR_SYSTEM);
    assert_string_equal(err.text, "first");
}

BH_TEST(test_places)
{
    static const struct {
        struct bh_place place;
        const char *message, *expected;
    } cases[] = {
        {{"a.yaml", 2, 5, "key: value\nnext: line"}, "wrong", "a.yaml:2:5: wrong\n    key: value\n        ^"},
        {{"a.yaml", 1, 1, "key\r\nnext"}, "wrong", "a.yaml:1:1: wrong\n    key\n    ^"},
        {{"a.yaml", 1, 4, "\t\xC3\xA4 x"}, "tab", "a.yaml:1:4: tab\n     \xC3\xA4 x\n       ^"},
        {{"a.yaml", 1, 99, "short"}, "beyond", "a.yaml:1:99: beyond\n    short\n         ^"},
        {{"a.yaml", 1, 1, ""}, "empty", "a.yaml:1:1: empty\n    \n    ^"},
        {{"a.yaml", 7, 3, NULL}, "no line", "a.yaml:7:3: no line"},
        {{"a.yaml", 0, 0, NULL}, "no place", "a.yaml: no place"},
        {{NULL, 1, 2, NULL}, "no name", "input:1:2: no name"},
        {{"a.yaml", 1, 1, "a\x1B[31mb\x7F\xFF\xC2\x9Bz"},
         "escape\x1B[0m\nand break",
         "a.yaml:1:1: escape?[0m?and break\n    a?[31mb???z\n    ^"},
        {{"a\x1B]0;b.yaml", 1, 1, NULL}, "title", "a?]0;b.yaml:1:1: title"},
        {{"a.yaml", 1, 1, "x\xE2\x80\xAEy\xEF\xBB\xBFz"},
         "right to left",
         "a.yaml:1:1: right to left\n    x?y?z\n    ^"},
        {{"a.yaml", 1, 1, "\xC0\x80\xED\xA0\x80\xF5\xE2\x82"},
         "malformed",
         "a.yaml:1:1: malformed\n    ????????\n    ^"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bh_error err = {0};
        assert_int_equal(bh_fail_at(&err, cases[i].place, "%s", cases[i].message), -1);
        assert_int_equal(err.code, BH_ERROR_INPUT);
        assert_string_equal(err.text, cases[i].expected);
    }
}

/* The caret stands below its column also where a long line was cut on one or both sides. */
BH_TEST(test_long_lines)
{
    enum { LENGTH = 1000 };
    char source[LENGTH + 1];
    for (unsigned column = 1; column <= LENGTH; column++) {
        struct bh_error err = {0};
        memset(source, '.', LENGTH);
        source[LENGTH] = '\0';
        source[column - 1] = '#';
        bh_fail_at(&err, (struct bh_place){"f", 1, column, source}, "here");
        const char *excerpt = strchr(err.text, '\n') + 1, *below = strchr(excerpt, '\n') + 1;
        assert_true(below - excerpt <= 120);
        assert_int_equal(excerpt[strlen(below) - 1], '#');
    }
}

static void assert_safe(const char *text)
{
    uint32_t code_point = 0;
    for (size_t length; *text; text += length) {
        length = bh_utf8_decode(text, &code_point);
        assert_true(length > 0);
        assert_true(code_point == '\n' || !bh_utf8_is_unsafe(code_point));
    }
}

/* A name in a damaged file cannot pretend to be a line of ours; an excerpt is handed on. */
BH_TEST(test_one_line)
{
    struct bh_error err = {0}, at = {0}, again = {0};
    bh_fail(&err, BH_ERROR_INPUT, "%s: '%s' is missing", "a.h5", "x\nbulkhead: all is well\n    \xFF");
    assert_string_equal(err.text, "a.h5: 'x?bulkhead: all is well?    ?' is missing");
    bh_fail_at(&at, (struct bh_place){"a.yaml", 2, 5, "key: value"}, "wrong");
    assert_int_equal(bh_fail_again(&again, &at), -1);
    assert_string_equal(again.text, "a.yaml:2:5: wrong\n    key: value\n        ^");
    assert_int_equal(again.code, BH_ERROR_INPUT);
    bh_fail_again(&again, &err);
    assert_string_equal(again.text, at.text);
}

/* Everything at its longest, in characters of one to four bytes and in bytes that are none. */
BH_TEST(test_everything_fits)
{
    static const char *const fillings[] = {"x", "\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x9A\xA2", "\xFF", "\x1B"};
    for (size_t i = 0; i < sizeof fillings / sizeof *fillings; i++) {
        size_t length = strlen(fillings[i]);
        char *long_text = bh_allocate(6000 * length + 1, 1);
        for (size_t j = 0; j < 6000; j++)
            memcpy(long_text + j * length, fillings[i], length);
        struct bh_error at = {0}, plain = {0};
        bh_fail_at(&at, (struct bh_place){long_text, UINT32_MAX, 3000, long_text}, "%s", long_text);
        assert_safe(at.text);
        assert_non_null(strstr(at.text, ":4294967295:3000: "));
        assert_int_equal(at.text[strlen(at.text) - 1], '^');
        bh_fail(&plain, BH_ERROR_INPUT, "%s", long_text);
        assert_safe(plain.text);
        assert_true(strlen(plain.text) > sizeof plain.text - 8);
        assert_string_equal(plain.text + strlen(plain.text) - 3, "...");
        free(long_text);
    }
}

BH_TEST(test_lists_and_hints)
{
    static const char *const known[] = {"seed", "set", "jobs"};
    static const struct {
        size_t count;
        const char *joined, *word, *hint;
    } cases[] = {{0, "", "seed", ""}, {1, "seed", "sed", "; nearest is 'seed'"}, {3, "seed, set, jobs", "quite", ""}};
    for (size_t i = 0; i < BH_COUNT(cases); i++) {
        char *joined = bh_join_texts(known, cases[i].count, ", ");
        char *hint = bh_nearest_hint(cases[i].word, known, cases[i].count, '\'');
        assert_string_equal(joined, cases[i].joined);
        assert_string_equal(hint, cases[i].hint);
        free(hint);
        free(joined);
    }
}

BH_TEST(test_nearest_name)
{
    static const char *const known[] = {"seed", "scenario", "workload", "guest-kernel", "guest-user", "h", "kvm"};
    static const struct {
        const char *word, *nearest;
    } cases[] = {
        {"sped", "seed"},
        {"sede", "seed"},
        {"SEED", "seed"},
        {"seed", "seed"},
        {"scenrio", "scenario"},
        {"worlkoad", "workload"},
        {"KVM", "kvm"},
        {"guest_kernel", "guest-kernel"},
        {"guestuser", "guest-user"},
        {"platform", NULL},
        {"x", NULL},
        {"", NULL},
        {"xy", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *nearest = bh_nearest_name(cases[i].word, known, sizeof known / sizeof *known);
        if (cases[i].nearest)
            assert_string_equal(nearest, cases[i].nearest);
        else
            assert_null(nearest);
    }
    assert_null(bh_nearest_name("seed", NULL, 0));
    /* Two neighbours swapped are one slip, two wrong letters are two. */
    assert_string_equal(bh_nearest_name("sede", (const char *const[]){"sadx", "seed"}, 2), "seed");

    char longest[4096];
    memset(longest, 's', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    const char *candidates[] = {longest, "s"};
    assert_null(bh_nearest_name(longest, candidates, 2));
    assert_null(bh_nearest_name("t", candidates, 1));
}

BH_TEST(test_allocation)
{
    unsigned char *memory = bh_allocate(100, 3);
    for (size_t i = 0; i < 300; i++)
        assert_int_equal(memory[i], 0);
    memory[299] = 7;
    memory = bh_reallocate(memory, 1000, 3);
    assert_int_equal(memory[299], 7);
    free(memory);
    free(bh_allocate(0, 8));
    free(bh_reallocate(NULL, 0, 8));

    char *text = bh_print_text("%s-%d", "node", 42);
    char *copy = bh_copy_text(text);
    assert_string_equal(copy, "node-42");
    free(text);
    free(copy);
}

/* Runs an end of the program in a child; returns its wait status and what it wrote to stderr. */
static int run_in_child(void (*end)(void), char *written, size_t size)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0});
        dup2(ends[1], STDERR_FILENO);
        end();
        _exit(0);
    }
    close(ends[1]);
    size_t used = 0;
    for (ssize_t count; used + 1 < size && (count = read(ends[0], written + used, size - 1 - used)) > 0;)
        used += (size_t)count;
    written[used] = '\0';
    close(ends[0]);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void run_into_bug(void)
{
    signal(SIGABRT, SIG_DFL); /* cmocka would catch it */
    BH_BUG_ASSERT(1 + 1 == 3);
}

BH_TEST(test_bug)
{
    char written[4096];
    int status = run_in_child(run_into_bug, written, sizeof written);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    assert_non_null(strstr(written, "1 + 1 == 3"));
    assert_non_null(strstr(written, "Please report"));
}

#ifndef UNDER_SANITIZER
static void run_out_of_memory(void)
{
    volatile size_t size = (size_t)1 << 62;
    free(bh_allocate(size, 1));
}

static void overflow_size(void)
{
    volatile size_t size = (size_t)1 << 62;
    free(bh_reallocate(NULL, size, 8));
}

BH_TEST(test_out_of_memory)
{
    char written[4096];
    int status = run_in_child(run_out_of_memory, written, sizeof written);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    assert_string_equal(written, "bulkhead: out of memory\n");
    status = run_in_child(overflow_size, written, sizeof written);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fail),
        cmocka_unit_test(test_first_error_is_kept),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_long_lines),
        cmocka_unit_test(test_one_line),
        cmocka_unit_test(test_everything_fits),
        cmocka_unit_test(test_lists_and_hints),
        cmocka_unit_test(test_nearest_name),
        cmocka_unit_test(test_allocation),
        cmocka_unit_test(test_bug),
#ifndef UNDER_SANITIZER
        cmocka_unit_test(test_out_of_memory),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
