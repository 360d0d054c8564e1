#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Shares of time that enclaves are composed, the states that come of many compositions, and keys that are none of the
# model's business.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR" || exit
    need_h5py
}

# --- Shares of time ---------------------------------------------------------------------------------------------------

@test "whether guards are on by degree, and all else, does not depend on when a run is given up" {
    local horizon
    run_bulkhead run "$scenarios/threshold.yaml" -q -o ten.h5
    expect_status 0
    # Composed for 3 of its 8 hours of work, which is more than a quarter.
    expect_eval ten.h5 "(m('composition_degree', 'threshold') == 0.375).all()" \
        "(m('protected_time', 'threshold') == m('makespan', 'threshold')).all()"
    for horizon in '11.8 h' '11.9 h' '12.2 h' '100 d'; do
        run_bulkhead run "$scenarios/threshold.yaml" -q -o other.h5 --set "workload.horizon=$horizon"
        expect_status 0
        ask same ten.h5 other.h5
    done
    # A threshold above is one above, whenever the enclave starts; its windows move with it.
    run_bulkhead run "$scenarios/threshold.yaml" -q -o above.h5 --set policies.1.policy=more --set 'define={policies: {more: {
        description: more, protect: {degree: 0.376}, guards: strongest, unprotected: {others: strongest, enclave/enclave: shared-memory},
        dispositions: {host-kernel: node, host-user: guest, guest-kernel: guest, guest-user: process}}}}'
    expect_status 0
    expect_eval above.h5 "(m('protected_time', 'threshold') == 0).all()"
    run_bulkhead run "$scenarios/threshold.yaml" -q -o later.h5 --set 'workload.enclaves.0.start=1 h' \
        --set 'workload.enclaves.1.start=4 h' --set 'workload.enclaves.1.work=2 h'
    expect_status 0
    expect_eval later.h5 "np.allclose(m('composition_degree', 'threshold'), [3 / 8, 1 / 2], rtol=1e-15)"
}

@test "no administrative key changes anything: names, titles, when a run is given up, what is acceptable, how many replicas" {
    on_file() {
        run_bulkhead run admin.yaml -q -o "$@"
        expect_status 0
    }
    { sed -e 's/, nodes: 2}/}/; s/^faults: none/faults: all/' -e '/^models/,/^replicas/{/^replicas/!d}' "$scenarios/composed.yaml"
      echo 'compositions: [{name: coupled, between: [simulation, analysis], over: shared-memory, when: {windows: [[1 h, 3 h], [5 h, 6 h]]}, coupling: tight, restart: together}]'
      echo 'checkpoints: {local: {interval: exact}, storage: {interval: daly}}'
    } >admin.yaml
    on_file one.h5 --set replicas=2 --set models.recovery.node-reboot='1 h' --set models.faults.processor.rate='0.1 1/h'
    expect_eval one.h5 "m('interruptions', 'deferred').sum() > 0"
    local key
    for key in 'workload.horizon=30 d' 'title=another' 'scenario=other' 'description=none' \
        'acceptance={lost-at-once: 0, within: 1 h}' 'reproduces-input=yes'; do
        on_file two.h5 --set replicas=2 --set models.recovery.node-reboot='1 h' --set models.faults.processor.rate='0.1 1/h' \
            --set "$key"
        "$PYTHON" - "$key" <<'END'
import sys
import h5py
import numpy as np
a, b = h5py.File("one.h5"), h5py.File("two.h5")
names = []
a.visititems(lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) and item.dtype.kind == "f" else None)
assert len(names) > 40
for name in names:
    if name not in ("lost_at_once", "unacceptable", "unacceptable_time") or "acceptance" not in sys.argv[1]:
        assert np.array_equal(a[name][()], b[name][()], equal_nan=True), (sys.argv[1], name)
END
    done
    # More replicas: the first ones as they were.
    on_file more.h5 --set replicas=3 --set models.recovery.node-reboot='1 h' --set models.faults.processor.rate='0.1 1/h'
    "$PYTHON" -c "
import h5py, numpy as np
a, b = h5py.File('one.h5'), h5py.File('more.h5')
assert np.array_equal(a['makespan'][()], b['makespan'][..., :2])"
}

# --- Many compositions -------------------------------------------------------------------------------------------------

# compose COUNT MEDIUM WHEN: so many entries of the same two.
compose() {
    local i
    echo compositions:
    for ((i = 0; i < $1; i++)); do
        echo "  - {name: c$i, between: [simulation, analysis], over: $2, when: $3}"
    done
}

@test "as many compositions as one likes: exact as long as states are few, and said to be out of reach beyond" {
    on_many() {
        { sed -e 's/, nodes: 2}/}/' -e '/^faults/d' -e '/^models/,/^replicas/{/^replicas/!d}' "$scenarios/composed.yaml"
          compose "$2" "$3" "$4"
        } >many.yaml
        run_bulkhead run many.yaml -q -o "$1" --set platform.nodes=4
        expect_status 0
    }
    # Eleven that are never on add no states.
    on_many never.h5 11 shared-memory never
    expect_eval never.h5 "np.isfinite(m('escape_exact', 'never')).any()"
    # Ten in windows of their own: eleven states, since at most one is on at a time; half the time none.
    on_many one.h5 1 shared-memory '{windows: [[0 h, 5 h]]}'
    { sed '/^compositions/,$d' many.yaml
      echo compositions:
      for i in {0..9}; do
          echo "  - {name: c$i, between: [simulation, analysis], over: shared-memory, when: {windows: [[$i h, $i.5 h]]}}"
      done
    } >ten.yaml
    run_bulkhead run ten.yaml -q -o ten.h5 --set platform.nodes=4
    expect_status 0
    expect_eval ten.h5 "(m('composition_degree', 'never') == 0.5).all()"
    # Two at the same times are one state on, not three.
    on_many same.h5 2 shared-memory '{windows: [[1 h, 2 h], [3 h, 5 h]]}'
    expect_eval same.h5 "np.allclose(m('composition_degree', 'never'), 0.3, rtol=1e-12)"
    # Nine at random: 512 states are too many.
    on_many nine.h5 9 shared-memory '{degree: 0.1, mean-on: 1 h}'
    expect_eval nine.h5 "np.isnan(m('escape_exact', 'never')).all()" "m('finished', 'never').all()" \
        "np.allclose(m('composition_degree', 'never'), 1 - 0.9 ** 9, rtol=1e-12)"
    # Over the network twenty at random are four states at most, of which the guards follow.
    on_many network.h5 20 network '{degree: 0.1, mean-on: 1 h}'
    expect_eval network.h5 "m('finished', 'deferred').all()" \
        "abs(m('protected_time', 'deferred') / m('makespan', 'deferred') - (1 - 0.9 ** 20)).max() < 0.2"
    "$PYTHON" - <<'END'
import h5py
import numpy as np
apart, one, ten = (h5py.File(f"{name}.h5")["escape_exact"][()] for name in ("never", "one", "ten"))
assert np.allclose(one, ten, rtol=1e-9, equal_nan=True) and (one[2] > apart[2])[2], (apart, one, ten)
END
}
