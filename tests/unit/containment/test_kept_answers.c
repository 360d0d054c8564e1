/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What is kept on disk comes back as it was, or not at all: after damage, from several writers, where nothing can be written. */
#include "models/base/error.h"
#include "models/catalog/system.h"
#include "models/containment/isolation.h"
#include "models/containment/isolation_cache.h"
#include "models/containment/kept_answers.h"
#include "models/node/node_model.h"
#include "tests/support/models.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char folder[] = "/tmp/bulkhead-kept-XXXXXX";

static XXH128_hash_t question(uint64_t number)
{
    return (XXH128_hash_t){.low64 = number, .high64 = ~number};
}

static bool is_kept(uint64_t number, const char *answer)
{
    size_t length = 0;
    const void *bytes = bh_kept_answers_find(question(number), &length);
    return bytes != NULL && length == strlen(answer) && memcmp(bytes, answer, length) == 0;
}

static void keep(uint64_t number, const char *answer)
{
    size_t length;
    assert_null(bh_kept_answers_find(question(number), &length));
    bh_kept_answers_add(question(number), answer, strlen(answer));
}

/* The path of the one file in `in`, NULL: none. */
static char *find_file(const char *in)
{
    DIR *directory = opendir(in);
    const struct dirent *entry;
    char *path = NULL;
    while (directory != NULL && (entry = readdir(directory)) != NULL)
        if (entry->d_name[0] != '.') {
            assert_null(path);
            path = bh_print_text("%s/%s", in, entry->d_name);
        }
    if (directory != NULL)
        closedir(directory);
    return path;
}

/* A folder that is not there yet, two deep. */
static char *begin(const char *name)
{
    char *inner = bh_print_text("%s/%s/chains", folder, name);
    bh_kept_answers_use(inner);
    return inner;
}

BH_TEST(what_is_kept_comes_back)
{
    char *inner = begin("back");
    keep(1, "one");
    keep(2, "");
    keep(3, "three");
    assert_false(is_kept(1, "one")); /* it is for later runs */
    bh_kept_answers_use(inner);
    assert_true(is_kept(1, "one") && is_kept(2, "") && is_kept(3, "three"));
    assert_false(is_kept(4, ""));
    bh_kept_answers_use(NULL);
    assert_false(is_kept(1, "one"));
    keep(1, "nowhere");
    free(inner);
}

/* Each byte of the file damaged in turn, and the file cut at each: what is then found is as it was, and another answer than the
 * damaged one is always found. */
BH_TEST(damage_costs_one_answer)
{
    enum { ANSWERS = 3, BYTES_MOST = 512 };
    static const char *const answers[ANSWERS] = {"the first", "the second answer", "third"};
    char *inner = begin("damage"), bytes[BYTES_MOST];
    for (uint64_t i = 0; i < ANSWERS; i++)
        keep(i, answers[i]);
    char *path = find_file(inner);
    int file = open(path, O_RDWR);
    ssize_t length = read(file, bytes, sizeof bytes);
    assert_true(length > 0 && length < BYTES_MOST);
    for (ssize_t at = 0; at < 2 * length; at++) {
        bool is_cut = at >= length;
        char wrong = (char)(bytes[at % length] ^ 0x40);
        if (is_cut)
            assert_int_equal(ftruncate(file, at - length), 0);
        else
            assert_int_equal(pwrite(file, &wrong, 1, at), 1);
        bh_kept_answers_use(inner);
        int found = 0;
        for (uint64_t i = 0; i < ANSWERS; i++) {
            size_t size;
            bool is_there = bh_kept_answers_find(question(i), &size) != NULL;
            assert_true(!is_there || is_kept(i, answers[i]));
            found += is_there;
        }
        assert_true(is_cut ? found < ANSWERS : found == ANSWERS - 1);
        assert_int_equal(pwrite(file, bytes, (size_t)length, 0), length);
    }
    /* After half a record, what is added is found. */
    assert_int_equal(ftruncate(file, length - 7), 0);
    bh_kept_answers_use(inner);
    keep(2, "third again");
    bh_kept_answers_use(inner);
    assert_true(is_kept(0, answers[0]) && is_kept(2, "third again"));
    close(file);
    free(path);
    free(inner);
}

BH_TEST(several_add_at_once)
{
    enum { WRITERS = 4, ANSWERS = 200 };
    char *inner = begin("several"), answer[64];
    for (uint64_t w = 0; w < WRITERS; w++)
        if (fork() == 0) {
            for (uint64_t i = 0; i < ANSWERS; i++) {
                snprintf(answer, sizeof answer, "%llu by %llu", (unsigned long long)i, (unsigned long long)w);
                keep(w * ANSWERS + i, answer);
            }
            _exit(0);
        }
    for (int w = 0, status; w < WRITERS; w++)
        assert_true(wait(&status) > 0 && status == 0);
    bh_kept_answers_use(inner);
    for (uint64_t n = 0; n < (uint64_t)WRITERS * ANSWERS; n++) {
        snprintf(answer, sizeof answer, "%llu by %llu", (unsigned long long)(n % ANSWERS),
                 (unsigned long long)(n / ANSWERS));
        assert_true(is_kept(n, answer));
    }
    free(inner);
}

BH_TEST(there_is_an_end_to_it)
{
    enum { LARGE = 3 << 20, FITTING = 5 };
    char *inner = begin("end"), *large = bh_allocate(LARGE, 1);
    size_t length;
    bh_kept_answers_find(question(0), &length);
    for (uint64_t i = 0; i < 2 * FITTING; i++)
        bh_kept_answers_add(question(i), large, LARGE);
    bh_kept_answers_use(inner);
    for (uint64_t i = 0; i < 2 * FITTING; i++)
        assert_int_equal(bh_kept_answers_find(question(i), &length) != NULL, i < FITTING);
    free(large);
    free(inner);
}

