/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Commands that messages propose, with the arguments that were given. */
#pragma once

struct bh_campaign;

/* A word as a shell takes it, in quotes where it needs them. Owned by the caller. */
char *bh_shell_word(const char *word);

/* "bulkhead SUBCOMMAND CAMPAIGN --set=... --seed=N --replicas=N -d DIRECTORY", for sweep and submit. Without the last where
 * the directory is NULL. Owned by the caller. */
char *bh_campaign_command(const struct bh_campaign *campaign, const char *subcommand, const char *directory);
