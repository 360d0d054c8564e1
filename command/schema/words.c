/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Forms of values in words. */
#include "command/schema/parts.h"
#include "models/base/error.h"
#include "models/base/quantity.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* "SUM, WORD"; frees both. */
static char *join(char *sum, const char *between, char *word)
{
    char *joined = *sum == '\0' ? bh_copy_text(word) : bh_print_text("%s%s%s", sum, between, word);
    free(sum);
    free(word);
    return joined;
}

static char *one_of(const char *const *words)
{
    char *all = bh_copy_text("");
    size_t count = 0;
    for (; words[count] != NULL; count++)
        all = join(all, ", ", bh_print_text("\\fB%s\\fR", words[count]));
    if (count == 1)
        return all;
    char *text = bh_print_text("one of %s", all);
    free(all);
    return text;
}

static char *whole(const struct bh_form *form)
{
    if (form->most >= UINT64_C(1) << 40)
        return bh_print_text("a whole number from %" PRIu64, form->least);
    return bh_print_text("a whole number from %" PRIu64 " to %" PRIu64, form->least, form->most);
}

static char *list_of(const struct bh_form *form)
{
    char *item = bh_form_words(form->of), *text;
    if (form->least == 2 && form->most == 2)
        text = bh_print_text("a list of two, each %s", item);
    else
        text = bh_print_text("a list%s, each item %s", form->least > 0 ? ", not empty" : "", item);
    free(item);
    return text;
}

char *bh_form_words(const struct bh_form *form)
{
    char *text, *below;
    switch (form->kind) {
    case BH_FORM_TEXT:
        return bh_copy_text("a text");
    case BH_FORM_NAME:
        return bh_copy_text("a name");
    case BH_FORM_COLOUR:
        return bh_copy_text("a colour");
    case BH_FORM_MARK:
        return bh_copy_text("a mark");
    case BH_FORM_YES_NO:
        return bh_copy_text("\\fByes\\fR or \\fBno\\fR");
    case BH_FORM_COUNT:
        return whole(form);
    case BH_FORM_QUANTITY:
        return bh_print_text("%s%s", bh_dimension_noun(form->dimension), form->is_above_0 ? " above 0" : "");
    case BH_FORM_SCALAR_OF_PATH:
        return bh_copy_text("a value");
    case BH_FORM_CHOICE:
        return one_of(form->words);
    case BH_FORM_ENTRY:
        return bh_print_text("a name of the catalog's \\fB%s\\fR", form->section);
    case BH_FORM_PATH:
        return bh_copy_text(form->section != NULL ? "the path of an uncertain number, \\fBmodels.\\fR..." : "a path");
    case BH_FORM_NUMBER:
        return bh_print_text("a number of the catalog, %s%s", bh_dimension_noun(form->dimension),
                             form->is_above_0 ? " above 0" : "");
    case BH_FORM_MAP:
        below = bh_schema_name(form->keys);
        text = bh_print_text("a map (see \\fI%s\\fR)", below);
        free(below);
        return text;
    case BH_FORM_LIST:
        return list_of(form);
    case BH_FORM_NAMED:
        below = bh_form_words(form->of);
        text = bh_print_text("a map from names, each to %s", below);
        free(below);
        return text;
    case BH_FORM_SETTINGS:
        return bh_copy_text("a map from paths, dotted or nested, to values");
    case BH_FORM_TIMING:
        return bh_copy_text("a distribution of times, {NAME: its numbers}");
    case BH_FORM_ANY_OF:
        text = bh_copy_text("");
        for (size_t i = 0; form->any[i] != NULL; i++)
            text = join(text, ", or ", bh_form_words(form->any[i]));
        return text;
    case BH_FORM_ANYTHING:
        return bh_copy_text("a map from paths to values");
    }
    return bh_copy_text("");
}

char *bh_rule_words(const struct bh_key_rule *rule)
{
    switch (rule->rule) {
    case BH_NOT_BOTH:
        return bh_print_text("`%s` and `%s` are not both there.", rule->one, rule->other);
    case BH_BOTH_OR_NONE:
        return bh_print_text("`%s` and `%s` are there together or not at all.", rule->one, rule->other);
    case BH_ONE_OR_OTHER:
        return bh_print_text("Either `%s` or `%s` is there.", rule->one, rule->other);
    case BH_ONLY_WITH:
        return bh_print_text("`%s` is there only beside `%s`.", rule->one, rule->other);
    case BH_ONLY_WHERE:
        return bh_print_text("`%s` is there only with `%s: %s`.", rule->one, rule->other, rule->word);
    case BH_NEVER_WHERE:
        return bh_print_text("`%s` is never there with `%s: %s`.", rule->one, rule->other, rule->word);
    case BH_NEEDED_WHERE:
        return bh_print_text("`%s` must be there with `%s: %s`.", rule->one, rule->other, rule->word);
    case BH_ONE_WITH_ELSE_MORE:
        return bh_print_text("`%s` has one item with `%s`, two or more without.", rule->one, rule->other);
    case BH_TAKEN_AT:
        return bh_print_text("Items of `%s` are what is taken at the path `%s`.", rule->one, rule->other);
    case BH_NEEDED_WITH_ITEMS:
        return bh_print_text("`%s` has a key `%s` where `%s` is there and not empty.", rule->one, rule->word,
                             rule->other);
    case BH_ONE_ITEM_WITHOUT:
        return bh_print_text("An item at least of `%s` has no `%s`.", rule->one, rule->other);
    case BH_NOT_BELOW:
    case BH_ABOVE:
        return bh_print_text("%s%s`%s` is %s `%s`.", rule->word != NULL ? rule->word : "",
                             rule->word != NULL ? ": " : "", rule->one,
                             rule->rule == BH_ABOVE ? "above" : "no less than", rule->other);
    }
    return bh_copy_text("");
}
