/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* `bulkhead inject`: runs a study of fault injections in an emulated node, and counts what came of them. */
#include "analysis/figures/figure_files.h"
#include "command/command.h"
#include "command/data_directory.h"
#include "command/figure_folder.h"
#include "command/options.h"
#include "lab/figures/injection_figure.h"
#include "lab/study/campaign.h"
#include "lab/study/counts.h"
#include "lab/study/manifest.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct arguments {
    struct bh_options options;
    const char *folder, *lab, *counts, *fault, *figures;
    uint64_t only, shard, shards;
    bool resume, has_only, only_boot, only_count;
};

static int take_shard(void *input, char *text, struct bh_error *err)
{
    struct arguments *arguments = input;
    int used = 0;
    if (sscanf(text, "%" SCNu64 "/%" SCNu64 "%n", &arguments->shard, &arguments->shards, &used) != 2 ||
        text[used] != '\0' || arguments->shard < 1 || arguments->shard > arguments->shards || arguments->shards > 10000)
        return bh_fail(err, BH_ERROR_INPUT, "--shard: found '%s', expected I/N with I from 1 to N", text);
    arguments->shard--;
    return 0;
}

static int take_only(void *input, char *text, struct bh_error *err)
{
    struct arguments *arguments = input;
    arguments->has_only = true;
    return bh_options_count(text, "--only", 0, UINT32_MAX, &arguments->only, err);
}

static int check(void *input, struct bh_error *err)
{
    struct arguments *arguments = input;
    arguments->only_count = arguments->only_count || arguments->counts != NULL || arguments->figures != NULL;
    if (arguments->folder == NULL && !arguments->has_only && !arguments->only_boot)
        return bh_fail(err, BH_ERROR_INPUT, "no folder; give one by -d");
    if (arguments->fault != NULL && arguments->counts == NULL)
        return bh_fail(err, BH_ERROR_INPUT, "--fault goes with --counts");
    return arguments->figures == NULL ? 0 : bh_figure_folder_check(arguments->figures, err);
}

static const struct bh_option own_options[] = {
    {"directory", 'd', "DIR", "Keep the injections in DIR, one study per folder", 1, BH_TO_WORD(folder)},
    {"resume", 0, NULL, "Go on with what is there", 1, BH_TO_FLAG(resume)},
    {"shard", 0, "I/N", "Run only the I-th of N parts", 1, BH_BY(take_shard)},
    {"lab", 0, "DIR", "What ./quickstart lab made (default: $BULKHEAD_LAB, else build-lab)", 1, BH_TO_WORD(lab)},
    {"only", 0, "N",
     "Run injection N alone, store nothing, and show the consoles; with -d refuse what DIR's could not be the same as",
     2, BH_BY(take_only)},
    {"boot", 0, NULL, "Inject nothing: boot the node, if there is no snapshot of it yet", 2, BH_TO_FLAG(only_boot)},
    {"status", 0, NULL, "Run nothing: tell what is in DIR", 2, BH_TO_FLAG(only_count)},
    {"counts", 0, "FILE", "Run nothing: write the counts in DIR as `bulkhead fit-injections` reads them", 2,
     BH_TO_WORD(counts)},
    {"fault", 0, "KIND", "With --counts, of which kind of fault (default: register); kinds are never added up", 2,
     BH_TO_WORD(fault)},
    {"figure", 0, "FOLDER", "Run nothing: draw what is in DIR; the folder is made if it is not there", 2,
     BH_TO_WORD(figures)},
    {0},
};

static void tell(const char *text)
{
    fprintf(stderr, "bulkhead: %s\n", text);
}

static void show_progress(void *context, uint64_t done, uint64_t all)
{
    uint64_t *told = context;
    if (done == *told || (!isatty(STDERR_FILENO) && done * 20 / all == *told * 20 / all))
        return;
    fprintf(stderr,
            isatty(STDERR_FILENO) ? "\r%" PRIu64 " of %" PRIu64 " injections"
                                  : "%" PRIu64 " of %" PRIu64 " injections\n",
            done, all);
    *told = done;
}

