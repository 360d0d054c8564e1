#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Structure alone decides structure: with the numbers of experiments/ablation.yaml, equal for all systems, what differs
# between native and virtualized nodes is what their zone trees say, and nothing else.

load ../support/common

setup_file() {
    has_h5py || return 0
    local ablation=$SOURCE_DIRECTORY/experiments/ablation.yaml
    # Every run lasts exactly a day, so that all systems live through the same faults; and once with hardware's alone.
    "$BULKHEAD" run "$ablation" -q --replicas 4 --set workload.horizon='24 h' -o "$BATS_FILE_TMPDIR/all.h5" >/dev/null
    "$BULKHEAD" run "$ablation" -q --replicas 4 --set workload.horizon='24 h' --set faults.software=no \
        -o "$BATS_FILE_TMPDIR/hardware.h5" >/dev/null
    # To the end of the work, without the channel that palacios-shared-network has more.
    "$BULKHEAD" run "$ablation" -q --replicas 2 --set models.channels.shared-vmm-network.probability=0 \
        -o "$BATS_FILE_TMPDIR/cut.h5" >/dev/null
}

setup() {
    [ -e "$BATS_FILE_TMPDIR/hardware.h5" ] || skip "no h5py to read results with"
    all=$BATS_FILE_TMPDIR/all.h5
    cut=$BATS_FILE_TMPDIR/cut.h5
    hardware=$BATS_FILE_TMPDIR/hardware.h5
}

# All policies; and those with guests, by what they put first.
every='[p.decode() for p in f["policy"][:]]'
guests='[p.decode() for p in f["policy"][:] if b"native" not in p]'
first='[p.decode() for p in f["policy"][:] if p.endswith(b"protection-first")]'

@test "nothing costs anything, anywhere" {
    expect_eval "$cut" "np.all(f['price'][:] == 0)" "len($every) == 18" "len($first) == 11" \
        "all(np.array_equal(m(n, p), m(n, 'native native'), equal_nan=True)
             for p in $every for n in ('checkpoint_time', 'native_bare_makespan'))"
}

@test "recovery takes equally long but for guests, which native need not boot" {
    expect_eval "$all" \
        "all(m('restart_time', p)[0, scope.index('process')] == m('restart_time', 'native native')[0, scope.index('process')]
             for p in $every)" \
        "all(m('restart_time', p)[0, scope.index(s)] == m('restart_time', 'native native')[0, scope.index(s)] + 25
             for p in $guests for s in ('node', 'system'))" \
        "np.isnan(m('restart_time', 'native native')[0, scope.index('guest')])" \
        "all(m('restart_time', p)[0, scope.index('guest')] ==
             m('restart_time', 'native native')[0, scope.index('process')] + 25 for p in $guests)"
}

@test "the same hardware faults strike all systems, and losses of nodes are the same" {
    expect_eval "$hardware" "f['faults'][:].sum() > 0" \
        "all(np.array_equal(m(n, p), m(n, 'native native'))
             for p in $every for n in ('faults', 'unchangeable_errors', 'elapsed'))"
}

@test "more layers bring more faults of their own, by the components in the tree" {
    # Native has one kernel on a node; Palacios its VMM and two guests more; KVM also two device models.
    expect_eval "$all" \
        "m('faults', 'native native').sum() < m('faults', 'palacios protection-first').sum()
             < m('faults', 'kvm protection-first').sum()" \
        "np.array_equal(m('faults', 'kvm protection-first'), m('faults', 'kvm as-host-kernel'))" \
        "np.array_equal(m('faults', 'palacios protection-first'), m('faults', 'palacios-shared-network protection-first'))"
}

@test "equal trees: equal isolation, whatever the kernels are called; and equal results when only hardware fails" {
    expect_eval "$all" \
        "all(np.array_equal(m(n, 'palacios ' + p), m(n, 'palacios-kitten ' + p))
             for p in ('protection-first', 'as-host-kernel') for n in ('escape_exact', 'containment_exact'))"
    ask equal-policies "$hardware" 'palacios protection-first' 'palacios-kitten protection-first'
    ask equal-policies "$hardware" 'palacios as-host-kernel' 'palacios-kitten as-host-kernel'
}

@test "other trees: other isolation, in this order" {
    # A VMM that is a process of its own per guest keeps errors from the other guest; one in the host's kernel does not.
    expect_eval "$all" \
        "m('escape_exact', 'qemu protection-first')[boundary.index('enclave/enclave')] <
         m('escape_exact', 'kvm protection-first')[boundary.index('enclave/enclave')] <
         m('escape_exact', 'palacios protection-first')[boundary.index('enclave/enclave')] <
         m('escape_exact', 'native native')[boundary.index('enclave/enclave')]"
    # What leaves a process is decided by the process and its kernel, which all trees have.
    expect_eval "$all" \
        "all(abs(m('escape_exact', p)[boundary.index('process/kernel')] / m('escape_exact', 'native native')[0] - 1) < 0.01
             for p in $every)"
}

@test "only a tree with guests contains anything in a guest" {
    expect_eval "$all" \
        "m('containment_exact', 'native native')[scope.index('guest')] ==
         m('containment_exact', 'native native')[scope.index('process')]" \
        "all(m('containment_exact', p)[scope.index('guest')] > m('containment_exact', p)[scope.index('process')] + 0.1
             for p in $first)" \
        "np.all(m('system_extent', 'native native')[:, scope.index('guest')] == 0)" \
        "sum(m('system_extent', p)[:, scope.index('guest')].sum() for p in $first) > 0"
}

