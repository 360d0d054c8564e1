/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target for results files. Built by `make fuzz` only; BH_FUZZ_RESULTS names a results file to begin with. Most
 * inputs say how to change what it holds, by HDF5's own calls: things are missing, misshapen, mistyped, or hold any number
 * and any text. The others change its bytes, in a child, since HDF5 itself crashes on some: what it does on its own is
 * counted, what our code does is a finding. What is read must be printed and drawn, with nothing unsafe in it; what is
 * refused must have one safe message. */
#include "analysis/figures/ledger_bars.h"
#include "analysis/figures/results_figure.h"
#include "analysis/reader/hdf5_reader.h"
#include "analysis/reader/view.h"
#include "analysis/tables/json.h"
#include "analysis/tables/selection.h"
#include "analysis/tables/summary.h"
#include "models/base/error.h"
#include "models/base/utf8.h"

#include <gsl/gsl_errno.h>
#include <hdf5.h>
#include <hdf5_hl.h>
#include <math.h>
#include <sanitizer/asan_interface.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *count, char ***words);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST_NAMES = 256, STATUS_HDF5 = 42, STATUS_OURS = 43, CHILD_SECONDS = 20, MOST_CHANGES = 8 };

static struct {
    char *bytes;
    size_t size;
} template;
static struct {
    size_t count;
    char *name[MOST_NAMES];
} datasets;
static char folder[] = "/tmp/fuzz-results-XXXXXX";
static unsigned long raw, died_in_hdf5, drawn;

/* --- What the input says ---------------------------------------------------------------------------------------------- */

struct input {
    const uint8_t *at, *end;
};

static unsigned byte_of(struct input *input)
{
    return input->at < input->end ? *input->at++ : 0;
}

static double number_of(struct input *input)
{
    static const double special[] = {0,     1,      -1,     NAN, INFINITY,     -INFINITY,
                                     1e308, -1e308, 1e-308, 2,   4294967296.0, 1.8446744073709552e19,
                                     0.5,   1e12,   3,      255};
    unsigned choice = byte_of(input);
    double value = 0;
    if (choice < 64)
        return special[choice % (sizeof special / sizeof special[0])];
    if (choice < 128)
        return (double)byte_of(input) - 100;
    for (size_t i = 0; i < sizeof value; i++)
        ((uint8_t *)&value)[i] = (uint8_t)byte_of(input);
    return value;
}

/* The caller frees. */
static char *text_of(struct input *input)
{
    static const char *const special[] = {
        "",         "nodes",  "none", "warm", "1", "\n# x",   "'",        "`x`",    "|",   "%s%n",    "\xff\xfe",
        "\xe2\x80", "native", "kvm",  "2,1",  ",", "#0072b2", "circle 2", "system", "a,b", "\x1b[2J", "\\"};
    unsigned choice = byte_of(input);
    if (choice < 128)
        return bh_copy_text(special[choice % (sizeof special / sizeof special[0])]);
    size_t length = choice % 32;
    char *text = bh_allocate(length + 1, 1);
    for (size_t i = 0; i < length; i++)
        text[i] = (char)byte_of(input);
    return text;
}

static hid_t text_type(void)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    return type;
}

/* --- Changes ---------------------------------------------------------------------------------------------------------- */

static void set_attribute(hid_t file, const char *object, const char *name, struct input *input, unsigned how)
{
    hid_t owner = H5Oopen(file, object, H5P_DEFAULT);
    if (owner < 0)
        return;
    H5Adelete(owner, name);
    if (how % 3 != 0) {
        hsize_t count = how % 7 == 1 ? 3 : 1;
        hid_t space = H5Screate_simple(1, &count, NULL), type = how % 3 == 1 ? text_type() : H5T_NATIVE_DOUBLE;
        hid_t attribute = H5Acreate2(owner, name, type, count == 1 && how % 2 == 0 ? H5Screate(H5S_SCALAR) : space,
                                     H5P_DEFAULT, H5P_DEFAULT);
        char *text = text_of(input), *texts[] = {text, text, text};
        double numbers[] = {number_of(input), 1, 2};
        if (attribute >= 0)
            H5Awrite(attribute, type, how % 3 == 1 ? (void *)texts : (void *)numbers);
        free(text);
        H5Aclose(attribute);
        H5Sclose(space);
    }
    H5Oclose(owner);
}

