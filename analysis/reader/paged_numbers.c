/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Shared mappings of a file without a name: their pages can be let go at any time, and come back when they are read. */
#include "analysis/reader/paged_numbers.h"

#include "models/base/error.h"

#include <hdf5.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Numbers of at most so many bytes are kept in memory; of others so many are read at a time. */
enum { MOST_KEPT = 4 << 20, MOST_AT_ONCE = 16 << 20, MOST_RANK = 32 };
/* Pages are let go after so many bytes; a mapping begins and is filled by such pieces, some pages each. */
static const size_t most_read = (size_t)192 << 20, piece = (size_t)1 << 16;

struct bh_paged {
    int file; /* -1: none can be had */
    size_t size, read, count;
    size_t filled; /* of the file, by another process */
    struct mapping {
        double *numbers;
        size_t bytes, at;
    } * mapping;
};

struct bh_paged *bh_paged_create(void)
{
    struct bh_paged *paged = bh_allocate(1, sizeof *paged);
    const char *folder = getenv("TMPDIR");
    char *name = bh_print_text("%s/bulkhead-XXXXXX", folder != NULL && folder[0] != '\0' ? folder : "/var/tmp");
    paged->file = mkstemp(name);
    if (paged->file >= 0)
        unlink(name);
    free(name);
    return paged;
}

static void let_go(struct bh_paged *paged)
{
    for (size_t i = 0; i < paged->count; i++)
        madvise(paged->mapping[i].numbers, paged->mapping[i].bytes, MADV_DONTNEED);
    paged->read = 0;
}

void bh_paged_destroy(struct bh_paged *paged)
{
    if (paged == NULL)
        return;
    for (size_t i = 0; i < paged->count; i++)
        munmap(paged->mapping[i].numbers, paged->mapping[i].bytes);
    if (paged->file >= 0)
        close(paged->file);
    free(paged->mapping);
    free(paged);
}

double *bh_paged_numbers(struct bh_paged *paged, size_t rank, size_t count)
{
    size_t bytes = (count * sizeof(double) + piece - 1) / piece * piece;
    if (paged == NULL || rank < 2 || bytes <= MOST_KEPT || paged->file < 0 ||
        (paged->size + bytes > paged->filled && ftruncate(paged->file, (off_t)(paged->size + bytes)) != 0))
        return NULL;
    void *numbers = mmap(NULL, bytes, PROT_READ, MAP_SHARED, paged->file, (off_t)paged->size);
    if (numbers == MAP_FAILED)
        return NULL;
    paged->mapping = bh_reallocate(paged->mapping, paged->count + 1, sizeof *paged->mapping);
    paged->mapping[paged->count++] = (struct mapping){numbers, bytes, paged->size};
    paged->size += bytes;
    return numbers;
}

/* The file is a byte longer than its last piece then. */
void bh_paged_finish(struct bh_paged *paged)
{
    if (paged->file >= 0 && ftruncate(paged->file, (off_t)(paged->size + 1)) != 0)
        paged->file = -1;
}

void bh_paged_take_over(struct bh_paged *paged)
{
    struct stat stat;
    if (paged->file < 0)
        return;
    if (fstat(paged->file, &stat) == 0 && (size_t)stat.st_size % piece == 1)
        paged->filled = (size_t)stat.st_size - 1;
    else if (ftruncate(paged->file, 0) != 0)
        paged->file = -1;
}

bool bh_paged_has(const struct bh_paged *paged, const double *numbers)
{
    for (size_t i = 0; paged != NULL && i < paged->count; i++)
        if (paged->mapping[i].numbers == numbers)
            return true;
    return false;
}

static bool is_zero(const double *values, size_t count)
{
    static const double zero = 0;
    return memcmp(values, &zero, sizeof zero) == 0 && memcmp(values, values + 1, (count - 1) * sizeof zero) == 0;
}

/* Zeroes stay holes. */
static bool fill(const struct bh_paged *paged, size_t at, const double *values, size_t count)
{
    const size_t most = piece / sizeof *values;
    for (size_t done = 0; done < count; done += most) {
        size_t own = count - done < most ? count - done : most;
        const char *next = (const char *)(values + done);
        off_t to = (off_t)(at + done * sizeof *values);
        for (size_t left = is_zero(values + done, own) ? 0 : own * sizeof *values; left > 0;) {
            ssize_t written = pwrite(paged->file, next, left, to);
            if (written <= 0)
                return false;
            next += written;
            to += written;
            left -= (size_t)written;
        }
    }
    return true;
}

/* The file is full: what comes is for memory. */
static void drop_last(struct bh_paged *paged)
{
    struct mapping *last = &paged->mapping[--paged->count];
    munmap(last->numbers, last->bytes);
    close(paged->file);
    paged->file = -1;
}

/* Some positions of the second axis at a time, of all positions of the first that share a chunk. */
int bh_paged_read(struct bh_paged *paged, hid_t dataset, const hsize_t *extent, size_t rank)
{
    const size_t at = paged->mapping[paged->count - 1].at;
    if (paged->size <= paged->filled)
        return 1;
    hid_t creation = H5Dget_create_plist(dataset), space = H5Dget_space(dataset);
    hsize_t chunk[MOST_RANK] = {1}, from[MOST_RANK] = {0}, size[MOST_RANK];
    if (H5Pget_layout(creation) == H5D_CHUNKED)
        H5Pget_chunk(creation, (int)rank, chunk);
    H5Pclose(creation);
    double row = 1;
    for (size_t i = 2; i < rank; i++)
        row *= (double)extent[i];
    memcpy(size, extent, rank * sizeof *size);
    size[0] = chunk[0] < extent[0] ? chunk[0] : extent[0];
    double least = MOST_AT_ONCE / (row * sizeof(double) * (double)size[0]);
    size[1] = least > (double)extent[1] ? extent[1] : least > 1 ? (hsize_t)least : 1;
    if (chunk[1] > 1 && size[1] > chunk[1])
        size[1] -= size[1] % chunk[1];
    const hsize_t first = size[0], second = size[1];
    double *values = bh_allocate((size_t)((double)(first * second) * row) + 1, sizeof *values);
    bool is_read = true, is_kept = true;
    for (from[0] = 0; from[0] < extent[0] && is_read; from[0] += first)
        for (from[1] = 0; from[1] < extent[1] && is_read; from[1] += second) {
            size[0] = extent[0] - from[0] < first ? extent[0] - from[0] : first;
            size[1] = extent[1] - from[1] < second ? extent[1] - from[1] : second;
            hid_t memory = H5Screate_simple((int)rank, size, NULL);
            H5Sselect_hyperslab(space, H5S_SELECT_SET, from, NULL, size, NULL);
            is_read = H5Dread(dataset, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, values) >= 0;
            H5Sclose(memory);
            const size_t count = (size_t)size[1] * (size_t)row;
            for (size_t p = 0; p < size[0] && is_read && is_kept; p++)
                is_kept = fill(paged, at + ((from[0] + p) * extent[1] + from[1]) * (size_t)row * sizeof(double),
                               values + p * count, count);
        }
    free(values);
    H5Sclose(space);
    if (is_read && is_kept)
        return 1;
    if (is_read)
        drop_last(paged);
    return is_read ? 0 : -1;
}

void bh_paged_was_read(struct bh_paged *paged, size_t bytes)
{
    if (paged == NULL)
        return;
    paged->read += bytes;
    if (paged->read > most_read)
        let_go(paged);
}
