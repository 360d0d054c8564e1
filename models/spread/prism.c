/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Chains in PRISM's language: a discrete-time chain of jumps, whose reward `time` is the mean time until each. */
#include "models/spread/prism.h"

#include "models/spread/states.h"
#include "models/spread/walk.h"

#include <stdlib.h>

/* What endings tell apart: the extent, the boundaries that the effect went beyond, whether data became silently wrong. State
 * 1 + extent + BH_SCOPES (beyond + 2^BH_BOUNDARIES silent). */
enum { BEYONDS = 1 << BH_BOUNDARIES, ENDINGS = BH_SCOPES * BEYONDS * 2 };

static size_t ending_state(enum bh_scope extent, const bool *beyond, bool is_silent)
{
    size_t number = is_silent ? BEYONDS : 0;
    for (int b = 0; b < BH_BOUNDARIES; b++)
        number += beyond[b] ? (size_t)1 << b : 0;
    return 1 + (size_t)extent + BH_SCOPES * number;
}

void bh_prism_begin(struct bh_prism *prism)
{
    *prism = (struct bh_prism){.states_count = 1 + ENDINGS};
    prism->commands = open_memstream(&prism->commands_text, &prism->commands_size);
    prism->choices = open_memstream(&prism->choices_text, &prism->choices_size);
    prism->rewards = open_memstream(&prism->rewards_text, &prism->rewards_size);
    BH_BUG_ASSERT(prism->commands != NULL && prism->choices != NULL && prism->rewards != NULL);
}

static void close_stream(FILE **stream)
{
    if (*stream != NULL)
        fclose(*stream);
    *stream = NULL;
}

static void close_streams(struct bh_prism *prism)
{
    close_stream(&prism->commands);
    close_stream(&prism->choices);
    close_stream(&prism->rewards);
}

void bh_prism_free(struct bh_prism *prism)
{
    close_streams(prism);
    free(prism->commands_text);
    free(prism->choices_text);
    free(prism->rewards_text);
}

/* Of one state: its jumps, in the order in which they were found. */
struct jumping {
    struct bh_prism *prism;
    const struct bh_spread_states *states;
    size_t first_state, jump;
    bool is_first;
};

static void write_jump(void *context, const struct bh_chain_state *next, const struct bh_branch *branch)
{
    struct jumping *jumping = context;
    const struct bh_chain *chain = &jumping->states->chain;
    size_t to;
    if (bh_zone_set_is_empty(&next->live)) {
        struct bh_effect effect = bh_spread_effect(next);
        bool inside[BH_BOUNDARIES], beyond[BH_BOUNDARIES];
        bh_effect_boundaries(chain->model->tree, chain->origin, &effect, inside, beyond);
        to = ending_state(bh_effect_extent(chain->model->tree, &effect), beyond, effect.silent);
    } else
        to = jumping->first_state + jumping->states->jump[jumping->jump++].to;
    fprintf(jumping->prism->commands, "%s%.17g:(s'=%zu)", jumping->is_first ? "" : " + ", branch->probability, to);
    jumping->is_first = false;
}

static void write_choice(struct bh_prism *prism, double share, size_t to)
{
    if (share > 0.0)
        fprintf(prism->choices, "%s%.17g:(s'=%zu)", ftell(prism->choices) > 0 ? " + " : "", share, to);
}

int bh_prism_add(struct bh_prism *prism, const struct bh_node_model *model, const struct bh_origin *origin,
                 double share, const char *name, size_t most_states, struct bh_error *err)
{
    struct bh_spread_states states;
    int status = bh_spread_states_find(&states, model, origin, false, most_states, err);
    size_t first = prism->states_count;
    if (status != 0)
        goto out;
    fprintf(prism->commands, "  // origin %zu: %s\n  [] s=0 & origin=%zu -> (s'=%zu);\n", prism->origins_count + 1,
            name, prism->origins_count + 1, first);
    for (size_t s = 0; s < states.count; s++) {
        struct jumping jumping = {prism, &states, first, states.first_jump[s], true};
        fprintf(prism->commands, "  [] s=%zu -> ", first + s);
        bh_chain_step(&states.chain, &states.state[s], write_jump, &jumping);
        fputs(";\n", prism->commands);
        if (states.mean_time_s[s] > 0.0)
            fprintf(prism->rewards, "  s=%zu : %.17g;\n", first + s, states.mean_time_s[s]);
    }
    write_choice(prism, share, first);
    prism->origins_count++;
    prism->states_count += states.count;
out:
    bh_spread_states_free(&states);
    return status;
}

void bh_prism_add_loss(struct bh_prism *prism, enum bh_scope scope, double share)
{
    bool beyond[BH_BOUNDARIES] = {false};
    write_choice(prism, share, ending_state(scope, beyond, false));
}

/* A label for all endings of which a digit of their number, in `base` after `below` of the digits before, is `value`. */
static void write_label(const char *kind, const char *name, size_t below, size_t base, size_t value, FILE *stream)
{
    fprintf(stream, "label \"%s", kind);
    for (; *name != '\0'; name++)
        fputc(*name == '/' || *name == '-' ? '_' : *name, stream);
    fprintf(stream, "\" = s>0 & s<=%d & mod(floor((s-1)/%zu),%zu)=%zu;\n", ENDINGS, below, base, value);
}

void bh_prism_write(struct bh_prism *prism, const char *title, FILE *stream)
{
    size_t origins = prism->origins_count;
    close_streams(prism);
    fprintf(stream, "// %s\ndtmc\n\n// 0: all origins by their shares; 1 to %zu: one of them\nconst int origin;\n\n",
            title, origins);
    fprintf(stream, "module error\n  s : [0..%zu] init 0;\n", prism->states_count - 1);
    if (prism->choices_size > 0)
        fprintf(stream, "  [] s=0 & origin=0 -> %s;\n", prism->choices_text);
    fprintf(stream, "%s  [] s>0 & s<=%d -> true;\nendmodule\n\n", prism->commands_text, ENDINGS);
    for (enum bh_scope scope = BH_SCOPE_NONE; scope != BH_SCOPES; scope++)
        write_label("extent_", bh_scope_names[scope], 1, BH_SCOPES, (size_t)scope, stream);
    for (int b = 0; b < BH_BOUNDARIES; b++)
        write_label("beyond_", bh_boundary_names[b], (size_t)BH_SCOPES << b, 2, 1, stream);
    write_label("silent", "", (size_t)BH_SCOPES * BEYONDS, 2, 1, stream);
    fprintf(stream, "label \"ended\" = s>0 & s<=%d;\n\nrewards \"time\" // s\n%sendrewards\n", ENDINGS,
            prism->rewards_text);
}
