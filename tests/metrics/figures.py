"""Runs metrics_bridge on arrays and compares what it says with what another implementation says."""
import os
import subprocess
import sys
import tempfile


class Figures:
    def __init__(self, bridge):
        self.bridge = bridge
        self.checks = self.failures = 0

    def run(self, what, *numbers, **arrays):
        """{name: value} of `metrics_bridge WHAT [FOLDER] NUMBERS...`; the folder holds the arrays by name."""
        with tempfile.TemporaryDirectory() as folder:
            for name, array in arrays.items():
                array.tofile(os.path.join(folder, name + ".bin"))
            words = [self.bridge, what] + ([folder] if arrays else []) + [repr(number) for number in numbers]
            lines = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
        return {name: float(value) for name, value in (line.split() for line in lines)}

    def close(self, what, got, want, tolerance=1e-4):
        self.checks += 1
        if not abs(got - want) <= tolerance * max(abs(want), 1e-12):  # a NaN fails too
            self.failures += 1
            print(f"{what} is {got:.9g}, the judge says {want:.9g}", file=sys.stderr)

    def finish(self):
        print(f"{self.checks - self.failures} passed, {self.failures} failed")
        sys.exit(1 if self.failures or not self.checks else 0)