/* Keeps the rows of one kind of fault. */
static int select_fault(struct bh_lab_count *counts, size_t *count, const char *name, struct bh_error *err)
{
    size_t fault = 0, kept = 0;
    while (bh_lab_fault_names[fault] != NULL && strcmp(bh_lab_fault_names[fault], name) != 0)
        fault++;
    if (bh_lab_fault_names[fault] == NULL)
        return bh_fail(err, BH_ERROR_INPUT, "--fault: there is no kind '%s'", name);
    for (size_t i = 0; i < *count; i++)
        if (counts[i].fault == (enum bh_lab_fault)fault)
            counts[kept++] = counts[i];
    *count = kept;
    return kept > 0 ? 0 : bh_fail(err, BH_ERROR_INPUT, "--fault: the folder has no injections of kind %s", name);
}

static int write_counts(const struct arguments *arguments, const struct bh_lab_study *study,
                        struct bh_lab_count *counts, size_t count, struct bh_error *err)
{
    if (select_fault(counts, &count, arguments->fault != NULL ? arguments->fault : "register", err) != 0)
        return -1;
    FILE *out = fopen(arguments->counts, "w");
    if (out == NULL)
        return bh_fail(err, BH_ERROR_INPUT, "cannot write %s: %s", arguments->counts, strerror(errno));
    bh_lab_counts_csv(counts, count, study->node->stack, out);
    return fclose(out) == 0 ? 0
                            : bh_fail(err, BH_ERROR_SYSTEM, "cannot write %s: %s", arguments->counts, strerror(errno));
}

static int draw(const struct arguments *arguments, const struct bh_lab_study *study,
                const struct bh_lab_record *records, size_t count, struct bh_error *err)
{
    if (count == 0)
        return bh_fail(err, BH_ERROR_INPUT, "--figure: %s has no injections", arguments->folder);
    char *name = bh_figure_file_name(study->node->name), *base = bh_print_text("%s/%s", arguments->figures, name);
    int status = bh_figure_folder_make(arguments->figures, err);
    if (status == 0)
        status = bh_injection_figure_write(study, records, count, arguments->figures, name, err);
    if (status == 0 && !arguments->options.quiet)
        bh_figure_folder_tell(base, 0);
    free(base);
    free(name);
    return status;
}

static int count_folder(const struct arguments *arguments, const struct bh_lab_study *study, struct bh_error *err)
{
    struct bh_lab_record *records;
    size_t records_count, count;
    if (bh_lab_records_read(arguments->folder, &records, &records_count, err) != 0)
        return -1;
    struct bh_lab_count *counts = bh_lab_count_records(records, records_count, &count);
    int status = 0;
    if (arguments->counts != NULL)
        status = write_counts(arguments, study, counts, count, err);
    if (status == 0 && arguments->figures != NULL)
        status = draw(arguments, study, records, records_count, err);
    if (arguments->counts == NULL && arguments->figures == NULL) {
        printf("%s: %zu of %" PRIu64 " injections\n", arguments->folder, records_count, study->trials);
        bh_lab_counts_print(counts, count, study->node->stack, stdout);
        bh_lab_memory_print(records, records_count, stdout);
    }
    free(counts);
    free(records);
    return status;
}

static int show_one(const struct arguments *arguments, const struct bh_lab_study *study,
                    const struct bh_snapshot *snapshot, const struct bh_golden *golden, struct bh_error *err)
{
    struct bh_lab_trial trial;
    struct bh_run run;
    struct bh_lab_outcome outcome;
    if (arguments->only >= study->trials)
        return bh_fail(err, BH_ERROR_INPUT,
                       "--only: found %" PRIu64 ", expected below %" PRIu64 ": the study has no more", arguments->only,
                       study->trials);
    /* One of the folder's is to be the same here. */
    if (arguments->folder != NULL && bh_lab_manifest_check(arguments->folder, study, snapshot, golden, err) != 0)
        return -1;
    if (bh_lab_trial_know(study, snapshot, golden, arguments->only, &trial, err) != 0)
        return -1;
    int status = bh_lab_trial_run(study, snapshot, golden, &trial, &run, &outcome, err);
    if (status == 0) {
        char *line = bh_lab_record_print(&trial, snapshot, &run, &outcome, 0.0);
        printf("%s--- the host's console\n%s--- what its agent reported\n%s--- what the plugin said\n%s", line,
               run.console, run.report, run.said);
        free(line);
    }
    bh_run_free(&run);
    return status;
}

