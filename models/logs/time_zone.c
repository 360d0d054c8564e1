/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The C library's local times, which know one zone at a time: that of the environment. */
#include "models/logs/time_zone.h"

#include "models/base/error.h"
#include "models/logs/moments.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct bh_time_zone {
    char *before; /* TZ as it was; NULL: it was not set */
    bool is_fixed;
    double offset_s;
};

struct bh_time_zone *bh_time_zone_open(const char *name, struct bh_error *err)
{
    struct bh_time_zone *zone = bh_allocate(1, sizeof *zone);
    char *text = bh_print_text("1970-01-02 00:00 %s", name);
    struct bh_moment moment = bh_moment_scan(text);
    free(text);
    if (moment.kind == BH_MOMENT_DATE && moment.has_offset && strlen(name) > 1) {
        zone->is_fixed = true;
        zone->offset_s = moment.offset_s;
        return zone;
    }
    /* An unknown name is UTC to the C library, without a word. */
    static const char *const folder = "/usr/share/zoneinfo";
    char *file = bh_print_text("%s/%s", folder, name);
    bool is_there = *name != '\0' && *name != '/' && strstr(name, "..") == NULL && access(file, R_OK) == 0;
    free(file);
    if (!is_there) {
        bool is_installed = access(folder, R_OK) == 0;
        bh_fail(err, BH_ERROR_INPUT, "--timezone: found '%.60s'; expected an offset such as +01:00%s", name,
                is_installed
                    ? ", or a zone's name such as Europe/Berlin"
                    : " (names need the zones in /usr/share/zoneinfo, which are not installed: package tzdata)");
        free(zone);
        return NULL;
    }
    const char *before = getenv("TZ");
    zone->before = before != NULL ? bh_copy_text(before) : NULL;
    setenv("TZ", name, 1);
    tzset();
    return zone;
}

void bh_time_zone_close(struct bh_time_zone *zone)
{
    if (zone == NULL)
        return;
    if (!zone->is_fixed) {
        if (zone->before != NULL)
            setenv("TZ", zone->before, 1);
        else
            unsetenv("TZ");
        tzset();
        free(zone->before);
    }
    free(zone);
}

/* With summer time or without, as the clock may have been; NAN where it never showed that. */
static double try_utc(double local_s, int is_summer)
{
    time_t local = (time_t)local_s;
    struct tm parts, found;
    if (gmtime_r(&local, &parts) == NULL)
        return NAN;
    parts.tm_isdst = is_summer;
    found = parts;
    time_t utc = mktime(&found);
    if (utc == (time_t)-1 || found.tm_hour != parts.tm_hour || found.tm_min != parts.tm_min)
        return NAN;
    return (double)utc;
}

double bh_time_zone_to_utc(const struct bh_time_zone *zone, double local_s, double after_s, bool *is_doubtful)
{
    *is_doubtful = false;
    if (zone->is_fixed)
        return local_s - zone->offset_s;
    double whole_s = floor(local_s), summer_s = try_utc(whole_s, 1), winter_s = try_utc(whole_s, 0),
           fraction = local_s - whole_s;
    if (isnan(summer_s) && isnan(winter_s)) { /* skipped: as if the clock had not been put forward */
        *is_doubtful = true;
        return try_utc(whole_s - 3600.0, -1) + 3600.0 + fraction;
    }
    if (isnan(summer_s) || isnan(winter_s) || summer_s == winter_s)
        return (isnan(winter_s) ? summer_s : winter_s) + fraction;
    *is_doubtful = true;
    double first_s = fmin(summer_s, winter_s), second_s = fmax(summer_s, winter_s);
    return (first_s + fraction >= after_s || isnan(after_s) ? first_s : second_s) + fraction;
}