/* Overwrites one element or all of them. */
static void overwrite(hid_t file, const char *name, struct input *input)
{
    hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    if (dataset < 0)
        return;
    hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
    hssize_t count = H5Sget_simple_extent_npoints(space);
    count = count > 1000000 ? 0 : count; /* one made vast before */
    H5T_class_t class = H5Tget_class(type);
    unsigned first = byte_of(input), all = byte_of(input) % 4 == 0;
    if (count > 0 && (class == H5T_FLOAT || class == H5T_INTEGER)) {
        double *values = bh_allocate((size_t)count, sizeof *values), value = number_of(input);
        H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
        for (hssize_t i = 0; i < count; i++)
            if (all || i == (hssize_t)first % count)
                values[i] = value;
        H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
        free(values);
    } else if (count > 0 && class == H5T_STRING && H5Tis_variable_str(type) > 0) {
        char **texts = bh_allocate((size_t)count, sizeof *texts), *text = text_of(input);
        H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, texts);
        for (hssize_t i = 0; i < count; i++)
            if (all || i == (hssize_t)first % count) {
                H5free_memory(texts[i]);
                texts[i] = strdup(text);
            }
        H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, texts);
        H5Dvlen_reclaim(type, space, H5P_DEFAULT, texts);
        free(texts);
        free(text);
    } else if (count > 0 && class == H5T_COMPOUND) {
        int member = (int)(first % (unsigned)H5Tget_nmembers(type));
        H5T_class_t own = H5Tget_member_class(type, (unsigned)member);
        char *column = H5Tget_member_name(type, (unsigned)member);
        if (own != H5T_STRING) {
            hid_t row = H5Tcreate(H5T_COMPOUND, sizeof(double));
            double *values = bh_allocate((size_t)count, sizeof *values);
            H5Tinsert(row, column, 0, H5T_NATIVE_DOUBLE);
            for (hssize_t i = 0; i < count; i++)
                values[i] = number_of(input);
            H5Dwrite(dataset, row, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
            free(values);
            H5Tclose(row);
        }
        H5free_memory(column);
    }
    H5Sclose(space);
    H5Tclose(type);
    H5Dclose(dataset);
}

/* Another dataset of that name. */
static void replace(hid_t file, const char *name, struct input *input)
{
    unsigned rank = byte_of(input) % 6, how = byte_of(input);
    hsize_t extent[6];
    size_t count = 1;
    for (unsigned i = 0; i < rank; i++) {
        extent[i] = byte_of(input) % 5;
        count *= extent[i];
    }
    H5Ldelete(file, name, H5P_DEFAULT);
    hid_t space = how % 16 == 0 ? H5Screate(H5S_NULL) : H5Screate_simple((int)rank, extent, NULL);
    hid_t types[] = {H5T_NATIVE_DOUBLE, H5T_NATIVE_UINT8, H5T_NATIVE_INT64, H5T_NATIVE_FLOAT, text_type(), H5T_C_S1};
    hid_t type = types[how % 6];
    /* A vast one that holds nothing. */
    if (how % 16 == 1) {
        hsize_t vast = (hsize_t)1 << (10 + byte_of(input) % 50);
        H5Sclose(space);
        space = H5Screate_simple(1, &vast, NULL);
    }
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    if (how % 16 == 1) {
        hsize_t chunk = 1024;
        H5Pset_chunk(creation, 1, &chunk);
    }
    hid_t dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    if (dataset >= 0 && how % 16 > 1 && count > 0) {
        double *values = bh_allocate(count, sizeof *values);
        char **texts = bh_allocate(count, sizeof *texts), *text = text_of(input);
        for (size_t i = 0; i < count; i++) {
            values[i] = number_of(input);
            texts[i] = text;
        }
        if (how % 6 == 4)
            H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, texts);
        else if (how % 6 != 5)
            H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
        free(values);
        free(texts);
        free(text);
    }
    H5Dclose(dataset);
    H5Pclose(creation);
    H5Sclose(space);
    H5Tclose(types[4]);
}

