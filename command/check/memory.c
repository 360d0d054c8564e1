/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Part of what `bulkhead check` prints: faults of main memory by mode, and what the code makes of them. */
#include "command/check/parts.h"
#include "models/catalog/memory_rates.h"
#include "sim/setup/explain.h"

#include "models/memory/dram.h"

static const double seconds_per_year = 365.25 * 86400;
static const double fit_per_second = 1e-9 / 3600;

static void print_rates(const double *rate, FILE *stream)
{
    for (int outcome = 0; outcome < BH_DRAM_OUTCOMES; outcome++) {
        char text[32] = "-";
        if (rate[outcome] != 0.0)
            snprintf(text, sizeof text, "%.3g", rate[outcome] * seconds_per_year);
        fprintf(stream, "  %10s", text);
    }
    fputc('\n', stream);
}

static void print_mode(const struct bh_dram *dram, const struct bh_dram_rates *rates, enum bh_dram_mode mode,
                       FILE *stream)
{
    bool is_channel = mode == BH_DRAM_CHANNEL;
    char permanent[32] = "-";
    if (!is_channel)
        snprintf(permanent, sizeof permanent, "%.4g", dram->rate[mode][BH_DRAM_PERMANENT] / fit_per_second);
    fprintf(stream, "  %-12s %10.4g %10s %10.0f %-7s", bh_dram_mode_names[mode],
            dram->rate[mode][BH_DRAM_TRANSIENT] / fit_per_second, permanent,
            is_channel ? dram->dimms : bh_dram_devices(dram), is_channel ? "DIMMs" : "devices");
    print_rates(rates->alone[mode], stream);
}

static void print_line(const char *name, const double *rate, FILE *stream)
{
    fprintf(stream, "  %-12s %40s", name, "");
    print_rates(rate, stream);
}

void bh_check_print_memory(const struct bh_check *check, FILE *stream)
{
    if (!bh_scenario_uses_memory(check->scenario))
        return;
    struct bh_dram dram = bh_catalog_dram(check->scenario->catalog);
    struct bh_dram_rates rates = bh_dram_rates_of(&dram);
    fprintf(stream, "\nFaults of main memory per node and year: %g DIMMs of %g ranks, x%u devices, code %s", dram.dimms,
            dram.ranks_per_dimm, dram.width, bh_dram_code_names[dram.code]);
    if (dram.code != BH_DRAM_NO_CODE)
        fprintf(stream, " over %g devices", bh_dram_devices_per_word(&dram));
    fprintf(stream, "\n  %-12s %10s %10s %18s  %10s  %10s  %10s\n", "mode", "transient", "permanent", "FIT, each of",
            "corrected", "detected", "undetected");
    for (int mode = 0; mode < BH_DRAM_MODES; mode++)
        print_mode(&dram, &rates, (enum bh_dram_mode)mode, stream);
    print_line("two at once", rates.together, stream);
    print_line("all", rates.total, stream);
    fputs("  By the first word read that is not corrected. Two at once: corrected alone, not where they meet.\n",
          stream);
}

static json_t *outcomes(const double *rate)
{
    json_t *object = json_object();
    for (int outcome = 0; outcome < BH_DRAM_OUTCOMES; outcome++)
        json_object_set_new(object, bh_dram_outcome_names[outcome], json_real(rate[outcome]));
    return object;
}

json_t *bh_check_memory_json(const struct bh_check *check)
{
    if (!bh_scenario_uses_memory(check->scenario))
        return json_null();
    struct bh_dram dram = bh_catalog_dram(check->scenario->catalog);
    struct bh_dram_rates rates = bh_dram_rates_of(&dram);
    json_t *modes = json_object();
    for (int mode = 0; mode < BH_DRAM_MODES; mode++) {
        json_t *object = outcomes(rates.alone[mode]);
        for (int lasting = 0; lasting < BH_DRAM_LASTINGS; lasting++)
            json_object_set_new(object, bh_dram_lasting_names[lasting], json_real(dram.rate[mode][lasting]));
        json_object_set_new(modes, bh_dram_mode_names[mode], object);
    }
    return json_pack("{s:s, s:s, s:i, s:b, s:f, s:f, s:o, s:o, s:o}", "unit",
                     "1/s per node; transient and permanent: "
                     "1/s per device, of the channel per DIMM",
                     "code", bh_dram_code_names[dram.code], "device_width", (int)dram.width, "lockstep",
                     (int)dram.lockstep, "devices", bh_dram_devices(&dram), "devices_per_word",
                     bh_dram_devices_per_word(&dram), "modes", modes, "two_at_once", outcomes(rates.together), "all",
                     outcomes(rates.total));
}
