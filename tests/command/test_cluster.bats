#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Campaigns under a real Slurm and under mpirun, and shards from what launchers say. The same bytes everywhere.

load ../support/common
load ../support/slurm

setup() {
    cd "$BATS_TEST_TMPDIR"
    cp "$SOURCE_DIRECTORY/tests/data/scenarios/sweep.yaml" "$SOURCE_DIRECTORY/tests/data/scenarios/one-enclave.yaml" .
    sed -i 's/^replicas:.*/replicas: 20/' sweep.yaml
    slurm_pids=
}

teardown() {
    slurm_stop
}

reference() {
    bulkhead sweep sweep.yaml -q -j 2 -d reference -o reference.h5 --shard 0/1 >/dev/null
}

@test "bulkhead submit runs a Slurm array and its merge to the same bytes" {
    local obstacle
    obstacle=$(slurm_obstacle)
    [ -z "$obstacle" ] || skip "$obstacle: no Slurm of our own (Debian: slurmctld slurmd slurm-client munge)"
    reference
    slurm_start
    run_bulkhead submit sweep.yaml -d store -j 1 --tasks 5 --sbatch=--nice=1
    expect_status 0
    expect_text "$output" 'array ' '5 tasks of 1 cores' 'merge ' 'bulkhead status'
    wait_until 90 test -e store/results.h5 || { cat store/*.txt >&2; squeue >&2; return 1; }
    cmp store/results.h5 reference.h5
    [ "$(find store -name 'shard-*-of-5.log' -size +1k | wc -l)" -eq 5 ]
    grep -q 'from a Slurm array' store/task-3.txt
    [ "$(find store | wc -l)" -lt 20 ]
    # What Slurm would refuse is refused; what it refuses is told.
    run_bulkhead submit sweep.yaml -d more --tasks 12
    expect_status 2
    expect_text "$errors" 'array indices up to 10: 11 tasks'
    run_bulkhead submit sweep.yaml -d other --sbatch=--partition=none
    expect_status 1
    expect_text "$errors" 'Slurm refused' 'partition'
    run_bulkhead submit sweep.yaml -d store
    expect_status 2
    expect_text "$errors" 'begun already'
    # srun: each process of a step is a shard.
    srun -n 2 "$BULKHEAD" sweep sweep.yaml -q -j 1 -d step >/dev/null
    run_bulkhead merge step
    expect_status 0
    cmp step/results.h5 reference.h5
    [ "$(find step -name 'shard-*-of-2.log' | wc -l)" -eq 2 ]
    # scancel's SIGTERM ends a task with its store in order.
    sed 's/^replicas:.*/replicas: 3000/' sweep.yaml >long.yaml
    run_bulkhead submit long.yaml -d long --tasks 1
    expect_status 0
    wait_until 20 test -s long/shard-0-of-1.log
    scancel --batch --signal=TERM "$(printf '%s\n' "$output" | sed -n 's/^array \([0-9]*\):.*/\1/p')_0"
    wait_until 30 grep -q 'stopped by a signal' long/task-0.txt
    wait_until 30 grep -q 'units are missing' long/merge.txt
}

@test "mpirun: each process is a shard" {
    command -v mpirun >/dev/null || skip "no mpirun (Debian: openmpi-bin)"
    reference
    local root=
    [ "$(id -u)" -ne 0 ] || root=--allow-run-as-root
    # shellcheck disable=SC2086 # no word without root
    mpirun $root --oversubscribe --bind-to none -n 3 "$BULKHEAD" sweep sweep.yaml -j 1 -d ranks >/dev/null 2>said
    grep -q 'shard 2 of 3, from mpirun' said
    run_bulkhead merge ranks
    expect_status 0
    cmp ranks/results.h5 reference.h5
}

# launched NAME=VALUE...: what shard a process takes to be its own.
launched() {
    local variables=("$@")
    status=0
    errors=$(env "${variables[@]}" "$BULKHEAD" sweep sweep.yaml -j 1 --resume -d launched 2>&1 >/dev/null) || status=$?
}

@test "the shard is known from the launcher's environment" {
    sed -i 's/^replicas:.*/replicas: 1/' sweep.yaml
    run_bulkhead sweep sweep.yaml -q -d launched
    expect_status 0
    launched SLURM_ARRAY_TASK_ID=7 SLURM_ARRAY_TASK_COUNT=3 SLURM_ARRAY_TASK_MIN=5 SLURM_ARRAY_TASK_MAX=7 SLURM_ARRAY_TASK_STEP=1
    expect_text "$errors" 'shard 2 of 3, from a Slurm array'
    launched SLURM_PROCID=1 SLURM_STEP_NUM_TASKS=4
    expect_text "$errors" 'shard 1 of 4, from srun'
    # A batch script has a process number too, but is alone.
    launched SLURM_PROCID=0 SLURM_NTASKS=8
    case $errors in *shard*) echo "$errors" >&2; return 1 ;; esac
    launched SLURM_ARRAY_TASK_ID=1 SLURM_ARRAY_TASK_COUNT=2 SLURM_ARRAY_TASK_MIN=0 SLURM_PROCID=2 SLURM_STEP_NUM_TASKS=3
    expect_text "$errors" 'shard 5 of 6'
    launched OMPI_COMM_WORLD_RANK=3 OMPI_COMM_WORLD_SIZE=9
    expect_text "$errors" 'shard 3 of 9, from mpirun'
    launched PMI_RANK=3 PMI_SIZE=8
    expect_text "$errors" 'shard 3 of 8, from mpirun'
    launched SGE_TASK_ID=4 SGE_TASK_FIRST=2 SGE_TASK_LAST=8 SGE_TASK_STEPSIZE=2
    expect_text "$errors" 'shard 1 of 4, from a Grid Engine array'
    launched SGE_TASK_ID=undefined
    expect_status 0
    launched LSB_JOBINDEX=0 LSB_JOBINDEX_END=0
    expect_status 0
    launched LSB_JOBINDEX=2 LSB_JOBINDEX_END=4
    expect_text "$errors" 'shard 1 of 4, from an LSF array'
    launched PBS_ARRAY_INDEX=2
    expect_status 2
    expect_text "$errors" 'not of how many' '--shard=$PBS_ARRAY_INDEX/N'
}

@test "submit --print shows scripts and submits nothing; without Slurm submit says so" {
    run_bulkhead submit sweep.yaml --print -j 4 --tasks 3 --task-time '20 min' --sbatch=--account=x --seed 9
    expect_status 0
    expect_text "$output" '#SBATCH --array=0-2' '#SBATCH --cpus-per-task=4' '#SBATCH --signal=B:TERM@60' \
        '#SBATCH --account=x' "short-replicas.sweep' -j 4 --resume '--set=seed=9'" 'merge' '#SBATCH --job-name=bulkhead-short-replicas'
    [ ! -e short-replicas.sweep ]
    run_bulkhead submit sweep.yaml --print --task-time '2 h'
    expect_status 2
    expect_text "$errors" 'expected 10 min to 60 min'
    status=0
    errors=$(PATH=$BATS_TEST_TMPDIR "$BULKHEAD" submit sweep.yaml 2>&1) || status=$?
    expect_status 1
    expect_text "$errors" 'cannot run scontrol'
}
