/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* What a stack may offer its users, the originating study's third axis (usability): a row each. */
#pragma once

#include <stdbool.h>

/* Enumerator, name in files, whether it is the kernel's to offer, words for people. */
#define BH_OFFER_ROWS(ROW)                                                                                             \
    ROW(BH_OFFER_UNMODIFIED_LINUX, "unmodified-linux", true, "Linux as distributed below the users' programs")         \
    ROW(BH_OFFER_OWN_SOFTWARE, "own-software", false, "a root file system of the users' own")                          \
    ROW(BH_OFFER_OWN_KERNEL, "own-kernel", false, "a kernel of the users' choice beside the host's")                   \
    ROW(BH_OFFER_DEVICE_ACCESS, "device-access", false,                                                                \
        "devices driven by the users' own kernel or programs, with no software of the host in between")

enum bh_offer {
#define BH_OFFER_ENUMERATOR(offer, ...) offer,
    BH_OFFER_ROWS(BH_OFFER_ENUMERATOR)
#undef BH_OFFER_ENUMERATOR
        BH_OFFERS
};

extern const char *const bh_offer_names[]; /* NULL-terminated */
extern const char *const bh_offer_words[BH_OFFERS];
extern const bool bh_offer_is_the_kernels[BH_OFFERS];
