"""The conditioner of all coupling rivals."""

from torch import nn


def multilayer_perceptron(widths):
    """Dense layers of these widths with ReLU between them."""
    layers = []
    for index in range(len(widths) - 1):
        if index > 0:
            layers.append(nn.ReLU())
        layers.append(nn.Linear(widths[index], widths[index + 1]))
    return nn.Sequential(*layers)


class Couplings(nn.Module):
    """Couplings that keep the first and the second half in turn; `change` maps the other half.

    `change(x, raw)` takes a half and the output of the conditioner and returns the new half and the log-derivative,
    one number per row, or None where it is zero.
    """

    def __init__(self, features, count, hidden, parameters, change):
        super().__init__()
        self.half = features // 2
        self.change = change
        widths = [self.half, *hidden, self.half * parameters]
        self.networks = nn.ModuleList([multilayer_perceptron(widths) for _ in range(count)])

    def forward(self, x):
        """Data to latents: both halves of z, and the log-determinant or 0."""
        first, second = x[:, : self.half], x[:, self.half :]
        log_det = 0.0
        for index, network in enumerate(self.networks):
            if index % 2 == 0:
                second, log_derivative = self.change(second, network(first))
            else:
                first, log_derivative = self.change(first, network(second))
            if log_derivative is not None:
                log_det = log_det + log_derivative
        return first, second, log_det
