#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# bulkhead report --html: one page, from nothing but a results file, which nothing in the file can make do anything.

load ../support/common

setup_file() {
    cd "$BATS_FILE_TMPDIR" || exit
    # Small, with an axis of numbers and one of words, and an uncertain number.
    bulkhead run "$SOURCE_DIRECTORY/experiments/balance.yaml" -q -j 2 --replicas 2 -o results.h5 \
        --set 'vary.0.values=[64, 512]' --set uncertainty.at.nodes=512 --set 'uncertainty.values=[1e-6, 1e-1]' \
        --set 'policies=[{system: native, policy: native}, {system: kvm, policy: protection-first}]' >/dev/null
    bulkhead report results.h5 --html page.html
}

setup() {
    cd "$BATS_FILE_TMPDIR" || exit
}

@test "the page is whole, small, and of well-formed parts" {
    [ "$(stat -c %s page.html)" -lt 2000000 ]
    [ ! -e page.html.part ]
    "$PYTHON" - page.html <<'PY'
import html.parser, re, sys
VOID = {"meta", "br", "hr", "img", "input", "link"}
class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.ids, self.values, self.text = [], [], [], ""
    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag not in VOID:
            self.open.append(tag)
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if attributes.get("class") == "value":
            self.values.append(attributes["aria-label"])
        for name, value in attributes.items():
            assert name not in ("src", "onclick", "onload") and not name.startswith("on"), name
            assert name != "href" or value.startswith("#"), value
    def handle_startendtag(self, tag, attributes):
        pass
    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag
    def handle_data(self, data):
        self.text += data
page = Page()
text = open(sys.argv[1], encoding="utf-8").read()
page.feed(text)
assert not page.open, page.open
assert len(page.ids) == len(set(page.ids))
for part in ("answer", "figures", "table", "numbers", "scenario", "provenance"):
    assert part in page.ids, part
assert not re.search(r"url\(|@import|fetch\(|XMLHttp|https?://[^ ]*\.(js|css)", text)
# Values of the figure over nodes, and of that over the uncertain number, in words.
assert sum("nodes 512: Net overhead (%)" in value for value in page.values) == 2, page.values
assert sum("escape 0.1: Net overhead (%)" in value for value in page.values) == 2, page.values
# A number, its status and where it is from; the scenario with what was set.
assert "channels.vm-exit.probability" in page.text and "assumed" in page.text
assert '"work": "24 h"' in page.text and "Frontier User Guide" in page.text
PY
}

@test "the numbers are those of the table" {
    has_h5py || skip "no h5py"
    "$PYTHON" - page.html results.h5 <<'PY'
import re, sys, h5py
f = h5py.File(sys.argv[2])
overhead = 100 * (f["makespan"][:, :, :, 0] / f["native_bare_makespan"][:, :, :, 0][..., None] - 1).mean(-1)
spares = [s.decode() for s in f["spares"][:]].index("warm")
found = re.findall(r'aria-label="(native native|kvm protection-first), nodes (\d+): Net overhead \(%\) ([-0-9.e]+)', open(sys.argv[1]).read())
assert len(found) == 4, found
for policy, nodes, value in found:
    p = [name.decode() for name in f["policy"][:]].index(policy)
    expected = overhead[p, list(f["nodes"][:]).index(int(nodes)), spares]
    assert abs(float(value) - expected) <= 1e-3 * abs(expected) + 1e-3, (policy, nodes, value, expected)
PY
}

@test "hostile texts are texts" {
    "$PYTHON" "$SOURCE_DIRECTORY/tests/support/hostile.py" scenario "$BATS_TEST_TMPDIR"
    cd "$BATS_TEST_TMPDIR" || exit
    bulkhead run scenario.yaml -q -o hostile.h5 >/dev/null
    run_bulkhead report hostile.h5 --html hostile.html
    expect_status 0
    "$PYTHON" "$SOURCE_DIRECTORY/tests/support/hostile.py" page hostile.html scenario title low middle high plain own first
    [ -z "$(find . -name 'ran*')" ]
}

