/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Leaves a figure in a folder: data, script, and what gnuplot draws. */
#include "analysis/figure.h"

#include "analysis/figure_layout.h"
#include "analysis/figure_script.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_NAME = 100, STATUS_NOT_FOUND = 127 };

void bh_script_comment(FILE *stream, const char *text)
{
    fputs("# ", stream);
    for (; *text != '\0'; text++)
        fputc(iscntrl((unsigned char)*text) ? ' ' : *text, stream);
    fputc('\n', stream);
}

char *bh_script_quote(const char *text)
{
    /* In single quotes gnuplot substitutes nothing; enhanced text still reads these signs. */
    char *quoted = bh_allocate(2 * strlen(text) + 3, 1), *end = quoted;
    *end++ = '\'';
    for (; *text != '\0'; text++) {
        if (iscntrl((unsigned char)*text))
            continue;
        if (strchr("_^{}@&~\\", *text) != NULL)
            *end++ = '\\';
        if (*text == '\'')
            *end++ = '\'';
        *end++ = *text;
    }
    *end++ = '\'';
    *end = '\0';
    return quoted;
}

void bh_script_begin(FILE *stream, const struct bh_view *view, const char *name, double height_in)
{
    bh_script_comment(stream, view->title);
    fprintf(stream,
            "# Draw again with: gnuplot %s.gp      or one format: gnuplot -e \"formats='pdf'\" %s.gp\n"
            "name = '%s'\n"
            "data = name.'.dat'\n"
            "if (!exists('formats')) formats = 'pdf png svg'\n"
            "width = 7.1; height = %.2f   # inches: two columns of a paper\n"
            "dots = 220                  # per inch, of the PNG\n"
            "terminal_of(format) = \\\n"
            "  format eq 'pdf' ? sprintf(\"set terminal pdfcairo enhanced color size %%.2fin,%%.2fin font "
            "'Helvetica,9' fontscale 0.75 linewidth 1.6 pointscale 0.55\", width, height) : \\\n"
            "  format eq 'png' ? sprintf(\"set terminal pngcairo enhanced color size %%d,%%d font 'Helvetica,9' "
            "fontscale %%.3f linewidth %%.3f pointscale %%.3f background 'white'\", width * dots, height * dots, 0.75 "
            "* dots / 72., 0.8 * dots / 72., 0.55 * dots / 72.) : \\\n"
            "  sprintf(\"set terminal svg enhanced size %%d,%%d font 'Helvetica,9' fontscale 1 linewidth 0.8 "
            "background 'white'\", width * 72, height * 72)\n"
            "set encoding utf8\n"
            "set colorsequence podo      # told apart by colour-blind readers\n"
            "\n",
            name, name, name, height_in);
}

void bh_script_end(FILE *stream)
{
    fputs("  unset output\n}\n", stream);
}

/* The scenario's name as a file's. */
static char *file_name(const char *scenario)
{
    char *name = bh_print_text("%.*s", MOST_NAME, scenario[0] == '\0' ? "figure" : scenario);
    for (char *c = name; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c) && strchr("-_.", *c) == NULL)
            *c = '-';
    /* Neither hidden nor an option of gnuplot's. */
    if (!isalnum((unsigned char)name[0]))
        name[0] = '_';
    return name;
}

static FILE *open_beside(const char *base, const char *suffix, struct bh_error *err)
{
    char *path = bh_print_text("%s%s", base, suffix);
    FILE *stream = fopen(path, "w");
    if (stream == NULL)
        bh_fail(err, BH_ERROR_INPUT, "%s: cannot write the figure: %s", path, strerror(errno));
    free(path);
    return stream;
}

static int close_beside(FILE *stream, const char *base, struct bh_error *err)
{
    int failed = ferror(stream);
    if (fclose(stream) != 0 || failed)
        return bh_fail(err, BH_ERROR_SYSTEM, "%s: cannot write the figure: %s", base, strerror(errno));
    return 0;
}

/* Runs gnuplot in the folder, so that the script's names are its neighbours. */
static int draw(const char *folder, const char *name, struct bh_error *err)
{
    char *script = bh_print_text("%s.gp", name);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        /* Its scripts are UTF-8, whatever the caller's locale; what it prints is not ours to mix into tables or JSON on
         * stdout. */
        setenv("LC_ALL", "C.UTF-8", 1);
        if (chdir(folder) == 0 && dup2(STDERR_FILENO, STDOUT_FILENO) >= 0)
            execlp("gnuplot", "gnuplot", script, (char *)NULL);
        _exit(STATUS_NOT_FOUND);
    }
    free(script);
    int status = 0;
    if (child < 0)
        return bh_fail(err, BH_ERROR_SYSTEM, "cannot start gnuplot: %s", strerror(errno));
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == STATUS_NOT_FOUND)
        return bh_fail(err, BH_ERROR_SYSTEM,
                       "gnuplot was not found, so the figure is not drawn; its data and script are left in %s: "
                       "install gnuplot (Debian: gnuplot-nox) and run: gnuplot %s.gp",
                       folder, name);
    return bh_fail(err, BH_ERROR_SYSTEM,
                   "gnuplot failed; the figure's data and script are left in %s: %s.dat and %s.gp", folder, name, name);
}

int bh_figure_write(const struct bh_view *view, const char *folder, bool run_gnuplot, char **base, struct bh_error *err)
{
    char *name = file_name(view->scenario);
    int status = -1;
    *base = bh_print_text("%s/%s", folder, name);
    struct bh_figure *figure = view->reproduces_input ? NULL : bh_figure_create(view);
    FILE *data = open_beside(*base, ".dat", err);
    if (data == NULL)
        goto out;
    bh_script_comment(data, view->title);
    if (figure != NULL)
        bh_figure_write_data(figure, data);
    else
        bh_matrix_write_data(view, data);
    if (close_beside(data, *base, err) != 0)
        goto out;
    FILE *script = open_beside(*base, ".gp", err);
    if (script == NULL)
        goto out;
    if (figure != NULL)
        bh_figure_write_script(figure, name, script);
    else
        bh_matrix_write_script(view, name, script);
    if (close_beside(script, *base, err) == 0)
        status = run_gnuplot ? draw(folder, name, err) : 0;
out:
    bh_figure_destroy(figure);
    free(name);
    return status;
}
