/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* `bulkhead advise`: which policy to take. */
#include "command/advise/parts.h"
#include "command/command.h"
#include "command/options.h"
#include "models/base/error.h"
#include "models/base/nearest_name.h"
#include "models/base/quantity.h"
#include "models/words/offers.h"
#include "sim/scenario/scenario.h"

#include <stdlib.h>
#include <string.h>

struct words {
    size_t count;
    const char **word;
};

struct arguments {
    struct bh_options options;
    const char *path, *directory, *minimize, *worlds, *enclave, *indifference, *map, *folder;
    struct words allow, needs, limits, where;
    unsigned format;
    size_t most; /* replicas, until it is told; 0: as the file says */
};

enum { FORMAT_TEXT, FORMAT_MARKDOWN, FORMAT_JSON };
static const char *const format_names[] = {"text", "markdown", "json", NULL};

static int check(void *input, struct bh_error *err)
{
    const struct arguments *arguments = input;
    if (arguments->folder == NULL || arguments->map != NULL)
        return 0;
    return bh_fail(err, BH_ERROR_INPUT, "-o leaves the figure of a map: which? (--map X,Y)");
}

static const struct bh_option own_options[] = {
    {"allow", 0, "system=NAME",
     "Take only what is so: system=NAME, policy=NAME (several with commas), or a policy's whole name; repeated, more "
     "of a kind is allowed, and all kinds must agree",
     1, BH_TO_WORDS(allow.word, allow.count)},
    {"need", 0, "OFFER",
     "Take only stacks that offer it to their users, as unmodified-linux (`bulkhead systems` lists them); repeated, "
     "all are needed",
     1, BH_TO_WORDS(needs.word, needs.count)},
    {"limit", 0, "LIMIT", "Take only what keeps to LIMIT, as \"wrong-results < 1e-3\" or \"makespan < 26 h\"", 1,
     BH_TO_WORDS(limits.word, limits.count)},
    {"minimize", 0, "METRIC", "What is best has least of it (default: net-overhead)", 1, BH_TO_WORD(minimize)},
    {"indifferent", 0, "VALUE", "So much more of it does not matter, as \"0.5 %\" (default: all matters)", 1,
     BH_TO_WORD(indifference)},
    {"point", 'p', "AXIS=VALUE", "Where on the axes (default: the scenario's headline point)", 1,
     BH_TO_WORDS(where.word, where.count)},
    {"worlds", 0, "AXIS", "The axis of draws of uncertain numbers (default: draw, if there is one)", 1,
     BH_TO_WORD(worlds)},
    {"enclave", 0, "NAME", "Whose runs (default: the scenario's first enclave)", 1, BH_TO_WORD(enclave)},
    {"map", 0, "X,Y", "Also say who wins where, over two varied axes or two drawn numbers", 1, BH_TO_WORD(map)},
    {"until-told", 0, "MOST", "Run more replicas, twice as many each time, until the choice is settled, at most MOST",
     1, BH_TO_NUMBER(most, 2, BH_REPLICAS_MOST)},
    {"output", 'o', "DIR", "Leave the map as a figure there, with its data and script", 1, BH_TO_WORD(folder)},
    {"directory", 'd', "DIR", "Keep a campaign's runs in DIR, and go on with what it holds", 1, BH_TO_WORD(directory)},
    {"format", 0, "FORMAT", "text (default), markdown or json", 1, BH_TO_CHOICE(format, format_names)},
    {0},
};

static int read_indifference(const char *word, double *value, struct bh_error *err)
{
    static const enum bh_dimension dimensions[] = {BH_DIMENSION_FACTOR, BH_DIMENSION_FRACTION, BH_DIMENSION_TIME};
    *value = 0;
    for (size_t i = 0; word != NULL && i < BH_COUNT(dimensions); i++) {
        struct bh_error own = {0};
        if (bh_quantity_parse(word, NULL, dimensions[i], value, &own) == 0 && *value >= 0)
            return 0;
    }
    return word == NULL
               ? 0
               : bh_fail(err, BH_ERROR_INPUT,
                         "--indifferent: found `%s`, expected a difference of the metric, as 0.5 %% or 10 min", word);
}

static int check_needs(const struct words *needs, struct bh_error *err)
{
    for (size_t n = 0; n < needs->count; n++) {
        bool is_known = false;
        for (int o = 0; o < BH_OFFERS; o++)
            is_known = is_known || strcmp(needs->word[n], bh_offer_names[o]) == 0;
        if (is_known)
            continue;
        char *known = bh_join_texts(bh_offer_names, BH_OFFERS, ", "),
             *hint = bh_nearest_hint(needs->word[n], bh_offer_names, BH_OFFERS, '`');
        bh_fail(err, BH_ERROR_INPUT, "--need: found `%s`, expected one of: %s%s", needs->word[n], known, hint);
        free(hint);
        free(known);
        return -1;
    }
    return 0;
}

/* Twice as many, at most `most`. */
static size_t more_than(size_t replicas, size_t most)
{
    return replicas < most / 2 ? 2 * replicas : most;
}

