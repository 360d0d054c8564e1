/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Places zones, channels and guards of one panel. A zone has an interval of the panel's width, within its parent's; a
 * channel that passes a zone on its way down runs in a strip at the right of that zone's box. */
#include "analysis/zones/zone_graph_panel.h"

#include "models/base/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double box_margin = 0.02, lane_pitch = 0.17, widest_pitch = 0.34, pass_pitch = 0.1, pass_edge = 0.135;
static const double bar_offset = 0.055, bar_height = 0.12, label_first = 0.23, label_step = 0.1;

void bh_graph_add_word(struct bh_zone_graph *graph, enum bh_words look, double x, double y, char *text)
{
    graph->words = bh_reallocate(graph->words, graph->words_count + 1, sizeof *graph->words);
    graph->words[graph->words_count++] = (struct bh_graph_word){look, x, y, text};
}

static bool is_above(const struct bh_picture_panel *panel, size_t zone, size_t ancestor)
{
    for (int z = panel->zones[zone].parent; z >= 0; z = panel->zones[z].parent)
        if ((size_t)z == ancestor)
            return true;
    return false;
}

/* The upper end of a channel along the tree; zones_count: it joins zones side by side. */
static size_t upper_of(const struct bh_picture_panel *panel, const struct bh_picture_channel *channel)
{
    if (is_above(panel, channel->from, channel->to))
        return channel->from;
    return is_above(panel, channel->to, channel->from) ? channel->to : panel->zones_count;
}

static size_t lower_of(const struct bh_picture_channel *channel, size_t upper)
{
    return upper == channel->from ? channel->to : channel->from;
}

/* Whether a channel passes a zone between its ends. */
static bool passes(const struct bh_picture_panel *panel, const struct bh_picture_channel *channel, size_t zone)
{
    size_t upper = upper_of(panel, channel);
    return upper < panel->zones_count && is_above(panel, upper, zone) &&
           is_above(panel, zone, lower_of(channel, upper));
}

static size_t passes_count(const struct bh_picture_panel *panel, size_t zone)
{
    size_t count = 0;
    for (size_t c = 0; c < panel->channels_count; c++)
        count += passes(panel, &panel->channels[c], zone);
    return count;
}

static size_t children_count(const struct bh_picture_panel *panel, size_t zone)
{
    size_t count = 0;
    for (size_t z = 0; z < panel->zones_count; z++)
        count += panel->zones[z].parent == (int)zone;
    return count;
}

static double strip(size_t channels)
{
    return channels == 0 ? 0.0 : 2 * pass_edge + pass_pitch * (double)(channels - 1);
}

/* The strip beside a zone's box. A box below several has none: channels pass behind it. */
static double passing_room(const struct bh_picture_panel *panel, size_t zone)
{
    return children_count(panel, zone) > 1 ? 0.0 : strip(passes_count(panel, zone));
}

/* The strip below a zone's box for its channels that pass behind the next. */
static double behind_room(const struct bh_picture_panel *panel, size_t zone)
{
    size_t count = 0;
    int parent = panel->zones[zone].parent;
    for (size_t c = 0; c < panel->channels_count && parent >= 0 && children_count(panel, (size_t)parent) > 1; c++)
        count += upper_of(panel, &panel->channels[c]) == zone && passes(panel, &panel->channels[c], (size_t)parent);
    return strip(count);
}

/* Channels between a zone and its parent. */
static size_t direct_count(const struct bh_picture_panel *panel, size_t zone)
{
    size_t count = 0;
    for (size_t c = 0; c < panel->channels_count; c++) {
        size_t upper = upper_of(panel, &panel->channels[c]);
        count += upper == zone && (int)lower_of(&panel->channels[c], upper) == panel->zones[zone].parent;
    }
    return count;
}

/* --- Words in boxes --------------------------------------------------------------------------------------------- */

