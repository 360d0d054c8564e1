/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Fitted fault classes as YAML for a scenario. */
#include "command/fault_yaml.h"
#include "command/fit/parts.h"

#include "models/base/error.h"
#include "models/document/document_print.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void print_class(const struct bh_fit_report *report, const struct bh_fit_group *group,
                        struct bh_name_list *taken, FILE *stream)
{
    const struct bh_fit_set *up = &group->sets[BH_UP_TIMES], *down = &group->sets[BH_DOWN_TIMES];
    bool is_all = report->wish->by == BH_BY_NOTHING;
    const char *file = strrchr(report->wish->file, '/');
    file = file != NULL ? file + 1 : report->wish->file;
    char *name = bh_fault_yaml_name(is_all ? "recorded" : group->name, taken);
    char *of = bh_print_text("%llu failures%s%s%s%s in %s", (unsigned long long)group->failures, is_all ? "" : ", ",
                             is_all ? "" : group->name, report->wish->system != NULL ? ", system " : "",
                             report->wish->system != NULL ? report->wish->system : "", file);
    fprintf(stream, "    %s:\n      description: ", name);
    bh_write_quoted(of, stream);
    fprintf(stream, "\n      landing: node\n      mend: %s\n", down->is_fitted ? "repair" : "reboot");
    const char *how = report->wish->complete_only ? ", complete ones only" : ", log's ends as censoring";
    char *source =
        bh_print_text("bulkhead fit: maximum likelihood, %zu up times of a node%s; %s", up->sample->count, how, of);
    bh_fault_yaml_timing("arrival", &up->fits[up->best], source, stream);
    free(source);
    if (down->is_fitted) {
        source = bh_print_text("bulkhead fit: maximum likelihood, %zu down times; %s", down->sample->count, of);
        bh_fault_yaml_timing("repair", &down->fits[down->best], source, stream);
        free(source);
    }
    free(of);
    free(name);
}

static size_t print_all(const struct bh_fit_report *report, FILE *stream)
{
    size_t classes = 0;
    struct bh_name_list *taken = bh_name_list_create();
    fputs("# Fault classes fitted to a failure log, each of the distribution that Akaike's figure prefers. Copy them "
          "into\n"
          "# a scenario. That they take the whole node and wait for repair is a choice: change it where it is wrong.\n"
          "define:\n  faults:\n",
          stream);
    for (size_t g = 0; g < report->groups_count; g++) {
        if (!report->groups[g].sets[BH_UP_TIMES].is_fitted)
            continue;
        print_class(report, &report->groups[g], taken, stream);
        classes++;
    }
    bh_name_list_destroy(taken);
    return classes;
}

int bh_fit_write_yaml(const struct bh_fit_report *report, const char *file, struct bh_error *err)
{
    /* Written aside and put in place whole. */
    char *aside = bh_print_text("%s.%ld.new", file, (long)getpid());
    FILE *stream = fopen(aside, "w");
    int status = 0;
    if (stream == NULL) {
        status = bh_fail(err, BH_ERROR_INPUT, "%s: cannot write fault classes: %s", file, strerror(errno));
        free(aside);
        return status;
    }
    size_t classes = print_all(report, stream);
    bool failed = ferror(stream) != 0;
    if (fclose(stream) != 0 || failed || (classes > 0 && rename(aside, file) != 0))
        status = bh_fail(err, BH_ERROR_SYSTEM, "%s: cannot write fault classes: %s", file, strerror(errno));
    else if (classes == 0)
        status = bh_fail(err, BH_ERROR_INPUT, "%s: no group has enough up times for a fault class", report->wish->file);
    if (status != 0)
        unlink(aside);
    free(aside);
    return status;
}
