"""check_page.py PAGE [--charts N] [--gifs FOLDER N] [--text TEXT]: a page is well-formed XML, needs nothing but
itself, and its charts hold what charts must. Exits with 1 and a line for each fault."""
import argparse
import base64
import math
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree

WIDTH, HEIGHT, LETTER = 360, 204, 6.2  # of a chart, in its own units
faults = []


def check(condition, what):
    if not condition:
        faults.append(what)


def check_references(page, source):
    """Nothing is fetched: data URIs, links into samples/, fragments."""
    for word in ("<script", "http:", "https:", "@import", "<iframe", "<object"):
        check(word not in source, f"holds {word}")
    for element in page.iter():
        for name, value in element.attrib.items():
            if name in ("src", "srcset", "poster", "data", "action"):
                check(value.startswith("data:image/gif;base64,"), f"{name}={value[:60]}")
            if name == "href":
                check(value == "data:," or value.startswith("samples/"), f"href={value[:60]}")
            for url in re.findall(r"url\(([^)]*)\)", value):
                check(url.startswith("#"), f"url({url})")
    style = "".join(page.find("head").find("style").itertext())
    check("url(" not in style, "the style fetches something")
    for name in re.findall(r"var\(--(\w+)\)", style):
        check(f"--{name}:" in style, f"the colour --{name} is not defined")
    for colour in "c0 c1 page card text muted".split():
        check(len(re.findall(rf"--{colour}:#", style)) == 2, f"--{colour} lacks a light or a dark value")


def check_ids(page):
    ids = [element.attrib["id"] for element in page.iter() if "id" in element.attrib]
    check(len(ids) == len(set(ids)), "an id is given twice")
    for element in page.iter():
        for target in element.attrib.get("aria-labelledby", "").split():
            check(target in ids, f"aria-labelledby={target}")
        for target in re.findall(r"url\(#(\w+)\)", element.attrib.get("clip-path", "")):
            check(target in ids, f"clip-path={target}")


def boxes(svg, row):
    """Left, right, top and bottom of the texts of the bottom row or of the others."""
    for text in svg.iter("text"):
        x, y, words = float(text.attrib["x"]), float(text.attrib["y"]), "".join(text.itertext())
        width = LETTER * len(words)
        left = x - width if text.attrib["class"] == "y" else x - width / 2
        if (y > HEIGHT - 15) == row and words != "nothing yet":
            yield left, left + width, y - 8, y


def check_labels(svg, name):
    for row in (False, True):
        places = sorted(boxes(svg, row), key=lambda box: box[0] if row else -box[3])
        for left, right, top, bottom in places:
            check(left >= -1 and right <= WIDTH + 2 and top >= -1 and bottom <= HEIGHT, f"{name}: a label is cut off")
        for one, other in zip(places, places[1:]):
            apart = other[0] - one[1] if row else one[2] - other[3]
            check(apart >= 1, f"{name}: labels overlap by {-apart:.1f}")


def check_chart(figure):
    svg = figure.find("svg")
    name = svg.findtext("title")
    check(bool(name) and bool(svg.findtext("desc") is not None), "a chart without title and description")
    check(svg.attrib.get("role") == "img", f"{name}: no role")
    check_labels(svg, name)
    for path in svg.iter("path"):
        numbers = re.findall(r"-?[a-z0-9.]+", re.sub(r"[MLHvZ]", " ", path.attrib["d"]))
        for number in numbers:
            try:
                value = float(number)
            except ValueError:
                value = math.nan
            check(abs(value) <= 3 * WIDTH, f"{name}: {number} in a path")
    check(len(ElementTree.tostring(svg)) < 120000, f"{name}: too large for a page")


def embedded(page):
    for image in page.iter("img"):
        check(len(image.attrib.get("alt", "")) > 3, "a picture without words")
        yield base64.b64decode(image.attrib["src"].partition(",")[2], validate=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("page")
    parser.add_argument("--charts", type=int)
    parser.add_argument("--gifs", nargs=2)
    parser.add_argument("--text", action="append", default=[])
    options = parser.parse_args()
    source = pathlib.Path(options.page).read_text(encoding="utf-8")
    page = ElementTree.fromstring(source)
    check(source.startswith("<!DOCTYPE html>"), "no doctype")
    check_references(page, source)
    check_ids(page)
    figures = [figure for figure in page.iter("figure") if figure.attrib["class"] == "chart"]
    for figure in figures:
        check_chart(figure)
    if options.charts is not None:
        check(len(figures) == options.charts, f"{len(figures)} charts instead of {options.charts}")
    if options.gifs is not None:
        files = [path.read_bytes() for path in pathlib.Path(options.gifs[0]).glob("*.gif")]
        gifs = list(embedded(page))
        check(len(gifs) == int(options.gifs[1]), f"{len(gifs)} pictures instead of {options.gifs[1]}")
        check(all(gif in files for gif in gifs), "a picture is not the file's bytes")
        check(len(set(gifs)) == len(gifs), "a picture is there twice")
    words = re.sub(r"\s+", " ", "".join(page.find("body").itertext()))
    for text in options.text:
        check(text in words, f"does not say: {text}")
    for fault in faults[:20]:
        print(f"{options.page}: {fault}", file=sys.stderr)
    return 1 if faults else 0


sys.exit(main())
