/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Writes batch scripts and talks to Slurm through its commands. */
#include "command/sweep/slurm.h"

#include "sim/campaign/command_line.h"
#include "sim/scenario/scenario.h"

#include <ctype.h>
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Runs a command and takes all that it says, on both its outputs; the caller frees. *status is its exit status. */
static char *ask(char *const *words, int *status, struct bh_error *err)
{
    int ends[2];
    pid_t pid;
    posix_spawn_file_actions_t actions;
    if (pipe(ends) != 0) {
        bh_fail(err, BH_ERROR_SYSTEM, "no pipe to %s: %s", words[0], strerror(errno));
        return NULL;
    }
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    fflush(NULL);
    int cause = posix_spawnp(&pid, words[0], &actions, NULL, words, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (cause != 0) {
        close(ends[0]);
        bh_fail(err, BH_ERROR_SYSTEM, "cannot run %s: %s; is this a machine with Slurm?", words[0], strerror(cause));
        return NULL;
    }
    char *said = bh_allocate(4097, 1), buffer[4096];
    size_t length = 0;
    ssize_t count;
    while ((count = read(ends[0], buffer, sizeof buffer)) > 0 || (count < 0 && errno == EINTR)) {
        if (count < 0)
            continue;
        said = bh_reallocate(said, length + (size_t)count + 1, 1);
        memcpy(said + length, buffer, (size_t)count);
        length += (size_t)count;
    }
    said[length] = '\0';
    close(ends[0]);
    while (waitpid(pid, status, 0) < 0 && errno == EINTR)
        ;
    return said;
}

int bh_slurm_most_index(unsigned long *index, struct bh_error *err)
{
    char *words[] = {"scontrol", "show", "config", NULL};
    int status;
    char *said = ask(words, &status, err);
    if (said == NULL)
        return -1;
    const char *line = strstr(said, "MaxArraySize"), *equals = line == NULL ? NULL : strchr(line, '=');
    unsigned long size = equals == NULL ? 0 : strtoul(equals + 1, NULL, 10);
    *index = size - 1;
    int result = 0;
    if (status != 0 || equals == NULL)
        result = bh_fail(err, BH_ERROR_SYSTEM, "scontrol show config failed: %s", said);
    else if (size < 1)
        result = bh_fail(err, BH_ERROR_SYSTEM, "this Slurm has no job arrays (MaxArraySize=0)");
    free(said);
    return result;
}

/* --- Scripts ------------------------------------------------------------------------------------------------------------------ */

/* A word for the shell, in quotes. */
static void quote(const char *word, FILE *out)
{
    putc('\'', out);
    for (; *word != '\0'; word++)
        if (*word == '\'')
            fputs("'\\''", out);
        else
            putc(*word, out);
    putc('\'', out);
}

/* A line break would end a line of options, or begin a line of the script. */
static int check_line(const char *what, const char *text, struct bh_error *err)
{
    for (const char *c = text; *c != '\0'; c++)
        if (iscntrl((unsigned char)*c))
            return bh_fail(err, BH_ERROR_INPUT,
                           "%s: found `%s`; expected no line breaks or other control characters in what a batch script "
                           "is to hold",
                           what, text);
    return 0;
}

/* What a job takes over, whether or not Slurm hands the environment on. */
static const char *const taken_over[] = {"BULKHEAD_DATA", "BULKHEAD_CACHE"};

int bh_slurm_check(const struct bh_slurm_job *job, struct bh_error *err)
{
    for (size_t i = 0; i < BH_COUNT(taken_over); i++) {
        const char *value = getenv(taken_over[i]);
        if (value != NULL && check_line(taken_over[i], value, err) != 0)
            return -1;
    }
    if (check_line("the folder of the sweep", job->directory, err) != 0 ||
        check_line("the campaign's file", job->campaign, err) != 0 ||
        check_line("the program's path", job->program, err) != 0)
        return -1;
    for (size_t i = 0; i < job->slurm_count; i++)
        if (check_line("--sbatch", job->slurm[i], err) != 0)
            return -1;
    /* Slurm replaces no %a in a file's name that holds one: all tasks would write to one file. */
    if (strchr(job->directory, '\\') != NULL)
        return bh_fail(err, BH_ERROR_INPUT,
                       "the folder of the sweep: found `%s`; expected no backslash: Slurm would not "
                       "name a file in it after its task",
                       job->directory);
    return 0;
}

/* A file in the sweep's folder, as an option of Slurm's: in double quotes, where %% is a percent sign. */
static void write_output(const struct bh_slurm_job *job, const char *file, FILE *out)
{
    fputs("#SBATCH --output=\"", out);
    for (const char *c = job->directory; *c != '\0'; c++)
        fputs(*c == '%' ? "%%" : *c == '"' ? "\\\"" : (const char[]){*c, '\0'}, out);
    fprintf(out, "/%s\"\n", file);
}

static void begin(const struct bh_slurm_job *job, const char *what, FILE *out)
{
    fprintf(out, "#!/bin/sh\n#SBATCH --job-name=bulkhead-%s", what);
    for (const char *c = job->name; *c != '\0'; c++) /* a directive takes no blanks, quotes, comments */
        putc(isalnum((unsigned char)*c) || strchr("-_.+:@", *c) != NULL ? *c : '-', out);
    fprintf(out, "\n#SBATCH --ntasks=1\n");
    for (size_t i = 0; i < job->slurm_count; i++)
        fprintf(out, "#SBATCH %s\n", job->slurm[i]);
}

/* What ends a script, up to the first word of the subcommand. */
static void call(const struct bh_slurm_job *job, const char *subcommand, const char *word, FILE *out)
{
    for (size_t i = 0; i < BH_COUNT(taken_over); i++) {
        const char *value = getenv(taken_over[i]);
        if (value == NULL)
            continue;
        fprintf(out, "export %s=", taken_over[i]);
        quote(value, out);
        putc('\n', out);
    }
    fputs("exec ", out);
    quote(job->program, out);
    fprintf(out, " %s ", subcommand);
    quote(word, out);
}

char *bh_slurm_array_script(const struct bh_slurm_job *job)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    BH_BUG_ASSERT(out != NULL);
    begin(job, "", out);
    fprintf(out, "#SBATCH --array=0-%zu\n#SBATCH --cpus-per-task=%u\n#SBATCH --time=%lu\n", job->tasks - 1, job->cores,
            job->minutes);
    fprintf(out, "# A minute before the end: units under way end and are stored, and --resume does the rest.\n"
                 "#SBATCH --signal=B:TERM@60\n"
                 "# bulkhead submit has begun the folder that --resume goes on with.\n");
    write_output(job, "task-%a.txt", out);
    fputs("#SBATCH --open-mode=append\n", out);
    call(job, "sweep", job->campaign, out);
    fputs(" -d ", out);
    quote(job->directory, out);
    fprintf(out, " -j %u --resume", job->cores);
    for (size_t i = 0; i < job->settings_count; i++) {
        char *word = bh_print_text("--set=%s=%s", job->settings[i].path, job->settings[i].value);
        putc(' ', out);
        quote(word, out);
        free(word);
    }
    putc('\n', out);
    fclose(out);
    return text;
}

