/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Records of injections, as lines of JSON in a folder. */
#include "lab/study/record.h"

#include "lab/study/manifest.h"
#include "models/base/random.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xxhash.h>

/* Of what was said in a run with an effect, this much is kept: from shortly before the kernel's first complaint on, since a
 * crash's first lines name its cause, and the end. */
enum { MOST_BEFORE = 500, MOST_FROM = 4500, MOST_END = 1500 };

/* The caller frees. */
static char *kept_of(const char *text)
{
    size_t length = strlen(text);
    const char *complaint = bh_lab_complaint(text);
    size_t begin = complaint == NULL || complaint - text < MOST_BEFORE ? 0 : (size_t)(complaint - text) - MOST_BEFORE;
    if (length <= begin + MOST_FROM + MOST_END)
        return bh_copy_text(text + begin);
    return bh_print_text("%.*s\n[...]\n%s", MOST_FROM, text + begin, text + length - MOST_END);
}

/* JSON takes UTF-8 alone; a console that a fault has spoilt may say anything. */
static json_t *clean(char *copy)
{
    for (char *c = copy; *c != '\0'; c++)
        if ((*c < ' ' && *c != '\n' && *c != '\t') || *c > '~')
            *c = '?';
    json_t *value = json_string(copy);
    free(copy);
    return value;
}

/* From there to the end of its line. */
static json_t *line_from(const char *text)
{
    return clean(bh_print_text("%.*s", (int)strcspn(text, "\n"), text));
}

/* Of the plugin's last line, which begins in one of three ways, the number behind its first word. */
static uint64_t instructions_of(const struct bh_run *run)
{
    static const char *const lasts[] = {"\ndone ", "\nlimit ", "\nended "};
    for (size_t i = 0; i < BH_COUNT(lasts); i++) {
        const char *found = strstr(run->said, lasts[i]);
        if (found != NULL)
            return strtoull(found + strlen(lasts[i]), NULL, 10);
    }
    return 0;
}

char *bh_lab_record_print(const struct bh_lab_trial *trial, const struct bh_snapshot *snapshot,
                          const struct bh_run *run, const struct bh_lab_outcome *outcome, double cpu_s)
{
    uint64_t identity =
        bh_identity_join(XXH3_64bits(run->console, run->console_length), XXH3_64bits(run->report, strlen(run->report)));
    char hash[24];
    snprintf(hash, sizeof hash, "%016" PRIx64, identity);
    const char *injected = strstr(run->said, "injected ");
    json_t *record =
        json_pack("{sI ss ss sI sI sI sI ss s[ss] ss ss sb sb sb sb ss sI sf}", "trial", (json_int_t)trial->number,
                  "zone", bh_lab_zone_names[trial->hit], "fault", bh_lab_fault_names[trial->cell.fault], "at",
                  (json_int_t)trial->at, "index", (json_int_t)trial->index, "bit", (json_int_t)trial->bit, "address",
                  (json_int_t)trial->address, "end", bh_run_end_names[run->end], "enclaves",
                  bh_enclave_outcome_names[outcome->enclave[0]], bh_enclave_outcome_names[outcome->enclave[1]], "host",
                  bh_host_outcome_names[outcome->host], "extent", bh_lab_extent_names[outcome->extent], "hang",
                  outcome->is_hang, "neighbour", outcome->hurt_neighbour, "at-once", outcome->at_once, "planted",
                  outcome->planted_seen, "said", hash, "instructions", (json_int_t)instructions_of(run), "cpu", cpu_s);
    if (injected != NULL)
        json_object_set_new(record, "injected", line_from(injected));
    /* How often the place of a software's fault ran with it. */
    const char *activated = strstr(run->said, " activated ");
    if (bh_lab_is_software(trial->cell.fault) && activated != NULL)
        json_object_set_new(record, "activated", json_integer(strtoll(activated + strlen(" activated "), NULL, 10)));
    /* QEMU is the VMM of all that runs in it: a fault in there that ends it is an escape. */
    if (run->vmm != 0)
        json_object_set_new(record, "vmm",
                            clean(WIFSIGNALED(run->vmm) ? bh_print_text("signal %d", WTERMSIG(run->vmm))
                                                        : bh_print_text("exit %d", WEXITSTATUS(run->vmm))));
    if (trial->next != BH_LAB_NOT_FOLLOWED) {
        json_object_set_new(record, "next", json_string(bh_lab_next_names[trial->next]));
        json_object_set_new(record, "after", json_integer((json_int_t)trial->until));
    }
    if (outcome->is_artefact)
        json_object_set_new(record, "artefact", json_true());
    if (trial->cell.fault == BH_LAB_EXIT_BLOCK)
        json_object_set_new(record, "field", json_string(bh_lab_exit_field_names[trial->index]));
    static const char struck[] = "\nstruck exit ";
    const char *exit_code = strstr(run->said, struck);
    if (exit_code != NULL)
        json_object_set_new(record, "exit", line_from(exit_code + strlen(struck)));
    if (outcome->is_compared)
        json_object_set_new(record, "handed-over",
                            json_pack("{sb sI sI}", "differs", outcome->handed.differs, "same",
                                      (json_int_t)outcome->handed.same, "code", (json_int_t)outcome->handed.code));
    bh_lab_manifest_name(record, snapshot);
    const char *limit = strstr(run->said, "\nlimit ");
    if (limit != NULL)
        json_object_set_new(record, "stopped", clean(bh_copy_text(limit + 1)));
    if (outcome->extent != BH_LAB_MASKED || outcome->host != BH_HOST_UNHARMED) {
        json_object_set_new(record, "console", clean(kept_of(run->console)));
        json_object_set_new(record, "report", clean(kept_of(run->report)));
    }
    char *text = json_dumps(record, JSON_COMPACT), *line = bh_print_text("%s\n", text);
    free(text);
    json_decref(record);
    return line;
}

