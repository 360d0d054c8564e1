/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* The graph of zones as gnuplot data and script. */
#include "analysis/figures/gnuplot_script.h"
#include "analysis/zones/parts.h"
#include "analysis/zones/zone_graph.h"

#include "models/base/error.h"

#include <stdlib.h>

/* Width and grey of an arrow say how likely it is crossed: the least probability of each style but the last, which is
 * for what is never crossed. */
enum { STYLES = 7, BYPASS = 10 };
static const struct {
    double least;
    const char *name, *grey;
    double width;
} styles[STYLES] = {
    {0.1, "≥ 0.1", "#000000", 2.6},   {0.01, "≥ 0.01", "#1a1a1a", 2.0}, {1e-3, "≥ 0.001", "#333333", 1.5},
    {1e-4, "≥ 10⁻⁴", "#555555", 1.1}, {1e-6, "≥ 10⁻⁶", "#777777", 0.8}, {0.0, "less", "#999999", 0.6},
    {-1.0, "never", "#999999", 0.6},
};
/* Okabe and Ito's vermilion; and a box's fill by E-Zone: darker is more privileged. */
static const char bypass_colour[] = "#d55e00", guard_fill[] = "#fff3c4", guard_border[] = "#9a7d0a";
static const char *const fills[BH_PICTURE_KINDS] = {"0xc9d3dc", "0xdbe2e8", "0xe9eef2", "0xf7f9fb"};
static int style_of(double probability)
{
    /* 0.1 (1 - 0.9) is 0.01, though not to the last bit. */
    for (int s = 0; s < STYLES - 1; s++)
        if (probability > 0.0 && probability * (1 + 1e-9) >= styles[s].least)
            return s;
    return STYLES - 1;
}

/* --- Data ---------------------------------------------------------------------------------------------------------- */

static const char *const word_blocks[BH_WORDS] = {
    [BH_WORDS_TITLE] = "titles",   [BH_WORDS_SUBTITLE] = "subtitles", [BH_WORDS_NAME] = "names",
    [BH_WORDS_DETAIL] = "details", [BH_WORDS_NUMBER] = "numbers",     [BH_WORDS_LEFT] = "layers",
    [BH_WORDS_GREY] = "enclaves",
};

static void write_boxes(const struct bh_zone_graph *graph, FILE *stream)
{
    fputs("# boxes\n# x y half_width half_height fill\n", stream);
    for (size_t i = 0; i < graph->boxes_count; i++) {
        const struct bh_graph_box *box = &graph->boxes[i];
        const struct bh_picture_zone *zone = &box->panel->zones[box->zone];
        fprintf(stream, "%.4f %.4f %.4f %.4f %s\n", (box->left + box->right) / 2, (box->bottom + box->top) / 2,
                (box->right - box->left) / 2, (box->top - box->bottom) / 2, fills[zone->kind]);
    }
}

static void write_arrows(const struct bh_zone_graph *graph, bool bypass, FILE *stream)
{
    fprintf(stream, "\n\n# %s\n# x y dx dy style probability channel\n", bypass ? "bypasses" : "arrows");
    for (size_t i = 0; i < graph->arrows_count; i++) {
        const struct bh_graph_arrow *arrow = &graph->arrows[i];
        if (arrow->channel->bypasses != bypass)
            continue;
        fprintf(stream, "%.4f %.4f %.4f %.4f %d %.6g ", arrow->from_x, arrow->from_y, arrow->to_x - arrow->from_x,
                arrow->to_y - arrow->from_y, style_of(arrow->channel->probability) + 1 + (bypass ? BYPASS : 0),
                arrow->channel->probability);
        bh_write_text(stream, arrow->channel->type);
        fputc('\n', stream);
    }
}

/* As much of a guard as its bar has room for. */
static char *bar_text(const struct bh_graph_bar *bar)
{
    double room = bar->right - bar->left - 0.04;
    char *texts[] = {bh_print_text("%s %.3g", bar->guard, bar->blocks), bh_print_text("%.3g", bar->blocks),
                     bh_copy_text("")};
    char *chosen = NULL;
    for (int i = 0; i < 3; i++)
        if (chosen == NULL && bh_text_width(texts[i]) * BH_CHARACTER_WIDTH(BH_FONT_DETAIL) <= room)
            chosen = texts[i];
        else
            free(texts[i]);
    return chosen;
}

static void write_bars(const struct bh_zone_graph *graph, FILE *stream)
{
    fputs("\n\n# guards: the name, and the probability to block\n# x y half_width half_height text blocks\n", stream);
    for (size_t i = 0; i < graph->bars_count; i++) {
        const struct bh_graph_bar *bar = &graph->bars[i];
        char *text = bar_text(bar);
        fprintf(stream, "%.4f %.4f %.4f %.4f ", (bar->left + bar->right) / 2, (bar->bottom + bar->top) / 2,
                (bar->right - bar->left) / 2, (bar->top - bar->bottom) / 2);
        bh_write_text(stream, text);
        fprintf(stream, " %.6g\n", bar->blocks);
        free(text);
    }
}

