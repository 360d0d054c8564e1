/* Copyright (c) 2026 The Bulkhead authors.
 * SPDX-License-Identifier: Apache-2.0 */
/* Sets one replica up, runs it, and gathers the record. */
#include "sim/replica/replica.h"

#include "models/catalog/application.h"
#include "models/catalog/recovery.h"
#include "models/faults/arrivals.h"
#include "sim/enclaves/compositions.h"
#include "sim/enclaves/enclave.h"
#include "sim/enclaves/kinds.h"
#include "sim/errors/live_errors.h"
#include "sim/replica/course.h"
#include "sim/state/enclave_state.h"
#include "sim/state/live_copies.h"
#include "sim/state/replica_state.h"
#include "sim/state/stops.h"

#include <math.h>
#include <stdlib.h>

/* What an enclave has done before the run began (checkpoints, verifications) is its setup's. */
static void create_enclave(struct bh_replica *replica, size_t index)
{
    struct bh_enclave *enclave = &replica->enclaves[index];
    const struct bh_enclave_setup *setup = &replica->setup->enclaves[index];
    enclave->replica = replica;
    enclave->setup = setup;
    enclave->kind = bh_enclave_kind_of(bh_enclave_application(enclave)->kind);
    enclave->partition = &replica->setup->scenario->partitions.partition[setup->spec->partition];
    enclave->index = (int)index;
    enclave->identity = bh_identity(setup->spec->name);
    enclave->phase = setup->spec->start_s > 0.0 ? BH_PHASE_NOT_STARTED : BH_PHASE_COMPUTE;
    enclave->return_s = INFINITY;
    enclave->back_s = enclave->back_to_s = -INFINITY;
    enclave->checkpoints = setup->passed_checkpoints;
    enclave->verifications = bh_setup_verifications_at(setup, 0.0);
    enclave->saving = BH_LEVELS;
    enclave->partners = bh_partners_of(setup->nodes, bh_enclave_recovery(enclave)->partner_distance.value);
}

/* From state to record: all that a results file may have of a replica. */
static void gather(struct bh_replica *replica, struct bh_replica_record *record)
{
    bh_machine_pass(replica->machine, replica->now_s);
    record->tallies = replica->tallies;
    record->tallies.machine_use = bh_machine_use(replica->machine);
    record->causes = replica->causes;
    if (!record->tallies.is_unacceptable)
        record->tallies.unacceptable_s = NAN;
    record->enclaves_count = replica->setup->enclaves_count;
    record->enclaves = bh_allocate(record->enclaves_count, sizeof *record->enclaves);
    for (size_t e = 0; e < record->enclaves_count; e++) {
        const struct bh_enclave *enclave = &replica->enclaves[e];
        record->enclaves[e] = (struct bh_enclave_record){
            .elapsed_s = enclave->elapsed_s,
            .useful_work_s = enclave->kind->useful_node_s(enclave),
            .counts = enclave->counts,
            .finished = enclave->is_finished,
            .corrupt = bh_silent_is_wrong(&enclave->silent),
            .has_wrong_data = enclave->silent.present.count > 0,
            .silent_delay_s = enclave->silent.delay_sum_s,
            .tainted_errors = enclave->silent.tainted_count,
            .tainted_sum = enclave->silent.tainted_sum,
            .tainted_most = enclave->silent.tainted_most,
            .stopped_node_s = {enclave->stop[BH_NEED_IO].node_s, enclave->stop[BH_NEED_PROGRESS].node_s},
            .protected_s = enclave->protected_s,
            .switches = (double)enclave->protection.switches,
            .ledger = enclave->ledger,
        };
        record->tallies.events += enclave->events;
    }
}

static struct bh_machine *create_machine(const struct bh_setup *setup)
{
    const struct bh_zone_tree **trees = bh_allocate(setup->nodes_count, sizeof *trees);
    for (size_t c = 0; c < setup->nodes_count; c++)
        trees[c] = setup->nodes[c].model->tree;
    struct bh_machine *machine = bh_machine_create(&setup->scenario->partitions, trees, setup->scenario->spares);
    free(trees);
    return machine;
}

/* Events own what they point to, but for sources and slots. */
static void drain_queue(struct bh_replica *replica)
{
    while (replica->queue.count > 0) {
        struct bh_event event = bh_event_queue_pop(&replica->queue);
        if (event.kind == BH_EVENT_COPY)
            bh_copy_release(replica, event.subject);
        else if (event.kind == BH_EVENT_RECURRENCE || event.kind == BH_EVENT_ZONE_UP || event.kind == BH_EVENT_NOTICED)
            free(event.subject);
    }
    bh_event_queue_clear(&replica->queue);
    bh_degraded_forget(replica);
}

/* A replica that drew no random numbers is the same whatever its number. It stays a function of its own across files, so that
 * what it takes can be counted. */
__attribute__((noinline)) int bh_replica_run(const struct bh_setup *setup, const struct bh_platform *platform,
                                             struct bh_transfer *const *transfers, struct bh_replica_options options,
                                             struct bh_replica_record *record, struct bh_error *err)
{
    struct bh_replica replica = {.setup = setup, .platform = platform, .options = options};
    int status = -1;
    *record = (struct bh_replica_record){0};
    struct bh_random_shared shared;
    replica.random = bh_random_share(setup->scenario->seed, options.replica, &shared);
    replica.machine = create_machine(setup);
    replica.next_fault = bh_allocate(setup->sources_count, sizeof *replica.next_fault);
    replica.arrivals = bh_allocate(setup->sources_count, sizeof(struct bh_fault_arrivals *));
    for (size_t s = 0; s < setup->sources_count; s++)
        replica.arrivals[s] = bh_fault_arrivals_create(setup->sources[s].stream, setup->sources[s].nodes,
                                                       setup->scenario->machine_is_steady);
    replica.enclaves = bh_allocate(setup->enclaves_count, sizeof *replica.enclaves);
    replica.running = setup->enclaves_count;
    for (size_t e = 0; e < setup->enclaves_count; e++)
        create_enclave(&replica, e);
    replica.storage = bh_storage_state_create(setup->storage_hosts);
    bh_composing_start(&replica);
    bh_course_create(&replica, transfers);
    if (bh_course_run(&replica, err) != 0)
        goto out;
    bh_errors_finish(&replica);
    gather(&replica, record);
    record->is_sure = shared.draws == 0;
    status = 0;
out:
    for (size_t e = 0; e < setup->enclaves_count; e++)
        bh_enclave_clear(&replica.enclaves[e]);
    drain_queue(&replica);
    bh_course_clear(&replica);
    bh_composing_end(&replica);
    bh_live_errors_clear(&replica);
    free(replica.recent_losses.loss);
    free(replica.looks);
    bh_storage_state_clear(&replica.storage);
    bh_machine_destroy(replica.machine);
    for (size_t s = 0; s < setup->sources_count; s++)
        bh_fault_arrivals_destroy(replica.arrivals[s]);
    free(replica.arrivals);
    free(replica.next_fault);
    free(replica.enclaves);
    return status;
}

void bh_replica_record_clear(struct bh_replica_record *record)
{
    free(record->enclaves);
    free(record->causes.cause);
    *record = (struct bh_replica_record){0};
}
