"""Sylvester flows of the triangular form (van den Berg et al. 2018): 16 layers, D = 64, M = 32, batch 256."""

import math

import torch

from timing import main, scoring, standard_normal

FEATURES = 64
WIDTH = 32
COUNT = 16
BATCH = 256


def triangles(full, diagonal):
    """R and R~ from one square matrix each row, and the diagonal of R R~; tanh bounds both diagonals."""
    outer_diagonal = torch.tanh(torch.diagonal(full, dim1=-2, dim2=-1))
    inner_diagonal = torch.tanh(diagonal)
    outer = torch.triu(full, 1) + torch.diag_embed(outer_diagonal)
    inner = torch.triu(full.transpose(-2, -1), 1) + torch.diag_embed(inner_diagonal)
    return outer, inner, outer_diagonal * inner_diagonal


def layer(z, parameters, flipped, multiply):
    """z + Q R tanh(R~ Q' z + b), Q the first M columns of the identity or of the reversal."""
    full, diagonal, offset = parameters
    outer, inner, product = triangles(full, diagonal)
    ordered = torch.flip(z, [1]) if flipped else z
    h = torch.tanh(multiply(ordered[:, :WIDTH], inner) + offset)
    log_det = torch.log(1 + (1 - h * h) * product).sum(1)
    moved = torch.nn.functional.pad(multiply(h, outer), (0, FEATURES - WIDTH))
    if flipped:
        moved = torch.flip(moved, [1])
    return z + moved, log_det


def shared_product(rows, matrix):
    """A matrix of all rows times each row."""
    return rows @ matrix.T


def own_product(rows, matrices):
    """The matrix of each row times that row."""
    return torch.bmm(matrices, rows[:, :, None])[:, :, 0]


def case(leading, multiply):
    """Forward with log q; `leading` is the shape before the shape of one set of parameters."""
    flow = [
        (
            0.1 / math.sqrt(WIDTH) * torch.randn(*leading, WIDTH, WIDTH),
            0.1 * torch.randn(*leading, WIDTH),
            0.1 * torch.randn(*leading, WIDTH),
        )
        for _ in range(COUNT)
    ]
    z = torch.randn(BATCH, FEATURES)

    def density():
        x = z
        log_q = standard_normal(z)
        # Layers are listed from the data side: the last comes first.
        for index in reversed(range(COUNT)):
            x, log_det = layer(x, flow[index], index % 2 == 1, multiply)
            log_q = log_q - log_det
        return x, log_q

    return scoring(density)


if __name__ == "__main__":
    main(
        {
            "sylvester-amortised": lambda: case((BATCH,), own_product),
            "sylvester-shared": lambda: case((), shared_product),
        }
    )
