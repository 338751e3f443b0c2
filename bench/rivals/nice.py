"""NICE (Dinh et al. 2015) on 784 features: 4 additive couplings, conditioners 392-1000x5-392, logistic prior."""

import torch
from torch import nn
from torch.nn import functional

from networks import Couplings
from timing import main, training

FEATURES = 784


def additive(x, raw):
    """x + t."""
    return x + raw, None


class Nice(nn.Module):
    """Additive couplings and a diagonal scale at the end."""

    def __init__(self):
        super().__init__()
        self.couplings = Couplings(FEATURES, 4, [1000] * 5, 1, additive)
        self.log_scale = nn.Parameter(torch.zeros(FEATURES))

    def forward(self, x):
        """Log-density of data, nats."""
        first, second, _ = self.couplings(x)
        z = torch.cat([first, second], 1) * torch.exp(self.log_scale)
        return self.log_scale.sum() - (functional.softplus(z) + functional.softplus(-z)).sum(1)


def train_case():
    """Gradient of the mean negative log-likelihood and one Adam step, batch 200."""
    flow = Nice()
    x = torch.randn(200, FEATURES)
    return training(flow.parameters(), lambda: -flow(x).mean())


if __name__ == "__main__":
    main({"nice784-train": train_case})
