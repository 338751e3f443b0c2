"""Real NVP (Dinh et al. 2017) on vectors: 8 affine couplings, D = 64, conditioners 32-256-256-64 with ReLU."""

import torch

from networks import Couplings
from timing import main, scoring, standard_normal, training

FEATURES = 64
HALF = FEATURES // 2


def affine(x, raw):
    """x s + t with log s = 2 tanh(r / 2)."""
    shift, log_scale = raw[:, :HALF], 2 * torch.tanh(0.5 * raw[:, HALF:])
    return x * torch.exp(log_scale) + shift, log_scale.sum(1)


def model():
    """The couplings."""
    return Couplings(FEATURES, 8, [256, 256], 2, affine)


def log_prob(flow, x):
    """Log-density of data, nats."""
    first, second, log_det = flow(x)
    return standard_normal(torch.cat([first, second], 1)) + log_det


def log_prob_case(batch):
    """log p(x) of a batch."""
    flow = model()
    x = torch.randn(batch, FEATURES)
    return scoring(lambda: log_prob(flow, x))


def train_case():
    """Gradient of the mean negative log-likelihood and one Adam step, batch 256."""
    flow = model()
    x = torch.randn(256, FEATURES)
    return training(flow.parameters(), lambda: -log_prob(flow, x).mean())


if __name__ == "__main__":
    main(
        {
            "realnvp-log-prob-1": lambda: log_prob_case(1),
            "realnvp-log-prob-256": lambda: log_prob_case(256),
            "realnvp-log-prob-4096": lambda: log_prob_case(4096),
            "realnvp-train": train_case,
        }
    )
