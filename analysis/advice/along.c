/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The same advice at every position of an axis. */
#include "analysis/advice/along.h"

#include "models/base/error.h"

#include <gsl/gsl_heapsort.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool bh_along_is_open(const struct bh_label_place *place, const struct bh_advice_request *request,
                      const struct bh_advice *advice)
{
    size_t length = strlen(place->name), count = advice->view->axes[place->axis].count;
    if (!place->is_axis || count < 2 || place == advice->worlds.draws)
        return false;
    for (size_t i = 0; i < request->where_count; i++)
        if (strncmp(request->where[i], place->name, length) == 0 && request->where[i][length] == '=')
            return false;
    return true;
}

bool bh_along_has_numbers(const struct bh_label_place *place, const struct bh_advice_request *request,
                          const struct bh_advice *advice)
{
    return bh_along_is_open(place, request, advice) && place->numbers != NULL &&
           advice->view->axes[place->axis].is_ordered;
}

static int by_number(const void *left, const void *right)
{
    const double *a = left, *b = right;
    return *a < *b ? -1 : *a > *b;
}

int bh_advise_at(const struct bh_view *view, const struct bh_label_places *places,
                 const struct bh_advice_request *request, const char *const *more, size_t count,
                 struct bh_advice *advice, struct bh_error *err)
{
    struct bh_advice_request own = *request;
    const char **all = bh_allocate(request->where_count + count, sizeof *all);
    for (size_t i = 0; i < request->where_count; i++)
        all[i] = request->where[i];
    for (size_t i = 0; i < count; i++)
        all[request->where_count + i] = more[i];
    own.where = all;
    own.where_count += count;
    int status = bh_advise(view, places, &own, advice, err);
    free(all);
    return status;
}

/* The place where a difference that is `low` here and `high` there is 0, as a share of the way; NaN: not in between. */
static double crossing(double here, double there)
{
    return here > 0 && there <= 0 ? here / (here - there) : NAN;
}

static double between(double left, double right, double share, bool is_logarithmic)
{
    return is_logarithmic ? left * pow(right / left, share) : left + share * (right - left);
}

/* `here` and `there` are advice at neighbours whose best differ. The one there costs more here. */
static void add_turn(struct bh_along *along, size_t step, const struct bh_advice *here, const struct bh_advice *there,
                     bool is_logarithmic)
{
    struct bh_estimate more = here->policies[there->best].difference, less = there->policies[here->best].difference;
    double left = along->steps[step].number, right = along->steps[step + 1].number;
    struct bh_along_turn *turn = &along->turns[along->turns_count++];
    *turn = (struct bh_along_turn){.from = here->best, .to = there->best, .step = step};
    turn->at = (struct bh_estimate){
        between(left, right, crossing(more.mean, -less.mean), is_logarithmic),
        between(left, right, crossing(more.low, -less.high), is_logarithmic),
        between(left, right, crossing(more.high, -less.low), is_logarithmic),
    };
}

void bh_advise_along(const struct bh_view *view, const struct bh_label_places *places,
                     const struct bh_advice_request *request, const struct bh_label_place *place,
                     struct bh_along *along)
{
    size_t count = view->axes[place->axis].count, *order = bh_allocate(count, sizeof *order);
    *along = (struct bh_along){.place = place,
                               .steps_count = count,
                               .steps = bh_allocate(count, sizeof *along->steps),
                               .turns = bh_allocate(count, sizeof *along->turns)};
    gsl_heapsort_index(order, place->numbers, count, sizeof *place->numbers, by_number);
    bool is_logarithmic =
        place->numbers[order[0]] > 0 && place->numbers[order[count - 1]] > 10 * place->numbers[order[0]];
    struct bh_advice last = {0};
    for (size_t i = 0; i < count; i++) {
        struct bh_advice advice;
        struct bh_along_step *step = &along->steps[i];
        char *where = bh_print_text("%s=%s", place->name, place->labels[order[i]]);
        *step = (struct bh_along_step){place->numbers[order[i]], place->labels[order[i]], SIZE_MAX, 0};
        struct bh_error ignored = {0};
        bool is_told = bh_advise_at(view, places, request, &(const char *){where}, 1, &advice, &ignored) == 0;
        if (is_told) {
            step->best = advice.best;
            step->others = advice.set - 1;
            if (i > 0 && along->steps[i - 1].best != SIZE_MAX && along->steps[i - 1].best != advice.best &&
                isfinite(last.policies[advice.best].difference.mean) &&
                isfinite(advice.policies[last.best].difference.mean))
                add_turn(along, i - 1, &last, &advice, is_logarithmic);
        }
        free(where);
        bh_advice_release(&last);
        last = advice;
    }
    bh_advice_release(&last);
    free(order);
}

void bh_along_release(struct bh_along *along)
{
    free(along->steps);
    free(along->turns);
    *along = (struct bh_along){0};
}
