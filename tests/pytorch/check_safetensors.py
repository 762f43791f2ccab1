"""Reads what the C writer wrote, with json and numpy alone: the layout as others see it.

    check_safetensors.py TEST_SAFETENSORS      the test program; with `--write FILE` it writes the file judged here
"""
import json
import os
import subprocess
import sys
import tempfile

import numpy

DTYPES = {"U8": "u1", "F16": "<f2", "I32": "<i4", "F32": "<f4", "F64": "<f8", "I64": "<i8", "U64": "<u8", "BF16": "<u2"}


def load(path):
    with open(path, "rb") as file:
        raw = file.read()
    length = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8:8 + length])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        tensors[name] = numpy.frombuffer(raw[8 + length + begin:8 + length + end],
                                         DTYPES[entry["dtype"]]).reshape(entry["shape"])
    assert length % 8 == 0 and 8 + length + sum(t.nbytes for t in tensors.values()) == len(raw)
    return metadata, tensors


with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "written.safetensors")
    subprocess.run([sys.argv[1], "--write", path], check=True)
    metadata, tensors = load(path)

assert metadata == {"format": "pt", "quote": '"\\\n\u0001\u00e9\U0001f642'}, metadata
assert list(tensors) == ["encoder.0.conv.weight", "step", "half.bf16", "class"], list(tensors)
weight = tensors["encoder.0.conv.weight"]
assert weight.dtype == numpy.float32 and weight.shape == (2, 3, 1, 1, 2)
assert numpy.array_equal(weight.ravel(), numpy.arange(12) * 0.5 - 2)
assert tensors["step"].dtype == numpy.int32 and tensors["step"].shape == () and tensors["step"] == -7
assert numpy.array_equal((tensors["half.bf16"].astype(numpy.uint32) << 16).view(numpy.float32), [1.0, -2.0])
assert numpy.array_equal(tensors["class"], [[1, 2, 3]])
print("4 tensors, 2 pairs of metadata: as written")