static void change(hid_t file, struct input *input)
{
    static const char *const attributes[] = {"title",
                                             "scenario",
                                             "version",
                                             "baseline",
                                             "primary_enclave",
                                             "seed",
                                             "reproduces_input",
                                             "nodes",
                                             "faults_requested",
                                             "axes",
                                             "uncertainty_axis",
                                             "uncertainty_at",
                                             "uncertainty_source"};
    static const char *const own[] = {"unit", "order", "description"};
    const char *name = datasets.name[byte_of(input) % datasets.count];
    unsigned what = byte_of(input);
    if (what < 100)
        overwrite(file, name, input);
    else if (what < 140)
        replace(file, name, input);
    else if (what < 160)
        H5Ldelete(file, name, H5P_DEFAULT);
    else if (what < 200)
        set_attribute(file, "/", attributes[byte_of(input) % 13], input, byte_of(input));
    else if (what < 225)
        set_attribute(file, name, own[byte_of(input) % 3], input, byte_of(input));
    else {
        char *other = text_of(input);
        H5Lmove(file, name, file, what % 2 ? other : datasets.name[byte_of(input) % datasets.count], H5P_DEFAULT,
                H5P_DEFAULT);
        free(other);
    }
}

/* --- What is done with a file ------------------------------------------------------------------------------------------ */

static void check_safe(const char *text)
{
    for (const char *c = text; *c != '\0';) {
        uint32_t sign = 0;
        size_t length = bh_utf8_decode(c, &sign);
        BH_BUG_ASSERT(length > 0 && (sign == '\n' || !bh_utf8_is_unsafe(sign)));
        c += length;
    }
}

static void check_refusal(const struct bh_error *err)
{
    BH_BUG_ASSERT(err->code == BH_ERROR_INPUT && err->text[0] != '\0' && strchr(err->text, '\n') == NULL);
    check_safe(err->text);
}

/* One of the outputs at a time: all would take too long. */
static void print_view(const struct bh_view *view, unsigned which)
{
    char *text = NULL, *base = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    struct bh_error err = {0};
    struct bh_summary_options options = {.format = (enum bh_table_format)(which % 3),
                                         .all_points = which & 8,
                                         .enclave = which / 16 % view->enclave.count};
    switch (which % 8) {
    case 0:
    case 1:
        bh_summary_print(view, &options, stream);
        fflush(stream);
        check_safe(text);
        break;
    case 2:
        bh_json_print(view, view->primary, stream, &err);
        break;
    case 3:
        bh_ledger_figure_write(view, folder, false, &base, &err);
        break;
    default:
        bh_figure_write(view, folder, false, &base, &err);
    }
    fclose(stream);
    free(text);
    free(base);
    drawn++;
}

static void print_arrays(const struct bh_source *source, unsigned which)
{
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    const char *names[] = {datasets.name[which % datasets.count]};
    struct bh_selection selection = {.names = names,
                                     .names_count = 1,
                                     .format = (enum bh_selection_format)(which % 3),
                                     .mean = which % 2 ? "replica" : NULL};
    struct bh_error err = {0};
    int status =
        which % 8 == 0 ? bh_selection_list(source, stream, &err) : bh_selection_print(source, &selection, stream, &err);
    if (status != 0)
        check_refusal(&err);
    fclose(stream);
    free(text);
}

static void use(hid_t file, unsigned which)
{
    struct bh_error err = {0};
    struct bh_source source = {file, "fuzz"};
    if (which >= 192) {
        print_arrays(&source, which);
        return;
    }
    struct bh_view *view = bh_view_read_open(file, "fuzz", &err);
    if (view == NULL)
        check_refusal(&err);
    else
        print_view(view, which);
    bh_view_destroy(view);
}

/* --- Bytes --------------------------------------------------------------------------------------------------------------- */

