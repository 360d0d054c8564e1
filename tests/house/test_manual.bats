#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# The manual in HTML: one folder, whose links lead somewhere and whose search knows every key.

load ../support/common

@test "every link of the manual leads to a place that is there, and nothing comes from elsewhere" {
    command -v pandoc >/dev/null && command -v mandoc >/dev/null || skip 'no pandoc and mandoc'
    "$PYTHON" "$SOURCE_DIRECTORY/doc/manual/make" --program "$BULKHEAD" "$SOURCE_DIRECTORY" "$BATS_TEST_TMPDIR/manual"
    "$PYTHON" - "$BATS_TEST_TMPDIR/manual" <<'PYTHON'
import html.parser
import json
import os
import re
import sys

folder, wrong, links = sys.argv[1], [], 0


class Page(html.parser.HTMLParser):
    def __init__(self, name):
        super().__init__()
        self.ids, self.links = set(), []
        with open(os.path.join(folder, name), encoding="utf-8") as stream:
            self.feed(stream.read())

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if "id" in attributes:
            if attributes["id"] in self.ids:
                wrong.append(f"the place {attributes['id']} is there twice")
            self.ids.add(attributes["id"])
        self.links += [(tag, attributes[key]) for key in ("href", "src") if key in attributes]


pages = {name: Page(name) for name in os.listdir(folder) if name.endswith(".html")}
for name, page in pages.items():
    for tag, link in page.links:
        links += 1
        target, _, place = link.partition("#")
        if re.match(r"[a-z]+:", link):
            if tag != "a":
                wrong.append(f"{name}: {link} is loaded from elsewhere")
        elif not os.path.exists(os.path.join(folder, target or name)):
            wrong.append(f"{name}: {link}")
        elif place and place not in pages[target or name].ids:
            wrong.append(f"{name}: no place {link}")
with open(os.path.join(folder, "parts.js"), encoding="utf-8") as stream:
    parts = json.loads(stream.read().removeprefix("const PARTS = ").rstrip().rstrip(";"))
heads = {part["head"] for part in parts}
wrong += [f"search does not know {key}" for key in ("parts-needed", "like", "relative-half-width", "exit-time") if key not in heads]
wrong += [f"search leads to {part['at']}" for part in parts if part["at"].partition("#")[2] not in
          pages[part["at"].partition("#")[0]].ids | {""}]
print("\n".join(wrong[:20]))
sys.exit(bool(wrong) or links < 500 or len(pages) < 20)
PYTHON
}