/* The place of the member's word in `names`; -1: not there. */
static int word_of(const json_t *record, const char *key, const char *const *names, size_t count)
{
    const char *word = json_string_value(json_object_get(record, key));
    for (size_t i = 0; word != NULL && i < count; i++)
        if (strcmp(names[i], word) == 0)
            return (int)i;
    return -1;
}

bool bh_lab_record_parse(const char *line, struct bh_lab_record *record)
{
    json_t *root = json_loads(line, 0, NULL);
    int zone = word_of(root, "zone", bh_lab_zone_names, BH_LAB_ZONES),
        fault = word_of(root, "fault", bh_lab_fault_names, BH_LAB_FAULTS),
        end = word_of(root, "end", bh_run_end_names, BH_RUN_WEDGED + 1),
        host = word_of(root, "host", bh_host_outcome_names, BH_HOST_OUTCOMES),
        extent = word_of(root, "extent", bh_lab_extent_names, BH_LAB_EXTENTS), enclaves[BH_LAB_ENCLAVES];
    int next = word_of(root, "next", bh_lab_next_names, BH_LAB_NEXTS);
    const json_t *list = json_object_get(root, "enclaves");
    bool is_right = zone >= 0 && fault >= 0 && end >= 0 && host >= 0 && extent >= 0 &&
                    json_is_integer(json_object_get(root, "trial")) && json_array_size(list) == BH_LAB_ENCLAVES;
    for (size_t i = 0; i < BH_LAB_ENCLAVES && is_right; i++) {
        const char *word = json_string_value(json_array_get(list, i));
        enclaves[i] = -1;
        for (int k = 0; word != NULL && k < BH_ENCLAVE_OUTCOMES; k++)
            if (strcmp(bh_enclave_outcome_names[k], word) == 0)
                enclaves[i] = k;
        is_right = enclaves[i] >= 0;
    }
    if (is_right) {
        const char *said = json_string_value(json_object_get(root, "said"));
        const json_t *handed = json_object_get(root, "handed-over");
        *record = (struct bh_lab_record){
            .number = (uint64_t)json_integer_value(json_object_get(root, "trial")),
            .instructions = (uint64_t)json_integer_value(json_object_get(root, "instructions")),
            .identity = said == NULL ? 0 : strtoull(said, NULL, 16),
            .zone = (unsigned)zone,
            .fault = (enum bh_lab_fault)fault,
            .next = next < 0 ? BH_LAB_NOT_FOLLOWED : (enum bh_lab_next)next,
            .end = (enum bh_run_end)end,
            .outcome = {.host = (enum bh_host_outcome)host,
                        .extent = (enum bh_lab_extent)extent,
                        .is_hang = json_is_true(json_object_get(root, "hang")),
                        .hurt_neighbour = json_is_true(json_object_get(root, "neighbour")),
                        .is_artefact = json_is_true(json_object_get(root, "artefact")) ||
                                       (end == BH_RUN_WEDGED && zone != BH_LAB_VMM_0),
                        .at_once = json_is_true(json_object_get(root, "at-once")),
                        .is_compared = handed != NULL,
                        .handed = {.differs = json_is_true(json_object_get(handed, "differs")),
                                   .same = (uint64_t)json_integer_value(json_object_get(handed, "same")),
                                   .code = (unsigned)json_integer_value(json_object_get(handed, "code"))},
                        .planted_seen = json_is_true(json_object_get(root, "planted"))}};
        for (size_t i = 0; i < BH_LAB_ENCLAVES; i++)
            record->outcome.enclave[i] = (enum bh_enclave_outcome)enclaves[i];
    }
    json_decref(root);
    return is_right;
}

static int by_number(const void *left, const void *right)
{
    const struct bh_lab_record *a = left, *b = right;
    return a->number < b->number ? -1 : a->number > b->number;
}

static int read_log(const char *path, struct bh_lab_record **records, size_t *count, struct bh_error *err)
{
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return bh_fail(err, BH_ERROR_INPUT, "cannot read %s: %s", path, strerror(errno));
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, file) > 0) {
        *records = bh_reallocate(*records, *count + 1, sizeof **records);
        *count += bh_lab_record_parse(line, &(*records)[*count]);
    }
    free(line);
    fclose(file);
    return 0;
}

int bh_lab_records_read(const char *folder, struct bh_lab_record **records, size_t *count, struct bh_error *err)
{
    DIR *entries = opendir(folder);
    const struct dirent *entry;
    int status = 0;
    *records = NULL;
    *count = 0;
    if (entries == NULL)
        return errno == ENOENT ? 0 : bh_fail(err, BH_ERROR_INPUT, "cannot read %s: %s", folder, strerror(errno));
    while (status == 0 && (entry = readdir(entries)) != NULL) {
        size_t length = strlen(entry->d_name);
        if (length < 6 || strcmp(entry->d_name + length - 6, ".jsonl") != 0)
            continue;
        char *path = bh_print_text("%s/%s", folder, entry->d_name);
        status = read_log(path, records, count, err);
        free(path);
    }
    closedir(entries);
    if (*count > 0)
        qsort(*records, *count, sizeof **records, by_number);
    size_t kept = 0;
    for (size_t i = 0; i < *count; i++)
        if (kept == 0 || (*records)[kept - 1].number != (*records)[i].number)
            (*records)[kept++] = (*records)[i];
    *count = kept;
    return status;
}
