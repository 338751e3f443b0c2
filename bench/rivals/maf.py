"""Masked autoregressive flows (Papamakarios et al. 2017): 5 masked networks D-512-512-2D with ReLU.

Sampling at D = 8 and 64: the usual sampler, D evaluations of every network. D = 784: a sampler that finds the hidden units
feature by feature and uses each weight once, and in cases of its own the usual one, of whose passes a few are timed and the
time is scaled. Where there are more features than hidden units, features are connected to the outputs directly as well, as
in our own model. Densities and training multiply the weights by their masks, as is usual.
"""

import sys

import torch

from timing import main, part, scoring, standard_normal, training

HIDDEN = 512
COUNT = 5
TIMED_PASSES = {1: 16, 16: 16, 256: 4}


class Network:
    """A masked network; hidden units are sorted by degree."""

    def __init__(self, features):
        degrees = torch.floor((torch.arange(HIDDEN) + 0.5) * (features - 1) / HIDDEN) + 1
        places = torch.arange(features)
        self.features = features
        self.first = torch.randn(features, HIDDEN) / features**0.5
        self.first *= (places[:, None] < degrees[None, :]).float()
        self.second = torch.randn(HIDDEN, HIDDEN) / HIDDEN**0.5
        self.second *= (degrees[:, None] <= degrees[None, :]).float()
        self.last = torch.randn(HIDDEN, features, 2) * 0.01
        self.last *= (degrees[:, None] <= places[None, :]).float()[:, :, None]
        self.direct = None
        if features > HIDDEN:
            self.direct = torch.randn(features, features, 2) * 0.01
            self.direct *= (places[:, None] < places[None, :]).float()[:, :, None]
        self.counts = [int((degrees <= i).sum()) for i in range(features)]

    def outputs(self, x):
        """Shift and raw scale of every feature."""
        hidden = torch.relu(torch.relu(x @ self.first) @ self.second)
        y = hidden @ self.last.view(HIDDEN, -1)
        if self.direct is not None:
            y = y + x @ self.direct.view(self.features, -1)
        return y.view(-1, self.features, 2)


def feature(z, output):
    """(z - t) / s with log s = 2 tanh(r / 2)."""
    log_scale = 2 * torch.tanh(0.5 * output[..., 1])
    return (z - output[..., 0]) * torch.exp(-log_scale), -log_scale


def by_passes(network, z, passes):
    """One feature more is right after every pass."""
    x = torch.zeros_like(z)
    for i in range(passes):
        output = network.outputs(x)
        values, logs = feature(z, output)
        x[:, i] = values[:, i]
    return x, logs.sum(1)


def prepared(network):
    """Weights as the incremental sampler reads them: what multiplies a column side by side."""
    last = network.last.permute(1, 2, 0).contiguous()
    direct = None if network.direct is None else network.direct.permute(1, 2, 0).contiguous()
    return network.first.t().contiguous(), network.second.t().contiguous(), last, direct


def incremental(network, weights, z):
    """Units are finished as soon as what they see is known; columns are examples."""
    first, second, last, direct = weights
    batch = z.shape[1]
    x = torch.zeros_like(z)
    h1 = torch.empty(HIDDEN, batch)
    h2 = torch.empty(HIDDEN, batch)
    log_det = torch.zeros(batch)
    low = 0
    for i, high in enumerate(network.counts):
        if high > low:
            h1[low:high] = torch.relu(first[low:high, :i] @ x[:i])
            h2[low:high] = torch.relu(second[low:high, :high] @ h1[:high])
            low = high
        output = last[i, :, :high] @ h2[:high]
        if direct is not None:
            output = output + direct[i, :, :i] @ x[:i]
        x[i], log = feature(z[i], output.t())
        log_det += log
    return x, log_det


def passes_case(features, batch):
    """The usual sampler."""
    networks = [Network(features) for _ in range(COUNT)]
    z = torch.randn(batch, features)

    def sample():
        x = z
        for network in networks:
            x = by_passes(network, x, features)[0].flip(1)
        return x

    return scoring(sample)


