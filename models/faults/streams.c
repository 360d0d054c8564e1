/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Builds the fault streams of a node and draws their faults. */
#include "models/faults/streams.h"

#include "models/catalog/application.h"
#include "models/catalog/catalog.h"
#include "models/catalog/fault_class.h"
#include "models/catalog/recovery.h"
#include "models/catalog/system.h"
#include "models/faults/replay.h"
#include "models/times/age_table.h"
#include "models/times/exponential.h"
#include "models/times/lognormal.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct builder {
    struct bh_fault_streams *streams;
    const struct bh_node_model *model;
    const struct bh_component *host_kernel, *guest_kernel;
    const struct bh_tenant *tenants;
};

static bool is_taken(const struct bh_fault_streams *streams, uint64_t identity)
{
    for (size_t s = 0; s < streams->count; s++)
        if (streams->stream[s].identity == identity)
            return true;
    return false;
}

/* "linux in guest[0]", however long the names are. */
static char *name_of(const struct bh_zone_tree *tree, const struct bh_fault_stream *stream)
{
    size_t room = strlen(tree->zones[stream->zone].template->name) + BH_ZONE_NAME_NUMBERS;
    char *zone = bh_allocate(room, 1);
    char *name = bh_print_text("%s in %s", stream->cause, bh_zone_name(tree, stream->zone, zone, room));
    free(zone);
    return name;
}

/* The n-th stream of the same component, kind and owner (a guest's guest's VMM, say) gets faults of its own. */
static void add_stream(struct builder *builder, const struct bh_fault_stream *stream)
{
    struct bh_fault_streams *streams = builder->streams;
    if (stream->rate <= 0.0)
        return;
    streams->stream = bh_reallocate(streams->stream, streams->count + 1, sizeof *streams->stream);
    struct bh_fault_stream *added = &streams->stream[streams->count];
    *added = *stream;
    if (added->hardware == NULL) {
        added->name = name_of(builder->model->tree, added);
        added->event_rate = added->carrier_rate = added->rate;
        added->span = 1;
    }
    for (uint64_t n = 1; is_taken(streams, added->identity); n++)
        added->identity = bh_identity_join(stream->identity, n);
    if (added->hardware != NULL && !added->hardware->recorded.is_given &&
        added->hardware->arrival.distribution.type != &bh_exponential)
        added->ages = bh_age_polynomials_create();
    streams->count++;
}

/* Names the owner within the node by order, since a zone's index differs between systems. */
static uint64_t owner_identity(const struct bh_zone *zone, const char *component, const char *kind)
{
    uint64_t identity = bh_identity_join(bh_identity(component), bh_identity(kind));
    identity = bh_identity_join(identity, (uint64_t)(zone->guest + 1));
    return bh_identity_join(identity, (uint64_t)(zone->process + 1));
}

/* A kernel that runs as host and as guest has bugs that strike both at once, with probability `shared-bug` of each
 * fault. */
static void add_component(struct builder *builder, size_t index, const struct bh_component *component)
{
    const struct bh_zone *zone = &builder->model->tree->zones[index];
    bool is_guest_kernel = component == builder->guest_kernel && zone->kind == BH_GUEST_KERNEL;
    struct bh_fault_stream stream = {
        .identity = owner_identity(zone, component->name, bh_zone_kind_names[zone->kind]),
        .cause = component->name,
        .zone = index,
        .rate = component->fault_rate.value,
        .instruction_share = component->instruction_share.value,
        .rate_number = &component->fault_rate,
        .instruction_number = &component->instruction_share,
    };
    if (is_guest_kernel && component == builder->host_kernel) {
        stream.shared_bug = component->shared_bug.value;
        stream.shared_bug_number = &component->shared_bug;
    }
    add_stream(builder, &stream);
}

static void add_application(struct builder *builder, size_t index)
{
    const struct bh_zone *zone = &builder->model->tree->zones[index];
    const struct bh_application *application = builder->tenants[zone->enclave].application;
    struct bh_fault_stream stream = {
        .identity = owner_identity(zone, application->name, "application"),
        .cause = application->name,
        .zone = index,
        .rate = application->fault_rate.value,
        .instruction_share = application->instruction_share.value,
        .rate_number = &application->fault_rate,
        .instruction_number = &application->instruction_share,
    };
    add_stream(builder, &stream);
}

static void add_zone(struct builder *builder, size_t index)
{
    const struct bh_zone_template *template = builder->model->tree->zones[index].template;
    for (size_t i = 0; i < template->components_count; i++) {
        if (template->components[i] != NULL)
            add_component(builder, index, template->components[i]);
        else if (strcmp(template->roles[i], "host-kernel") == 0)
            add_component(builder, index, builder->host_kernel);
        else if (strcmp(template->roles[i], "guest-kernel") == 0)
            add_component(builder, index, builder->guest_kernel);
        else
            add_application(builder, index);
    }
}

/* Whole nodes: a domain may be given as a mean. */
uint64_t bh_domain_nodes(const struct bh_domain *domain)
{
    return (uint64_t)fmin(fmax(1.0, round(domain->nodes.value)), 0x1p53); /* more than any machine */
}