static void write_numbers(const struct bh_zone_graph *graph, FILE *stream)
{
    char text[BH_PROBABILITY_SIZE];
    fputs("\n\n# numbers\n# x y half_width half_height text\n", stream);
    for (size_t i = 0; i < graph->arrows_count; i++) {
        const struct bh_graph_arrow *arrow = &graph->arrows[i];
        bh_probability_text(arrow->channel->probability, text);
        fprintf(stream, "%.4f %.4f %.4f 0.045 ", arrow->label_x, arrow->label_y,
                bh_text_width(text) * BH_CHARACTER_WIDTH(BH_FONT_SMALL) / 2 + 0.01);
        bh_write_text(stream, text);
        fputc('\n', stream);
    }
}

static void write_words(const struct bh_zone_graph *graph, enum bh_words look, FILE *stream)
{
    fprintf(stream, "\n\n# %s\n# x y text\n", word_blocks[look]);
    for (size_t i = 0; i < graph->words_count; i++) {
        if (graph->words[i].look != look)
            continue;
        fprintf(stream, "%.4f %.4f ", graph->words[i].x, graph->words[i].y);
        bh_write_text(stream, graph->words[i].text);
        fputc('\n', stream);
    }
}

void bh_zone_graph_write_data(const void *figure, FILE *stream)
{
    const struct bh_zone_graph *graph = figure;
    bh_script_comment(stream, graph->page.picture->title);
    fputs("# Zones of a node as boxes, channels as arrows, guards as bars. Places and sizes in inches, from the lower "
          "left\n"
          "# corner. Probability: a channel is crossed before the error ends, behind the guard that is on.\n",
          stream);
    write_boxes(graph, stream);
    write_arrows(graph, false, stream);
    write_bars(graph, stream);
    write_arrows(graph, true, stream);
    write_numbers(graph, stream);
    for (int look = 0; look < BH_WORDS; look++)
        if (word_blocks[look] != NULL && look != BH_WORDS_NUMBER)
            write_words(graph, (enum bh_words)look, stream);
}

static bool any_bypass_here(const struct bh_zone_graph *graph)
{
    for (size_t i = 0; i < graph->arrows_count; i++)
        if (graph->arrows[i].channel->bypasses)
            return true;
    return false;
}

/* --- Script --------------------------------------------------------------------------------------------------------- */

static bool any_bypass(const struct bh_picture *picture)
{
    for (size_t p = 0; p < picture->panels_count; p++)
        for (size_t c = 0; c < picture->panels[p].channels_count; c++)
            if (picture->panels[p].channels[c].bypasses)
                return true;
    return false;
}

/* The key flows from left to right: each item is a sign and words. */
enum sign { SIGN_NONE, SIGN_ARROW, SIGN_BAR };
struct item {
    enum sign sign;
    int style;
    const char *words;
};
enum { MOST_ITEMS = STYLES + 6 + BH_PICTURE_NOTES };
static const double key_left = 0.06, key_line = 0.145, sign_width = 0.24, item_gap = 0.2, sign_gap = 0.07;

static size_t key_items(const struct bh_picture *picture, struct item items[MOST_ITEMS])
{
    size_t count = 0;
    items[count++] = (struct item){SIGN_NONE, 0, "crossed before the error ends, in spite of the guard:"};
    for (int s = 0; s < STYLES; s++)
        items[count++] = (struct item){SIGN_ARROW, s + 1, styles[s].name};
    items[count++] = (struct item){SIGN_BAR, 0, "guard, and the probability that it blocks"};
    if (any_bypass(picture))
        items[count++] = (struct item){SIGN_ARROW, BYPASS + 1, "channel that no guard sees"};
    items[count++] = (struct item){SIGN_NONE, 0, "takes: what a signalled error takes down"};
    items[count++] = (struct item){SIGN_NONE, 0, "×: so many on a node"};
    if (picture->reproduces_input)
        items[count++] = (struct item){SIGN_NONE, 0, "all of this goes in: reproduced, not predicted"};
    for (size_t n = 0; n < picture->notes_count && n < BH_PICTURE_NOTES; n++)
        items[count++] = (struct item){SIGN_NONE, 0, picture->notes[n]};
    return count;
}

/* Places each item of the key: x from the left, and its line from the top; returns the number of lines. */
static size_t place_key(const struct item *items, size_t count, double width, double *x, size_t *line)
{
    double at = key_left;
    size_t lines = 0;
    for (size_t i = 0; i < count; i++) {
        double needed = bh_text_width(items[i].words) * BH_CHARACTER_WIDTH(BH_FONT_SMALL) +
                        (items[i].sign == SIGN_NONE ? 0.0 : sign_width + sign_gap);
        if (at > key_left && at + needed > width - 0.06) {
            at = key_left;
            lines++;
        }
        x[i] = at;
        line[i] = lines;
        at += needed + item_gap;
    }
    return lines + 1;
}

