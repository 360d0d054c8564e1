/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The scripts with which bash, zsh and fish complete. What depends on a scenario they ask the program for. */
#include "command/completion_scripts.h"
#include "models/base/error.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* --- Options ------------------------------------------------------------------------------------------------------------- */

struct list {
    struct bh_known_option *options;
    size_t count;
};

static void add(struct list *list, struct bh_known_option option)
{
    list->options = bh_reallocate(list->options, list->count + 2, sizeof *list->options);
    list->options[list->count++] = option;
    list->options[list->count] = (struct bh_known_option){0};
}

struct bh_known_option *bh_known_options(const struct bh_subcommand *command)
{
    struct list list = {0};
    for (const struct bh_option *const *table = command->options; table != NULL && *table != NULL; table++)
        for (const struct bh_option *row = *table; row->help != NULL; row++)
            if (row->name != NULL)
                add(&list, (struct bh_known_option){row->name, row->letter, row->argument, row->help});
    add(&list, (struct bh_known_option){"help", '?', NULL, "Give this help list"});
    add(&list, (struct bh_known_option){"usage", 0, NULL, "Give a short usage message"});
    add(&list, (struct bh_known_option){"version", 'V', NULL, "Print program version"});
    return list.options;
}

/* The words that stand for a subcommand's argument, parted by blanks; "" where it takes files. Owned by the caller. */
static char *words_of(const struct bh_subcommand *command, const struct bh_subcommand *const *commands, size_t count)
{
    char *words = bh_copy_text("");
    bool takes_command = strcmp(command->name, "help") == 0;
    for (size_t i = 0;; i++) {
        const char *word = takes_command           ? (i < count ? commands[i]->name : NULL)
                           : command->word != NULL ? command->word(i)
                                                   : NULL;
        if (word == NULL)
            return words;
        bh_add_text(&words, " ", "%s", word);
    }
}

/* What the value of an option is one of, as `bulkhead completion --names` calls it; NULL: nothing that it knows. */
static const char *names_of(const struct bh_known_option *option)
{
    static const char *const names[][2] = {
        {"point", "points"}, {"policy", "policies"}, {"enclave", "enclaves"}, {"set", "paths"}, {"engine", "engines"}};
    for (size_t i = 0; i < BH_COUNT(names); i++)
        if (strcmp(option->name, names[i][0]) == 0)
            return names[i][1];
    return NULL;
}

/* Text in single quotes: nothing in it is a shell's. `also` is kept out, too. */
static void print_quoted(const char *text, const char *also, FILE *stream)
{
    for (; *text != '\0'; text++)
        if (*text == '\'')
            fputs("'\\''", stream);
        else if (strchr(also, *text) != NULL)
            fprintf(stream, "\\%c", *text);
        else
            fputc(*text, stream);
}

/* --- Bash ---------------------------------------------------------------------------------------------------------------- */

/* Words are cut at blanks alone, since bash cuts them at `=`, too. */
static const char bash_head[] =
    "_bulkhead() {\n"
    "    local line=${COMP_LINE:0:COMP_POINT} words cur prev command scenario word names= options= i\n"
    "    read -ra words <<<\"$line\"\n"
    "    [[ $line =~ [[:space:]]$ ]] && words+=(\"\")\n"
    "    cur=${words[${#words[@]} - 1]} prev=${words[${#words[@]} - 2]} command=${words[1]}\n"
    "    for ((i = 2; i < ${#words[@]} - 1; i++)); do\n"
    "        [[ ${words[i]} != -* && -f ${words[i]} ]] && scenario=${words[i]}\n"
    "    done\n"
    "    COMPREPLY=()\n"
    "    if ((${#words[@]} <= 2)); then\n";

static const char bash_tail[] =
    "    esac\n"
    "    case $cur in\n"
    "    --*=*) prev=${cur%%=*} cur=${cur#*=} ;;\n"
    "    esac\n"
    "    case $prev in\n"
    "    --point | -p) names=$(bulkhead completion --names=points \"$scenario\" 2>/dev/null) ;;\n"
    "    --policy) names=$(bulkhead completion --names=policies \"$scenario\" 2>/dev/null) ;;\n"
    "    --enclave) names=$(bulkhead completion --names=enclaves \"$scenario\" 2>/dev/null) ;;\n"
    "    --set) names=$(bulkhead completion --names=paths 2>/dev/null) ;;\n"
    "    --engine) names=$(bulkhead completion --names=engines 2>/dev/null) ;;\n"
    "    *) if [[ $cur = -* ]]; then names=$options; elif [ -n \"$word\" ]; then names=${word// /$'\\n'}; fi ;;\n"
    "    esac\n"
    "    local IFS=$'\\n' cut=${cur%\"${cur##*[=:]}\"}\n"
    "    [[ $COMP_WORDBREAKS = *=* ]] || cut=\n"
    "    for word in $names; do\n"
    "        [[ $word = \"$cur\"* ]] || continue\n"
    "        word=${word#\"$cut\"}\n"
    "        [[ $word = *= ]] && compopt -o nospace 2>/dev/null\n"
    "        COMPREPLY+=(\"${word// /\\\\ }\")\n"
    "    done\n"
    "}\n"
    "complete -o bashdefault -o default -F _bulkhead bulkhead\n";

