/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* A policy over time: what switches an enclave's guards on and off. */
#include "models/policy/protection.h"

#include <math.h>

const char *const bh_protection_when_names[] = {"always", "never", "composed", "degree", "errors", NULL};

/* The last error but `back`; -INFINITY before the first. */
static double last_error_s(const struct bh_protection *protection, unsigned long back)
{
    if (protection->errors_seen <= back)
        return -INFINITY;
    return protection->error_s[(protection->errors_seen - 1 - back) % BH_PROTECTION_ERRORS_MOST];
}

/* When the quiet time that ends adaptive protection is over. */
static double quiet_end_s(const struct bh_protection *protection)
{
    bool waits = protection->rule.when == BH_PROTECT_ERRORS && protection->is_wanted;
    return waits ? last_error_s(protection, 0) + protection->rule.quiet_s : INFINITY;
}

/* Books the time since the last change to the phase at hand. */
static void book(struct bh_protection *protection, double now_s)
{
    double spent_s = now_s - protection->since_s;
    if (protection->phase == BH_PROTECTION_ON)
        protection->on_s += spent_s;
    else if (protection->phase != BH_PROTECTION_OFF)
        protection->switching_s += spent_s;
    protection->since_s = now_s;
}

static void enter(struct bh_protection *protection, enum bh_protection_phase phase, double now_s)
{
    bool is_switching = phase == BH_PROTECTION_SWITCHING_ON || phase == BH_PROTECTION_SWITCHING_OFF;
    book(protection, now_s);
    protection->phase = phase;
    protection->until_s = is_switching ? now_s + protection->switch_s : INFINITY;
    protection->switches += is_switching;
}

/* Acts on what the rule wants, unless a switching is under way. */
static bool act(struct bh_protection *protection, double now_s)
{
    if (protection->phase == BH_PROTECTION_OFF && protection->is_wanted)
        enter(protection, BH_PROTECTION_SWITCHING_ON, now_s);
    else if (protection->phase == BH_PROTECTION_ON && !protection->is_wanted)
        enter(protection, BH_PROTECTION_SWITCHING_OFF, now_s);
    else
        return false;
    return true;
}

/* 1 - (1 - 0.1) is less than 0.1. */
bool bh_protection_by_degree(const struct bh_protection_rule *rule, double degree)
{
    return degree >= rule->degree - 1e-12;
}

struct bh_protection bh_protection_start(const struct bh_protection_rule *rule, double switch_s, double degree,
                                         unsigned composed)
{
    struct bh_protection protection = {.rule = *rule, .switch_s = switch_s, .until_s = INFINITY, .composed = composed};
    switch (rule->when) {
    case BH_PROTECT_ALWAYS:
        protection.is_wanted = true;
        break;
    case BH_PROTECT_COMPOSED:
        protection.is_wanted = composed > 0;
        break;
    case BH_PROTECT_DEGREE:
        protection.is_wanted = bh_protection_by_degree(rule, degree);
        break;
    case BH_PROTECT_NEVER:
    case BH_PROTECT_ERRORS:
    case BH_PROTECTION_WHENS:
        break;
    }
    protection.phase = protection.is_wanted ? BH_PROTECTION_ON : BH_PROTECTION_OFF;
    return protection;
}

double bh_protection_next_s(const struct bh_protection *protection)
{
    return fmin(protection->until_s, quiet_end_s(protection));
}

bool bh_protection_advance(struct bh_protection *protection, double now_s)
{
    bool has_changed = false;
    double next_s;
    while ((next_s = bh_protection_next_s(protection)) <= now_s) {
        if (quiet_end_s(protection) <= next_s)
            protection->is_wanted = false;
        if (protection->until_s <= next_s) {
            bool was_on_its_way = protection->phase == BH_PROTECTION_SWITCHING_ON;
            enter(protection, was_on_its_way ? BH_PROTECTION_ON : BH_PROTECTION_OFF, next_s);
            has_changed = true;
        }
        has_changed = act(protection, next_s) || has_changed;
    }
    book(protection, now_s);
    return has_changed;
}

void bh_protection_compose(struct bh_protection *protection, double now_s, bool begins)
{
    bh_protection_advance(protection, now_s);
    if (begins)
        protection->composed++;
    else
        protection->composed--;
    if (protection->rule.when == BH_PROTECT_COMPOSED)
        protection->is_wanted = protection->composed > 0;
    act(protection, now_s);
    bh_protection_advance(protection, now_s); /* switching that takes no time is done at once */
}

void bh_protection_error(struct bh_protection *protection, double now_s)
{
    bh_protection_advance(protection, now_s);
    protection->error_s[protection->errors_seen++ % BH_PROTECTION_ERRORS_MOST] = now_s;
    if (protection->rule.when == BH_PROTECT_ERRORS &&
        last_error_s(protection, protection->rule.errors - 1) >= now_s - protection->rule.within_s)
        protection->is_wanted = true;
    act(protection, now_s);
    bh_protection_advance(protection, now_s);
}
