/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The chain of an error in the language of PRISM, a checker of probabilistic models, to be asked anything. */
#pragma once

#include "models/base/error.h"
#include "models/node/node_model.h"
#include "models/spread/spread.h"
#include "models/words/scope.h"

#include <stddef.h>
#include <stdio.h>

/* A model under way: state 0 chooses an origin, then come the endings, then the chains of the origins. */
struct bh_prism {
    size_t origins_count, states_count;
    FILE *commands, *choices, *rewards; /* into the texts below */
    char *commands_text, *choices_text, *rewards_text;
    size_t commands_size, choices_size, rewards_size;
};

void bh_prism_begin(struct bh_prism *prism);
void bh_prism_free(struct bh_prism *prism);

/* Adds the chain of errors from an origin, which are that share of all; `name` says of what. Fails with BH_ERROR_NUMERIC when it
 * has more than `most_states` states. */
int bh_prism_add(struct bh_prism *prism, const struct bh_node_model *model, const struct bh_origin *origin,
                 double share, const char *name, size_t most_states, struct bh_error *err);
/* Adds what takes a whole scope whatever the policy, as that share of all. */
void bh_prism_add_loss(struct bh_prism *prism, enum bh_scope scope, double share);

/* Writes the model: `origin` is its one constant, 0 for all by their shares. Nothing can be added afterwards. */
void bh_prism_write(struct bh_prism *prism, const char *title, FILE *stream);
