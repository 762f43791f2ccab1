"""The model of model/net/vae.c again, in PyTorch: module names are those of our weights files, so that load_state_dict takes
them. Tensors are NCDHW here; noise, dropped levels and everything flat come in our order, NDHWC."""
import math

import torch
from torch import nn
from torch.nn import functional as F

LOG_SIGMA_BOUND = 4.0


def bounded(x):
    return LOG_SIGMA_BOUND * torch.tanh(x / LOG_SIGMA_BOUND)


def flat(x):
    """NCDHW to [n][d h w c], the order in which our linear layers read."""
    return x.permute(0, 2, 3, 4, 1).flatten(1)


def ncdhw(x):
    return x.permute(0, 4, 1, 2, 3)


def space_to_depth(x):
    n, c, d, h, w = x.shape
    x = x.reshape(n, c, d // 2, 2, h // 2, 2, w // 2, 2)
    return x.permute(0, 3, 5, 7, 1, 2, 4, 6).reshape(n, 8 * c, d // 2, h // 2, w // 2)


def depth_to_space(x):
    n, c, d, h, w = x.shape
    x = x.reshape(n, 2, 2, 2, c // 8, d, h, w)
    return x.permute(0, 4, 5, 1, 6, 2, 7, 3).reshape(n, c // 8, 2 * d, 2 * h, 2 * w)


def film(x, layer, condition):
    scale, shift = (part[:, :, None, None, None] for part in layer(condition).chunk(2, 1))
    return x * (1 + scale) + shift


def coordinates(grid):
    """x, y and t of the voxels of a grid, -1 to 1, each [d][h][w]."""
    t, y, x = torch.meshgrid(*((torch.arange(size) + 0.5) / size * 2 - 1 for size in grid), indexing="ij")
    return x, y, t


def fourier(pose, frequencies, grid):
    """Waves over coordinates that the pose [n][10 poses] has moved; NCDHW, per pose sines, then cosines."""
    x, y, t = (axis.to(pose) for axis in coordinates(grid))
    features = []
    for part in pose.split(10, 1):
        a = part[:, :, None, None, None].unbind(1)
        moved = ((1 + a[0]) * x + a[1] * y + a[2] + a[3] * t, a[4] * x + (1 + a[5]) * y + a[6] + a[7] * t,
                 (1 + a[8]) * t + a[9])
        phase = math.pi * torch.stack(moved, -1) @ frequencies.T
        features += [phase.sin(), phase.cos()]
    return torch.cat(features, -1).permute(0, 4, 1, 2, 3)


class Block(nn.Module):
    """With FiLM by a style of so many numbers between norm and SiLU, or, where there are none, without."""

    def __init__(self, c, style=0):
        super().__init__()
        self.norm1, self.norm2 = nn.BatchNorm3d(c), nn.BatchNorm3d(c)
        self.conv1 = nn.Conv3d(c, c, 3, padding=1, bias=False)
        self.conv2 = nn.Conv3d(c, c, 3, padding=1)

        self.film1, self.film2 = (nn.Linear(style, 2 * c) if style > 0 else None for _ in range(2))

    def forward(self, x, style=None):
        y = self.norm1(x)
        y = self.conv1(F.silu(film(y, self.film1, style) if self.film1 is not None else y))
        y = self.norm2(y)
        return x + self.conv2(F.silu(film(y, self.film2, style) if self.film2 is not None else y))


class EncoderStage(nn.Module):
    def __init__(self, i, cin, cout):
        super().__init__()
        self.conv = nn.Conv3d(8 * cin, cout, 1, bias=False) if i == 0 else nn.Conv3d(cin, cout, 4, 2, 1, bias=False)
        self.norm = nn.BatchNorm3d(cout)
        self.block = Block(cout) if i > 1 else None
        self.first = i == 0

    def forward(self, x):
        x = F.silu(self.norm(self.conv(space_to_depth(x) if self.first else x)))
        return self.block(x) if self.block is not None else x


class Waves(nn.Module):
    """Fourier features that join a grid."""

    def __init__(self, waves, poses, grid, c):
        super().__init__()
        self.register_buffer("frequencies", torch.zeros(waves, 3))
        self.conv = nn.Conv3d(2 * waves * poses, c, 1, bias=False)
        self.grid = grid

    def forward(self, pose):
        return self.conv(fourier(0.3 * pose, self.frequencies, self.grid))


class DecoderStage(nn.Module):
    def __init__(self, i, c, below, style, condition, spatial_bias_voxels, styled):
        super().__init__()
        self.fourier = None
        self.place = nn.Linear(condition, spatial_bias_voxels * c) if spatial_bias_voxels > 0 else None
        self.film = nn.Linear(style, 2 * c)
        if i > 0:
            self.block = Block(c, style if styled else 0)
            self.up = nn.ConvTranspose3d(c, below, 4, 2, 1, bias=False)
            self.norm = nn.BatchNorm3d(below)
        else:
            self.conv = nn.Conv3d(c, 32, (1, 3, 3), padding=(0, 1, 1))


class Head(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.conv1 = nn.Conv3d(cin, cin, 1, bias=False)
        self.norm = nn.BatchNorm3d(cin)
        self.conv2 = nn.Conv3d(cin, 2 * cout, 3, padding=1)

    def forward(self, x):
        return self.conv2(F.silu(self.norm(self.conv1(x)))).chunk(2, 1)


class Level(nn.Module):
    def __init__(self, c, stored):
        super().__init__()
        self.prior, self.posterior = Head(c, stored), Head(2 * c, stored)
        self.input = nn.Conv3d(stored, c, 1)


def kl_divergence(mu, log_sigma, prior_mu, prior_log_sigma, used):
    """Per sample, over the channels that carry noise."""
    kl = prior_log_sigma - log_sigma - 0.5 + 0.5 * (
        (2 * log_sigma).exp() + (mu - prior_mu) ** 2) * (-2 * prior_log_sigma).exp()
    return kl[:, :used].flatten(1).sum(1)


class Twin(nn.Module):
    """`config` is the text of mograph.config in a weights file."""

    def __init__(self, config):
        super().__init__()
        fields = dict(part.split("=") for part in config.split())
        self.channels = [int(c) for c in fields["channels"].split(",")]
        self.latent = [int(c) for c in fields["latent"].split(",")]
        stages = self.stages = int(fields["stages"])
        self.top_count, embedding = int(fields["top"]), int(fields["embedding"])
        self.size = [int(fields[k]) >> stages for k in "dhw"]
        ch, condition, cells = self.channels, self.top_count + embedding, math.prod(self.size)
        self.embedding = nn.Embedding(int(fields["classes"]), embedding)
        self.encoder = nn.ModuleList(EncoderStage(i, 4 if i == 0 else ch[i - 1], ch[i]) for i in range(stages))
        features = cells * ch[-1] + sum(ch[:-1]) + embedding
        mapping_width, layers = int(fields.get("mapped", 0)), int(fields.get("mapping_layers", 1))
        waves, poses, styled = (int(fields.get(name, 0)) for name in ("waves", "poses", "styled"))
        style = condition + mapping_width
        self.top = nn.ModuleDict({"posterior": nn.Linear(features, 2 * self.top_count),
                                  "prior": nn.Linear(embedding, 2 * self.top_count)})
        if mapping_width > 0:
            widths = [condition] + layers * [mapping_width]
            mapping = [nn.Linear(*pair) for pair in zip(widths, widths[1:])]
            self.top["mapping"] = mapping[0] if layers <= 1 else nn.ModuleList(mapping)
        self.decoder = nn.ModuleDict({"start": nn.Linear(style, cells * ch[-1]), "gain": nn.Linear(style, 8)})
        self.grids = [[int(fields[k]) >> (i + 1) for k in "dhw"] for i in range(stages)]
        for i in range(stages):
            voxels = math.prod(self.grids[i])
            spatial_bias_voxels = voxels if i + 1 < stages and voxels <= int(fields.get("placed", 0)) else 0
            stage = DecoderStage(i, ch[i], ch[i - 1] if i > 0 else 0, style, condition, spatial_bias_voxels, styled)
            if waves > 0 and spatial_bias_voxels > 0:
                stage.fourier = Waves(waves, poses, self.grids[i], ch[i])
                self.decoder["pose"] = nn.Linear(style, 10 * poses)
            self.decoder[str(i)] = stage
        self.level = nn.ModuleDict({str(i): Level(ch[i], (used + 3) // 4 * 4)
                                    for i, used in enumerate(self.latent) if used > 0})

    def encode(self, clip):
        features = []
        for stage in self.encoder:
            clip = stage(clip)
            features.append(clip)
        return features

    def sample_level(self, i, x, feature, eps, drop):
        level, used = self.level[str(i)], self.latent[i]
        prior_mu, prior_log_sigma = level.prior(x)
        prior_log_sigma = bounded(prior_log_sigma)
        residual_mu, residual_log_sigma = level.posterior(torch.cat([x, feature], 1))
        log_sigma = prior_log_sigma + 2 * torch.tanh(residual_log_sigma)
        kl = kl_divergence(prior_mu + residual_mu, log_sigma, prior_mu, prior_log_sigma, used)
        z = prior_mu + residual_mu * (1 + drop[:, :, None, None, None]) + log_sigma.exp() * ncdhw(eps)
        return x + level.input(self.masked(i, z)), kl

    def sample_prior(self, i, x, eps):
        level = self.level[str(i)]
        mu, log_sigma = level.prior(x)
        return x + level.input(self.masked(i, mu + bounded(log_sigma).exp() * ncdhw(eps)))

    def masked(self, i, z):
        """Without the channels that only fill up to a multiple of 4."""
        mask = torch.zeros_like(z)
        mask[:, :self.latent[i]] = 1
        return z * mask

    def style(self, condition):
        if "mapping" not in self.top:
            return condition
        mapping, x = self.top["mapping"], condition
        for layer in mapping if isinstance(mapping, nn.ModuleList) else [mapping]:
            x = F.silu(layer(x))
        return torch.cat([condition, x], 1)

    def start(self, style):
        return ncdhw(self.decoder["start"](style).reshape(-1, *self.size, self.channels[-1]))

    def enter(self, i, x, condition, style):
        """A decoder's stage up to its latents: where things are, then what the vector says, then the block."""
        stage = self.decoder[str(i)]
        if stage.place is not None:
            x = x + ncdhw(stage.place(condition).reshape(-1, *self.grids[i], self.channels[i]))
        if stage.fourier is not None:
            x = x + stage.fourier(self.decoder["pose"](style))
        x = film(x, stage.film, style)
        return stage.block(x, style) if i > 0 else x

    def forward(self, clip, classes, eps, drops):
        """clip [n][d][h][w][4]; eps and drops by level, top first (drops[0] is not used). The output in the order
        of the clip, and the KL divergence of every level [n]."""
        features, embedding = self.encode(ncdhw(clip)), self.embedding(classes)
        means = [f.mean((2, 3, 4)) for f in features[:-1]]
        seen = torch.cat([flat(features[-1])] + means + [embedding], 1)
        mu, log_sigma = self.top["posterior"](seen).chunk(2, 1)
        prior_mu, prior_log_sigma = self.top["prior"](embedding).chunk(2, 1)
        log_sigma = bounded(log_sigma)
        kls = [kl_divergence(mu, log_sigma, prior_mu, prior_log_sigma, self.top_count)]
        condition = torch.cat([mu + log_sigma.exp() * eps[0].flatten(1), embedding], 1)

        def sample(i, x):
            x, kl = self.sample_level(i, x, features[i], eps[len(kls)], drops[len(kls)])
            kls.append(kl)
            return x
        return self.decode(condition, sample), kls

    def decode(self, condition, sample):
        """From the top's vector to the picture; sample(i, x) adds the latents of level i."""
        style = self.style(condition)
        x = self.start(style)
        for i in reversed(range(self.stages)):
            stage = self.decoder[str(i)]
            x = self.enter(i, x, condition, style)
            if self.latent[i] > 0:
                x = sample(i, x)
            if i > 0:
                x = F.silu(stage.norm(stage.up(x)))
        x = film(depth_to_space(self.decoder["0"].conv(x)), self.decoder["gain"], style)
        return torch.sigmoid(x).permute(0, 2, 3, 4, 1)

    def generate(self, classes, eps):
        """Clips [n][d][h][w][4] from the prior; eps by level, top first."""
        embedding, eps = self.embedding(classes), list(eps)
        mu, log_sigma = self.top["prior"](embedding).chunk(2, 1)
        condition = torch.cat([mu + log_sigma.exp() * eps.pop(0).flatten(1), embedding], 1)
        return self.decode(condition, lambda i, x: self.sample_prior(i, x, eps.pop(0)))