@test "a page of many values stays small, and says what it leaves out" {
    cd "$BATS_TEST_TMPDIR" || exit
    cat >many.yaml <<END
campaign: many
scenario: $scenarios/one-enclave.yaml
set: {checkpoints: {local: {interval: 10 min, write: 1 s, read: 1 s}, final: no}}
vary: [{axis: minutes, set: workload.work, from: 61 min, to: 820 min, count: 760}]
replicas: 1
END
    bulkhead sweep many.yaml -q -d many >/dev/null
    run_bulkhead report many/results.h5 --html many.html
    expect_status 0
    [ "$(stat -c %s many.html)" -lt 2000000 ]
    grep -q 'Of so many values none has a mark' many.html
    grep -q 'Of 760 points the first 500' many.html
    refuse grep -q 'class="value"' many.html
}

@test "what cannot be made is told" {
    run_bulkhead report results.h5 --html /nowhere/page.html
    expect_status 2
    expect_text "$errors" '/nowhere/page.html: cannot write the page'
    run_bulkhead report results.h5 --html page2.html --ledger
    expect_status 2
    expect_text "$errors" '--html makes a page alone'
    [ ! -e page2.html ]
}

# By the test itself: a skip in a subshell is none.
need_browser() {
    browser=$(command -v chromium || command -v chromium-browser) || skip "no chromium to look at the page with"
}

# The page with a script at its end, in a browser; what that left in the element `said`.
in_browser() {
    { sed '/<\/body>/,$d' page.html; printf '<pre id="said"></pre><script>{%s}</script></body></html>\n' "$1"; } >looked.html
    timeout 600 "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --user-data-dir="$BATS_TEST_TMPDIR/browser" \
        "${@:2}" --virtual-time-budget=4000 --dump-dom "file://$PWD/looked.html" 2>"$BATS_TEST_TMPDIR/browser.log" |
        sed -n 's/.*<pre id="said">\(.*\)<\/pre>.*/\1/p'
}

@test "in a browser: sorting, pointer, keys, and no request" {
    local said browser
    need_browser
    said=$(in_browser '
        const out=[], table=document.querySelector("#table table"), head=table.tHead.rows[0].cells;
        const column=[...head].findIndex(cell=>cell.textContent==="net overhead");
        const read=()=>[...table.tBodies[0].rows].map(row=>Number(row.cells[column].dataset.n));
        head[column].querySelector("button").click(); let v=read();
        out.push("up "+v.every((x,i)=>i===0||v[i-1]<=x)+" "+head[column].getAttribute("aria-sort"));
        head[column].querySelector("button").click(); v=read();
        out.push("down "+v.every((x,i)=>i===0||v[i-1]>=x));
        const plot=document.querySelector("svg.plot"), tip=document.getElementById("tip"), values=plot.querySelectorAll(".value");
        values[2].dispatchEvent(new MouseEvent("mouseenter"));
        out.push("pointer "+(!tip.hidden&&tip.textContent===values[2].getAttribute("aria-label")));
        values[2].dispatchEvent(new MouseEvent("mouseleave")); out.push("gone "+tip.hidden);
        plot.focus(); const key=k=>document.activeElement.dispatchEvent(new KeyboardEvent("keydown",{key:k,bubbles:true}));
        key("ArrowRight"); key("ArrowRight");
        out.push("keys "+(document.activeElement===values[1]&&tip.textContent===values[1].getAttribute("aria-label")));
        key("ArrowLeft"); out.push("back "+(document.activeElement===values[0]));
        key("Escape"); out.push("left "+(document.activeElement===plot&&tip.hidden));
        out.push("requests "+performance.getEntriesByType("resource").length);
        document.getElementById("said").textContent=out.join("; ");')
    echo "$said"
    [ "$said" = 'up true ascending; down true; pointer true; gone true; keys true; back true; left true; requests 0' ]
}

@test "in a browser: on a phone nothing sticks out, and the dark page is dark" {
    local said browser
    need_browser
    said=$(in_browser 'document.getElementById("said").textContent=
        (document.documentElement.scrollWidth<=innerWidth)+" "+getComputedStyle(document.body).backgroundColor;' --window-size=500,800)
    [ "$said" = 'true rgb(255, 255, 255)' ]
    said=$(in_browser 'document.getElementById("said").textContent=getComputedStyle(document.body).backgroundColor;' \
        --blink-settings=preferredColorScheme=0)
    [ "$said" = 'rgb(22, 24, 27)' ]
}
