#!/usr/bin/python3
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
"""Holds files against `bulkhead schema` by a public validator.

schema_oracle.py accepts BULKHEAD FORMAT FILE...   says which files the schema refuses, and why; fails if any
schema_oracle.py bad BULKHEAD LIST FILE...         which wrong files it takes: those of LIST, no others, and
                                                   fewer than a quarter
schema_oracle.py changed BULKHEAD FORMAT FILE...   changes a value or a key at a time: what `bulkhead check` takes the schema
                                                   must take too; prints how many of those that it refuses the schema refuses
"""
import copy
import os
import re
import subprocess
import sys
import tempfile

import json
import jsonschema
import yaml


class Loader(yaml.SafeLoader):
    """YAML as editors read it: no dates, and numbers with an exponent are numbers."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rows if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:int")]
    for first, rows in yaml.SafeLoader.yaml_implicit_resolvers.items()}
Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?[0-9]+$"), list("-+0123456789"))
Loader.add_implicit_resolver("tag:yaml.org,2002:float",
                             re.compile(r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$"), list("-+.0123456789"))


def construct_map(loader, node, deep=False):
    """As editors do, which refuse a key that is there twice."""
    keys = [key.value for key, _ in node.value]
    if len(set(keys)) < len(keys):
        raise yaml.constructor.ConstructorError(None, None, "a key is there twice", node.start_mark)
    return yaml.SafeLoader.construct_mapping(loader, node, deep)


Loader.add_constructor("tag:yaml.org,2002:map", lambda loader, node: construct_map(loader, node, True))


def load(path):
    with open(path, encoding="utf-8") as stream:
        return yaml.load(stream, Loader)


def empty_choices(schema):
    items = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    if isinstance(schema, dict) and schema.get("enum") == []:
        yield schema
    for below in items:
        yield from empty_choices(below)


def validator(bulkhead, name):
    schema = json.loads(subprocess.run([bulkhead, "schema", name], check=True, capture_output=True).stdout)
    jsonschema.Draft7Validator.check_schema(schema)
    assert not list(empty_choices(schema)), "a choice of nothing, which ajv refuses"
    return jsonschema.Draft7Validator(schema)


def deepest(error):
    """The most telling of what alternatives say."""
    while error.context:
        error = max(error.context, key=lambda e: len(e.absolute_path))
    return error


def accepts(bulkhead, name, files):
    judge, wrong = validator(bulkhead, name), 0
    for path in files:
        for error in judge.iter_errors(load(path)):
            inner = deepest(error)
            print(f"{path}: {'.'.join(map(str, inner.absolute_path))}: {inner.message[:200]}")
            wrong = 1
    return wrong


def bad(bulkhead, listed, files):
    judge = validator(bulkhead, "scenario")
    with open(listed, encoding="utf-8") as stream:
        reasons = dict(line.rstrip("\n").split(None, 1) for line in stream if line.strip() and not line.startswith("#"))
    taken = set()
    for path in files:
        try:
            if judge.is_valid(load(path)):
                taken.add(os.path.basename(path))
        except (yaml.YAMLError, UnicodeDecodeError):
            pass  # no editor reads it either
    for name in sorted(taken - set(reasons)):
        print(f"{name}: the schema takes it, and {listed} does not say why")
    for name in sorted(set(reasons) - taken):
        print(f"{name}: {listed} has it, and the schema refuses it")
    print(f"{len(taken)} of {len(files)} wrong files are taken")
    return int(taken != set(reasons) or 4 * len(taken) >= len(files))


def places(value, way=()):
    """Every key and item below a value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in items:
        yield way + (key,)
        yield from places(below, way + (key,))


def changes(document):
    """Documents that differ in one place, which no axis sets."""
    text = yaml.safe_dump(document, width=100000)
    for way in places(document):
        path = ".".join(map(str, way))
        if re.search(rf"(set: |- |^ *){re.escape(path)}\b", text, re.M):
            continue
        def holder(root):
            for key in way[:-1]:
                root = root[key]
            return root
        for new in ("qx", -1, 0, "3 s", "2 GiB", "150 %", [], {}, True, 2.5, "native"):
            changed = copy.deepcopy(document)
            holder(changed)[way[-1]] = new
            yield way, new, changed
        changed = copy.deepcopy(document)
        del holder(changed)[way[-1]]
        yield way, "(left out)", changed


def taken(bulkhead, text, folder):
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", dir=folder, encoding="utf-8") as file:
        file.write(text)
        file.flush()
        done = subprocess.run([bulkhead, "check", "--json", file.name], capture_output=True)
        return done.returncode == 0


def changed(bulkhead, name, files):
    judge, wrong, both, refused, every = validator(bulkhead, name), 0, 0, 0, int(os.environ.get("EVERY", "1"))
    for path in files:
        for number, (way, new, document) in enumerate(changes(load(path))):
            if number % every:
                continue
            text = yaml.safe_dump(document, sort_keys=False, width=1000)
            by_schema = judge.is_valid(yaml.load(text, Loader))
            by_command = taken(bulkhead, text, os.path.dirname(os.path.abspath(path)))
            if by_command and not by_schema:
                wrong += 1
                inner = deepest(next(judge.iter_errors(yaml.load(text, Loader))))
                print(f"{path}: {'.'.join(map(str, way))}: {new!r}: the command takes it, the schema says: "
                      f"{inner.message[:160]}")
            refused += not by_command
            both += not by_command and not by_schema
    print(f"of {refused} that the command refuses the schema refuses {both}")
    return int(wrong > 0)


if __name__ == "__main__":
    word, *rest = sys.argv[1:]
    sys.exit({"accepts": accepts, "bad": bad, "changed": changed}[word](rest[0], rest[1], rest[2:]))