bool bh_fault_class_is_machine_wide(const struct bh_fault_class *class)
{
    return class->carrier == BH_CARRIER_MACHINE && (!class->burst.is_given || class->burst.reach.value >= 1.0);
}

enum bh_scope bh_fault_class_takes(const struct bh_fault_class *class)
{
    if (bh_fault_class_is_machine_wide(class))
        return BH_SCOPE_SYSTEM;
    return class->landing == BH_LANDING_NODE ? BH_SCOPE_NODE : BH_SCOPE_NONE;
}

/* Long-run rates per node. An event that a domain or the machine carries strikes each of its `span` nodes with
 * probability `reach`, and any of them with 1 - (1 - reach)^span. */
static void fill_rates(struct bh_fault_stream *stream, uint64_t nodes)
{
    const struct bh_fault_class *class = stream->hardware;
    const struct bh_burst *burst = &class->burst;
    double reach = burst->is_given ? burst->reach.value : class->carrier == BH_CARRIER_NODE ? 0.0 : 1.0;
    stream->carrier_rate = bh_fault_class_rate(class);
    stream->span = class->carrier == BH_CARRIER_MACHINE  ? nodes
                   : class->carrier == BH_CARRIER_DOMAIN ? bh_domain_nodes(class->carrier_domain)
                                                         : 1;
    if (class->carrier == BH_CARRIER_NODE) {
        double others = burst->is_given ? (double)bh_domain_nodes(burst->domain) - 1.0 : 0.0;
        stream->event_rate = class->recorded.is_given ? class->recorded.event_rate : stream->carrier_rate;
        stream->rate = stream->carrier_rate;
        if (burst->is_given)
            stream->rate *= 1.0 + burst->probability.value * reach * others;
        return;
    }
    double any = -expm1((double)stream->span * log1p(-reach));
    stream->event_rate = stream->carrier_rate * any / (double)stream->span;
    stream->rate = bh_fault_class_is_machine_wide(class) ? stream->event_rate : stream->carrier_rate * reach;
}

struct bh_fault_stream bh_fault_stream_of(const struct bh_fault_class *class, uint64_t nodes)
{
    struct bh_fault_stream stream = {
        .identity = bh_identity_join(bh_identity("hardware"), bh_identity(class->name)),
        .name = class->name,
        .cause = class->name,
        .hardware = class,
        .instruction_share = class->instruction_share.value,
        .rate_number = &class->rate,
        .instruction_number = &class->instruction_share,
    };
    fill_rates(&stream, nodes);
    return stream;
}

/* Hardware first, then zone by zone: a stream's number is its place, its draws go by its identity. */
struct bh_fault_streams *bh_fault_streams_create(const struct bh_catalog *catalog, const struct bh_node_model *model,
                                                 const struct bh_tenant *tenants, struct bh_fault_choice choice,
                                                 const struct bh_component *host_kernel,
                                                 const struct bh_component *guest_kernel)
{
    struct builder builder = {bh_allocate(1, sizeof(struct bh_fault_streams)), model, host_kernel, guest_kernel,
                              tenants};
    for (size_t f = 0; f < catalog->faults_count; f++)
        if (choice.enabled[f] && catalog->faults[f].landing != BH_LANDING_STORAGE) {
            struct bh_fault_stream stream = bh_fault_stream_of(&catalog->faults[f], choice.nodes);
            add_stream(&builder, &stream);
        }
    for (size_t z = 0; choice.software && z < model->tree->zones_count; z++)
        add_zone(&builder, z);
    return builder.streams;
}

void bh_fault_streams_destroy(struct bh_fault_streams *streams)
{
    if (streams == NULL)
        return;
    for (size_t s = 0; s < streams->count; s++) {
        if (streams->stream[s].hardware == NULL)
            free((char *)streams->stream[s].name);
        bh_age_polynomials_destroy(streams->stream[s].ages);
    }
    free(streams->stream);
    free(streams);
}

enum bh_forced_ending bh_fault_ending(const struct bh_fault_stream *stream)
{
    bool at_once = stream->hardware != NULL && stream->hardware->is_signalled;
    return at_once ? BH_ENDING_SIGNALLED_AT_ONCE : BH_ENDING_DRAWN;
}

size_t bh_fault_kinds(const struct bh_node_model *model, const struct bh_fault_stream *stream,
                      struct bh_fault_kind kinds[BH_FAULT_KINDS])
{
    bool is_software = stream->hardware == NULL;
    double share = stream->instruction_share, flow = model->flow_share[is_software];
    kinds[0] =
        (struct bh_fault_kind){bh_kind_told(model, bh_error_kind_of(is_software, BH_DATA)), 1.0 - share, -1.0, 0};
    kinds[1] =
        (struct bh_fault_kind){bh_kind_told(model, bh_error_kind_of(is_software, BH_INSTRUCTION)), share, 1.0, 0};
    if (!bh_flow_is_told(model, is_software))
        return 2;
    kinds[1] = (struct bh_fault_kind){bh_kind_told(model, bh_error_kind_of(is_software, BH_OPERATION)),
                                      share * (1.0 - flow), 1.0 - flow, -share};
    kinds[2] =
        (struct bh_fault_kind){bh_kind_told(model, bh_error_kind_of(is_software, BH_FLOW)), share * flow, flow, share};
    return 3;
}

