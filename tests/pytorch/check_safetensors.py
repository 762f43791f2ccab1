"""Reads what the C writer wrote, with json and numpy alone: the layout as others see it.

    check_safetensors.py TEST_SAFETENSORS      the test program; with `--write FILE` it writes the file judged here
"""
import os
import subprocess
import sys
import tempfile

import numpy

from safetensors_file import load

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