/* Files of other programs go once nothing was added to them for a month, when a program begins one of its own. */
BH_TEST(old_files_go)
{
    char *inner = begin("old"), *names[] = {bh_print_text("%s/chains-old", inner),
                                            bh_print_text("%s/chains-new", inner), bh_print_text("%s/another", inner)};
    struct timespec long_ago[2] = {{.tv_sec = time(NULL) - 31 * 86400}, {.tv_sec = time(NULL) - 31 * 86400}};
    struct stat file;
    keep(0, "makes the folder");
    char *path = find_file(inner);
    assert_int_equal(unlink(path), 0);
    for (size_t i = 0; i < BH_COUNT(names); i++) {
        close(open(names[i], O_WRONLY | O_CREAT, 0600));
        if (i != 1)
            assert_int_equal(utimensat(AT_FDCWD, names[i], long_ago, 0), 0);
    }
    keep(0, "anew");
    for (size_t i = 0; i < BH_COUNT(names); i++) {
        assert_int_equal(stat(names[i], &file) == 0, i != 0);
        free(names[i]);
    }
    free(path);
    free(inner);
}

/* A full disk, as a limit on the size of files shows it: what did not fit is taken back. */
BH_TEST(what_does_not_fit_is_not_kept)
{
    char *inner = begin("full"), long_answer[500] = "";
    struct rlimit limit, small = {.rlim_cur = 300, .rlim_max = RLIM_INFINITY};
    struct stat file;
    memset(long_answer, 'x', sizeof long_answer - 1);
    keep(1, "one");
    char *path = find_file(inner);
    assert_int_equal(stat(path, &file), 0);
    off_t before = file.st_size;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    small.rlim_max = limit.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    keep(2, long_answer);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_int_equal(stat(path, &file), 0);
    assert_int_equal(file.st_size, before);
    keep(3, "three");
    bh_kept_answers_use(inner);
    assert_true(is_kept(1, "one") && !is_kept(2, long_answer) && is_kept(3, "three"));
    free(path);
    free(inner);
}

BH_TEST(where_nothing_can_be_written_nothing_is_kept)
{
    char *inner = bh_print_text("%s/a-file/chains", folder), *file = bh_print_text("%s/a-file", folder);
    close(open(file, O_WRONLY | O_CREAT, 0600));
    bh_kept_answers_use(inner);
    keep(1, "one");
    bh_kept_answers_use(inner);
    assert_false(is_kept(1, "one"));
    free(file);
    free(inner);
}

/* The second run takes what the first has kept, else it would add it once more. Chains of few channels are not kept. */
BH_TEST(chains_are_kept)
{
    static bool enabled[64];
    struct bh_catalog *catalog = bh_test_catalog(NULL, NULL);
    struct bh_tenant tenants[] = {{.guests_per_node = 2,
                                   .processes_per_guest = 1,
                                   .node_share = 1.0,
                                   .application = bh_test_application(catalog, "mpi-bulk-synchronous")}};
    for (int is_many = 0; is_many < 2; is_many++) {
        const char *system = is_many ? "kvm" : "native";
        struct bh_node_model *model =
            bh_test_model(catalog, system, is_many ? "protection-first" : "native", tenants, 1);
        struct bh_fault_streams *streams = bh_fault_streams_create(
            catalog, model, tenants, (struct bh_fault_choice){64, enabled, true},
            bh_test_system(catalog, system)->host_kernel, bh_test_system(catalog, system)->guest_kernel);
        char *inner = begin(system);
        struct bh_isolation_cache *first = bh_isolation_cache_create(), *second = bh_isolation_cache_create();
        const struct bh_isolation *computed = bh_isolation_cache_find(first, model, streams);
        char *path = find_file(inner);
        struct stat before = {0}, after = {0};
        assert_int_equal(path != NULL && stat(path, &before) == 0, is_many);
        assert_int_equal(model->tree->channels_count >= BH_CHAIN_OF_MANY_CHANNELS, is_many);
        bh_kept_answers_use(inner);
        const struct bh_isolation *taken = bh_isolation_cache_find(second, model, streams);
        assert_memory_equal(taken->coverage, computed->coverage, sizeof computed->coverage);
        assert_memory_equal(taken->loss_rate, computed->loss_rate, BH_SCOPES * sizeof computed->loss_rate[0]);
        assert_true(taken->error_rate > 0.0 && taken->error_rate == computed->error_rate);
        assert_true(!is_many || (stat(path, &after) == 0 && before.st_size > 0 && after.st_size == before.st_size));
        bh_isolation_cache_destroy(first);
        bh_isolation_cache_destroy(second);
        bh_fault_streams_destroy(streams);
        bh_node_model_destroy(model);
        free(path);
        free(inner);
    }
    bh_catalog_destroy(catalog);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    bh_kept_answers_use(NULL);
    char *command = bh_print_text("rm -rf '%s'", folder);
    int status = system(command);
    free(command);
    return status;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_kept_comes_back),
        cmocka_unit_test(damage_costs_one_answer),
        cmocka_unit_test(several_add_at_once),
        cmocka_unit_test(there_is_an_end_to_it),
        cmocka_unit_test(old_files_go),
        cmocka_unit_test(what_does_not_fit_is_not_kept),
        cmocka_unit_test(where_nothing_can_be_written_nothing_is_kept),
        cmocka_unit_test(chains_are_kept),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
