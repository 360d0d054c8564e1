#!/usr/bin/python3
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
"""Titles, labels, names and paths that would do something if anything read them as more than texts, and what is to become
of them. Whatever would run one of them leaves a file whose name begins with `ran` in the working folder.

usage: hostile.py scenario FOLDER          writes scenario.yaml and campaign.yaml there
       hostile.py results FIXTURE          puts such texts into a results file
       hostile.py path                     a file's name
       hostile.py text-of WORD             its text
       hostile.py svg FILE... -- WORD...   the figures show the texts of these words, whole (--literally: these)
       hostile.py canvas FILE WORD...      the page's script draws them in ASCII, and the page holds nothing else
       hostile.py page FILE WORD...        a page of HTML shows the texts of these words, and nothing else came of them
       hostile.py text|markdown|latex FILE the output is what it should be in that format
       hostile.py sbatch FILE FOLDER NAME  the batch script's output goes to a file of this folder
       hostile.py json|csv FILE WORD...    it holds the texts of these words, byte for byte
"""
import csv
import html.parser
import json
import re
import sys
import xml.etree.ElementTree

# Shells, gnuplot (where its quotes end, doubled, tripled and fourfold), its enhanced text, its formats, C's escapes; Markdown
# with HTML and links; LaTeX; a terminal; and a line break before what would be a heading, a comment or an option.
PARTS = ["`touch ran-1`", "$(touch ran-2)", "'.system('touch ran-3').'", "''.system(\"touch ran-4\").''",
         "''''.system(\"touch ran-5\").''''", "\";system \"touch ran-6\";\"", "';!touch ran-7", "| touch ran-8", "< touch ran-9",
         "{/=20 x}_a^b@x&y~z", "%d %n 100 %", "\\n \\101 \\", "<script>&amp;</script>", "[x](y) ![x](y) [x]: y *a* __b__", "$x$ \\input{x} ##",
         "}{ }} {{", "\u001b[31m\u202e\u0007", "\nsystem('touch ran-10')\n1 2 3\n# heading\n#SBATCH --x", "größe", "\""]


def text(word):
    """The text of a word: begins and ends with signs that mean something, and differs from word to word."""
    return "'" + word + " ".join([""] + PARTS + [""]) + word + "'"


def line(word):
    """As it is shown: in one line, with a stand-in for what is unsafe."""
    return "".join(" " if sign in "\n\t" else "\ufffd" if sign in "\u001b\u202e\u0007" else sign for sign in text(word))


def path():
    return "it's `touch ran-p1` $(touch ran-p2) \"x\" | <; %a {x}_y"


def scenario(folder):
    quoted = json.dumps  # YAML reads it, with its \u escapes
    policy = {"description": text("description"), "guards": "strongest",
              "dispositions": {"host-kernel": "node", "host-user": "guest", "guest-kernel": "guest", "guest-user": "process"}}
    enclaves = [{"name": text(name), "application": "mpi-bulk-synchronous", "guests-per-node": 1, "processes-per-guest": 1,
                 "node-share": 0.5, "verification": {"every": "1 h", "cost": "60 s"}} for name in ("first", "second")]
    values = [{"label": text(name), "set": {"models.channels.system-call.probability": p}}
              for name, p in (("low", 0.01), ("middle", 0.05), ("high", 0.1))]  # three words make an axis to run along
    body = {
        "scenario": text("scenario"), "title": text("title"), "description": text("what"),
        "platform": {"file": "testbed.xml", "nodes": 4},
        "workload": {"work": "4 h", "horizon": "10 d", "spares": 0, "enclaves": enclaves},
        "checkpoints": {"local": {"interval": "1 h", "write": "60 s", "read": "20 s"}},
        "baseline": text("plain"),
        "policies": [{"system": "native", "policy": "native", "name": text("plain")},
                     {"system": "native", "policy": "own", "name": text("own")}],
        "define": {"policies": {"own": policy}},
        "vary": [{"axis": "exit", "values": values}],
        "replicas": 2, "seed": 1}
    with open(folder + "/scenario.yaml", "w", encoding="utf-8") as out:
        out.write(quoted(body))
    plain = dict(body)
    plain.pop("vary")
    with open(folder + "/base.yaml", "w", encoding="utf-8") as out:
        out.write(quoted(plain))
    with open(folder + "/campaign.yaml", "w", encoding="utf-8") as out:
        out.write(quoted({"campaign": text("campaign"), "scenario": "base.yaml", "vary": body["vary"], "replicas": 2, "unit": 1}))


