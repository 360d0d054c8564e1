/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Checks and makes the folder for figures, and says what is in it. */
#include "command/figure_folder.h"

#include "analysis/figures/terminals.h"
#include "analysis/reader/markup.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int bh_figure_folder_check(const char *folder, struct bh_error *err)
{
    struct stat facts;
    if (stat(folder, &facts) == 0) {
        if (!S_ISDIR(facts.st_mode))
            return bh_fail(err, BH_ERROR_INPUT, "%s: is no folder", folder);
        if (access(folder, W_OK | X_OK) != 0)
            return bh_fail(err, BH_ERROR_INPUT, "%s: cannot write figures: %s", folder, strerror(errno));
        return 0;
    }
    int reason = errno, status = 0;
    char *copy = bh_copy_text(folder);
    const char *parent = dirname(copy);
    if (reason == ENOENT && (folder[0] == '\0' || access(parent, W_OK | X_OK) == 0))
        reason = folder[0] == '\0' ? ENOENT : 0;
    else if (reason == ENOENT)
        reason = errno;
    if (reason != 0)
        status = bh_fail(err, BH_ERROR_INPUT, "%s: cannot make the folder: %s", folder, strerror(reason));
    free(copy);
    return status;
}

int bh_figure_folder_make(const char *folder, struct bh_error *err)
{
    struct stat facts;
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return bh_fail(err, BH_ERROR_INPUT, "%s: cannot make the folder: %s", folder, strerror(errno));
    if (stat(folder, &facts) != 0 || !S_ISDIR(facts.st_mode))
        return bh_fail(err, BH_ERROR_INPUT, "%s: is no folder", folder);
    return 0;
}

void bh_figure_folder_tell(const char *base, unsigned terminals)
{
    unsigned wanted = terminals != 0 ? terminals : BH_TERMINALS_USUAL;
    const char *separator = "";
    fputs("figure: ", stderr);
    bh_markup_print(stderr, BH_TABLE_TEXT, "%s", base);
    for (size_t i = 0; i < BH_TERMINAL_FILES; i++)
        if (wanted & BH_TERMINAL_BIT(bh_terminal_files[i].terminal)) {
            fprintf(stderr, "%s%s", separator, bh_terminal_files[i].suffix);
            separator = ", ";
        }
    fputs("; data and script: .dat and .gp\n", stderr);
}