/* By one draw, so that the same faults make errors in instructions whether or not these are told apart. */
static enum bh_error_kind draw_kind(const struct bh_node_model *model, const struct bh_fault_stream *stream, double u)
{
    struct bh_fault_kind kinds[BH_FAULT_KINDS];
    size_t count = bh_fault_kinds(model, stream, kinds);
    if (u >= stream->instruction_share)
        return kinds[0].kind;
    return count == 3 && u < kinds[2].share ? kinds[2].kind : kinds[1].kind;
}

struct bh_origin bh_fault_origin(const struct bh_random *random, const struct bh_node_model *model,
                                 const struct bh_fault *fault)
{
    const struct bh_fault_stream *stream = fault->stream;
    struct bh_origin origin = {.zone = stream->zone, .ending = bh_fault_ending(stream)};
    if (stream->hardware != NULL)
        origin.zone = bh_zone_tree_land(model->tree, stream->hardware->landing,
                                        bh_random_uniform(random, BH_PURPOSE_LANDING, fault->landing, 0, 0));
    origin.kind = draw_kind(model, stream, bh_random_uniform(random, BH_PURPOSE_KIND, fault->identity, 0, 0));
    origin.also_host_kernel = stream->shared_bug > 0.0 && bh_random_uniform(random, BH_PURPOSE_SHARED_BUG,
                                                                            fault->identity, 0, 0) < stream->shared_bug;
    return origin;
}

/* exp(ln m + sigma z), z the standard normal quantile of u. */
static double lognormal_s(const struct bh_parameter *median_s, const struct bh_parameter *sigma, double u)
{
    return median_s->value * exp(sigma->value * gsl_cdf_ugaussian_Pinv(u));
}

/* By the event, not the node: nodes that one event took down are away equally long. Of a replayed log the recorded
 * time is taken where it is known. */
double bh_fault_repair_s(const struct bh_random *random, const struct bh_fault *fault)
{
    const struct bh_fault_class *class = fault->stream->hardware;
    const struct bh_distribution *repair = &class->repair.distribution;
    double u = bh_random_uniform(random, BH_PURPOSE_REPAIR, fault->event, 0, 0);
    if (repair->type == NULL && class->recorded.replay != NULL)
        return fault->is_recorded && !isnan(fault->down_s)
                   ? fault->down_s
                   : bh_replay_other_down_s(class->recorded.replay, class->recorded.number, u);
    if (repair->type != NULL && repair->type != &bh_lognormal)
        return bh_distribution_quantile(repair, u);
    return lognormal_s(&class->repair_median_s, &class->repair_sigma, u);
}

/* A reboot mends it, but for a share of cases, which take the longer of a reboot and a lognormal time. */
double bh_fault_software_repair_s(const struct bh_random *random, const struct bh_recovery_numbers *recovery,
                                  uint64_t identity)
{
    enum { WHETHER = 1, HOW_LONG };
    double reboot_s = recovery->node_reboot_s.value;
    if (bh_random_uniform(random, BH_PURPOSE_REPAIR, identity, WHETHER, 0) >= recovery->software_repair.value)
        return reboot_s;
    return fmax(reboot_s, lognormal_s(&recovery->software_repair_median_s, &recovery->software_repair_sigma,
                                      bh_random_uniform(random, BH_PURPOSE_REPAIR, identity, HOW_LONG, 0)));
}

/* E max(c, X), X lognormal of median m: c Phi(z) + m e^(sigma^2/2) Phi(sigma - z), z = ln(c/m)/sigma. */
static double mean_of_larger_s(double least_s, double median_s, double sigma)
{
    if (!(sigma > 0.0) || !(least_s > 0.0) || !(median_s > 0.0))
        return fmax(least_s, median_s * exp(0.5 * sigma * sigma));
    double z = log(least_s / median_s) / sigma;
    return least_s * gsl_cdf_ugaussian_P(z) + median_s * exp(0.5 * sigma * sigma) * gsl_cdf_ugaussian_P(sigma - z);
}

/* Of Y = max(reboot, X) the mean of min(s, Y) is E Y - E max(s, X) + s, s not below the reboot. */
double bh_fault_software_away_s(const struct bh_recovery_numbers *recovery, double spare_s)
{
    double reboot_s = recovery->node_reboot_s.value, share = recovery->software_repair.value;
    if (spare_s <= reboot_s)
        return spare_s;
    double median_s = recovery->software_repair_median_s.value, sigma = recovery->software_repair_sigma.value;
    double mended_s = mean_of_larger_s(reboot_s, median_s, sigma);
    if (isfinite(spare_s))
        mended_s += spare_s - mean_of_larger_s(spare_s, median_s, sigma);
    return reboot_s + share * (mended_s - reboot_s);
}
