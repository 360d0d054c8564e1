# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
"""The Python package, as its users call it; run by tests/command/test_python.bats, where `bulkhead` is installed."""
import glob
import json
import math
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import numpy
import xarray

import bulkhead

SOURCE = os.environ["SOURCE_DIRECTORY"]
SCENARIOS = os.path.join(SOURCE, "tests", "data", "scenarios")
SMALL = {
    "scenario": "grüße",
    "title": "Größe é",
    "platform": {"file": "testbed.xml", "nodes": 4},
    "workload": {"work": "2 h", "enclaves": [{"name": "simulé", "application": "mpi-bulk-synchronous"}]},
    "checkpoints": {"local": {"interval": "1 h", "write": "10 s", "read": "10 s"}},
    "policies": [{"system": "native", "policy": "native", "name": "natif é"}, {"system": "kvm", "policy": "protection-first"}],
    "vary": [{"axis": "size", "set": "platform.nodes", "values": [2, 4]}],
    "seed": 3,
}


def leftovers():
    return set(glob.glob(os.path.join(tempfile.gettempdir(), "bulkhead-*")))


def children():
    """Processes that this one has not taken the status of."""
    found = subprocess.run(["ps", "-o", "pid=,stat=", "--ppid", str(os.getpid())], capture_output=True, text=True).stdout
    return [line for line in found.splitlines() if "Z" in line.split()[1]]


