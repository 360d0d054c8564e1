/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Texts as fields of equal length. */
#include "sim/results/fixed_texts.h"

#include "models/base/error.h"

#include <hdf5.h>
#include <string.h>

/* Fields may waste so many bytes, or so many times what the texts have. */
enum { LENGTH_MOST = 4096, WASTE_MOST = 1 << 20, WASTE_TIMES = 4 };

int64_t bh_fixed_texts(const char *const *texts, size_t count, char **bytes)
{
    size_t longest = 1, sum = 0;
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(texts[i]);
        longest = length > longest ? length : longest;
        sum += length;
    }
    if (longest > LENGTH_MOST)
        return -1;
    if (longest * count > WASTE_MOST && longest * count / WASTE_TIMES > sum)
        return -1;
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, longest);
    H5Tset_strpad(type, H5T_STR_NULLPAD);
    *bytes = bh_allocate(count * longest + 1, 1);
    for (size_t i = 0; i < count; i++)
        memcpy(*bytes + i * longest, texts[i], strlen(texts[i]));
    return type;
}
