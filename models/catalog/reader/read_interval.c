/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* How far one number of the catalog may be off, and which others are off with it. */
#include "models/catalog/reader/read_interval.h"
#include "models/catalog/keys/catalog_keys.h"
#include "models/catalog/lookup.h"
#include "models/catalog/parameter.h"
#include "models/catalog/reader/parts.h"
#include "models/catalog/worlds.h"
#include "models/document/document.h"
#include "models/document/document_get.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

int bh_interval_read_plain(const struct bh_node *node, const char *unit, const struct bh_parameter *parameter,
                           const char *what, double *value, struct bh_error *err)
{
    const char *text = bh_node_text(node, err);
    if (!text)
        return -1;
    struct bh_error problem = {0};
    if (bh_quantity_parse(text, unit, parameter->dimension, value, &problem))
        return bh_fail_at(err, bh_node_place(node), "%s: %s: %s", parameter->path, what, problem.text);
    return 0;
}

/* Of platforms that were not looked at, so many are to lie within what those predict that were. */
static const double predicted_share = 2.0 / 3.0;

static bool is_probability(const struct bh_parameter *parameter)
{
    return parameter->dimension == BH_DIMENSION_PROBABILITY;
}

static enum bh_interval_scale scale_of(const struct bh_parameter *parameter)
{
    return is_probability(parameter) ? BH_SCALE_LOGIT : BH_SCALE_LOGARITHMIC;
}

static int check_on_scale(const struct bh_parameter *parameter, double value, const char *what, struct bh_place place,
                          struct bh_error *err)
{
    if (value > 0.0 && (!is_probability(parameter) || value < 1.0))
        return 0;
    return bh_fail_at(err, place, "%s: %s: found %g, expected numbers above 0%s", parameter->path, what, value,
                      is_probability(parameter) ? " and below 1" : "");
}

/* Of n values m and s are mean and standard deviation on the scale: m -+ t(n - 1) s sqrt(1 + 1/n), Student's t. */
static int read_across(const struct bh_node *list, const char *unit, struct bh_parameter *parameter,
                       struct bh_error *err)
{
    if (bh_node_expect(list, BH_NODE_LIST, "across", err))
        return -1;
    const size_t count = bh_node_count(list);
    if (count < 2)
        return bh_fail_at(err, bh_node_place(list),
                          "%s: across: found %zu numbers, expected those of two platforms or more", parameter->path,
                          count);
    double sum = 0.0, squares = 0.0, value;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < count; i++) {
            const struct bh_node *item = bh_node_item(list, i);
            if (bh_interval_read_plain(item, unit, parameter, "across", &value, err) ||
                check_on_scale(parameter, value, "across", bh_node_place(item), err))
                return -1;
            const double at = bh_interval_to_scale(scale_of(parameter), value), off = at - sum / (double)count;
            if (pass == 0)
                sum += at;
            else
                squares += off * off;
        }
    const double n = (double)count, mean = sum / n, deviation = sqrt(squares / (n - 1.0));
    const double reach = gsl_cdf_tdist_Pinv(0.5 + predicted_share / 2.0, n - 1.0) * deviation * sqrt(1.0 + 1.0 / n);
    parameter->basis = BH_BASIS_PLATFORMS;
    parameter->low = bh_interval_from_scale(scale_of(parameter), mean - reach);
    parameter->high = bh_interval_from_scale(scale_of(parameter), mean + reach);
    return 0;
}

/* Odds, or the number, divided by the factor and times it. */
static int read_transfer(const struct bh_node *node, struct bh_parameter *parameter, struct bh_error *err)
{
    double factor;
    if (bh_node_quantity(node, BH_DIMENSION_FACTOR, &factor, err))
        return -1;
    if (!(factor > 1.0))
        return bh_fail_at(err, bh_node_place(node), "%s: transfer: found %g, expected a factor above 1",
                          parameter->path, factor);
    if (check_on_scale(parameter, parameter->value, "transfer from the value", bh_node_place(node), err))
        return -1;
    const double at = bh_interval_to_scale(scale_of(parameter), parameter->value);
    parameter->basis = BH_BASIS_TRANSFER;
    parameter->low = bh_interval_from_scale(scale_of(parameter), at - log(factor));
    parameter->high = bh_interval_from_scale(scale_of(parameter), at + log(factor));
    return 0;
}