class Package(unittest.TestCase):
    def test_file_and_mapping_give_what_the_command_gives(self):
        path = os.path.join(SCENARIOS, "one-enclave.yaml")
        with tempfile.TemporaryDirectory() as folder:
            kept = os.path.join(folder, "kept.h5")
            results = bulkhead.run(path, replicas=3, seed=7, set={"workload.work": "3 h"}, output=kept)
            again = os.path.join(folder, "again.h5")
            subprocess.run([bulkhead.program(), "run", path, "-q", "--replicas=3", "--seed=7", "--set", "workload.work=3 h", "-o",
                            again], check=True, stdout=subprocess.DEVNULL)
            with open(kept, "rb") as one, open(again, "rb") as other:
                self.assertEqual(one.read(), other.read())
        self.assertEqual(results.sizes["replica"], 3)
        self.assertEqual(results.attrs["seed"], 7)
        self.assertEqual(json.loads(results.attrs["provenance"])["software"]["name"], "bulkhead")

    def test_arrays_have_axes_units_and_names(self):
        results = bulkhead.run(SMALL, replicas=5)
        self.assertEqual(results.makespan.dims, ("policy", "size", "enclave", "replica"))
        self.assertEqual(results.makespan.attrs["units"], "s")
        self.assertIn("makespan", results.slowdown.attrs["long_name"])
        one = results.sel(policy="natif é", size=4, enclave="simulé")
        numpy.testing.assert_allclose(one.net_overhead, one.makespan / one.native_bare_makespan - 1, rtol=1e-15)
        numpy.testing.assert_allclose(one.slowdown - one.net_overhead, 1, rtol=1e-12)
        self.assertTrue(all(isinstance(units, str) for units in
                            (array.attrs.get("units", "1") for array in results.data_vars.values())))

    def test_net_overhead_is_that_of_the_tables(self):
        path = os.path.join(SCENARIOS, "partitions.yaml")
        results = bulkhead.run(path, replicas=3)
        said = json.loads(subprocess.run([bulkhead.program(), "run", "-q", "--json", "--replicas=3", path], check=True,
                                         capture_output=True).stdout)
        first = results.sel(enclave=results.attrs["primary_enclave"])
        self.assertEqual(len(said["policies"]), results.sizes["policy"])
        for policy in said["policies"]:
            for name in ("net_overhead", "slowdown"):
                mean = float(first[name].sel(policy=policy["name"]).mean())
                self.assertTrue(math.isclose(policy[name]["mean"], mean, rel_tol=1e-9), (policy["name"], name, mean))

    def test_a_wrong_result_has_no_net_overhead(self):
        path = os.path.join(SCENARIOS, "silent-pair.yaml")
        for counts in (False, True):
            results = bulkhead.run(path, replicas=20, set={"wrong-results": "done" if counts else "not-done"})
            wrong = results.sdc != 0
            self.assertTrue(bool(wrong.any()) and not bool(wrong.all()))
            self.assertTrue(bool((results.net_overhead.isnull() == (wrong & (not counts))).all()))

    def test_datasets_go_on_to_other_forms(self):
        results = bulkhead.run(SMALL, replicas=2)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "written.nc")
            results.to_netcdf(path, engine="h5netcdf")
            with xarray.open_dataset(path, engine="h5netcdf") as written:
                self.assertTrue(written.load().equals(results))
                self.assertEqual(written.sel(policy="natif é").makespan.attrs["units"], "s")
        self.assertEqual(results.makespan.to_dataframe().reset_index().policy[0], "natif é")
        self.assertEqual(set(results.cause_failures.dims), {"cause"})

    def test_what_is_wrong_is_an_exception_with_its_place(self):
        for path in sorted(glob.glob(os.path.join(SOURCE, "tests", "bad", "*.yaml")))[::12]:
            said = subprocess.run([bulkhead.program(), "check", path], capture_output=True, text=True).stderr
            with self.assertRaises(bulkhead.InputError) as caught:
                bulkhead.check(path)
            self.assertEqual("bulkhead: " + caught.exception.message, said.splitlines()[0])
            self.assertEqual(caught.exception.file, path)
            self.assertGreater(caught.exception.line, 0)
        wrong = dict(SMALL, workload=dict(SMALL["workload"], work="1 GiB"))
        before = leftovers()
        with self.assertRaises(bulkhead.InputError) as caught:
            bulkhead.run(wrong)
        error = caught.exception
        self.assertEqual((error.file, error.key, error.status), ("<scenario>", "workload.work", 2))
        self.assertIn('"work": "1 GiB"', error.shown)
        self.assertIsInstance(error, ValueError)
        self.assertEqual(pickle.loads(pickle.dumps(error)).line, error.line)
        with self.assertRaises(bulkhead.InputError) as caught:
            bulkhead.run(SMALL, set={"platform.node": 3})
        self.assertIn("node", str(caught.exception))
        self.assertEqual(leftovers(), before)

    def test_advice_and_report(self):
        advice = bulkhead.advise(SMALL, replicas=4, allow=["system=kvm"], point={"size": 4})
        self.assertEqual(advice["best"], "kvm protection-first")
        with self.assertRaises(bulkhead.BulkheadError) as caught:
            bulkhead.advise(SMALL, replicas=4, limits=["makespan < 1 s"])
        self.assertIn("nothing is allowed", str(caught.exception))
        with tempfile.TemporaryDirectory() as folder:
            kept = os.path.join(folder, "kept.h5")
            results = bulkhead.run(SMALL, replicas=4, output=kept)
            self.assertEqual(bulkhead.advise(kept, allow=["system=kvm"], point={"size": 4})["best"], "kvm protection-first")
            said = [row for row in bulkhead.report(kept)["policies"] if row["point"].get("size") in (None, "4", 4)]
            self.assertTrue(said)
            self.assertEqual(os.listdir(folder), ["kept.h5"])
        one = results.sel(policy="natif é", size=4, enclave="simulé")
        self.assertAlmostEqual(float(one.net_overhead_mean), float(one.net_overhead.mean()), places=12)

    def test_like_and_experiments_by_name(self):
        checked = bulkhead.check({"like": "balance", "scenario": "mine", "workload": {"work": "2 h"}})
        self.assertEqual(checked["scenario"], "mine")
        with self.assertRaises(bulkhead.InputError) as caught:
            bulkhead.check({"like": "ballance", "scenario": "mine"})
        self.assertEqual(caught.exception.key, "like")

    def test_other_commands(self):
        self.assertEqual(bulkhead.check(SMALL, point={"size": 4})["point"], {"size": "4"})
        self.assertEqual(bulkhead.contain(SMALL, exact=True, policies=["natif é"])["policies"][0]["name"], "natif é")
        fitted = bulkhead.fit(os.path.join(SOURCE, "experiments", "failures.csv"), by="cause", options=["--bootstrap=0"])
        self.assertTrue(fitted["groups"])
        swept = bulkhead.sweep({"campaign": "few", "scenario": os.path.join(SCENARIOS, "one-enclave.yaml"), "replicas": 2,
                                "vary": [{"axis": "work", "set": "workload.work", "from": "1 h", "to": "3 h", "count": 3}]})
        self.assertEqual((swept.sizes["work"], swept.sizes["replica"]), (3, 2))
        self.assertTrue(bulkhead.version()[0].isdigit())

    def test_a_program_that_is_not_there(self):
        told = os.environ.get("BULKHEAD_PROGRAM")
        os.environ["BULKHEAD_PROGRAM"] = "no-such-program"
        try:
            with self.assertRaises(bulkhead.BulkheadError) as caught:
                bulkhead.version()
            self.assertIn("no-such-program", str(caught.exception))
        finally:
            if told is None:
                del os.environ["BULKHEAD_PROGRAM"]
            else:
                os.environ["BULKHEAD_PROGRAM"] = told

    def test_progress_is_shown_where_it_is_asked_for(self):
        words = [sys.executable, "-c", "import bulkhead, sys; bulkhead.run(sys.argv[1], replicas=300, jobs=1, progress=True)",
                 os.path.join(SCENARIOS, "one-enclave.yaml")]
        told = subprocess.run(words, capture_output=True, text=True, check=True, env=dict(os.environ, BULKHEAD_PROGRESS="0"))
        self.assertIn("gone", told.stderr)

    # A script of its own, so that the interrupt reaches no one else.
    def test_an_interrupt_leaves_neither_processes_nor_files(self):
        before = leftovers()
        script = ("import bulkhead, signal, sys\n"
                  # What a job in the background inherits is ignored.
                  "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
                  "try:\n    bulkhead.run(eval(sys.argv[1]), replicas=900000, jobs=2, progress=False)\n"
                  "except KeyboardInterrupt:\n    import subprocess, os\n"
                  "    print(subprocess.run(['ps', '-o', 'args=', '--ppid', str(os.getpid())], capture_output=True,"
                  " text=True).stdout)\n    sys.exit(42)\n")
        child = subprocess.Popen([sys.executable, "-c", script, repr(SMALL)], stdout=subprocess.PIPE, text=True,
                                 start_new_session=True)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and not running_in(child.pid, "run"):
            time.sleep(0.05)
        self.assertTrue(running_in(child.pid, "run"))
        child.send_signal(signal.SIGINT)  # to Python alone, as a notebook does
        try:
            said, _ = child.communicate(timeout=120)  # a busy machine takes its time
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            raise
        self.assertEqual(child.returncode, 42)
        self.assertNotIn("bulkhead run", said)
        self.assertFalse(running_in(child.pid, "run"))
        self.assertEqual(leftovers(), before)
        self.assertEqual(children(), [])


def running_in(session, word):
    found = subprocess.run(["ps", "-o", "args=", "--sid", str(session)], capture_output=True, text=True).stdout
    return any(" run " in line and "bulkhead" in line and "-c" not in line.split()[:2] for line in found.splitlines())


if __name__ == "__main__":
    unittest.main()
