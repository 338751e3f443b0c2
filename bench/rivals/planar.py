"""Planar flows (Rezende & Mohamed 2015): 32 tanh layers with the u-hat constraint."""

import math

import torch
from torch import nn
from torch.nn import functional

from timing import main, scoring, standard_normal, training


class Planar(nn.Module):
    """x = z + u-hat tanh(w z + b), K times; returns x and the log-determinant."""

    def __init__(self, features, count):
        super().__init__()
        scale = 1 / math.sqrt(features)
        self.u = nn.Parameter(scale * torch.randn(count, features))
        self.w = nn.Parameter(scale * torch.randn(count, features))
        self.b = nn.Parameter(torch.zeros(count))

    def forward(self, z):
        # The constraint of all layers at once: it does not depend on z.
        product = (self.w * self.u).sum(1)
        step = (functional.softplus(product) - 1 - product) / (self.w * self.w).sum(1)
        direction = self.u + step[:, None] * self.w
        gain = (self.w * direction).sum(1)
        x = z
        log_det = 0.0
        for k in range(self.w.shape[0]):
            h = torch.tanh(x @ self.w[k] + self.b[k])
            log_det = log_det + torch.log(1 + (1 - h * h) * gain[k])
            x = x + h[:, None] * direction[k]
        return x, log_det


def forward_case():
    """Forward with log q, D = 2, batch 256."""
    flow = Planar(2, 32)
    z = torch.randn(256, 2)

    def density():
        x, log_det = flow(z)
        return x, standard_normal(z) - log_det

    return scoring(density)


def train_case():
    """One step of reverse KL to N(1, I), D = 64, 256 draws."""
    flow = Planar(64, 32)

    def loss():
        z = torch.randn(256, 64)
        x, log_det = flow(z)
        log_q = standard_normal(z) - log_det
        return (log_q + 0.5 * ((x - 1) ** 2).sum(1)).mean()

    return training(flow.parameters(), loss)


if __name__ == "__main__":
    main({"planar-forward": forward_case, "planar-train": train_case})
