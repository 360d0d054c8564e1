# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# A real Slurm of one node on loopback, for tests: slurm_start, slurm_stop. Needs root; whatever it starts it stops by
# process number.

# Says why there can be no Slurm here; nothing if there can.
slurm_obstacle() {
    local tool
    [ "$(id -u)" -eq 0 ] || { echo 'not root'; return; }
    for tool in munged slurmctld slurmd sbatch; do
        PATH=$PATH:/usr/sbin command -v "$tool" >/dev/null || { echo "no $tool"; return; }
    done
}

free_port() {
    "$PYTHON" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

slurm_start() {
    local host
    # Not in the folder of the test, which the user munge cannot enter.
    slurm=$(mktemp -d "${TMPDIR:-/tmp}/bulkhead-slurm.XXXXXX")
    host=$(hostname -s)
    mkdir -p "$slurm/state" "$slurm/spool" "$slurm/munge"
    PATH=$PATH:/usr/sbin
    # munged refuses a folder below one that others may write to, as /tmp; with --force it only warns.
    chown -R munge: "$slurm/munge"
    chmod 755 "$slurm" "$slurm/munge"
    dd if=/dev/urandom of="$slurm/munge/key" bs=128 count=1 2>/dev/null
    chown munge: "$slurm/munge/key"
    chmod 400 "$slurm/munge/key"
    setpriv --reuid munge --regid munge --clear-groups munged --foreground --force --key-file="$slurm/munge/key" \
        --socket="$slurm/munge/socket" --pid-file="$slurm/munge/pid" --log-file="$slurm/munge/log" \
        --seed-file="$slurm/munge/seed" </dev/null >"$slurm/munge/out" 2>&1 3>&- &
    slurm_pids=$!
    cat >"$slurm/slurm.conf" <<END
ClusterName=bulkhead
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$slurm/munge/socket
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
StateSaveLocation=$slurm/state
SlurmdSpoolDir=$slurm/spool
SlurmctldPidFile=$slurm/slurmctld.pid
SlurmdPidFile=$slurm/slurmd.pid
SlurmctldLogFile=$slurm/slurmctld.log
SlurmdLogFile=$slurm/slurmd.log
MaxArraySize=11
MinJobAge=300
SchedulerParameters=sched_interval=1,bf_interval=1,sched_min_interval=0
MailProg=/bin/true
NodeName=$host NodeAddr=127.0.0.1 CPUs=2
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
END
    # A container may have no control groups. slurmd 22.05 does not mind; those that do can be told.
    if [ "$(slurmd -V | sed 's/^[^ ]* \([0-9]*\).*/\1/')" -ge 24 ]; then
        printf 'CgroupPlugin=disabled\n' >"$slurm/cgroup.conf"
    fi
    export SLURM_CONF=$slurm/slurm.conf
    wait_until 10 test -S "$slurm/munge/socket" || return 1
    slurmctld -D </dev/null >"$slurm/slurmctld.out" 2>&1 3>&- &
    slurm_pids="$slurm_pids $!"
    slurmd -D -N "$host" </dev/null >"$slurm/slurmd.out" 2>&1 3>&- &
    slurm_pids="$slurm_pids $!"
    wait_until 20 slurm_is_up || { tail -n 5 "$slurm"/*.log >&2; return 1; }
}

slurm_is_up() {
    sinfo -h -o %T 2>/dev/null | grep -q idle
}

# wait_until SECONDS COMMAND...
wait_until() {
    local tries=$(($1 * 10))
    shift
    while ! "$@"; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || { echo "waited in vain for: $*" >&2; return 1; }
        sleep 0.1
    done
}

# Ends what jobs of this Slurm still run, and the daemons of their steps, which outlive those that they report to: all
# have its file in their environment, as this shell has, but this is no job.
slurm_end_jobs() {
    local process variables
    for process in /proc/[0-9]*; do
        variables=$(tr '\0' '\n' 2>/dev/null <"$process/environ") || continue
        case $variables in *"SLURM_CONF=$slurm/slurm.conf"*) ;; *) continue ;; esac
        case $(cat "$process/comm" 2>/dev/null)/$variables in
        slurmstepd/* | *SLURM_JOB_ID=*) kill -KILL "${process#/proc/}" 2>/dev/null || true ;;
        esac
    done
}

slurm_is_gone() {
    local pid
    for pid in $slurm_pids; do
        ! kill -0 "$pid" 2>/dev/null || return 1
    done
}

slurm_stop() {
    local pid
    [ -n "${slurm_pids:-}" ] || return 0
    scancel --user root --signal KILL 2>/dev/null || true
    slurm_end_jobs
    # shellcheck disable=SC2086 # several numbers
    kill $slurm_pids 2>/dev/null || true
    # shellcheck disable=SC2086 # one word per process
    wait_until 5 slurm_is_gone 2>/dev/null || kill -KILL $slurm_pids 2>/dev/null || true
    for pid in $slurm_pids; do
        wait "$pid" 2>/dev/null || true
    done
    slurm_end_jobs
    slurm_pids=
    rm -rf "$slurm"
}
