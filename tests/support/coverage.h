/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Put before every source file when coverage is measured: a child that ends by _exit leaves its counts, too. */
#pragma once

/* Not from unistd.h, which has names that ours may be. */
_Noreturn void _exit(int status);
void __gcov_dump(void);

_Noreturn static inline void bh_leave(int status)
{
    __gcov_dump();
    _exit(status);
}
#define _exit(status) bh_leave(status)
