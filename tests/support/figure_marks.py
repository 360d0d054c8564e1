#!/usr/bin/python3
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
"""Whether the marks of a trade-off figure stand where its values are.

usage: figure_marks.py FIGURE scale VALUE...   in the lower panels no mark stands farther than 6 points from one of the
                                               values, all of which are marked; the data hold the values themselves
       figure_marks.py FIGURE price            in the upper panels no mark stands farther than 6 points from its price
       figure_marks.py FIGURE looks            no two series look alike
FIGURE is the path of its files without their endings.
"""
import math
import re
import sys
import xml.etree.ElementTree

MOST_POINTS = 6.0
ROUNDING = 0.7  # SVG's coordinates are whole sizes and two digits


def expect(condition, *what):
    if not condition:
        sys.exit(" ".join(map(str, what)))


def read_marks(figure):
    """x and y of every mark in points from the upper left corner, and the size of the picture."""
    svg = "{http://www.w3.org/2000/svg}"
    root = xml.etree.ElementTree.parse(figure + ".svg").getroot()
    marks = []
    for use in root.iter(svg + "use"):
        place = re.match(r"translate\(([-.\d]+),([-.\d]+)\)", use.get("transform", ""))
        if place:
            marks.append((float(place[1]), float(place[2])))
    return marks, [float(size) for size in root.get("viewBox").split()[2:]]


def read_blocks(figure):
    """Blocks of the data, as lists of rows of words."""
    with open(figure + ".dat", encoding="utf-8") as data:
        blocks = data.read().split("\n\n\n")
    return [[row.split() for row in block.splitlines() if row and row[0] != "#"] for block in blocks if block.strip()]


def numbers(pattern, text):
    return [[float(number) for number in found] for found in re.findall(pattern, text)]


def check_scale(figure, values):
    with open(figure + ".gp", encoding="utf-8") as script:
        upper, lower = script.read().split("# Below: ")
    is_logarithmic = "set logscale x 2" in lower
    (least, most), = numbers(r"set xrange \[([-.\de+]+):([-.\de+]+)\]", lower)
    panels = numbers(r"set lmargin at screen ([.\d]+); set rmargin at screen ([.\d]+)", lower)
    place = math.log2 if is_logarithmic else float
    marks, (width, height) = read_marks(figure)
    top = float(re.search(r"lower_top = ([.\d]+)", upper)[1])
    marks = [(x, y) for x, y in marks if y > (1 - top) * height]
    expect(len(marks) > 0, "no marks")
    for left, right in panels:
        expected = [width * (left + (place(value) - place(least)) / (place(most) - place(least)) * (right - left)) for value in values]
        met = set()
        for x, _ in marks:
            if left * width <= x <= right * width:
                nearest = min(range(len(values)), key=lambda i: abs(x - expected[i]))
                expect(abs(x - expected[nearest]) < MOST_POINTS + ROUNDING, "a mark at", x, "expected near", expected)
                met.add(nearest)
        expect(len(met) == len(values), "only", met, "are marked")
    found = {float(row[0]) for block in read_blocks(figure) for row in block if len(row) == 5}
    expect(found == set(values), "the data hold", found)


def check_price(figure):
    rows = [row for block in read_blocks(figure) for row in block if len(row) > 5]
    expect(len(rows) > 1, "no rows")
    for row in rows:
        expect(row[1] == "NaN" or abs(float(row[1])) <= MOST_POINTS, "raised", row[1])


def check_looks(figure):
    """No two policies of a system have one mark, no two systems one colour."""
    with open(figure + ".gp", encoding="utf-8") as script:
        colours = re.findall(r"data index (\d+) using \(edge\(\$\d+\)\).*xerrorbars.*lc rgb '(#[0-9a-f]{6})'", script.read())
    expect(len(colours) > 1, "no colours")
    expect(len({colour for _, colour in colours}) == len({index for index, _ in colours}), "colours", colours)
    for block in read_blocks(figure):
        marks = [tuple(row[2:4]) for row in block if len(row) > 5]
        expect(len(marks) == len(set(marks)), "marks", marks)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    if sys.argv[2] == "scale":
        check_scale(sys.argv[1], [float(value) for value in sys.argv[3:]])
    elif sys.argv[2] == "looks":
        check_looks(sys.argv[1])
    else:
        check_price(sys.argv[1])
