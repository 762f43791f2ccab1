"""Figures of a reconstruction against scikit-image and NumPy, on clips of moving light and on noise.

    check_reconstruction.py METRICS_BRIDGE
"""
import sys

import numpy
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from figures import Figures


def light(rng, n, d, h, w):
    """Coloured blobs that move over black."""
    z, y, x = numpy.mgrid[0:d, 0:h, 0:w].astype(numpy.float64)
    clips = numpy.zeros((n, d, h, w, 3))
    for clip in clips:
        for _ in range(6):
            cy, cx, vy, vx = rng.uniform(0, h), rng.uniform(0, w), *rng.normal(0, 1, 2)
            blob = numpy.exp(-((y - cy - vy * z) ** 2 + (x - cx - vx * z) ** 2) / rng.uniform(1, 12))
            clip += blob[..., None] * rng.uniform(0, 1, 3)
    return clips.clip(0, 1)


def ssim(a, b):
    """Mean over frames, of luma."""
    luma = [clips.astype(numpy.float64) @ [0.299, 0.587, 0.114] for clips in (a, b)]
    frames = [f.reshape(-1, *f.shape[-2:]) for f in luma]
    return numpy.mean([structural_similarity(p, q, gaussian_weights=True, sigma=1.5, use_sample_covariance=False,
                                             data_range=1.0) for p, q in zip(*frames)])


def check(figures, name, clips, noise, rng):
    n, d, h, w = clips.shape[:4]
    real = numpy.round(clips * 255).astype(numpy.uint8)
    model = (clips + rng.normal(0, noise, clips.shape)).clip(0, 1).astype(numpy.float32)
    padded = numpy.concatenate([model, numpy.full_like(model[..., :1], numpy.nan)], -1)
    got = figures.run("reconstruction", n, d, h, w, a=padded, b=real)
    true = real / 255.0
    seen = numpy.maximum(model.max(-1), true.max(-1)) > 0.1
    figures.close(name + " psnr", got["psnr"], peak_signal_noise_ratio(true, model.astype(float), data_range=1.0))
    figures.close(name + " foreground psnr", got["foreground_psnr"],
                  -10 * numpy.log10(numpy.mean((true - model)[seen] ** 2)))
    figures.close(name + " ssim", got["ssim"], ssim(model, true))


figures = Figures(sys.argv[1])
rng = numpy.random.default_rng(1)
for noise in (0.002, 0.02, 0.2):
    check(figures, f"light {noise}", light(rng, 2, 3, 32, 48), noise, rng)
check(figures, "smallest frames", rng.uniform(0, 1, (1, 2, 11, 11, 3)), 0.3, rng)
check(figures, "odd sizes", rng.uniform(0, 1, (3, 1, 13, 29, 3)), 0.1, rng)

means = (rng.normal(3, 1, (40, 30)) * numpy.linspace(0.02, 0.3, 30)).astype(numpy.float32)
figures.close("active units", figures.run("active", 40, 30, x=means)["active"],
              (means.astype(float).var(0) > 0.01).sum(), 0.0)

# Bits per dimension of a Gaussian, from its probability density at the values themselves.
values, mean = rng.uniform(0, 1, 500), 0.4
density = numpy.exp(-0.5 * ((values - mean) / 0.2) ** 2) / (0.2 * numpy.sqrt(2 * numpy.pi))
nll = float(-numpy.log(density).sum())
figures.close("bits", figures.run("bits", nll, 30.0, 500.0)["bits"],
              float((-numpy.log2(density / 256).sum() + 30.0 / numpy.log(2)) / 500), 1e-9)
figures.finish()
