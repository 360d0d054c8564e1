/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Leaves a figure in a folder: data, script, and what gnuplot draws; whole or not at all. */
#include "analysis/figures/figure_files.h"

#include "analysis/figures/figure_work.h"
#include "analysis/figures/terminals.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_NAME = 100, STATUS_NOT_FOUND = 127, PICTURES = 2, SUFFIXES = PICTURES + BH_TERMINAL_FILES };
static const char *const own_suffixes[PICTURES] = {".dat", ".gp"};

/* Data and script first, then what terminals make. */
static const char *suffix_of(int part)
{
    return part < PICTURES ? own_suffixes[part] : bh_terminal_files[part - PICTURES].suffix;
}

static bool is_wanted(int part, unsigned terminals)
{
    return part < PICTURES || (terminals & BH_TERMINAL_BIT(bh_terminal_files[part - PICTURES].terminal)) != 0;
}

char *bh_figure_file_name(const char *text)
{
    char *name = bh_print_text("%.*s", MOST_NAME, text[0] == '\0' ? "figure" : text);
    for (char *c = name; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c) && strchr("-_.", *c) == NULL)
            *c = '-';
    /* Neither hidden nor an option of gnuplot's. */
    if (!isalnum((unsigned char)name[0]))
        name[0] = '_';
    return name;
}

static char *path_of(const char *folder, const char *name, const char *suffix)
{
    return bh_print_text("%s/%s%s", folder, name, suffix);
}

static int cannot_write(const char *folder, const char *name, enum bh_error_code code, struct bh_error *err)
{
    return bh_fail(err, code, "%s/%s: cannot write the figure: %s", folder, name, strerror(errno));
}

/* Data (part 0) or script (part 1). */
static int write_part(const char *folder, const char *name, int part, const struct bh_figure_writer *writer)
{
    char *path = path_of(folder, name, suffix_of(part));
    FILE *stream = fopen(path, "w");
    free(path);
    if (stream == NULL)
        return -1;
    if (part == 0)
        writer->data(writer->figure, stream);
    else
        writer->script(writer->figure, name, stream);
    int failed = ferror(stream), reason = errno;
    if (fclose(stream) != 0)
        return -1;
    errno = reason;
    return failed ? -1 : 0;
}

/* Whether a picture was written to its end: gnuplot does not always say that the disk was full. */
static bool is_whole(const char *folder, const char *name, int part)
{
    char *path = path_of(folder, name, suffix_of(part)), tail[65] = "";
    const char *ending = bh_terminal_files[part - PICTURES].ending;
    FILE *stream = fopen(path, "r");
    free(path);
    if (stream == NULL)
        return false;
    size_t length = 0;
    if (fseek(stream, -(long)(sizeof tail - 1), SEEK_END) == 0)
        length = fread(tail, 1, sizeof tail - 1, stream);
    fclose(stream);
    size_t size = strlen(ending);
    for (size_t at = 0; at + size <= length; at++)
        if (memcmp(tail + at, ending, size) == 0)
            return true;
    return false;
}

/* Runs gnuplot in `work`, so that the script's names are its neighbours; `folder` is where all will be. */
static int draw(const char *work, const char *folder, const char *name, unsigned terminals, struct bh_error *err)
{
    char *script = bh_print_text("./%s.gp", name);
    fflush(NULL);
    pid_t child = bh_figure_work_fork();
    if (child == 0) {
        /* Its scripts are UTF-8, whatever the caller's locale; what it prints is not ours to mix into tables or JSON on
         * stdout. */
        setenv("LC_ALL", "C.UTF-8", 1);
        if (chdir(work) == 0 && dup2(STDERR_FILENO, STDOUT_FILENO) >= 0)
            execlp("gnuplot", "gnuplot", script, (char *)NULL);
        _exit(STATUS_NOT_FOUND);
    }
    free(script);
    int status = 0;
    if (child < 0)
        return bh_fail(err, BH_ERROR_SYSTEM, "cannot start gnuplot: %s", strerror(errno));
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    bh_figure_work_forget();
    if (WIFEXITED(status) && WEXITSTATUS(status) == STATUS_NOT_FOUND)
        return bh_fail(err, BH_ERROR_SYSTEM,
                       "gnuplot was not found, so the figure is not drawn; its data and script are left in %s: "
                       "install gnuplot (Debian: gnuplot-nox) and run: gnuplot %s.gp",
                       folder, name);
    bool done = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    for (int part = PICTURES; done && part < SUFFIXES; part++)
        done = !is_wanted(part, terminals) || is_whole(work, name, part);
    if (!done)
        return bh_fail(err, BH_ERROR_SYSTEM,
                       "gnuplot failed; the figure's data and script are left in %s: %s.dat and %s.gp", folder, name,
                       name);
    return 0;
}

/* Puts data, script and what the terminals made in place. */
static int put_in_place(const char *work, const char *folder, const char *name, unsigned terminals,
                        struct bh_error *err)
{
    int status = 0;
    for (int part = 0; part < SUFFIXES && status == 0; part++) {
        if (!is_wanted(part, terminals))
            continue;
        char *from = path_of(work, name, suffix_of(part)), *to = path_of(folder, name, suffix_of(part));
        if (rename(from, to) != 0)
            status = cannot_write(folder, name, BH_ERROR_SYSTEM, err);
        free(from);
        free(to);
    }
    return status;
}

int bh_figure_files_write(const char *folder, const char *name, const struct bh_figure_writer *writer, bool run_gnuplot,
                          struct bh_error *err)
{
    const char *suffixes[SUFFIXES];
    for (int part = 0; part < SUFFIXES; part++)
        suffixes[part] = suffix_of(part);
    unsigned terminals = writer->terminals != 0 ? writer->terminals : BH_TERMINALS_USUAL;
    const char *work = bh_figure_work_begin(folder, name, suffixes, SUFFIXES);
    int status = -1, drawn = 0;
    if (work == NULL)
        return cannot_write(folder, name, BH_ERROR_INPUT, err);
    if (write_part(work, name, 0, writer) != 0 || write_part(work, name, 1, writer) != 0) {
        cannot_write(folder, name, BH_ERROR_SYSTEM, err);
        goto out;
    }
    if (run_gnuplot)
        drawn = draw(work, folder, name, terminals, err);
    status = put_in_place(work, folder, name, run_gnuplot && drawn == 0 ? terminals : 0, err);
    if (drawn != 0)
        status = -1;
out:
    bh_figure_work_end();
    return status;
}
