/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Conditions that leave points out: comparisons of axes with values or with each other, as in "nodes <= 4096". */
#include "models/base/nearest_name.h"
#include "models/document/document_get.h"
#include "sim/campaign/parts.h"

#include <stdlib.h>
#include <string.h>

enum comparison { LESS, LESS_OR_EQUAL, EQUAL, NOT_EQUAL, GREATER_OR_EQUAL, GREATER, COMPARISONS };
static const char *const signs[] = {"<", "<=", "=", "!=", ">=", ">"};

/* One coordinate of one axis, or a value. */
struct side {
    bool is_axis;
    size_t axis, coordinate;
    const char *text;
};
struct condition {
    struct side left, right;
    enum comparison comparison;
    bool or_next; /* the next one is an alternative to this */
};
struct bh_conditions {
    size_t count;
    struct condition *list;
    char **texts; /* what sides point at; one per item of the list */
    size_t texts_count;
};

static struct side find_side(const struct bh_campaign *campaign, const char *text)
{
    for (size_t a = 0; a < campaign->study->axes_count; a++) {
        const struct bh_campaign_axis *own = &campaign->axes[a];
        if (own->is_setting)
            continue;
        if (strcmp(campaign->study->axes[a].name, text) == 0)
            return (struct side){true, a, SIZE_MAX, text};
        for (size_t c = 0; c < own->coordinates_count; c++)
            if (strcmp(own->coordinates[c].name, text) == 0)
                return (struct side){true, a, c, text};
    }
    return (struct side){false, 0, 0, text};
}

static int fail_unknown(const struct bh_campaign *campaign, const struct bh_node *node, const char *word,
                        struct bh_error *err)
{
    const char *known[64];
    size_t count = 0;
    for (size_t a = 0; a < campaign->study->axes_count && count < 64; a++)
        if (!campaign->axes[a].is_setting)
            known[count++] = campaign->study->axes[a].name;
    const char *nearest = bh_nearest_name(word, known, count);
    return bh_node_fail(node, err, "there is no axis `%s`%s%s%s; expected AXIS SIGN VALUE, as in `nodes <= 4096`", word,
                        nearest ? "; did you mean `" : "", nearest ? nearest : "", nearest ? "`?" : "");
}

/* Splits "AXIS SIGN VALUE" at the sign, which stands between blanks. */
static int read_one(const struct bh_campaign *campaign, const struct bh_node *node, char *text,
                    struct condition *condition, struct bh_error *err)
{
    char *name_end = strchr(text, ' ');
    char *sign = name_end == NULL ? NULL : name_end + strspn(name_end, " ");
    char *sign_end = sign == NULL ? NULL : strchr(sign, ' ');
    if (sign_end == NULL)
        return bh_node_fail(node, err, "found `%s`; expected AXIS SIGN VALUE, as in `nodes <= 4096`", text);
    char *value = sign_end + strspn(sign_end, " ");
    *name_end = *sign_end = '\0';
    for (size_t length = strlen(value); length > 0 && value[length - 1] == ' '; length--)
        value[length - 1] = '\0';
    size_t s = 0;
    while (s < COMPARISONS && strcmp(signs[s], sign) != 0)
        s++;
    if (s == COMPARISONS)
        return bh_node_fail(node, err, "found `%s`; expected one of < <= = != >= >", sign);
    *condition = (struct condition){find_side(campaign, text), find_side(campaign, value), (enum comparison)s, false};
    return condition->left.is_axis ? 0 : fail_unknown(campaign, node, text, err);
}

static int read_item(struct bh_conditions *conditions, const struct bh_campaign *campaign, const struct bh_node *node,
                     struct bh_error *err)
{
    const char *text = bh_node_text(node, err);
    if (text == NULL)
        return -1;
    char *rest = bh_copy_text(text);
    conditions->texts = bh_reallocate(conditions->texts, conditions->texts_count + 1, sizeof *conditions->texts);
    conditions->texts[conditions->texts_count++] = rest;
    while (rest != NULL) {
        char * or = strstr(rest, " or ");
        if (or != NULL)
            * or = '\0';
        conditions->list = bh_reallocate(conditions->list, conditions->count + 1, sizeof *conditions->list);
        struct condition *condition = &conditions->list[conditions->count];
        if (read_one(campaign, node, rest + strspn(rest, " "), condition, err) != 0)
            return -1;
        condition->or_next = or != NULL;
        conditions->count++;
        rest = or != NULL ? or +4 : NULL;
    }
    return 0;
}

struct bh_conditions *bh_conditions_read(const struct bh_campaign *campaign, const struct bh_node *list,
                                         struct bh_error *err)
{
    struct bh_conditions *conditions = bh_allocate(1, sizeof *conditions);
    int status = bh_node_expect(list, BH_NODE_LIST, "where", err);
    for (size_t i = 0; i < bh_node_count(list) && status == 0; i++)
        status = read_item(conditions, campaign, bh_node_item(list, i), err);
    if (status == 0)
        return conditions;
    bh_conditions_destroy(conditions);
    return NULL;
}

void bh_conditions_destroy(struct bh_conditions *conditions)
{
    if (conditions == NULL)
        return;
    for (size_t i = 0; i < conditions->texts_count; i++)
        free(conditions->texts[i]);
    free(conditions->texts);
    free(conditions->list);
    free(conditions);
}

static const char *text_at(const struct side *side, const struct bh_campaign *campaign, const size_t *index)
{
    if (!side->is_axis)
        return side->text;
    size_t v = index[side->axis];
    return side->coordinate == SIZE_MAX ? campaign->study->axes[side->axis].values[v].label
                                        : campaign->axes[side->axis].coordinates[side->coordinate].labels[v];
}

/* Numbers compare as numbers, with their units left out; words only as equal or not. */
static bool holds(const struct condition *condition, const struct bh_campaign *campaign, const size_t *index)
{
    const char *left = text_at(&condition->left, campaign, index), *right = text_at(&condition->right, campaign, index);
    char *left_end, *right_end;
    double a = strtod(left, &left_end), b = strtod(right, &right_end);
    bool are_numbers = *left != '\0' && *left_end == '\0' && right_end != right;
    int order = are_numbers ? (a > b) - (a < b) : strcmp(left, right);
    switch (condition->comparison) {
    case LESS:
        return are_numbers && order < 0;
    case LESS_OR_EQUAL:
        return are_numbers && order <= 0;
    case EQUAL:
        return order == 0;
    case NOT_EQUAL:
        return order != 0;
    case GREATER_OR_EQUAL:
        return are_numbers && order >= 0;
    case GREATER:
    case COMPARISONS:
        break;
    }
    return are_numbers && order > 0;
}

bool bh_conditions_hold(const struct bh_conditions *conditions, const struct bh_campaign *campaign, const size_t *index)
{
    bool one_holds = false;
    for (size_t i = 0; i < conditions->count; i++) {
        one_holds = one_holds || holds(&conditions->list[i], campaign, index);
        if (conditions->list[i].or_next)
            continue;
        if (!one_holds)
            return false;
        one_holds = false;
    }
    return true;
}
