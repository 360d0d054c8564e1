/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Every key of a campaign file, what it takes and what it says. */
#include "sim/campaign/campaign_keys.h"

#include "models/catalog/worlds.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/scenario_keys.h"

#define EITHER(name, ...) static const struct bh_form *const name[] = {__VA_ARGS__, NULL}
#define FORM(name, ...)   static const struct bh_form name = __VA_ARGS__

const char *const bh_scale_names[] = {"linear", "logarithmic", NULL};
static const char *const scenario_word[] = {"scenario", NULL};
static const char *const chosen[] = {"uncertain", "assumed", NULL};

FORM(a_text, BH_TEXT);
FORM(a_path, BH_PATH);
FORM(paths, BH_LIST(1, 0, a_path));
EITHER(path_or_paths, &a_path, &paths);
FORM(a_list, {.kind = BH_FORM_LIST, .least = 1, .of = &a_text});

/* --- Axes ---------------------------------------------------------------------------------------------------------- */

#define AXIS                                                                                                           \
    {                                                                                                                  \
        "axis", NULL, BH_NAME, "What results call it: letters, digits, '-' and '_'."                                   \
    }
#define RANGE                                                                                                          \
    {"from", NULL, BH_ONE_VALUE, "The first value, with its unit."},                                                   \
        {"to", NULL, BH_ONE_VALUE, "The last one, in the same unit."},                                                 \
        {"scale", "linear", BH_CHOICE(bh_scale_names), "How values lie between."},                                     \
    {                                                                                                                  \
        "whole", "no", BH_YES_NO, "Whether they are rounded to whole numbers."                                         \
    }
static const struct bh_key range_rows[] = {
    AXIS,
    {"unit", "that of its ends", BH_TEXT, "The unit of its values, as results show it."},
    {"set", NULL, BH_ANY(path_or_paths), "The path that each value sets, or several."},
    RANGE,
    {"count", NULL, BH_COUNT_FROM(1, 100000), "How many values, both ends among them."},
    {0},
};
const struct bh_keys bh_range_keys = {"an axis over a range", "Values over a range.", range_rows, NULL, 0};
static const struct bh_key dimension_rows[] = {
    AXIS, {"set", NULL, BH_ANY(path_or_paths), "The path that each value sets, or several."}, RANGE, {0}};
const struct bh_keys bh_dimension_keys = {"a number of the design", "One number of a design.", dimension_rows, NULL, 0};

#define NUMBERED                                                                                                       \
    {                                                                                                                  \
        "axis", "point", BH_NAME, "What results call it."                                                              \
    }
FORM(part, BH_MAP(bh_axis_keys));
static const struct bh_key zip_rows[] = {
    NUMBERED, {"zip", NULL, BH_LIST(1, 0, part), "Axes of equal length that vary together."}, {0}};
const struct bh_keys bh_zip_keys = {"a zip of axes", "Axes that vary together, value by value.", zip_rows, NULL, 0};
FORM(dimension, BH_MAP(bh_dimension_keys));
EITHER(dimension_or_path, &dimension, &a_path);
FORM(number_of_design, BH_ANY(dimension_or_path));
static const struct bh_key design_rows[] = {
    NUMBERED,
    {"latin-hypercube", "", BH_COUNT_FROM(1, BH_DESIGN_POINTS_MOST), "Points of a Latin hypercube."},
    {"sobol", "", BH_COUNT_FROM(1, BH_DESIGN_POINTS_MOST), "Points of a Sobol sequence, of 40 numbers at most."},
    {"morris", "", BH_COUNT_FROM(1, BH_DESIGN_POINTS_MOST),
     "Trajectories of Morris' design, each of one point more than there are numbers: which numbers matter at all."},
    {"saltelli", "", BH_COUNT_FROM(1, BH_DESIGN_POINTS_MOST),
     "Rows of Saltelli's design, each of two points more than there are numbers: shares of variance, first and total."},
    {"over", NULL, BH_LIST(1, 0, number_of_design),
     "The numbers: each a range, or the path of an uncertain number, models.PATH, over its interval."},
    {0},
};
static const struct bh_key_rule design_rules[] = {{BH_NOT_BOTH, "latin-hypercube", "sobol", NULL},
                                                  {BH_NOT_BOTH, "latin-hypercube", "morris", NULL},
                                                  {BH_NOT_BOTH, "latin-hypercube", "saltelli", NULL},
                                                  {BH_NOT_BOTH, "sobol", "morris", NULL},
                                                  {BH_NOT_BOTH, "sobol", "saltelli", NULL},
                                                  {BH_NOT_BOTH, "morris", "saltelli", NULL},
                                                  {0}};
const struct bh_keys bh_design_keys = {"an axis of a design", "Points that fill the space of several numbers.",
                                       design_rows, design_rules, 0};

