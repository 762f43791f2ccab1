"""Judges what `mograph eval --json` said of a model that has hardly learnt anything, and its page.

    check_eval.py RESULTS.json eval.html
"""
import json
import sys
from xml.etree import ElementTree


def refuse(constant):
    raise ValueError(f"{constant} is no JSON")


with open(sys.argv[1], encoding="utf-8") as file:
    results = json.load(file, parse_constant=refuse)

KINDS = ["burst", "fountain", "orbit", "ripple", "snow", "vortex"]
columns = {name: results[name] for name in ("samples", "real", "shuffled", "blurred")}
figures = set(columns["real"]) - {"kinds", "clips"}
assert len(figures) == 14, figures
for name, column in columns.items():
    assert column["clips"] == 6 * results["n"] == 42
    assert list(column["kinds"]) == KINDS
    for kind in column["kinds"].values():
        assert set(kind) == figures | {"clips"} and kind["clips"] == 7

real, samples, shuffled, blurred = (columns[n] for n in ("real", "samples", "shuffled", "blurred"))
# The floor is a floor.
assert real["memorisation"] == 1.0
assert all(0.7 < real[f] < 1.4 for f in ("sharpness", "peak", "blobs", "first_difference", "second_difference"))
assert real["accuracy"] > 0.8 and real["recall"] > 0.5 and real["precision"] > 0.5
# The controls fall where they should.
assert shuffled["second_difference"] > 1.3 * real["second_difference"]
assert abs(shuffled["sharpness"] - real["sharpness"]) < 1e-9
assert blurred["sharpness"] < 0.5 * real["sharpness"] and blurred["peak"] < real["peak"]
assert min(shuffled["frechet"], blurred["frechet"]) > real["frechet"]
# A model of 21 steps makes fog.
assert samples["first_difference"] < 0.5 and samples["accuracy"] < 0.7 and samples["frechet"] > 3 * real["frechet"]
assert samples["recall"] < real["recall"] and samples["coverage"] < real["coverage"]

judged = results["set"]
assert judged["name"] == "particles: seed 1, 4 layouts, variety 1, 14 clips a kind of 32x32x8", judged
assert len(judged["hash"]) == 16 and int(judged["hash"], 16) > 0

reconstruction = results["reconstruction"]
assert reconstruction["clips"] == 42 and 5 < reconstruction["psnr"] < 40
assert reconstruction["black"]["foreground_psnr"] < reconstruction["black"]["psnr"]
assert all(level["kl"] >= 0 and level["active_units"] <= level["units"] for level in reconstruction["levels"])
assert 0 < reconstruction["bits_per_dimension"] < 9
for ring in results["morphs"].values():
    assert ring["pairs"] == 6
    for way in ("morph", "cross_fade"):
        assert ring[way]["largest_over_mean"] >= 1 and ring[way]["path_length"] > 0 and ring[way]["peak"] > 0

with open(sys.argv[2], encoding="utf-8") as file:
    page = ElementTree.fromstring(file.read().split(">", 1)[1])  # behind the document type
text = " ".join(page.itertext())
images = [e.get("src") for e in page.iter() if e.tag.endswith("img")]
assert len(images) == 4 and all(src.startswith("data:image/gif;base64,") for src in images)
assert all(words in text for words in ("kind accuracy", "memorisation", "cross-fade", "black clip", *KINDS))
assert judged["name"] in text and judged["hash"] in text
print("figures of four columns, six kinds, two rings of morphs, and the page")