@test "a policy moves what a guest's kernel takes down from the guest to the node, and no more" {
    expect_eval "$all" \
        "all(np.allclose(m('containment_exact', s + ' protection-first')[scope.index(x)],
                         m('containment_exact', s + ' as-host-kernel')[scope.index(x)], rtol=0, atol=1e-5)
             for s in ('qemu', 'kvm', 'palacios') for x in ('none', 'process', 'node'))" \
        "all(m('containment_exact', s + ' protection-first')[scope.index('guest')] >
             m('containment_exact', s + ' as-host-kernel')[scope.index('guest')] + 0.1
             for s in ('qemu', 'kvm', 'palacios'))"
}

@test "one channel more: more leaves the guest, and nothing else changes" {
    expect_eval "$all" \
        "m('escape_exact', 'palacios-shared-network protection-first')[boundary.index('guest/host')] >
         1.5 * m('escape_exact', 'palacios protection-first')[boundary.index('guest/host')]" \
        "abs(m('escape_exact', 'palacios-shared-network protection-first')[0] /
             m('escape_exact', 'palacios protection-first')[0] - 1) < 1e-6"
    ask equal-policies "$cut" 'palacios protection-first' 'palacios-shared-network protection-first'
    ask equal-policies "$cut" 'palacios as-host-kernel' 'palacios-shared-network as-host-kernel'
}

@test "stacks beyond the study's differ by their trees, too" {
    # The tree of KVM, whatever its VMM is called.
    expect_eval "$all" \
        "all(np.array_equal(m(n, 'kvm protection-first'), m(n, 'microvm protection-first'))
             for n in ('escape_exact', 'containment_exact'))"
    ask equal-policies "$hardware" 'kvm protection-first' 'microvm protection-first'
    # A zone of the host's users that is no VMM: faults of its own, which hit nobody, so that of all errors fewer reach both.
    expect_eval "$all" \
        "all(m('faults', more).sum() > m('faults', less).sum() and
             m('escape_exact', more)[boundary.index('enclave/enclave')] <
             m('escape_exact', less)[boundary.index('enclave/enclave')]
             for less, more in (('native native', 'container native'),
                                ('kvm protection-first', 'kvm-monitored protection-first')))"
    # Co-kernels reach each other, guests of a light-weight host only by way of it.
    expect_eval "$all" \
        "m('escape_exact', 'pisces protection-first')[boundary.index('guest/host')] >
         1.5 * m('escape_exact', 'palacios-kitten protection-first')[boundary.index('guest/host')]"
    # Only where guests need a zone beside them does one that fails stop their I/O.
    expect_eval "$all" \
        "all((m('io_stops_exact', p).item() > 0) == (p.split()[0] in ('xen', 'jailhouse')) for p in $every)" \
        "all(m('progress_stops_exact', p).item() == 0 for p in $every)"
}

@test "nested guests differ from guests by what lies between them and the node, and by no more" {
    # Their chain is too long for two enclaves.
    run_bulkhead contain "$SOURCE_DIRECTORY/experiments/ablation.yaml" --exact --json --policy 'kvm protection-first' \
        --policy 'kvm nested' --set 'workload.enclaves=[{name: simulation, application: mpi-bulk-synchronous, processes-per-guest: 1}]' \
        --set 'policies.2={system: kvm-nested, policy: protection-first, name: kvm nested}'
    expect_status 0
    "$PYTHON" - "$BATS_TEST_TMPDIR/stdout" <<'END'
import json, sys
kvm, nested = ({(row["zone"], row["error_kind"]): row for row in policy["origins"]}
               for policy in sorted(json.load(open(sys.argv[1]))["policies"], key=lambda policy: policy["name"] != "kvm protection-first"))
# The outer guest and its VMM are all that there is more, with faults of their own.
assert {zone for zone, _ in nested} - {zone for zone, _ in kvm} == {"outer-vmm", "outer-guest"}
def faults(rows, *zones):
    return sum(row["rate_per_s"] for (zone, _), row in rows.items() if zone in zones or not zones)
assert faults(nested) > faults(kvm) and faults(nested, "outer-guest", "outer-vmm", "host") > 2 * faults(kvm, "host")
# To the guest the outer guest is what the host is to KVM's, and takes the node's only enclave, but not the node.
for place, row in kvm.items():
    if place[0] in ("vmm", "guest", "process"):
        for answer in ("process/kernel", "guest/host"):
            a, b = (rows[place]["exact"]["escape"][answer] for rows in (kvm, nested))
            assert a == b or abs(a - b) < 1e-3 * a, (place, answer, a, b)
        a, b = (rows[place]["exact"]["extent"] for rows in (kvm, nested))
        assert abs(a["none"] - b["none"]) < 1e-6 and abs(a["process"] - b["process"]) < 1e-3 * a["process"] + 1e-9, place
END
}

@test "a system of another name with native's tree is native" {
    cd "$BATS_TEST_TMPDIR"
    { sed 's/^  - {system: qemu, policy: protection-first}/  - {system: twin, policy: native, name: twin}/
           /^  - {system: [kpq]/d; /^  systems\./d' "$SOURCE_DIRECTORY/experiments/ablation.yaml"
        cat <<'END'
define:
  systems:
    twin:
      title: The tree of native nodes under another name
      host-kernel: linux
      zones:
        - {name: leaf, kind: host-user, parent: trunk, per: process, components: [application]}
        - {name: trunk, kind: host-kernel, components: [host-kernel]}
      channels:
        - {type: kernel-to-process, from: trunk, to: leaf}
        - {type: system-call, from: leaf, to: trunk}
      guards:
        process/kernel: [hardware-protection]
      mechanisms: ideal
      costs: {}
END
    } >twin.yaml
    run_bulkhead run twin.yaml -q --replicas 4 --set platform.nodes=131072 -o twin.h5
    expect_status 0
    expect_eval twin.h5 "f['errors'][:].sum() > 10"
    ask equal-policies twin.h5 'native native' twin
}
