"""What bench.py times in PyTorch: a training step and the making of clips, the same work as `mograph bench train` and
`mograph bench generate` do, each in one of the modes in which PyTorch can run it."""
import contextlib
import math
import time

import torch
from torch.nn.utils import fusion

from bench_optimiser import Optimiser
from twin import Twin

SIGMA_FLOOR, DROP = 0.03, 0.4
WARM_UP = 3


class Mode:
    """precision: fp32, tf32 or bf16; execution: eager, compiled or graphs."""

    def __init__(self, precision, execution, device):
        self.precision, self.execution, self.device = precision, execution, torch.device(device)
        self.name = f"{execution} {precision}"

    def missing(self):
        """Why this PyTorch or this device cannot run it; None: it can."""
        if self.precision == "tf32" and self.device.type != "cuda":
            return "TF32 is of CUDA devices"
        if self.execution == "graphs" and self.device.type != "cuda":
            return "CUDA graphs are of CUDA devices"
        if self.execution != "eager" and not hasattr(torch, "compile"):
            return f"PyTorch {torch.__version__} has no torch.compile"
        return None

    def enter(self):
        """Global settings that belong to the mode."""
        tf32 = self.precision == "tf32"
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = tf32
        torch.backends.cudnn.benchmark = True

    def autocast(self):
        if self.precision != "bf16":
            return contextlib.nullcontext()
        return torch.autocast(self.device.type, dtype=torch.bfloat16)

    def compiled(self, function):
        """For these shapes alone: what an earlier work has compiled would make it guess at others."""
        if self.execution == "eager":
            return function
        torch._dynamo.reset()
        return torch.compile(function, dynamic=False)

    def wait(self):
        if self.device.type == "cuda":
            torch.cuda.synchronize()


class Work:
    """One piece of work, prepared and warm: seconds(n) times n runs of it. A run reads nothing on the host, so that a
    GPU may be ahead of the program and is waited for once, at the end."""

    def __init__(self, mode, config, batch):
        self.mode, self.batch = mode, batch
        fields = dict(part.split("=") for part in config.split())
        self.size = [int(fields[k]) for k in "dhw"]
        self.classes = torch.arange(batch, device=mode.device) % int(fields["classes"])
        self.model = Twin(config).to(mode.device, memory_format=torch.channels_last_3d)
        used = [i for i in reversed(range(self.model.stages)) if self.model.latent[i] > 0]
        self.shapes = [(batch, self.model.top_count)]
        self.shapes += [(batch, *self.model.grids[i], (self.model.latent[i] + 3) // 4 * 4) for i in used]

    def noise(self):
        return [torch.randn(shape, device=self.mode.device) for shape in self.shapes]

    def warm_up(self):
        self.mode.enter()
        if self.mode.execution == "graphs":
            self.capture()
        for _ in range(WARM_UP):
            self.run()
        self.mode.wait()

    def capture(self):
        """A run as a CUDA graph, behind a few on a stream of their own, as PyTorch's manual wants it."""
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(WARM_UP):
                self.run()
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            self.run()
        self.run = graph.replay

    def seconds(self, runs):
        """Of each run; of a GPU, the mean as the only one."""
        self.mode.enter()
        together = runs if self.mode.device.type == "cuda" else 1
        times = []
        for _ in range(runs // together):
            start = time.perf_counter()
            for _ in range(together):
                self.run()
            self.mode.wait()
            times.append((time.perf_counter() - start) / together)
        return times


class Training(Work):
    """Clips to tensor, noise for every level, forward pass, losses, backward pass, clipping, Muon and AdamW, the
    average. Betas are fixed, where ours follow what the host reads of a step."""

    def __init__(self, mode, config, batch, optimiser):
        super().__init__(mode, config, batch)
        self.model.train()
        self.optimiser = Optimiser(self.model, optimiser, mode.device.type == "cuda")
        self.clips = torch.randint(0, 256, (batch, *self.size, 3), dtype=torch.uint8, device=mode.device)
        self.mse = torch.zeros((), device=mode.device)
        self.losses = mode.compiled(self.losses)
        self.warm_up()

    def drops(self):
        """Of every level but the top: -1 where a sample does without it."""
        dropped = (torch.rand(self.batch, device=self.mode.device) < DROP).float()[:, None]
        return [None] + [-dropped.expand(-1, shape[-1]) for shape in self.shapes[1:]]

    def losses(self, clips, classes, eps, drops, mse):
        """The loss and the batch's mean squared error; the running one, `mse`, gives the likelihood's sigma."""
        clip = torch.nn.functional.pad(clips.float() / 255, (0, 1))
        eps = eps[:1] + [e * (1 + d[:, None, None, None, :]) for e, d in zip(eps[1:], drops[1:])]
        with self.mode.autocast():
            output, kls = self.model(clip, classes, eps, drops)
        squared = (output[..., :3].float() - clip[..., :3]).square().flatten(1).sum(1)
        numbers = 3 * math.prod(self.size)
        sigma2 = mse.clamp(min=SIGMA_FLOOR**2)
        loss = (squared / (2 * sigma2) + numbers / 2 * torch.log(2 * math.pi * sigma2)).mean()
        for kl, drop in zip(kls, drops):
            used = kl if drop is None else kl * (1 + drop[:, 0])
            loss = loss + used.float().mean()
        return loss, squared.detach().mean() / numbers

    def run(self):
        for p in self.optimiser.parameters:
            p.grad = None
        loss, mse = self.losses(self.clips, self.classes, self.noise(), self.drops(), self.mse)
        loss.backward()
        self.mse.lerp_(mse, 0.01)
        self.optimiser.step()


def fold_norms(model):
    """BatchNorm that only scales what a convolution has made becomes part of the convolution."""
    for module in model.modules():
        for conv, norm in (("conv1", "norm"), ("conv1", "norm2"), ("up", "norm")):
            if hasattr(module, conv) and hasattr(module, norm):
                fused = fusion.fuse_conv_bn_eval(getattr(module, conv), getattr(module, norm), transpose=conv == "up")
                setattr(module, conv, fused)
                setattr(module, norm, torch.nn.Identity())
    return model


class Generation(Work):
    """Noise to clips of bytes on the host."""

    def __init__(self, mode, config, batch):
        super().__init__(mode, config, batch)
        self.model = fold_norms(self.model.eval()).to(memory_format=torch.channels_last_3d)
        self.pixels = mode.compiled(self.pixels)
        self.rgb = torch.empty((batch, *self.size, 3), dtype=torch.uint8, pin_memory=mode.device.type == "cuda")
        with torch.inference_mode():
            self.warm_up()

    def pixels(self, classes, eps):
        with self.mode.autocast():
            output = self.model.generate(classes, eps)
        return (output[..., :3].float() * 255).round().clamp(0, 255).to(torch.uint8)

    def run(self):
        self.rgb.copy_(self.pixels(self.classes, self.noise()), non_blocking=True)

    def seconds(self, runs):
        with torch.inference_mode():
            return super().seconds(runs)
