"""The gated PixelCNN (van den Oord et al. 2016) on binary images: two stacks, in PyTorch's usual style.

Filters hold only the taps that may be seen, where many programs multiply by masks: less work than usual. Sampling is the
usual one, a pass over the whole image for every pixel; a few of the passes are timed and the time is scaled.
"""

import sys

import torch
from torch import nn
from torch.nn import functional

from timing import main, part, scoring, training

SIDE = 28
LAYERS = 7
FEATURES = 64
BATCH = 16
TIMED_PASSES = 4


def gate(x):
    """tanh of one half times the sigmoid of the other."""
    signal, opening = x.chunk(2, 1)
    return torch.tanh(signal) * torch.sigmoid(opening)


class GatedLayer(nn.Module):
    """A vertical stack over the rows above, a horizontal one to the left, and the link between them."""

    def __init__(self, kernel, inputs, first, last):
        super().__init__()
        self.beside = kernel // 2
        self.first = first
        self.vertical = nn.Conv2d(inputs, 2 * FEATURES, (self.beside + 1, kernel))
        self.link = nn.Conv2d(2 * FEATURES, 2 * FEATURES, 1, bias=False)
        self.horizontal = nn.Conv2d(inputs, 2 * FEATURES, (1, self.beside + (0 if first else 1)))
        self.skip = nn.Conv2d(FEATURES, FEATURES, 1)
        self.residual = None if last else nn.Conv2d(FEATURES, FEATURES, 1)

    def forward(self, vertical, horizontal):
        """Rows above and own row to rows above, own row and what the output reads."""
        beside = self.beside
        rows = self.vertical(functional.pad(vertical, (beside, beside, beside, 0)))
        left = functional.pad(horizontal, (beside, -1 if self.first else 0, 0, 0))
        across = self.horizontal(left) + functional.pad(self.link(rows), (0, 0, 1, 0))
        gated = gate(across)
        skip = self.skip(gated)
        if self.residual is None:
            return None, None, skip
        out = self.residual(gated)
        return gate(rows), out if self.first else out + horizontal, skip


class GatedPixelCnn(nn.Module):
    """Logits of all pixels."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(
            [GatedLayer(7 if i == 0 else 3, 1 if i == 0 else FEATURES, i == 0, i == LAYERS - 1) for i in range(LAYERS)]
        )
        self.output = nn.Sequential(nn.ReLU(), nn.Conv2d(FEATURES, FEATURES, 1), nn.ReLU(), nn.Conv2d(FEATURES, 1, 1))

    def forward(self, x):
        """Levels 0 and 1 to logits."""
        horizontal = 2 * x - 1
        # No pixel has the last row above it.
        vertical = horizontal[:, :, :-1]
        skips = 0.0
        for layer in self.layers:
            vertical, horizontal, skip = layer(vertical, horizontal)
            skips = skips + skip
        return self.output(skips)

    def log_prob(self, x):
        """Nats, one number per image."""
        return -functional.binary_cross_entropy_with_logits(self(x), x, reduction="none").sum((1, 2, 3))


def draw_pixels(model, x, count):
    """Draws the first pixels in raster order, with a pass for each."""
    for pixel in range(count):
        row, column = divmod(pixel, SIDE)
        logits = model(x)[:, 0, row, column]
        x[:, 0, row, column] = torch.bernoulli(torch.sigmoid(logits))
    return x


def images(batch):
    """Fair coins."""
    return torch.bernoulli(torch.full((batch, 1, SIDE, SIDE), 0.5))


def sample_case(batch):
    """A part of the 784 passes, scaled."""
    model = GatedPixelCnn()
    sample = scoring(lambda: draw_pixels(model, torch.zeros(batch, 1, SIDE, SIDE), TIMED_PASSES))
    return part(sample, scale=SIDE * SIDE / TIMED_PASSES)


def pass_case(batch):
    """One pass."""
    model = GatedPixelCnn()
    x = images(batch)
    return scoring(lambda: model(x))


def log_prob_case():
    """log P(x)."""
    model = GatedPixelCnn()
    x = images(BATCH)
    return scoring(lambda: model.log_prob(x))


def train_case():
    """A gradient and an Adam update."""
    model = GatedPixelCnn()
    x = images(BATCH)
    return training(list(model.parameters()), lambda: -model.log_prob(x).mean())


def check():
    """A logit depends on earlier pixels, on all of those near it, and on no other."""
    model = GatedPixelCnn().double()
    x = images(1).double().requires_grad_()
    model(x)[0, 0, 14, 13].backward()
    seen = x.grad[0, 0] != 0
    assert not seen[14, 13:].any() and not seen[15:].any()
    assert seen[14, 4:13].all() and seen[10:14, 6:21].all()


CASES = {
    "gated-pixelcnn-sample-1": lambda: sample_case(1),
    "gated-pixelcnn-sample-16": lambda: sample_case(16),
    "gated-pixelcnn-pass-1": lambda: pass_case(1),
    "gated-pixelcnn-pass-16": lambda: pass_case(16),
    "gated-pixelcnn-log-prob": log_prob_case,
    "gated-pixelcnn-train": train_case,
}

if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        check()
    else:
        main(CASES)