static char *name_of(const struct bh_picture_zone *zone)
{
    return zone->count > 1 ? bh_print_text("%s ×%llu", zone->name, (unsigned long long)zone->count)
                           : bh_copy_text(zone->name);
}

/* Whether a channel is told in a zone's box: once for all of one name and probability. */
static bool is_told(const struct bh_picture_panel *panel, size_t zone, size_t c)
{
    const struct bh_picture_channel *channel = &panel->channels[c];
    if (channel->from != zone || upper_of(panel, channel) < panel->zones_count)
        return false;
    for (size_t d = 0; d < c; d++)
        if (panel->channels[d].from == zone && upper_of(panel, &panel->channels[d]) == panel->zones_count &&
            strcmp(panel->zones[panel->channels[d].to].name, panel->zones[channel->to].name) == 0 &&
            panel->channels[d].probability == channel->probability)
            return false;
    return true;
}

/* Line `line` of what stands under a zone's name, NULL after the last; the caller frees. A box that channels pass is
 * narrow, and its disposition takes two lines. Channels between zones side by side are told, not drawn, and so are needs. */
static char *detail_of(const struct bh_picture_panel *panel, size_t zone, size_t line)
{
    const char *takes = panel->zones[zone].takes;
    size_t first = passing_room(panel, zone) > 0.0 ? 2 : 1;
    if (line < first)
        return first == 1  ? bh_print_text("takes: %s", takes)
               : line == 0 ? bh_copy_text("takes:")
                           : bh_copy_text(takes);
    size_t left = line - first;
    for (size_t c = 0; c < panel->channels_count; c++) {
        if (!is_told(panel, zone, c) || left-- > 0)
            continue;
        const struct bh_picture_channel *channel = &panel->channels[c];
        return bh_print_text("to other %s: %.2g", panel->zones[channel->to].name, channel->probability);
    }
    for (size_t n = 0; n < panel->needs_count; n++) {
        const struct bh_picture_need *need = &panel->needs[n];
        if (need->zone == zone && left-- == 0)
            return bh_print_text("needs %s (%s)", panel->zones[need->needed].name, need->what);
    }
    return NULL;
}

static double words_need(const struct bh_picture_panel *panel, size_t zone)
{
    char *text = name_of(&panel->zones[zone]);
    double need = bh_text_width(text) * BH_CHARACTER_WIDTH(BH_FONT_NAME);
    for (size_t line = 0; text != NULL; line++) {
        free(text);
        text = detail_of(panel, zone, line);
        if (text != NULL)
            need = fmax(need, bh_text_width(text) * BH_CHARACTER_WIDTH(BH_FONT_DETAIL));
    }
    return need + 0.04;
}

/* Width of each zone with all above it. */
static double *find_needs(const struct bh_picture_panel *panel)
{
    double *need = bh_allocate(panel->zones_count, sizeof *need);
    double *above = bh_allocate(panel->zones_count, sizeof *above);
    for (size_t z = panel->zones_count; z-- > 0;) {
        double lanes = lane_pitch * (double)direct_count(panel, z) + 0.05 + behind_room(panel, z);
        need[z] = fmax(above[z], fmax(words_need(panel, z), lanes) + passing_room(panel, z) + 2 * box_margin);
        if (panel->zones[z].parent >= 0)
            above[panel->zones[z].parent] += need[z];
    }
    free(above);
    return need;
}

double bh_graph_panel_need(const struct bh_picture_panel *panel)
{
    double *need = find_needs(panel);
    double width = need[0];
    free(need);
    char *title = bh_panel_title(panel), *subtitle = bh_panel_subtitle(panel);
    width = fmax(width, bh_text_width(title) * BH_CHARACTER_WIDTH(BH_FONT_TITLE));
    width = fmax(width, bh_text_width(subtitle) * BH_CHARACTER_WIDTH(BH_FONT_SMALL));
    free(title);
    free(subtitle);
    return width;
}