static int read_range(const struct bh_node *range, const char *unit, struct bh_parameter *parameter,
                      struct bh_error *err)
{
    if (bh_node_expect(range, BH_NODE_LIST, "range", err))
        return -1;
    if (bh_node_count(range) != 2)
        return bh_fail_at(err, bh_node_place(range), "%s: found a range of %zu numbers, expected [least, most]",
                          parameter->path, bh_node_count(range));
    if (bh_interval_read_plain(bh_node_item(range, 0), unit, parameter, "range", &parameter->low, err) ||
        bh_interval_read_plain(bh_node_item(range, 1), unit, parameter, "range", &parameter->high, err))
        return -1;
    if (parameter->low > parameter->high)
        return bh_fail_at(err, bh_node_place(range),
                          "%s: found a range whose least is above its most, expected [least, "
                          "most]",
                          parameter->path);
    return 0;
}

static int add_link(struct bh_catalog_reader *reader, struct bh_parameter *parameter, const struct bh_node *node,
                    const struct bh_node *ratio, struct bh_error *err)
{
    if (!bh_node_text(node, err))
        return -1;
    reader->links = bh_reallocate(reader->links, reader->links_count + 1, sizeof *reader->links);
    reader->links[reader->links_count++] = (struct bh_parameter_link){parameter, node, ratio};
    return 0;
}

/* {to: PATH, ratio: [LEAST, MOST]}; its interval is known once that of the other is. */
static int read_tie(struct bh_catalog_reader *reader, const struct bh_node *map, struct bh_parameter *parameter,
                    struct bh_error *err)
{
    const struct bh_node *to, *ratio;
    if (bh_keys_check(map, &bh_tie_keys, err) || !(to = bh_node_need(map, "to", err)) ||
        !(ratio = bh_node_need(map, "ratio", err)) || bh_node_expect(ratio, BH_NODE_LIST, "ratio", err))
        return -1;
    if (bh_node_count(ratio) != 2)
        return bh_fail_at(err, bh_node_place(ratio), "%s: found a ratio of %zu numbers, expected [least, most]",
                          parameter->path, bh_node_count(ratio));
    if (bh_node_quantity(bh_node_item(ratio, 0), BH_DIMENSION_FACTOR, &parameter->ratio_low, err) ||
        bh_node_quantity(bh_node_item(ratio, 1), BH_DIMENSION_FACTOR, &parameter->ratio_high, err))
        return -1;
    if (!(parameter->ratio_low > 0.0) || parameter->ratio_low > parameter->ratio_high)
        return bh_fail_at(err, bh_node_place(ratio), "%s: found the ratios %g to %g, expected [least, most] above 0",
                          parameter->path, parameter->ratio_low, parameter->ratio_high);
    parameter->basis = BH_BASIS_RATIO;
    return add_link(reader, parameter, to, ratio, err);
}

/* What `range` rests on where no key says it. */
static int read_basis(const struct bh_node *map, struct bh_parameter *parameter, bool has_range, struct bh_error *err)
{
    const struct bh_node *node = bh_node_find(map, "basis");
    const int choice = node ? bh_node_choice(node, bh_file_basis_names, "basis", err) : 0;
    if (choice < 0)
        return -1;
    static const enum bh_basis bases[] = {BH_BASIS_GUESS, BH_BASIS_INTERVAL, BH_BASIS_PLATFORMS, BH_BASIS_EXACT};
    parameter->basis = node                              ? bases[choice]
                       : parameter->status == BH_ASSUMED ? BH_BASIS_GUESS
                       : has_range                       ? BH_BASIS_INTERVAL
                                                         : BH_BASIS_NOT_SAID;
    return 0;
}