char *bh_slurm_merge_script(const struct bh_slurm_job *job)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    BH_BUG_ASSERT(out != NULL);
    begin(job, "merge-", out);
    fputs("#SBATCH --time=60\n", out);
    write_output(job, "merge.txt", out);
    call(job, "merge", job->directory, out);
    putc('\n', out);
    fclose(out);
    return text;
}

int bh_slurm_submit(const struct bh_slurm_job *job, const char *name, const char *script, unsigned long dependency,
                    unsigned long *id, struct bh_error *err)
{
    char *path = bh_print_text("%s/%s", job->directory, name);
    FILE *file = fopen(path, "w");
    if (file == NULL || fputs(script, file) < 0 || fclose(file) != 0) {
        bh_fail(err, BH_ERROR_INPUT, "cannot write %s: %s", path, strerror(errno));
        free(path);
        return -1;
    }
    /* A merge that waits for tasks which have failed says what is missing; one that never starts would say nothing. */
    char *after =
        dependency > 0 ? bh_print_text("--dependency=afterany:%lu", dependency) : bh_copy_text("--comment=bulkhead");
    char *words[] = {"sbatch", "--parsable", after, path, NULL}, *end;
    int status, result = 0;
    char *said = ask(words, &status, err);
    if (said == NULL)
        result = -1;
    else {
        *id = strtoul(said, &end, 10);
        if (status != 0 || end == said)
            result = bh_fail(err, BH_ERROR_SYSTEM, "Slurm refused %s: %s", path, said);
    }
    if (result != 0 && dependency > 0) {
        char *folder = bh_shell_word(job->directory);
        fprintf(stderr, "bulkhead: array %lu is submitted all the same; when it has ended: bulkhead merge %s\n",
                dependency, folder);
        free(folder);
    }
    free(said);
    free(after);
    free(path);
    return result;
}