/* How often runs are looked at if none settles it: that is known before the first. */
static size_t count_looks(size_t first, size_t most)
{
    size_t count = 1;
    for (size_t replicas = first; replicas < most; replicas = more_than(replicas, most))
        count++;
    return count;
}

/* Says nothing where it is to be looked at again. */
static int advise(const struct arguments *arguments, const struct bh_advise_results *results,
                  struct bh_advise_looks *looks, struct bh_error *err)
{
    struct bh_advice_request request = {.allow = arguments->allow.word,
                                        .allow_count = arguments->allow.count,
                                        .needs = arguments->needs.word,
                                        .needs_count = arguments->needs.count,
                                        .limits = arguments->limits.word,
                                        .limits_count = arguments->limits.count,
                                        .where = arguments->where.word,
                                        .where_count = arguments->where.count,
                                        .minimize = arguments->minimize,
                                        .worlds = arguments->worlds,
                                        .looks = looks->count,
                                        .enclave = arguments->enclave};
    struct bh_label_places places = {0};
    struct bh_advice advice = {0};
    struct bh_winner_map map = {0};
    const struct bh_advise_answer answer = {&advice, &places, &request, arguments->map != NULL ? &map : NULL, looks};
    int status = read_indifference(arguments->indifference, &request.indifference, err);
    if (status == 0)
        status = bh_label_places_read(results->view, &results->source, &places, err);
    if (status == 0)
        status = bh_advise(results->view, &places, &request, &advice, err);
    looks->made++;
    looks->is_settled = status == 0 && bh_advice_is_settled(&advice);
    if (status == 0 && !looks->is_settled && results->view->replica.count < looks->most) {
        bh_advice_release(&advice);
        bh_label_places_release(&places);
        return 0;
    }
    looks->is_last = true;
    if (status == 0 && arguments->map != NULL)
        status = bh_winner_map_make(results->view, &places, &request, &advice, arguments->map, &map, err);
    if (status == 0 && arguments->format == FORMAT_JSON)
        status = bh_advise_print_json(&answer, err);
    else if (status == 0)
        bh_advise_print(&answer, arguments->format == FORMAT_MARKDOWN ? BH_TABLE_MARKDOWN : BH_TABLE_TEXT);
    if (status == 0 && arguments->folder != NULL) {
        fflush(stdout);
        status = bh_advise_draw_map(&advice, &map, arguments->folder, err);
    }
    bh_winner_map_release(&map);
    bh_advice_release(&advice);
    bh_label_places_release(&places);
    return status;
}

/* Runs, and looks at what is there; where that does not settle it with more replicas, of which the first are the same. */
static int look(const struct arguments *arguments, struct bh_advise_source *from, struct bh_error *err)
{
    struct bh_advise_looks looks = {.most = arguments->most};
    int status = 0;
    while (status == 0 && !looks.is_last) {
        struct bh_advise_results results;
        status = bh_advise_open(from, &results, err);
        size_t replicas = status == 0 ? results.view->replica.count : 0;
        if (status == 0 && looks.count == 0 && looks.most > 0)
            looks.count = count_looks(results.begun_with > 0 ? results.begun_with : replicas, looks.most);
        if (status == 0)
            status = advise(arguments, &results, &looks, err);
        bh_advise_close(&results);
        if (status != 0 || looks.is_last)
            break;
        from->replicas = more_than(replicas, looks.most);
        if (!from->quiet)
            fprintf(stderr, "bulkhead: %zu replicas do not settle it: %zu\n", replicas, from->replicas);
    }
    return status;
}

static int run(void *input, struct bh_error *err)
{
    const struct arguments *arguments = input;
    struct bh_advise_source from = {.grows = arguments->most > 0,
                                    .path = arguments->path,
                                    .directory = arguments->directory,
                                    .settings = arguments->options.settings,
                                    .settings_count = arguments->options.settings_count,
                                    .jobs = bh_options_jobs(&arguments->options),
                                    .quiet = arguments->options.quiet};
    int status = check_needs(&arguments->needs, err); /* before anything runs */
    if (status == 0)
        status = look(arguments, &from, err);
    free(arguments->allow.word);
    free(arguments->needs.word);
    free(arguments->limits.word);
    free(arguments->where.word);
    return status;
}

const struct bh_subcommand bh_subcommand_advise = {
    .name = "advise",
    .arguments = "SCENARIO",
    .help = "which policy to take, what cannot be told from it, and why not the others",
    .operands = "SCENARIO|RESULTS|DIR",
    .doc = "Says which policy to take: the best that is allowed, by how much, what cannot be told from it, and why "
           "others are excluded.\vA scenario or campaign is run first; what that takes is said before.",
    .options =
        (const struct bh_option *const[]){own_options, bh_options_scenario, bh_options_engine, bh_options_work, NULL},
    .operand = {"scenario, results file or folder", offsetof(struct arguments, path),
                "no scenario, results file or folder; try experiments/architect.yaml", NULL},
    .check = check,
    .size = sizeof(struct arguments),
    .run = run,
};
