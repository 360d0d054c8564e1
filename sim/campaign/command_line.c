/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Writes commands that can be pasted into a shell. */
#include "sim/campaign/command_line.h"

#include "sim/campaign/campaign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *bh_shell_word(const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=:,+@%";
    if (*word != '\0' && word[strspn(word, plain)] == '\0')
        return bh_copy_text(word);
    char *quoted = bh_allocate(4 * strlen(word) + 3, 1), *end = quoted;
    *end++ = '\'';
    for (; *word != '\0'; word++)
        if (*word == '\'') {
            memcpy(end, "'\\''", 4);
            end += 4;
        } else {
            *end++ = *word;
        }
    *end++ = '\'';
    return quoted;
}

/* Appends a blank and "OPTION" with "VALUE" behind it, as one word. */
static char *append(char *command, const char *option, const char *value)
{
    char *word = bh_print_text("%s%s", option, value), *quoted = bh_shell_word(word);
    bh_add_text(&command, " ", "%s", quoted);
    free(word);
    free(quoted);
    return command;
}

char *bh_campaign_command(const struct bh_campaign *campaign, const char *subcommand, const char *directory)
{
    char *command = bh_print_text("bulkhead %s", subcommand);
    command = append(command, campaign->file[0] == '-' ? "./" : "", campaign->file);
    for (size_t i = 0; i < campaign->study->settings_count; i++) {
        char *setting = bh_print_text("%s=%s", campaign->study->settings[i].path, campaign->study->settings[i].value);
        command = append(command, "--set=", setting);
        free(setting);
    }
    if (campaign->seed != NULL)
        command = append(command, "--seed=", campaign->seed);
    if (campaign->most != NULL)
        command = append(command, "--replicas=", campaign->most);
    if (directory == NULL)
        return command;
    command = append(command, "-d", "");
    return append(command, directory[0] == '-' ? "./" : "", directory);
}
