"""Neural spline couplings (Durkan et al. 2019): 8 couplings, 8 bins on [-5, 5], conditioners 32-256-256-736."""

import math

import torch
from torch.nn import functional

from networks import Couplings
from timing import main, scoring, standard_normal, training

FEATURES = 64
HALF = FEATURES // 2
BINS = 8
BOUND = 5.0
FLOOR = 1e-3
# Raw slopes of zero give slope 1: softplus(OFFSET) + FLOOR = 1.
OFFSET = math.log(math.expm1(1 - FLOOR))


def knots(raw):
    """Bin sizes and knots on [-B, B] from raw sizes; the last axis is that of the bins."""
    share = FLOOR + (1 - FLOOR * BINS) * functional.softmax(raw, -1)
    inner = functional.pad(torch.cumsum(share[..., :-1], -1), (1, 1), value=0.0)
    positions = 2 * BOUND * inner - BOUND
    # The last knot is the end of the interval, whatever the sum of the shares rounds to.
    positions = torch.cat([positions[..., :-1], torch.full_like(positions[..., :1], BOUND)], -1)
    return positions[..., 1:] - positions[..., :-1], positions


def spline(x, raw):
    """The rational-quadratic spline inside [-B, B], the identity outside (eq. 4 and 5)."""
    parameters = raw.reshape(x.shape[0], HALF, 3 * BINS - 1)
    widths, x_knots = knots(parameters[..., :BINS])
    heights, y_knots = knots(parameters[..., BINS : 2 * BINS])
    slopes = functional.softplus(parameters[..., 2 * BINS :] + OFFSET) + FLOOR
    slopes = functional.pad(slopes, (1, 1), value=1.0)

    inside = (x > -BOUND) & (x < BOUND)
    at = x.clamp(-BOUND, BOUND)
    index = (at[..., None] >= x_knots[..., 1:-1]).sum(-1, keepdim=True)

    def chosen(values):
        return torch.gather(values, -1, index)[..., 0]

    width, height = chosen(widths), chosen(heights)
    left, bottom = chosen(x_knots), chosen(y_knots)
    slope, next_slope = chosen(slopes), torch.gather(slopes, -1, index + 1)[..., 0]
    steepness = height / width

    share = (at - left) / width
    mixed = share * (1 - share)
    denominator = steepness + (next_slope + slope - 2 * steepness) * mixed
    value = bottom + height * (steepness * share * share + slope * mixed) / denominator
    numerator = next_slope * share * share + 2 * steepness * mixed + slope * (1 - share) ** 2
    log_derivative = torch.log(steepness * steepness * numerator) - 2 * torch.log(denominator)
    zero = torch.zeros_like(log_derivative)
    return torch.where(inside, value, x), torch.where(inside, log_derivative, zero).sum(1)


def model():
    """The couplings."""
    return Couplings(FEATURES, 8, [256, 256], 3 * BINS - 1, spline)


def log_prob(flow, x):
    """Log-density of data, nats."""
    first, second, log_det = flow(x)
    return standard_normal(torch.cat([first, second], 1)) + log_det


def log_prob_case():
    """log p(x), batch 256."""
    flow = model()
    x = torch.randn(256, FEATURES)
    return scoring(lambda: log_prob(flow, x))


def train_case():
    """Gradient of the mean negative log-likelihood and one Adam step, batch 256."""
    flow = model()
    x = torch.randn(256, FEATURES)
    return training(flow.parameters(), lambda: -log_prob(flow, x).mean())


if __name__ == "__main__":
    main({"rqs-log-prob": log_prob_case, "rqs-train": train_case})
