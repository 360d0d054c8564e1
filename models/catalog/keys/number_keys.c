/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The keys of one number of the catalog, and of sets of rates, which are such numbers by their paths. */
#include "models/catalog/keys/number_keys.h"

#define FORM(name, ...) static const struct bh_form name = __VA_ARGS__

const char *const bh_file_status_names[] = {"published", "measured", "computed", "assumed", NULL};
const char *const bh_file_basis_names[] = {"guess", "interval", "platforms", "exact", NULL};

FORM(a_number, BH_ONE_VALUE);

static const struct bh_key tie_rows[] = {
    {"to", NULL, BH_TEXT, "The path of the other, as in components.linux.fault-rate."},
    {"ratio", NULL, BH_LIST(2, 2, a_number), "[LEAST, MOST] of this number to that one."},
    {0},
};
const struct bh_keys bh_tie_keys = {"tied", "A number that is another one times a ratio.", tie_rows, NULL, 0};
static const struct bh_key number_rows[] = {
    {"value", NULL, BH_ONE_VALUE, "The number."},
    {"unit", "", BH_TEXT, "Its unit; left out for probabilities, fractions and factors."},
    {"status", NULL, BH_CHOICE(bh_file_status_names),
     "Where it comes from. `published`: the source was read; `measured`: by ourselves; `computed`: from published "
     "numbers or "
     "recorded data; or `assumed`."},
    {"source", NULL, BH_TEXT, "A citation, a computation, or the reason for a guess."},
    {"range", "", BH_LIST(2, 2, a_number),
     "[LEAST, MOST] in the same unit, how far it may be off; assumed and measured numbers have this or one of "
     "`across`, "
     "`transfer` and `tied`."},
    {"basis", "", BH_CHOICE(bh_file_basis_names),
     "What the range rests on: a `guess` (if left out, of assumed numbers), the `interval` of the source itself (of "
     "others), "
     "or several `platforms`; `exact`, without a range: it cannot be off."},
    {"across", "", BH_LIST(2, 0, a_number),
     "In place of a range, the number on two platforms or more: the range is where another platform's lies, two in "
     "three."},
    {"transfer", "", BH_ABOVE_0(FACTOR),
     "In place of a range, of a number from one study: the factor (of odds for a probability) by which it may be off "
     "elsewhere."},
    {"tied", "", BH_MAP(bh_tie_keys), "In place of a range: another number times a ratio."},
    {"drawn-with", "", BH_TEXT,
     "The path of a number that has the same cause, so that both are drawn at the same place of their ranges."},
    {0},
};
static const struct bh_key_rule number_rules[] = {{BH_NOT_BOTH, "range", "across", NULL},
                                                  {BH_NOT_BOTH, "range", "transfer", NULL},
                                                  {BH_NOT_BOTH, "range", "tied", NULL},
                                                  {BH_NOT_BOTH, "across", "transfer", NULL},
                                                  {BH_NOT_BOTH, "across", "tied", NULL},
                                                  {BH_NOT_BOTH, "transfer", "tied", NULL},
                                                  {BH_NOT_BOTH, "tied", "drawn-with", NULL},
                                                  {BH_NOT_BOTH, "basis", "across", NULL},
                                                  {BH_NOT_BOTH, "basis", "transfer", NULL},
                                                  {BH_NOT_BOTH, "basis", "tied", NULL},
                                                  {0}};
const struct bh_keys bh_number_keys = {"a number of the catalog", "Every number of the catalog is such a map.",
                                       number_rows, number_rules, 0};

/* --- Sets of rates --------------------------------------------------------------------------------------------------- */

FORM(any_number, BH_MAP(bh_number_keys));
static const struct bh_key rate_set_rows[] = {
    {"description", NULL, BH_TEXT, "What it is, for people."},
    {"numbers", NULL, BH_NAMED(any_number), "By their paths, in place of those of the other files."},
    {0},
};
const struct bh_keys bh_rate_set_keys = {"a set of rates", "Rates of one machine by cause and zone.", rate_set_rows,
                                         NULL, 0};
FORM(rate_set, BH_MAP(bh_rate_set_keys));
static const struct bh_key rates_rows[] = {
    {"set", NULL, BH_TEXT, "The name of the set in force; a scenario sets it as models.rates.set."},
    {"sets", NULL, BH_NAMED(rate_set), "Sets by name."},
    {0},
};
const struct bh_keys bh_rates_keys = {"rates", "Rates of faults as sets.", rates_rows, NULL, 0};