size_t bh_graph_panel_lines(const struct bh_picture_panel *panel)
{
    size_t most = 0;
    for (size_t z = 0; z < panel->zones_count; z++) {
        char *text;
        size_t lines = 0;
        while ((text = detail_of(panel, z, lines)) != NULL) {
            free(text);
            lines++;
        }
        most = lines + 1 > most ? lines + 1 : most;
    }
    return most;
}

/* --- Boxes -------------------------------------------------------------------------------------------------------- */

/* What is known of a panel while it is placed. */
struct placing {
    struct bh_zone_graph *graph;
    const struct bh_picture_panel *panel;
    const size_t *layer;
    struct bh_graph_box *boxes; /* per zone */
    double *right_end;          /* per zone: of its interval */
};

static void add_boxes(struct placing *placing, const struct bh_graph_measures *measures, double left, double bottom)
{
    const struct bh_picture_panel *panel = placing->panel;
    double *need = find_needs(panel);
    double *start = bh_allocate(panel->zones_count, sizeof *start),
           *width = bh_allocate(panel->zones_count, sizeof *width);
    double *used = bh_allocate(panel->zones_count, sizeof *used),
           *above = bh_allocate(panel->zones_count, sizeof *above);
    for (size_t z = 1; z < panel->zones_count; z++)
        above[panel->zones[z].parent] += need[z];
    for (size_t z = 0; z < panel->zones_count; z++) {
        int parent = panel->zones[z].parent;
        /* Those above a zone share its interval by what they need. */
        width[z] = parent < 0 ? measures->panel_width : width[parent] * need[z] / above[parent];
        start[z] = parent < 0 ? left : start[parent] + used[parent];
        if (parent >= 0)
            used[parent] += width[z];
        placing->right_end[z] = start[z] + width[z];
        double y = bottom + (double)placing->layer[z] * (measures->box_height + BH_GRAPH_GAP);
        placing->boxes[z] = (struct bh_graph_box){panel,
                                                  z,
                                                  start[z] + box_margin,
                                                  start[z] + width[z] - box_margin - passing_room(panel, z),
                                                  y,
                                                  y + measures->box_height};
    }
    free(need);
    free(start);
    free(width);
    free(used);
    free(above);
}

static void add_box_words(struct placing *placing, size_t zone)
{
    const struct bh_graph_box *box = &placing->boxes[zone];
    double middle = (box->left + box->right) / 2;
    char *text;
    size_t lines = 1;
    while ((text = detail_of(placing->panel, zone, lines - 1)) != NULL) {
        free(text);
        lines++;
    }
    double y = (box->bottom + box->top) / 2 + BH_GRAPH_LINE * (double)(lines - 1) / 2;
    bh_graph_add_word(placing->graph, BH_WORDS_NAME, middle, y, name_of(&placing->panel->zones[zone]));
    for (size_t line = 0; line + 1 < lines; line++)
        bh_graph_add_word(placing->graph, BH_WORDS_DETAIL, middle, y - BH_GRAPH_LINE * (double)(line + 1),
                          detail_of(placing->panel, zone, line));
}

/* An enclave's name stands over its uppermost boxes. */
static void name_enclaves(struct placing *placing, const struct bh_picture *picture)
{
    for (size_t e = 0; e < picture->enclaves_count; e++) {
        double top = -INFINITY, left = INFINITY, right = -INFINITY;
        for (size_t z = 0; z < placing->panel->zones_count; z++) {
            const struct bh_graph_box *box = &placing->boxes[z];
            if (placing->panel->zones[z].enclave != (int)e || box->top < top)
                continue;
            left = box->top > top ? box->left : fmin(left, box->left);
            right = box->top > top ? box->right : fmax(right, box->right);
            top = box->top;
        }
        if (isfinite(top))
            bh_graph_add_word(placing->graph, BH_WORDS_GREY, (left + right) / 2, top + 0.07,
                              bh_copy_text(picture->enclave_names[e]));
    }
}