/* Whose a report of the address sanitizer is: the first frame of HDF5's or ours says. */
static void judge(const char *report)
{
    for (const char *line = strstr(report, "    #"); line != NULL; line = strstr(line + 1, "    #")) {
        size_t length = strcspn(line, "\n");
        char *frame = strndup(line, length);
        bool theirs = strstr(frame, "libhdf5") != NULL;
        bool ours = strstr(frame, "/analysis/") != NULL || strstr(frame, "/models/") != NULL ||
                    strstr(frame, " in bh_") != NULL;
        free(frame);
        if (theirs)
            _exit(STATUS_HDF5);
        if (ours) {
            fputs(report, stderr);
            _exit(STATUS_OURS);
        }
    }
}

static void use_bytes(struct input *input)
{
    char *bytes = bh_allocate(template.size, 1);
    int status = 0;
    unsigned which = byte_of(input);
    memcpy(bytes, template.bytes, template.size);
    while (input->at + 3 < input->end) {
        size_t place = byte_of(input);
        place = (place << 8 | byte_of(input)) << 8;
        place = (place | byte_of(input)) % template.size;
        bytes[place] = (char)byte_of(input);
    }
    raw++;
    pid_t child = fork();
    if (child == 0) {
        __asan_set_error_report_callback(judge);
        alarm(CHILD_SECONDS);
        hid_t file =
            H5LTopen_file_image(bytes, template.size, H5LT_FILE_IMAGE_DONT_COPY | H5LT_FILE_IMAGE_DONT_RELEASE);
        if (file >= 0)
            use(file, which);
        _exit(0);
    }
    while (child > 0 && waitpid(child, &status, 0) < 0)
        ;
    free(bytes);
    /* It came to no end in HDF5, or in what HDF5 made of it: the command has a limit of time for that. */
    bool stopped = WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM;
    bool in_hdf5 = WIFEXITED(status) && WEXITSTATUS(status) == STATUS_HDF5;
    died_in_hdf5 += in_hdf5 || stopped;
    BH_BUG_ASSERT(in_hdf5 || stopped || (WIFEXITED(status) && WEXITSTATUS(status) == 0));
}

/* --- libFuzzer ----------------------------------------------------------------------------------------------------------- */

static herr_t note_name(hid_t group, const char *name, const H5L_info_t *info, void *client)
{
    (void)group;
    (void)info;
    (void)client;
    if (datasets.count < MOST_NAMES)
        datasets.name[datasets.count++] = bh_copy_text(name);
    return 0;
}

static hid_t open_template(void)
{
    return H5LTopen_file_image(template.bytes, template.size, H5LT_FILE_IMAGE_OPEN_RW);
}

static void tell(void)
{
    fprintf(stderr, "fuzz_results: %lu files printed and drawn; %lu of changed bytes, HDF5 died of %lu\n", drawn, raw,
            died_in_hdf5);
}

int LLVMFuzzerInitialize(int *count, char ***words)
{
    (void)count;
    (void)words;
    H5dont_atexit(); /* as bh_source_open does */
    const char *path = getenv("BH_FUZZ_RESULTS");
    FILE *stream = path != NULL ? fopen(path, "rb") : NULL;
    if (stream == NULL || mkdtemp(folder) == NULL) {
        fputs("BH_FUZZ_RESULTS is to name a results file\n", stderr);
        exit(2);
    }
    fseek(stream, 0, SEEK_END);
    template.size = (size_t)ftell(stream);
    rewind(stream);
    template.bytes = bh_allocate(template.size, 1);
    BH_BUG_ASSERT(fread(template.bytes, 1, template.size, stream) == template.size);
    fclose(stream);
    gsl_set_error_handler_off();
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    hid_t file = open_template();
    BH_BUG_ASSERT(file >= 0);
    H5Lvisit(file, H5_INDEX_NAME, H5_ITER_INC, note_name, NULL);
    for (unsigned which = 0; which < 5; which++) /* unchanged, it is read whole */
        use(file, which);
    BH_BUG_ASSERT(drawn == 5 && datasets.count > 10);
    H5Fclose(file);
    atexit(tell);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, data + size};
    unsigned first = byte_of(&input);
    if (first % 16 == 0) {
        use_bytes(&input);
        return 0;
    }
    unsigned which = byte_of(&input);
    hid_t file = open_template();
    for (unsigned i = 0; i <= first % MOST_CHANGES && input.at < input.end; i++)
        change(file, &input);
    use(file, which);
    H5Fclose(file);
    return 0;
}
