/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Names of files beside others. */
#include "models/base/path.h"

#include "models/base/error.h"

#include <string.h>

char *bh_path_beside(const char *file, const char *name)
{
    const char *slash = strrchr(file, '/');
    return *name == '/' || slash == NULL ? bh_copy_text(name)
                                         : bh_print_text("%.*s%s", (int)(slash - file) + 1, file, name);
}
