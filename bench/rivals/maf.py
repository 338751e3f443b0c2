"""Masked autoregressive flows (Papamakarios et al. 2017): 5 masked networks D-512-512-2D with ReLU, sampling.

D = 8 and 64: the usual sampler, D evaluations of every network. D = 784: a sampler that finds the hidden units feature by
feature and uses each weight once; what one of the 784 evaluations of the usual one costs is a case of its own. Where there
are more features than hidden units, features are connected to the outputs directly as well, as in our own model.
"""

import sys

import torch

from timing import main, scoring

HIDDEN = 512
COUNT = 5


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


def evaluation_case(features, batch):
    """One evaluation of every network."""
    networks = [Network(features) for _ in range(COUNT)]
    x = torch.randn(batch, features)
    return scoring(lambda: [feature(x, network.outputs(x)) for network in networks])


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
    "maf-evaluation-784-1": lambda: evaluation_case(784, 1),
    "maf-evaluation-784-16": lambda: evaluation_case(784, 16),
    "maf-evaluation-784-256": lambda: evaluation_case(784, 256),
}

if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        check()
    else:
        main(CASES)
