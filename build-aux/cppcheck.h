/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* uthash's loops as cppcheck may read them, which does not read its headers. */
#define DL_FOREACH(head, el) for ((el) = (head); el; (el) = (el)->next)
#define DL_FOREACH_SAFE(head, el, tmp) for ((el) = (head); (el) && ((tmp) = (el)->next, 1); (el) = (tmp))
#define LL_FOREACH(head, el) for ((el) = (head); el; (el) = (el)->next)
#define HASH_ITER(hh, head, el, tmp) for ((el) = (head), (tmp) = (el); el; (el) = (tmp))
#define HASH_FIND(hh, head, key, size, out) (out) = find_in(head, key, size)
