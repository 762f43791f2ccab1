"""Reads a safetensors file with json and numpy alone."""
import json

import numpy

DTYPES = {"U8": "u1", "F16": "<f2", "I32": "<i4", "F32": "<f4", "F64": "<f8", "I64": "<i8", "U64": "<u8", "BF16": "<u2"}


def load(path):
    """The metadata and {name: array}, in the order of the data. BF16 stays as its bits."""
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