/* --- Arrows --------------------------------------------------------------------------------------------------------- */

/* Position of channel `c` among those that answer `counts`, and their number. */
struct position {
    size_t index, count;
};

/* Among the channels between the same two zones: those down first. */
static struct position among_direct(const struct bh_picture_panel *panel, size_t c, size_t upper, size_t lower)
{
    struct position position = {0, 0};
    for (int down = 1; down >= 0; down--)
        for (size_t d = 0; d < panel->channels_count; d++) {
            size_t from = down ? upper : lower, to = down ? lower : upper;
            if (panel->channels[d].from != from || panel->channels[d].to != to)
                continue;
            if (d == c)
                position.index = position.count;
            position.count++;
        }
    return position;
}

/* Among the channels that pass `zone` and hang on the same branch: the longest are outermost. */
static size_t among_passing(const struct placing *placing, size_t c, size_t zone)
{
    const struct bh_picture_panel *panel = placing->panel;
    size_t index = 0, upper = upper_of(panel, &panel->channels[c]), own = placing->layer[upper];
    for (size_t d = 0; d < panel->channels_count; d++) {
        size_t beside = upper_of(panel, &panel->channels[d]);
        if (d == c || !passes(panel, &panel->channels[d], zone) ||
            (beside != upper && !is_above(panel, beside, upper) && !is_above(panel, upper, beside)))
            continue;
        size_t other = placing->layer[beside];
        index += other > own || (other == own && d < c);
    }
    return index;
}

static void add_arrow(struct placing *placing, size_t c)
{
    const struct bh_picture_panel *panel = placing->panel;
    const struct bh_picture_channel *channel = &panel->channels[c];
    size_t upper = upper_of(panel, channel);
    if (upper == panel->zones_count)
        return;
    size_t lower = lower_of(channel, upper), passed = (size_t)panel->zones[upper].parent;
    const struct bh_graph_box *high = &placing->boxes[upper], *low = &placing->boxes[lower];
    double x, label_y;
    if (passed != lower) {
        size_t index = among_passing(placing, c, passed);
        x = placing->right_end[upper] - box_margin - pass_edge - pass_pitch * (double)index;
        const struct bh_graph_box *beside = &placing->boxes[passed];
        label_y = x > beside->right ? beside->top - 0.05 - label_step * (double)index
                                    : beside->bottom - label_first - label_step * (double)(index % 2);
    } else {
        struct position position = among_direct(panel, c, upper, lower);
        double behind = behind_room(panel, upper);
        double left = fmax(high->left, low->left), right = fmin(high->right - behind, low->right);
        if (right - left < lane_pitch * (double)position.count) {
            left = high->left;
            right = high->right - behind;
        }
        double pitch = fmin(widest_pitch, (right - left) / (double)position.count);
        x = (left + right) / 2 + pitch * ((double)position.index - (double)(position.count - 1) / 2);
        label_y = high->bottom - label_first - label_step * (double)(position.index % 2);
    }
    /* Slanted where the lower box ends before. */
    double foot = fmin(fmax(x, low->left + 0.05), low->right - 0.05);
    bool down = channel->from == upper;
    struct bh_zone_graph *graph = placing->graph;
    graph->arrows = bh_reallocate(graph->arrows, graph->arrows_count + 1, sizeof *graph->arrows);
    graph->arrows[graph->arrows_count++] = (struct bh_graph_arrow){
        channel, down ? x : foot, down ? high->bottom : low->top, down ? foot : x, down ? low->top : high->bottom,
        x,       label_y};
}

/* --- Guards --------------------------------------------------------------------------------------------------------- */

/* Where a channel comes through the room below a layer. */
struct lane {
    double x, left, right;                    /* and the box that it hangs on */
    const struct bh_picture_channel *channel; /* NULL: it only passes */
};