def results(fixture):
    import h5py
    import numpy
    f = h5py.File(fixture, "r+")
    for name in ("title", "version"):
        f.attrs[name] = text(name)
    f.attrs["scenario"] = "| " + text("scenario")

    def rename(path, words):
        old = f[path]
        attributes, scales = dict(old.attrs), None
        for word, row in zip(words, range(len(old))):
            old[row] = text(word)
        return attributes, scales

    rename("policy", [f"policy{i}" for i in range(len(f["policy"]))])
    f.attrs["baseline"] = text("policy0")
    rename("enclave", ["enclave0", "enclave1"])
    f.attrs["primary_enclave"] = text("enclave0")
    if "spares" in f:
        rename("spares", ["spares0", "spares1"])
    systems = [name.decode() for name in f["policy_system"][:]]
    f["policy_system"][:] = numpy.array([text("system" + name) for name in systems], dtype=object)
    kinds = [name.decode() for name in f["policy_policy"][:]]
    f["policy_policy"][:] = numpy.array([text("kind" + name) for name in kinds], dtype=object)
    if "nodes" in f:
        f["nodes"].attrs["unit"] = text("unit")
    causes = f["causes"][:]
    causes["fault"] = text("fault")
    f["causes"][:] = causes
    f.close()


def expect(condition, *what):
    if not condition:
        sys.exit(" ".join(map(str, what)))


def check_svg(words):
    split = words.index("--")
    files, words = words[:split], words[split + 1:]
    texts = {"".join(t.itertext()) for file in files
             for t in xml.etree.ElementTree.parse(file).iter("{http://www.w3.org/2000/svg}text")}
    wanted = words[1:] if words[:1] == ["--literally"] else [line(word) for word in words]
    for word in wanted:
        expect(any(word in shown for shown in texts), files, "show no", word, *sorted(texts))


class Page(html.parser.HTMLParser):
    """Counts tags, and keeps what stands in scripts."""

    def __init__(self):
        super().__init__()
        self.tags, self.scripts = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data):
        if self.tags and self.tags[-1] == "script":
            self.scripts[-1] += data


def check_canvas(file, words):
    page = Page()
    with open(file, encoding="utf-8") as stream:
        page.feed(stream.read())
    known = {"html", "head", "title", "meta", "script", "link", "body", "div", "canvas", "table", "tr", "td", "p", "hr", "img", "a",
             "tbody", "form", "input", "style", "br", "b"}
    expect(set(page.tags) <= known and page.tags.count("script") <= 6, "tags", page.tags)
    script = "".join(page.scripts)
    for word in words:
        shown = re.sub("<(?=[/!a-zA-Z])", "< ", "".join(sign if sign < "\x80" else "?" for sign in line(word)))
        written = shown.replace("\\", "\\\\").replace('"', '\\"')
        expect(written + '"' in script, file, "draws no", written)


class Shown(html.parser.HTMLParser):
    """Tags with their attributes, and what a reader sees or hears."""

    def __init__(self):
        super().__init__()
        self.tags, self.texts, self.inside = {}, [], None

    def handle_starttag(self, tag, attrs):
        self.inside = tag
        self.tags[tag] = self.tags.get(tag, 0) + 1
        for name, value in attrs:
            expect(not name.startswith("on") and name not in ("src", "action"), "attribute", name)
            expect(name != "href" or value.startswith("#"), "link", value)
            if name == "aria-label":
                self.texts.append(value)

    def handle_data(self, data):
        if self.inside not in ("script", "style"):
            self.texts.append(data)