static int run_campaign(const struct arguments *arguments, const struct bh_lab_study *study,
                        const struct bh_snapshot *snapshot, const struct bh_golden *golden, struct bh_error *err)
{
    uint64_t told = UINT64_MAX;
    bool interrupted;
    struct bh_lab_campaign campaign = {.study = study,
                                       .snapshot = snapshot,
                                       .golden = golden,
                                       .folder = arguments->folder,
                                       .shard = arguments->shard,
                                       .shards = arguments->shards,
                                       .jobs = bh_options_jobs(&arguments->options),
                                       .resume = arguments->resume,
                                       .progress = arguments->options.quiet ? NULL : show_progress,
                                       .context = &told};
    if (bh_lab_manifest_make(arguments->folder, study, snapshot, golden, err) != 0 ||
        bh_lab_campaign_run(&campaign, &interrupted, err) != 0)
        return -1;
    if (!arguments->options.quiet && isatty(STDERR_FILENO))
        fputc('\n', stderr);
    if (!interrupted)
        return count_folder(arguments, study, err);
    fprintf(stderr, "bulkhead: stopped; --resume goes on\n");
    return 1;
}

static int run_study(const struct arguments *arguments, const struct bh_lab_study *study, struct bh_error *err)
{
    struct bh_laboratory lab = {0};
    struct bh_snapshot snapshot = {0};
    struct bh_golden golden = {0};
    const char *folder = arguments->lab != NULL ? arguments->lab : getenv("BULKHEAD_LAB");
    int status = bh_laboratory_open(&lab, folder != NULL ? folder : "build-lab", err);
    if (status == 0)
        status =
            bh_snapshot_open(&snapshot, &lab, study->node, &study->work, arguments->options.quiet ? NULL : tell, err);
    if (status == 0)
        status = bh_golden_run(&snapshot, study, &golden, err);
    if (status == 0 && arguments->has_only)
        status = show_one(arguments, study, &snapshot, &golden, err);
    else if (status == 0 && !arguments->only_boot)
        status = run_campaign(arguments, study, &snapshot, &golden, err);
    bh_golden_free(&golden);
    bh_snapshot_free(&snapshot);
    bh_laboratory_free(&lab);
    return status;
}

static int run(void *input, struct bh_error *err)
{
    const struct arguments *arguments = input;
    char *data = bh_data_directory(err), *nodes = data == NULL ? NULL : bh_print_text("%s/lab/nodes", data);
    struct bh_lab_study *study = nodes == NULL ? NULL : bh_lab_study_read(arguments->options.file, nodes, err);
    int status = study == NULL           ? -1
                 : arguments->only_count ? count_folder(arguments, study, err)
                                         : run_study(arguments, study, err);
    bh_lab_study_destroy(study);
    free(nodes);
    free(data);
    return status;
}

static const struct arguments defaults = {.shards = 1};

const struct bh_subcommand bh_subcommand_inject = {
    .name = "inject",
    .arguments = "STUDY",
    .help = "inject faults into an emulated node",
    .doc = "Injects faults into an emulated node, as STUDY says, and keeps what came of each. Needs what ./quickstart "
           "lab makes; see doc/laboratory.md.",
    .options = (const struct bh_option *const[]){own_options, bh_options_work, NULL},
    .operand = {"file", offsetof(struct bh_options, file), "no study; give the YAML file of one", NULL},
    .check = check,
    .size = sizeof(struct arguments),
    .defaults = &defaults,
    .run = run,
};
