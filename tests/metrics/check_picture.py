"""What is measured of one clip against SciPy and NumPy.

    check_picture.py METRICS_BRIDGE
"""
import sys

import numpy
from scipy import ndimage

from figures import Figures


def laplacian(clip, seen):
    """Mean square over the foreground inside the border; ndimage.laplace is the stencil of four neighbours."""
    inside = numpy.zeros_like(seen)
    inside[:, 1:-1, 1:-1] = seen[:, 1:-1, 1:-1]
    planes = numpy.stack([[ndimage.laplace(frame[..., c]) for c in range(3)] for frame in clip])
    return numpy.mean(numpy.moveaxis(planes, 1, -1)[inside] ** 2)


def blobs(bright):
    return numpy.mean([ndimage.label(frame > 0.3, numpy.ones((3, 3)))[1] for frame in bright])


def check(figures, name, clip):
    clip = clip.astype(numpy.float32)
    padded = numpy.concatenate([clip, numpy.full_like(clip[..., :1], numpy.nan)], -1)
    got = figures.run("picture", *clip.shape[:3], a=padded)
    clip = clip.astype(numpy.float64)
    bright = clip.max(-1)
    figures.close(name + " laplacian", got["laplacian"], laplacian(clip, bright > numpy.float32(0.1)))
    figures.close(name + " peak", got["peak"], numpy.sort(bright.ravel())[-max(bright.size // 1000, 1):].mean())
    figures.close(name + " blobs", got["blobs"], blobs(bright))
    figures.close(name + " first difference", got["first_difference"], numpy.mean(numpy.diff(clip, axis=0) ** 2))
    figures.close(name + " second difference", got["second_difference"],
                  numpy.mean(numpy.diff(clip, 2, axis=0) ** 2))


figures = Figures(sys.argv[1])
rng = numpy.random.default_rng(2)
noise = rng.uniform(0, 1, (9, 33, 47, 3)) ** 3
check(figures, "noise", noise)
check(figures, "light", ndimage.gaussian_filter(noise, (1, 2, 2, 0)).clip(0, 1) * 1.5)
check(figures, "few dots", (rng.uniform(0, 1, (4, 40, 40, 1)) > 0.99) * rng.uniform(0.2, 1, (4, 40, 40, 3)))
check(figures, "small", rng.uniform(0, 1, (3, 4, 5, 3)))
figures.finish()
