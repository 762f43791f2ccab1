"""Figures of feature vectors against NumPy and SciPy: whole distance matrices, a general matrix square root.

    check_distribution.py METRICS_BRIDGE
"""
import sys

import numpy
from scipy.linalg import sqrtm
from scipy.spatial.distance import cdist, pdist

from figures import Figures

K = 5


def radii(x):
    """Distance to the k-th neighbour: the nearest, number 0, is the vector itself."""
    return numpy.sort(cdist(x, x), axis=1)[:, K]


def frechet(a, b):
    c1, c2 = numpy.atleast_2d(numpy.cov(a.T)), numpy.atleast_2d(numpy.cov(b.T))
    root = sqrtm(c1 @ c2)
    return ((a.mean(0) - b.mean(0)) ** 2).sum() + numpy.trace(c1 + c2 - 2 * root.real)


def kid(a, b):
    k = [(x @ y.T / a.shape[1] + 1) ** 3 for x, y in ((a, a), (b, b), (a, b))]
    unbiased = [(m.sum() - numpy.trace(m)) / (len(m) * (len(m) - 1)) for m in k[:2]]
    return sum(unbiased) - 2 * k[2].mean()


def check(figures, name, real, samples, training):
    got = figures.run("distribution", len(real), len(samples), len(training), real.shape[1], real=real,
                      samples=samples, training=training)
    real, samples, training = (x.astype(numpy.float64) for x in (real, samples, training))
    inside_real = cdist(samples, real) < radii(real)
    inside_samples = cdist(real, samples) < radii(samples)
    nearest = [numpy.median(cdist(x, training).min(1)) for x in (samples, real)]
    steps = numpy.linalg.norm(numpy.diff(samples, axis=0), axis=1)
    want = {"precision": inside_real.any(1).mean(), "recall": inside_samples.any(1).mean(),
            "density": inside_real.sum() / (K * len(samples)), "coverage": inside_real.any(0).mean(),
            "frechet": frechet(real, samples), "kid": kid(real, samples), "diversity": pdist(samples).mean(),
            "memorisation": nearest[0] / nearest[1], "path_length": steps.sum(),
            "path_perceptual": numpy.mean((steps * len(steps)) ** 2),
            "path_largest_over_mean": steps.max() / steps.mean()}
    assert got.keys() == want.keys()
    for figure in want:
        figures.close(f"{name} {figure}", got[figure], want[figure])


def cloud(rng, n, dim, shift=0.0, scale=1.0):
    """Correlated, of clusters, not negative: as features behind a ReLU are."""
    mix = numpy.random.default_rng(dim).normal(0, 1, (dim, dim)) / numpy.sqrt(dim)
    centres = numpy.random.default_rng(dim + 1).normal(0, 2, (6, dim))
    x = centres[rng.integers(0, 6, n)] + scale * rng.normal(0, 1, (n, dim)) @ mix + shift
    return numpy.maximum(x, -1).astype(numpy.float32)


figures = Figures(sys.argv[1])
rng = numpy.random.default_rng(3)
check(figures, "alike", cloud(rng, 150, 16), cloud(rng, 131, 16), cloud(rng, 400, 16))
check(figures, "shifted", cloud(rng, 150, 16), cloud(rng, 150, 16, 0.3), cloud(rng, 300, 16))
check(figures, "narrow", cloud(rng, 180, 64), cloud(rng, 180, 64, 0.0, 0.5), cloud(rng, 300, 64))
check(figures, "one number", cloud(rng, 40, 1), cloud(rng, 50, 1), cloud(rng, 60, 1))
figures.finish()
