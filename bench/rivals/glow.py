"""Glow (Kingma & Dhariwal 2018) on images: squeezes, steps and splits with learned priors, in PyTorch's usual style."""

import math

import torch
from torch import nn
from torch.nn import functional

from timing import main, scoring, training

BATCH = 16
LOG_FACTOR = 3


class ZeroConvolution(nn.Module):
    """A 3x3 convolution that starts at zero, times exp(3 s)."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.convolution = nn.Conv2d(inputs, outputs, 3, padding=1) if inputs > 0 else None
        if self.convolution is not None:
            nn.init.zeros_(self.convolution.weight)
            nn.init.zeros_(self.convolution.bias)
        else:
            self.bias = nn.Parameter(torch.zeros(1, outputs, 1, 1))
        self.log_scale = nn.Parameter(torch.zeros(1, outputs, 1, 1))

    def forward(self, x):
        """From images of features to parameters."""
        if self.convolution is not None:
            y = self.convolution(x)
        else:
            y = self.bias.expand(x.shape[0], -1, x.shape[2], x.shape[3])
        return y * torch.exp(LOG_FACTOR * self.log_scale)


class ActNorm(nn.Module):
    """A shift and a scale per channel."""

    def __init__(self, channels):
        super().__init__()
        self.shift = nn.Parameter(torch.zeros(1, channels, 1, 1))
        self.log_scale = nn.Parameter(torch.zeros(1, channels, 1, 1))

    def forward(self, x):
        """Data to latents and the log-determinant."""
        logs = LOG_FACTOR * self.log_scale
        return (x + self.shift) * torch.exp(logs), x.shape[2] * x.shape[3] * logs.sum()

    def reverse(self, z):
        """Latents to data."""
        return z * torch.exp(-LOG_FACTOR * self.log_scale) - self.shift


class InvertibleConvolution(nn.Module):
    """A 1x1 convolution W = P L U."""

    def __init__(self, channels):
        super().__init__()
        rotation = torch.linalg.qr(torch.randn(channels, channels))[0]
        packed, pivots = torch.lu(rotation)
        permutation, lower, upper = torch.lu_unpack(packed, pivots)
        diagonal = torch.diagonal(upper)
        self.register_buffer("permutation", permutation)
        self.register_buffer("sign", torch.sign(diagonal))
        self.register_buffer("lower_mask", torch.tril(torch.ones(channels, channels), -1))
        self.register_buffer("identity", torch.eye(channels))
        self.lower = nn.Parameter(lower)
        self.upper = nn.Parameter(torch.triu(upper, 1))
        self.log_diagonal = nn.Parameter(torch.log(torch.abs(diagonal)))

    def weight(self):
        """W."""
        lower = self.lower * self.lower_mask + self.identity
        diagonal = torch.diag(self.sign * torch.exp(self.log_diagonal))
        return self.permutation @ lower @ (self.upper * self.lower_mask.t() + diagonal)

    def forward(self, x):
        """Data to latents and the log-determinant."""
        z = functional.conv2d(x, self.weight()[:, :, None, None])
        return z, x.shape[2] * x.shape[3] * self.log_diagonal.sum()

    def reverse(self, z):
        """Latents to data."""
        return functional.conv2d(z, self.weight().inverse()[:, :, None, None])


class Coupling(nn.Module):
    """The first half stays; the second becomes (x + t) sigmoid(r + 2)."""

    def __init__(self, channels, width):
        super().__init__()
        self.network = nn.Sequential(
            nn.Conv2d(channels // 2, width, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(width, width, 1),
            nn.ReLU(inplace=True),
            ZeroConvolution(width, channels),
        )

    def forward(self, x):
        """Data to latents and the log-determinant."""
        kept, changed = x.chunk(2, 1)
        shift, raw = self.network(kept).chunk(2, 1)
        logs = functional.logsigmoid(raw + 2)
        return torch.cat([kept, (changed + shift) * torch.exp(logs)], 1), logs.flatten(1).sum(1)

    def reverse(self, z):
        """Latents to data."""
        kept, changed = z.chunk(2, 1)
        shift, raw = self.network(kept).chunk(2, 1)
        return torch.cat([kept, changed / torch.sigmoid(raw + 2) - shift], 1)


class Step(nn.Module):
    """Activation normalization, 1x1 convolution, coupling."""

    def __init__(self, channels, width):
        super().__init__()
        self.layers = nn.ModuleList([ActNorm(channels), InvertibleConvolution(channels), Coupling(channels, width)])

    def forward(self, x):
        """Data to latents and the log-determinant."""
        log_det = 0.0
        for layer in self.layers:
            x, added = layer(x)
            log_det = log_det + added
        return x, log_det

    def reverse(self, z):
        """Latents to data."""
        for layer in reversed(self.layers):
            z = layer.reverse(z)
        return z


def squeeze(x):
    """Blocks of 2x2 pixels become channels."""
    batch, channels, height, width = x.shape
    x = x.view(batch, channels, height // 2, 2, width // 2, 2).permute(0, 1, 3, 5, 2, 4)
    return x.reshape(batch, 4 * channels, height // 2, width // 2)


def unsqueeze(z):
    """The opposite of squeeze."""
    batch, channels, height, width = z.shape
    z = z.view(batch, channels // 4, 2, 2, height, width).permute(0, 1, 4, 2, 5, 3)
    return z.reshape(batch, channels // 4, 2 * height, 2 * width)


def normal_log_density(z, mean, logs):
    """One number per image, nats."""
    standard = (z - mean) * torch.exp(-logs)
    return -(0.5 * standard * standard + logs + 0.5 * math.log(2 * math.pi)).flatten(1).sum(1)


class Glow(nn.Module):
    """Scales of a squeeze, steps and the prior of what leaves."""

    def __init__(self, event, levels, steps, width):
        super().__init__()
        height, row_length, channels = event
        self.scales = nn.ModuleList()
        self.priors = nn.ModuleList()
        self.shapes = []
        for level in range(levels):
            height, row_length, channels = height // 2, row_length // 2, channels * 4
            self.scales.append(nn.ModuleList([Step(channels, width) for _ in range(steps)]))
            last = level == levels - 1
            self.priors.append(ZeroConvolution(0, 2 * channels) if last else ZeroConvolution(channels // 2, channels))
            leaving = channels if last else channels // 2
            self.shapes.append((leaving, height, row_length))
            channels = channels // 2

    def log_prob(self, x):
        """Log-density of images, nats."""
        total = 0.0
        for level, (steps, prior) in enumerate(zip(self.scales, self.priors)):
            x = squeeze(x)
            for step in steps:
                x, log_det = step(x)
                total = total + log_det
            kept, leaving = (x, x) if level == len(self.scales) - 1 else x.chunk(2, 1)
            mean, logs = prior(kept).chunk(2, 1)
            total = total + normal_log_density(leaving, mean, logs)
            x = kept
        return total

    def decode(self, noise):
        """Images of standard normal numbers, one tensor per scale."""
        x = None
        for steps, prior, own in reversed(list(zip(self.scales, self.priors, noise))):
            mean, logs = prior(own if x is None else x).chunk(2, 1)
            z = own * torch.exp(logs) + mean
            x = z if x is None else torch.cat([x, z], 1)
            for step in reversed(steps):
                x = step.reverse(x)
            x = unsqueeze(x)
        return x


MODELS = {
    "glow28": {"event": (28, 28, 1), "levels": 2, "steps": 4, "width": 64},
    "glow32": {"event": (32, 32, 3), "levels": 3, "steps": 8, "width": 128},
}


def images(name):
    """A batch of random images."""
    height, width, channels = MODELS[name]["event"]
    return torch.randn(BATCH, channels, height, width)


def train_case(name):
    """Gradient of the mean negative log-likelihood and one Adam step."""
    flow, x = Glow(**MODELS[name]), images(name)
    return training(flow.parameters(), lambda: -flow.log_prob(x).mean())


def log_prob_case(name):
    """log p(x) of a batch."""
    flow, x = Glow(**MODELS[name]), images(name)
    return scoring(lambda: flow.log_prob(x))


def sample_case(name):
    """Images of latents."""
    flow = Glow(**MODELS[name])
    noise = [torch.randn(BATCH, *shape) for shape in flow.shapes]
    return scoring(lambda: flow.decode(noise))


if __name__ == "__main__":
    main(
        {
            "glow28-train": lambda: train_case("glow28"),
            "glow28-log-prob": lambda: log_prob_case("glow28"),
            "glow28-sample": lambda: sample_case("glow28"),
            "glow32-train": lambda: train_case("glow32"),
            "glow32-log-prob": lambda: log_prob_case("glow32"),
            "glow32-sample": lambda: sample_case("glow32"),
        }
    )