/* --- Uncertainty and precision ------------------------------------------------------------------------------------------ */

FORM(all_chosen, BH_CHOICE(chosen));
EITHER(numbers, &all_chosen, &a_list);
static const struct bh_key draws_rows[] = {
    {"axis", "draw", BH_NAME, "What results call it."},
    {"draws", NULL, BH_COUNT_FROM(1, BH_DESIGN_POINTS_MOST), "How many draws."},
    {"numbers", NULL, BH_ANY(numbers),
     "`uncertain`: all numbers with an interval that matter; `assumed`: those of them that are assumed; or a list of "
     "paths, "
     "models.PATH."},
    {"prior", "uniform", BH_CHOICE(bh_prior_names),
     "How a number lies in its interval: `uniform` over it, or `triangular`, with the top at its value; on a scale of "
     "logarithms "
     "where the interval spans more than a decade or rests on several platforms or a factor."},
    {0},
};
const struct bh_keys bh_draws_keys = {"uncertainty", "Draws of uncertain numbers over their intervals.", draws_rows,
                                      NULL, 0};
FORM(of_scenario, BH_CHOICE(scenario_word));
FORM(draws, BH_MAP(bh_draws_keys));
EITHER(uncertainty, &of_scenario, &draws);

static const struct bh_key precision_rows[] = {
    {"metric", "makespan", BH_TEXT, "A metric of each replica."},
    {"relative-half-width", NULL, BH_ABOVE_0(PROBABILITY),
     "Of its 95 % interval, at which a point has enough replicas."},
    {"least", "20", BH_COUNT_FROM(2, BH_REPLICAS_MOST), "Replicas of every point, at the least."},
    {"most", "1000", BH_COUNT_FROM(2, BH_REPLICAS_MOST), "Replicas of any point, at the most."},
    {0},
};
const struct bh_keys bh_precision_keys = {"precision", "As many replicas as it takes.", precision_rows, NULL, 0};

/* --- The whole ------------------------------------------------------------------------------------------------------ */

FORM(plain, BH_MAP(bh_axis_keys));
FORM(range, BH_MAP(bh_range_keys));
FORM(zip, BH_MAP(bh_zip_keys));
FORM(design, BH_MAP(bh_design_keys));
EITHER(axis, &plain, &range, &zip, &design);
FORM(an_axis, BH_ANY(axis));
FORM(a_system, BH_ENTRY("systems"));
FORM(a_policy, BH_ENTRY("policies"));
FORM(a_line, BH_MAP(bh_line_keys));
EITHER(policy_or_line, &a_policy, &a_line);
FORM(a_policy_or_line, BH_ANY(policy_or_line));
static const struct bh_key campaign_rows[] = {
    {"campaign", NULL, BH_TEXT, "Its name."},
    {"title", "", BH_TEXT, "One line, for people."},
    {"description", "", BH_TEXT, "What it is for, for people."},
    {"scenario", NULL, BH_TEXT,
     "The scenario's file: beside the campaign, in the working directory, or an experiment of Bulkhead's."},
    {"seed", "the scenario's", BH_COUNT_FROM(0, UINT64_MAX), "The same seed gives the same bits."},
    {"replicas", "the scenario's", BH_COUNT_FROM(1, BH_REPLICAS_MOST), "Replicas of each point; or say `precision`."},
    {"precision", "", BH_MAP(bh_precision_keys), "Replicas until an interval is narrow enough."},
    {"set", "", {.kind = BH_FORM_ANYTHING}, "Paths of the scenario and what they are at all points, a map."},
    {"systems", "", BH_LIST(0, 0, a_system),
     "With `policies`: every system under every policy, beside the baseline's line."},
    {"policies", "the scenario's", BH_LIST(0, 0, a_policy_or_line),
     "Policies by name with `systems`; else lines as in a scenario."},
    {"vary", "", BH_LIST(0, 0, an_axis), "Axes beside the scenario's: values, ranges, zips and designs."},
    {"where", "", BH_LIST(0, 0, a_text),
     "Conditions that points must meet, as in `nodes <= 4096`; alternatives by ` or `."},
    {"uncertainty", "", BH_ANY(uncertainty),
     "`scenario`: that of the scenario, at every point; or draws of uncertain numbers."},
    {"unit", "", BH_COUNT_FROM(1, BH_REPLICAS_MOST), "Replicas that are run and stored together."},
    {0},
};
static const struct bh_key_rule campaign_rules[] = {
    {BH_NOT_BOTH, "replicas", "precision", NULL}, {BH_ONLY_WITH, "systems", "policies", NULL}, {0}};
const struct bh_keys bh_campaign_keys = {"a campaign", "Many points of a scenario.", campaign_rows, campaign_rules, 0};