def check_page(file, words):
    shown = Shown()
    with open(file, encoding="utf-8") as stream:
        content = stream.read()
    shown.feed(content)
    expect(shown.tags["script"] == 1 and shown.tags["style"] == 1, "scripts", shown.tags)
    known = {"html", "head", "meta", "title", "style", "script", "body", "header", "main", "nav", "section", "h1", "h2", "p", "b", "a",
             "strong", "code", "details", "summary", "figure", "figcaption", "div", "svg", "g", "path", "circle", "text", "table",
             "caption", "thead", "tbody", "tr", "th", "td", "button", "pre"}
    expect(set(shown.tags) <= known, "tags", set(shown.tags) - known)
    expect(all(sign not in content for sign in "\u001b\u202e\u0007"), "unsafe signs")
    for word in words:
        expect(any(line(word) in found for found in shown.texts), file, "shows no", word)


def check_text(content):
    for sign in content:
        expect(sign == "\n" or (sign.isprintable() and sign not in "\u202e\u0007"), "unsafe", repr(sign))
    expect("\n# heading" not in content and "\n#SBATCH" not in content, "a line of its own")


def check_markdown(content):
    check_text(content)
    bare = re.sub(r"\\[!-/:-@\[-`{-~]", "", content).replace("`all`", "")  # without what is escaped, and our own
    columns = 0
    for row in bare.split("\n"):
        if row.startswith("|"):
            count = row.count("|")
            expect(columns in (0, count), "cells", columns, count, row)
            columns = count
        else:
            columns = 0
            expect("|" not in row, "bar", row)
    for sign in ("`", "](", "]:", "__", "$", "&a"):
        expect(sign not in bare, sign, "means something")
    expect(not re.search("<[A-Za-z/!?]", bare), "a tag")
    expect("*" not in bare.replace("**", "").replace("\n*: no error", ""), "emphasis")


def check_latex(content):
    check_text(content)
    for row in content.split("\n"):
        if row.startswith("%") or row.startswith("\\begin") or row.startswith("\\end"):
            continue
        if row.startswith("\\multicolumn"):
            row = re.sub(r"^\\multicolumn\{\d+\}\{l\}\{\\emph\{(.*)\}\} \\\\$", r"\1", row)
        row = re.sub(r"\\(textbackslash|textasciitilde|textasciicircum|textbar|char34|char96)\{\}|\$[<>]\$|\\[&%$#_{}]|\{[\[*]\}", "",
                     re.sub(r" \\\\$| & |^\\(top|mid|bottom)rule$", "", row))
        expect(not re.search(r"[\\&%$#_{}~^|<>\"`]|^[\[*]", row), "LaTeX:", row)


def check_json(file, words):
    with open(file, encoding="utf-8") as stream:
        found = set()

        def walk(node):
            if isinstance(node, dict):
                for key, value in node.items():
                    found.add(key)
                    walk(value)
            elif isinstance(node, list):
                for value in node:
                    walk(value)
            elif isinstance(node, str):
                found.add(node)
        walk(json.load(stream))
    for word in words:
        expect(text(word) in found, word, "is not in", file)


def check_csv(file, words):
    with open(file, encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    expect(len({len(row) for row in rows}) == 1, "rows differ in length")
    for word in words:
        expect(any(text(word) in row for row in rows), word, "is not in", file)


def check_sbatch(content, folder, file):
    """Slurm's reading of an option in double quotes: a backslash before a sign, %% for a percent sign."""
    written, = re.findall(r'^#SBATCH --output="((?:[^"\\\n]|\\.)*)"$', content, re.MULTILINE)
    expect(re.sub(r"\\(.)", r"\1", written) == folder.replace("%", "%%") + "/" + file, "output", written)


def main(what, arguments):
    if what == "scenario":
        scenario(arguments[0])
    elif what == "results":
        results(arguments[0])
    elif what == "path":
        print(path())
    elif what == "text-of":
        sys.stdout.write(text(arguments[0]))
    elif what == "svg":
        check_svg(arguments)
    elif what == "canvas":
        check_canvas(arguments[0], arguments[1:])
    elif what == "page":
        check_page(arguments[0], arguments[1:])
    elif what == "sbatch":
        with open(arguments[0], encoding="utf-8") as stream:
            check_sbatch(stream.read(), *arguments[1:])
    elif what in ("json", "csv"):
        globals()["check_" + what](arguments[0], arguments[1:])
    elif what in ("text", "markdown", "latex"):
        with open(arguments[0], encoding="utf-8", newline="") as stream:
            globals()["check_" + what](stream.read())
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