def incremental_case(features, batch):
    """The sampler that uses each weight once."""
    networks = [Network(features) for _ in range(COUNT)]
    weights = [prepared(network) for network in networks]
    z = torch.randn(features, batch)

    def sample():
        x = z
        for network, each in zip(networks, weights):
            x = incremental(network, each, x)[0].flip(0)
        return x

    return scoring(sample)


def timed_passes_case(features, batch):
    """A part of the passes, scaled; the density of an IAF at foreign points is the same work as a draw of an MAF."""
    passes = TIMED_PASSES[batch]
    networks = [Network(features) for _ in range(COUNT)]
    z = torch.randn(batch, features)

    def sample():
        x = z
        for network in networks:
            x = by_passes(network, x, passes)[0].flip(1)
        return x

    return part(scoring(sample), scale=features / passes)


class MaskedLinear(torch.nn.Linear):
    """A dense layer whose weight is multiplied by a mask."""

    def __init__(self, weight):
        super().__init__(*weight.shape)
        self.register_buffer("mask", (weight != 0).float().t().contiguous())
        self.weight.data = weight.t().contiguous()

    def forward(self, x):
        """[batch, inputs] to [batch, outputs]."""
        return torch.nn.functional.linear(x, self.mask * self.weight, self.bias)


class Layer(torch.nn.Module):
    """A masked network with trained weights."""

    def __init__(self, features):
        super().__init__()
        network = Network(features)
        self.first = MaskedLinear(network.first)
        self.second = MaskedLinear(network.second)
        self.last = MaskedLinear(network.last.reshape(HIDDEN, -1))
        self.direct = None
        if network.direct is not None:
            self.direct = MaskedLinear(network.direct.reshape(features, -1))
            self.direct.register_parameter("bias", None)

    def forward(self, x):
        """z and log|det dz/dx|."""
        y = self.last(torch.relu(self.second(torch.relu(self.first(x)))))
        if self.direct is not None:
            y = y + self.direct(x)
        shift, raw = y.view(x.shape[0], -1, 2).unbind(2)
        log_scale = 2 * torch.tanh(0.5 * raw)
        return x * torch.exp(log_scale) + shift, log_scale.sum(1)


def one_pass_case(features, batch, train):
    """log p(x), or a training step."""
    layers = torch.nn.ModuleList(Layer(features) for _ in range(COUNT))
    x = torch.randn(batch, features)

    def log_prob():
        z, total = x, torch.zeros(batch)
        for layer in layers:
            z, log_det = layer(z)
            total = total + log_det
            z = z.flip(1)
        return standard_normal(z) + total

    if not train:
        return scoring(log_prob)
    return training(list(layers.parameters()), lambda: -log_prob().mean())


def check():
    """Both samplers give the same features."""
    for features in (8, 64, 600):
        network = Network(features)
        z = torch.randn(3, features)
        x, log_det = by_passes(network, z, features)
        y, other = incremental(network, prepared(network), z.t().contiguous())
        assert torch.allclose(x, y.t(), atol=1e-4), features
        assert torch.allclose(log_det, other, atol=1e-3), features


CASES = {
    "maf-sample-8-1": lambda: passes_case(8, 1),
    "maf-sample-8-16": lambda: passes_case(8, 16),
    "maf-sample-8-256": lambda: passes_case(8, 256),
    "maf-sample-64-1": lambda: passes_case(64, 1),
    "maf-sample-64-16": lambda: passes_case(64, 16),
    "maf-sample-64-256": lambda: passes_case(64, 256),
    "maf-sample-784-1": lambda: incremental_case(784, 1),
    "maf-sample-784-16": lambda: incremental_case(784, 16),
    "maf-sample-784-256": lambda: incremental_case(784, 256),
    "maf-passes-784-1": lambda: timed_passes_case(784, 1),
    "maf-passes-784-16": lambda: timed_passes_case(784, 16),
    "maf-passes-784-256": lambda: timed_passes_case(784, 256),
    "iaf-density-784-16": lambda: timed_passes_case(784, 16),
    "maf-log-prob-784": lambda: one_pass_case(784, 256, train=False),
    "maf-train-784": lambda: one_pass_case(784, 256, train=True),
}

if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        check()
    else:
        main(CASES)