double bh_zone_graph_key_height(const struct bh_picture *picture, double width)
{
    struct item items[MOST_ITEMS];
    double x[MOST_ITEMS];
    size_t line[MOST_ITEMS], count = key_items(picture, items);
    return 0.06 + key_line * (double)place_key(items, count, width, x, line);
}

static void write_key(const struct bh_zone_graph *graph, FILE *stream)
{
    struct item items[MOST_ITEMS];
    double x[MOST_ITEMS];
    size_t line[MOST_ITEMS], count = key_items(graph->page.picture, items);
    double top = 0.06 + key_line * ((double)place_key(items, count, graph->width, x, line) - 0.5);
    fputs("  # The key.\n", stream);
    for (size_t i = 0; i < count; i++) {
        double y = top - key_line * (double)line[i];
        if (items[i].sign == SIGN_ARROW)
            fprintf(stream, "  set arrow from %.3f, %.3f rto %.3f, 0 arrowstyle %d\n", x[i], y, sign_width,
                    items[i].style);
        if (items[i].sign == SIGN_BAR)
            fprintf(stream,
                    "  set object rectangle from %.3f, %.3f rto %.3f, 0.09 fs solid border lc rgb '%s' fc rgb '%s' lw "
                    "0.6\n",
                    x[i], y - 0.045, sign_width, guard_border, guard_fill);
        fprintf(stream, "  set label '%s' at %.3f, %.3f font ',7.5'\n", items[i].words,
                x[i] + (items[i].sign == SIGN_NONE ? 0.0 : sign_width + sign_gap), y);
    }
}

void bh_zone_graph_write_script(const void *figure, const char *name, FILE *stream)
{
    const struct bh_zone_graph *graph = figure;
    bh_canvas_begin(stream, graph->page.picture, name, graph->width, graph->height);
    fputs("  # Arrows: a style for each range of probabilities; those past all guards have a colour.\n", stream);
    for (int s = 0; s < STYLES; s++)
        for (int bypass = 0; bypass <= 1; bypass++)
            fprintf(stream, "  set style arrow %d head filled size first 0.055, 17 lw %.1f lc rgb '%s'%s\n",
                    s + 1 + bypass * BYPASS, styles[s].width, bypass ? bypass_colour : styles[s].grey,
                    s == STYLES - 1 ? " dt (2,3)" : "");
    write_key(graph, stream);
    fputs("  plot \\\n"
          "    data index 'arrows' using 1:2:3:4:5 with vectors arrowstyle variable, \\\n",
          stream);
    if (graph->bars_count > 0)
        fprintf(stream,
                "    data index 'guards' using 1:2:3:4 with boxxyerror fs solid noborder fc rgb '%s', \\\n"
                "    data index 'guards' using 1:2:3:4 with boxxyerror fs empty dt (6,4) lw 0.7 lc rgb '%s', \\\n",
                guard_fill, guard_border);
    if (any_bypass_here(graph))
        fputs("    data index 'bypasses' using 1:2:3:4:5 with vectors arrowstyle variable, \\\n", stream);
    if (graph->bars_count > 0)
        fprintf(stream, "    data index 'guards' using 1:2:5 with labels %s, \\\n", bh_words_style(BH_WORDS_DETAIL));
    fputs("    data index 'boxes' using 1:2:3:4:5 with boxxyerror fs solid noborder fc rgb variable, \\\n"
          "    data index 'boxes' using 1:2:3:4 with boxxyerror fs empty lw 0.8 lc rgb '#445566', \\\n",
          stream);
    if (graph->arrows_count > 0)
        fprintf(stream,
                "    data index 'numbers' using 1:2:3:4 with boxxyerror fs solid noborder fc rgb 'white', \\\n"
                "    data index 'numbers' using 1:2:5 with labels %s, \\\n",
                bh_words_style(BH_WORDS_NUMBER));
    static const enum bh_words looks[] = {BH_WORDS_TITLE,  BH_WORDS_SUBTITLE, BH_WORDS_NAME,
                                          BH_WORDS_DETAIL, BH_WORDS_LEFT,     BH_WORDS_GREY};
    enum { LOOKS = BH_COUNT(looks) };
    for (int i = 0; i < LOOKS; i++) {
        bool any = false;
        for (size_t w = 0; w < graph->words_count; w++)
            any = any || graph->words[w].look == looks[i];
        if (any)
            fprintf(stream, "    data index '%s' using 1:2:3 with labels %s, \\\n", word_blocks[looks[i]],
                    bh_words_style(looks[i]));
    }
    fputs("    1/0 notitle\n", stream);
    bh_script_end(stream);
}
