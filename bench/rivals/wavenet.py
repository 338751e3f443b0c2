"""WaveNet (van den Oord et al. 2016) on 8-bit mu-law sound: 2 stacks of 10 dilations, 32 residual, 2x32 gate, 128 skip
channels, head 128-256.

One pass: what the usual sampler does for every step, a pass over the receptive field with the output layers at its end
alone. Sampling: the loop of Paine et al. 2016, with a queue of past features for each layer; a hundred steps are timed and
the time is scaled to a second of 8 kHz.
"""

import sys

import torch
from torch import nn
from torch.nn import functional

from timing import main, part, scoring, training

DILATIONS = [2**i for i in range(10)] * 2
FEATURES = 32
SKIP = 128
LEVELS = 256
RECEPTIVE_FIELD = 1 + sum(DILATIONS)
SECOND = 8000
TIMED_STEPS = 100


class WaveNet(nn.Module):
    """Logits of every step from the steps before it."""

    def __init__(self):
        super().__init__()
        self.input = nn.Conv1d(1, FEATURES, 1)
        self.gates = nn.ModuleList([nn.Conv1d(FEATURES, 2 * FEATURES, 2, dilation=d) for d in DILATIONS])
        last = len(DILATIONS) - 1
        widths = [SKIP if i == last else SKIP + FEATURES for i in range(len(DILATIONS))]
        self.outputs = nn.ModuleList([nn.Conv1d(FEATURES, width, 1) for width in widths])
        self.head = nn.Sequential(nn.ReLU(), nn.Conv1d(SKIP, SKIP, 1), nn.ReLU(), nn.Conv1d(SKIP, LEVELS, 1))

    def forward(self, levels):
        """Integers [batch, time] to logits [batch, levels, time]."""
        late = functional.pad(scaled(levels)[:, None, :-1], (1, 0))
        h = self.input(late)
        skips = 0.0
        for dilation, gates, output in zip(DILATIONS, self.gates, self.outputs):
            a, b = gates(functional.pad(h, (dilation, 0))).chunk(2, 1)
            out = output(torch.tanh(a) * torch.sigmoid(b))
            skips = skips + out[:, :SKIP]
            if out.shape[1] > SKIP:
                h = h + out[:, SKIP:]
        return self.head(skips)

    def log_prob(self, levels):
        """Nats, one number per signal."""
        return -functional.cross_entropy(self(levels), levels, reduction="none").sum(1)

    def next_logits(self, window):
        """Logits of the step after a window of the receptive field: no padding, every layer shortens the signal."""
        h = self.input(scaled(window)[:, None])
        skips = 0.0
        for gates, output in zip(self.gates, self.outputs):
            a, b = gates(h).chunk(2, 1)
            gated = torch.tanh(a) * torch.sigmoid(b)
            out = output(gated)
            skips = skips + out[:, :SKIP, -1:]
            if out.shape[1] > SKIP:
                h = h[:, :, -out.shape[2] :] + out[:, SKIP:]
        return self.head(skips)[:, :, 0]


def scaled(levels):
    """On [-1, 1]."""
    return levels.float() * (2 / (LEVELS - 1)) - 1


class Queues:
    """The loop that computes every feature once."""

    def __init__(self, model, batch):
        flat = lambda each: (each.weight[:, :, 0].t().contiguous(), each.bias)
        self.input = flat(model.input)
        # The older tap first, as the queue and the newest step stand side by side.
        self.gates = [(torch.cat([g.weight[:, :, 0], g.weight[:, :, 1]], 1).t().contiguous(), g.bias) for g in model.gates]
        self.outputs = [flat(each) for each in model.outputs]
        self.head = [flat(model.head[1]), flat(model.head[3])]
        self.queues = [torch.zeros(d, batch, FEATURES) for d in DILATIONS]
        self.time = 0

    def logits(self, previous):
        """Of the next step, from scaled levels [batch, 1]; None before the first."""
        weight, bias = self.input
        h = bias.expand(self.queues[0].shape[1], -1) if previous is None else torch.addmm(bias, previous, weight)
        skips = 0.0
        for queue, gates, output in zip(self.queues, self.gates, self.outputs):
            slot = queue[self.time % queue.shape[0]]
            a, b = torch.addmm(gates[1], torch.cat([slot, h], 1), gates[0]).chunk(2, 1)
            slot.copy_(h)
            out = torch.addmm(output[1], torch.tanh(a) * torch.sigmoid(b), output[0])
            skips = skips + out[:, :SKIP]
            if out.shape[1] > SKIP:
                h = h + out[:, SKIP:]
        self.time += 1
        hidden = torch.relu(torch.addmm(self.head[0][1], torch.relu(skips), self.head[0][0]))
        return torch.addmm(self.head[1][1], hidden, self.head[1][0])


def sample(model, batch, steps):
    """Levels [batch, steps]."""
    queues = Queues(model, batch)
    previous = None
    drawn = []
    for _ in range(steps):
        probabilities = torch.softmax(queues.logits(previous), 1)
        level = torch.multinomial(probabilities, 1)
        drawn.append(level)
        previous = scaled(level)
    return torch.cat(drawn, 1)


def pass_case(batch):
    """One pass over the receptive field, and a draw."""
    model = WaveNet()
    window = torch.randint(LEVELS, (batch, RECEPTIVE_FIELD))
    return scoring(lambda: torch.multinomial(torch.softmax(model.next_logits(window), 1), 1))


def sample_case(batch):
    """A second of sound with queues."""
    model = WaveNet()
    return part(scoring(lambda: sample(model, batch, TIMED_STEPS)), SECOND / TIMED_STEPS)


def log_prob_case():
    """A second of sound at once."""
    model = WaveNet()
    levels = torch.randint(LEVELS, (1, SECOND))
    return scoring(lambda: model.log_prob(levels))


def train_case():
    """A training step on it."""
    model = WaveNet()
    levels = torch.randint(LEVELS, (1, SECOND))
    return training(model.parameters(), lambda: -model.log_prob(levels).mean())


def check():
    """The loop, the window and the pass over a whole signal say the same."""
    with torch.no_grad():
        model = WaveNet()
        levels = torch.randint(LEVELS, (2, RECEPTIVE_FIELD + 30))
        logits = model(levels)
        queues = Queues(model, 2)
        for step in range(levels.shape[1]):
            found = queues.logits(None if step == 0 else scaled(levels[:, step - 1 : step]))
            assert torch.allclose(found, logits[:, :, step], atol=1e-4), step
        for step in (RECEPTIVE_FIELD, RECEPTIVE_FIELD + 29):
            found = model.next_logits(levels[:, step - RECEPTIVE_FIELD : step])
            assert torch.allclose(found, logits[:, :, step], atol=1e-4), step
        changed = levels.clone()
        changed[:, 20:] = 0
        assert torch.equal(model(changed)[:, :, :21], logits[:, :, :21])


CASES = {
    "wavenet-sample-1": lambda: sample_case(1),
    "wavenet-sample-16": lambda: sample_case(16),
    "wavenet-pass-1": lambda: pass_case(1),
    "wavenet-pass-16": lambda: pass_case(16),
    "wavenet-log-prob": log_prob_case,
    "wavenet-train": train_case,
}

if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        check()
    else:
        main(CASES)