static void print_bash(const struct bh_subcommand *const *commands, size_t count, FILE *stream)
{
    fputs(bash_head, stream);
    fputs("        mapfile -t COMPREPLY < <(compgen -W '", stream);
    for (size_t i = 0; i < count; i++)
        fprintf(stream, "%s ", commands[i]->name);
    fputs("--help --version' -- \"$cur\")\n        return\n    fi\n    case $command in\n", stream);
    for (size_t i = 0; i < count; i++) {
        char *words = words_of(commands[i], commands, count);
        struct bh_known_option *options = bh_known_options(commands[i]);
        fprintf(stream, "    %s) word='%s' options=$'", commands[i]->name, words);
        for (const struct bh_known_option *option = options; option->name != NULL; option++)
            fprintf(stream, "--%s%s\\n", option->name, option->argument != NULL ? "=" : "");
        fputs("' ;;\n", stream);
        free(options);
        free(words);
    }
    fputs(bash_tail, stream);
}

/* --- Zsh ----------------------------------------------------------------------------------------------------------------- */

static const char zsh_head[] = "#compdef bulkhead\n"
                               "_bulkhead_names() {\n"
                               "    local -a names\n"
                               "    local file word\n"
                               "    for word in $words; do [[ $word != -* && -f $word ]] && file=$word; done\n"
                               "    names=(\"${(@f)$(bulkhead completion --names=$1 $file 2>/dev/null)}\")\n"
                               "    compadd -S '' -- $names\n"
                               "}\n"
                               "_bulkhead() {\n"
                               "    local curcontext=$curcontext state\n"
                               "    local -a line commands\n";

static void print_zsh(const struct bh_subcommand *const *commands, size_t count, FILE *stream)
{
    fputs(zsh_head, stream);
    fputs("    commands=(", stream);
    for (size_t i = 0; i < count; i++) {
        fprintf(stream, "'%s:", commands[i]->name);
        print_quoted(commands[i]->help, ":", stream);
        fputs("' ", stream);
    }
    fputs(")\n    _arguments -C '1:command:->command' '*::argument:->rest'\n"
          "    case $state in\n    command) _describe command commands ;;\n    rest)\n        case $line[1] in\n",
          stream);
    for (size_t i = 0; i < count; i++) {
        char *words = words_of(commands[i], commands, count);
        struct bh_known_option *options = bh_known_options(commands[i]);
        fprintf(stream, "        %s) _arguments -s ", commands[i]->name);
        for (const struct bh_known_option *option = options; option->name != NULL; option++) {
            fprintf(stream, "'*--%s%s[", option->name, option->argument != NULL ? "=" : "");
            print_quoted(option->doc, "[]:", stream);
            fputc(']', stream);
            const char *names = names_of(option);
            if (option->argument != NULL && names != NULL)
                fprintf(stream, ":%s:{_bulkhead_names %s}", names, names);
            else if (option->argument != NULL)
                fputs(":value:_files", stream);
            fputs("' ", stream);
        }
        if (*words != '\0')
            fprintf(stream, "'*:word:(%s)' ;;\n", words);
        else
            fputs("'*:file:_files' ;;\n", stream);
        free(options);
        free(words);
    }
    fputs("        esac ;;\n    esac\n}\n"
          "if [ \"$funcstack[1]\" = _bulkhead ]; then _bulkhead \"$@\"; else compdef _bulkhead bulkhead; fi\n",
          stream);
}

/* --- Fish ---------------------------------------------------------------------------------------------------------------- */

static const char fish_head[] = "function __bulkhead_names\n"
                                "    set -l file\n"
                                "    for word in (commandline -opc)\n"
                                "        if test -f $word; and not string match -q -- '-*' $word; set file $word; end\n"
                                "    end\n"
                                "    bulkhead completion --names=$argv[1] $file 2>/dev/null\n"
                                "end\n";

static void print_fish(const struct bh_subcommand *const *commands, size_t count, FILE *stream)
{
    fputs(fish_head, stream);
    for (size_t i = 0; i < count; i++) {
        fprintf(stream, "complete -c bulkhead -n __fish_use_subcommand -f -a %s -d '", commands[i]->name);
        print_quoted(commands[i]->help, "", stream);
        fputs("'\n", stream);
    }
    for (size_t i = 0; i < count; i++) {
        char *words = words_of(commands[i], commands, count);
        struct bh_known_option *options = bh_known_options(commands[i]);
        if (*words != '\0')
            fprintf(stream, "complete -c bulkhead -n '__fish_seen_subcommand_from %s' -f -a '%s'\n", commands[i]->name,
                    words);
        for (const struct bh_known_option *option = options; option->name != NULL; option++) {
            const char *names = names_of(option);
            fprintf(stream, "complete -c bulkhead -n '__fish_seen_subcommand_from %s' -l %s", commands[i]->name,
                    option->name);
            if (option->letter != '\0')
                fprintf(stream, " -s '%c'", option->letter);
            if (option->argument != NULL && names != NULL)
                fprintf(stream, " -x -a '(__bulkhead_names %s)'", names);
            else if (option->argument != NULL)
                fputs(" -r", stream);
            fputs(" -d '", stream);
            print_quoted(option->doc, "", stream);
            fputs("'\n", stream);
        }
        free(options);
        free(words);
    }
}

void bh_completion_print(enum bh_shell shell, const struct bh_subcommand *const *commands, size_t count, FILE *stream)
{
    switch (shell) {
    case BH_SHELL_BASH:
        print_bash(commands, count, stream);
        break;
    case BH_SHELL_ZSH:
        print_zsh(commands, count, stream);
        break;
    case BH_SHELL_FISH:
        print_fish(commands, count, stream);
        break;
    }
}