static int compare_lanes(const void *left, const void *right)
{
    const struct lane *a = left, *b = right;
    return (a->x > b->x) - (a->x < b->x);
}

/* Lanes through the room below `layer`, by their place; channels that a guard does not see count for nothing. */
static size_t find_lanes(const struct placing *placing, size_t layer, size_t first_arrow, struct lane *lanes)
{
    const struct bh_picture_panel *panel = placing->panel;
    size_t count = 0;
    for (size_t i = first_arrow; i < placing->graph->arrows_count; i++) {
        const struct bh_graph_arrow *arrow = &placing->graph->arrows[i];
        size_t upper = upper_of(panel, arrow->channel), lower = lower_of(arrow->channel, upper);
        if (placing->layer[upper] < layer || placing->layer[lower] >= layer || arrow->channel->bypasses)
            continue;
        const struct bh_graph_box *box = &placing->boxes[upper];
        bool hangs_here = placing->layer[upper] == layer && arrow->channel->guard != NULL;
        lanes[count++] = (struct lane){arrow->label_x, box->left, box->right, hangs_here ? arrow->channel : NULL};
    }
    qsort(lanes, count, sizeof *lanes, compare_lanes);
    return count;
}

static bool have_same_guard(const struct lane *a, const struct lane *b)
{
    return a->channel != NULL && b->channel != NULL && strcmp(a->channel->guard, b->channel->guard) == 0 &&
           a->channel->blocks == b->channel->blocks;
}

/* One bar across neighbours that meet the same guard. */
static void add_bars(struct placing *placing, size_t layer, double layer_bottom, size_t first_arrow)
{
    struct lane *lanes = bh_allocate(placing->panel->channels_count, sizeof *lanes);
    size_t count = find_lanes(placing, layer, first_arrow, lanes);
    for (size_t i = 0, next; i < count; i = next) {
        double left = lanes[i].left, right = lanes[i].right;
        for (next = i + 1; next < count && have_same_guard(&lanes[i], &lanes[next]); next++) {
            left = fmin(left, lanes[next].left);
            right = fmax(right, lanes[next].right);
        }
        if (lanes[i].channel == NULL)
            continue;
        struct bh_zone_graph *graph = placing->graph;
        graph->bars = bh_reallocate(graph->bars, graph->bars_count + 1, sizeof *graph->bars);
        graph->bars[graph->bars_count++] = (struct bh_graph_bar){left,
                                                                 right,
                                                                 layer_bottom - bar_offset - bar_height,
                                                                 layer_bottom - bar_offset,
                                                                 lanes[i].channel->guard,
                                                                 lanes[i].channel->blocks};
    }
    free(lanes);
}

void bh_graph_add_panel(struct bh_zone_graph *graph, const struct bh_picture *picture,
                        const struct bh_picture_panel *panel, const size_t *layer,
                        const struct bh_graph_measures *measures, double left, double bottom)
{
    size_t first_arrow = graph->arrows_count;
    struct placing placing = {
        .graph = graph,
        .panel = panel,
        .layer = layer,
        .boxes = bh_allocate(panel->zones_count, sizeof *placing.boxes),
        .right_end = bh_allocate(panel->zones_count, sizeof *placing.right_end),
    };
    add_boxes(&placing, measures, left, bottom);
    graph->boxes = bh_reallocate(graph->boxes, graph->boxes_count + panel->zones_count, sizeof *graph->boxes);
    for (size_t z = 0; z < panel->zones_count; z++) {
        graph->boxes[graph->boxes_count++] = placing.boxes[z];
        add_box_words(&placing, z);
    }
    name_enclaves(&placing, picture);
    for (size_t c = 0; c < panel->channels_count; c++)
        add_arrow(&placing, c);
    for (size_t l = 1; l < measures->layers; l++)
        add_bars(&placing, l, bottom + (double)l * (measures->box_height + BH_GRAPH_GAP), first_arrow);
    free(placing.boxes);
    free(placing.right_end);
}