int bh_interval_read(struct bh_catalog_reader *reader, const struct bh_node *map, const char *unit,
                     struct bh_parameter *parameter, struct bh_error *err)
{
    const struct bh_node *range = bh_node_find(map, "range"), *across = bh_node_find(map, "across"),
                         *transfer = bh_node_find(map, "transfer"), *tied = bh_node_find(map, "tied"),
                         *with = bh_node_find(map, "drawn-with"), *basis = bh_node_find(map, "basis");
    const int ways = (range != NULL) + (across != NULL) + (transfer != NULL) + (tied != NULL);
    parameter->low = parameter->high = parameter->value;
    parameter->drawn_with = parameter->tied_to = NULL;
    if (ways > 1)
        return bh_fail_at(err, bh_node_place(map), "%s: found %d of range, across, transfer and tied, expected one",
                          parameter->path, ways);
    if (basis && !range && ways > 0)
        return bh_fail_at(err, bh_node_place(basis),
                          "%s: found a basis, expected none: across, transfer and tied are one", parameter->path);
    if (read_basis(map, parameter, range != NULL, err))
        return -1;
    if (parameter->basis == BH_BASIS_EXACT ? ways > 0 || with : basis && !range)
        return bh_fail_at(err, bh_node_place(basis), "%s: found the basis %s, expected %s", parameter->path,
                          bh_basis_names[parameter->basis],
                          parameter->basis == BH_BASIS_EXACT ? "one of an interval, or nothing beside it"
                                                             : "a range, too");
    const bool needs = parameter->status == BH_ASSUMED || parameter->status == BH_MEASURED;
    if (needs && ways == 0 && parameter->basis != BH_BASIS_EXACT)
        return bh_fail_at(err, bh_node_place(map),
                          "%s: found no key `range`, expected one, [least, most], as the number is %s", parameter->path,
                          bh_status_names[parameter->status]);
    if ((range && read_range(range, unit, parameter, err)) || (across && read_across(across, unit, parameter, err)) ||
        (transfer && read_transfer(transfer, parameter, err)) || (tied && read_tie(reader, tied, parameter, err)) ||
        (with && add_link(reader, parameter, with, NULL, err)))
        return -1;
    if (with && (tied || ways == 0))
        return bh_fail_at(err, bh_node_place(with),
                          "%s: found `drawn-with`, expected it beside range, across or transfer", parameter->path);
    if (parameter->value < parameter->low || parameter->value > parameter->high)
        return bh_fail_at(err, bh_node_place(bh_node_find(map, "value")),
                          "%s: found a value outside its range, expected one inside", parameter->path);
    return 0;
}

/* --- Numbers that go with others ------------------------------------------------------------------------------------ */

/* Whether the chain of what a number goes with, or is tied to, comes back to it. */
static bool is_circle(const struct bh_parameter *parameter)
{
    const struct bh_parameter *at = parameter;
    do {
        at = at->drawn_with ? at->drawn_with : at->tied_to;
        if (at == parameter)
            return true;
    } while (at);
    return false;
}

/* The interval of what it is tied to, by way of the ratios; that one's first. A scenario may have set either to what lies
 * outside. */
static void widen_tie(struct bh_catalog_reader *reader, struct bh_parameter *parameter)
{
    if (!parameter->tied_to)
        return;
    for (size_t i = 0; i < reader->links_count; i++)
        if (reader->links[i].parameter == parameter->tied_to)
            widen_tie(reader, reader->links[i].parameter);
    parameter->low = fmin(parameter->value, parameter->ratio_low * parameter->tied_to->low);
    parameter->high = fmax(parameter->value, parameter->ratio_high * parameter->tied_to->high);
}

static bool is_of_channel(const struct bh_parameter *parameter)
{
    return strncmp(parameter->path, "channels.", 9) == 0;
}

static bool is_of_mechanism(const struct bh_parameter *parameter)
{
    return strstr(parameter->path, ".mechanisms.") != NULL;
}

int bh_intervals_link(struct bh_catalog_reader *reader, struct bh_error *err)
{
    for (size_t i = 0; i < reader->links_count; i++) {
        const struct bh_parameter_link *link = &reader->links[i];
        struct bh_parameter *parameter = link->parameter;
        const struct bh_place place = bh_node_place(link->to);
        const struct bh_parameter *other =
            bh_catalog_parameter(reader->catalog, bh_node_text(link->to, err), place, err);
        if (!other)
            return -1;
        if (link->ratio && other->dimension != parameter->dimension)
            return bh_fail_at(err, place, "%s: found %s, a %s, to be tied to, expected another %s", parameter->path,
                              other->path, bh_dimension_name(other->dimension),
                              bh_dimension_name(parameter->dimension));
        if (is_of_mechanism(parameter) ? is_of_channel(other) : is_of_channel(parameter) && is_of_mechanism(other))
            return bh_fail_at(
                err, place,
                "%s: found %s to go with it; expected none, since what an error does before it is noticed "
                "and how it is disposed of then are two things",
                parameter->path, other->path);
        if (parameter->status == BH_SET_BY_SCENARIO)
            continue;
        *(link->ratio ? &parameter->tied_to : &parameter->drawn_with) = other;
        if (is_circle(parameter))
            return bh_fail_at(err, place,
                              "%s: found %s, which goes with this number itself, expected one that does not",
                              parameter->path, other->path);
    }
    for (size_t i = 0; i < reader->links_count; i++)
        widen_tie(reader, reader->links[i].parameter);
    return 0;
}
