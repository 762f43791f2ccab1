"""Runs single operations of mograph through `op_bridge`, and compares them with PyTorch.

    ops = Bridge(path_of_op_bridge)
    out = ops.run("activation_forward", params, src=array)   # {"dst": array}

`params` are the bytes of the C struct: struct.pack with native alignment ("@"), members in the order of the header,
enumerations as "i". op_bridge refuses a wrong size. Arrays are numpy, float32 or uint32, in the layout that the
operation's header states; bf16 arguments are converted here.
"""
import os
import subprocess
import sys
import tempfile

import numpy
import torch

F32, BF16 = 0, 1  # enum op_dtype


def bf16_encode(values):
    """float32 to the upper halves, rounded to nearest even; finite values only."""
    bits = numpy.ascontiguousarray(values, numpy.float32).view(numpy.uint32)
    return ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16).astype(numpy.uint16)


def bf16_decode(halves):
    return (halves.astype(numpy.uint32) << 16).view(numpy.float32)


def encode(dtype, values):
    if dtype == "bf16":
        return bf16_encode(values)
    return numpy.ascontiguousarray(values, {"f32": numpy.float32, "u8": numpy.uint8, "u32": numpy.uint32}[dtype])


def decode(dtype, raw):
    if dtype == "bf16":
        return bf16_decode(numpy.frombuffer(raw, numpy.uint16))
    return numpy.frombuffer(raw, {"f32": numpy.float32, "u8": numpy.uint8, "u32": numpy.uint32}[dtype])


class Bridge:
    def __init__(self, program):
        self.program = program

    def run(self, operation, params, bf16=(), **inputs):
        """Runs one operation. `bf16` names the inputs stored as bf16. Returns {output name: flat array}."""
        with tempfile.TemporaryDirectory() as folder:
            for name, values in inputs.items():
                encode("bf16" if name in bf16 else values.dtype.name.replace("float", "f").replace("uint", "u"),
                       values).tofile(os.path.join(folder, name + ".bin"))
            done = subprocess.run([self.program, operation, params.hex(), folder], stdout=subprocess.PIPE, text=True,
                                  check=False)
            if done.returncode != 0:
                raise SystemExit(f"{operation}: op_bridge failed with status {done.returncode}")
            outputs = {}
            for line in done.stdout.splitlines():
                name, role, dtype, count = line.split()
                if role in ("out", "inout") and int(count) > 0:
                    with open(os.path.join(folder, name + ".bin"), "rb") as file:
                        outputs[name] = decode(dtype, file.read())
            return outputs


def ndhwc(tensor):
    """A torch tensor N C D H W as a numpy array N D H W C."""
    return numpy.ascontiguousarray(tensor.detach().permute(0, 2, 3, 4, 1).numpy())


def ncdhw(array, n, d, h, w, c):
    """The reverse, from a flat or shaped array."""
    return torch.from_numpy(numpy.array(array).reshape(n, d, h, w, c)).permute(0, 4, 1, 2, 3)


class Judge:
    """Compares named results; finish() exits with 1 when one of them was off, or when there was none."""

    def __init__(self):
        self.failures = 0
        self.checks = 0

    def close(self, what, got, want, tolerance):
        """max |got - want| <= tolerance * max |want|."""
        got = numpy.asarray(got, numpy.float64).ravel()
        want = want.detach().numpy() if isinstance(want, torch.Tensor) else want
        want = numpy.asarray(want, numpy.float64).ravel()
        self.checks += 1
        if got.shape != want.shape:
            self.failures += 1
            print(f"{what}: {got.size} values, PyTorch has {want.size}", file=sys.stderr)
            return
        worst = int(numpy.argmax(numpy.abs(got - want)))
        error = abs(got[worst] - want[worst]) / max(float(numpy.max(numpy.abs(want))), 1e-30)
        if not error <= tolerance:  # a NaN fails too
            self.failures += 1
            print(f"{what}[{worst}] is {got[worst]:.9g}, PyTorch says {want[worst]:.9g}; "
                  f"relative error {error:.3g} > {tolerance:.3g}", file=sys.stderr)

    def finish(self):
        print(f"{self.checks - self.failures} passed, {self.failures} failed")
        sys.exit(1 if self.failures or not self.checks else 0)
