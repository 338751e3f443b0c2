"""What all rivals share: arguments, repeated calls after a warm-up, and one line of JSON at the end.

A rival is a function that sets up a case and returns what one repeat does:

    python3 bench/rivals/realnvp.py --case realnvp-train --threads 1 --seconds 1
"""

import argparse
import json
import math
import time

import torch


def quantile(ordered, share):
    """A quantile of sorted numbers, interpolated."""
    place = share * (len(ordered) - 1)
    below = int(math.floor(place))
    after = ordered[min(below + 1, len(ordered) - 1)]
    return ordered[below] + (place - below) * (after - ordered[below])


def measure(repeat, seconds):
    """Milliseconds of every repeat until the time is over; at least three are counted."""
    minimum = 3 if seconds > 0 else 1
    warm_up_calls = 0
    warm_up_seconds = 0.0
    while seconds > 0 and warm_up_calls < 5 and warm_up_seconds < 0.3:
        start = time.perf_counter()
        repeat()
        warm_up_seconds += time.perf_counter() - start
        warm_up_calls += 1
    times = []
    spent = 0.0
    while len(times) < minimum or spent < seconds:
        start = time.perf_counter()
        repeat()
        elapsed = time.perf_counter() - start
        spent += elapsed
        times.append(1000 * elapsed)
    return times


def main(cases):
    """Runs one of the cases, a dictionary from names to functions that set up, and prints its median."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--case", required=True, choices=sorted(cases))
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=1.0)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)
    repeat = cases[arguments.case]()
    scale = getattr(repeat, "scale", 1)
    times = sorted(scale * each for each in measure(repeat, arguments.seconds))
    print(
        json.dumps(
            {
                "case": arguments.case,
                "threads": arguments.threads,
                "median": quantile(times, 0.5),
                "low": quantile(times, 0.1),
                "high": quantile(times, 0.9),
                "repeats": len(times),
                "scale": scale,
                "torch": torch.__version__,
            }
        )
    )


def part(repeat, scale):
    """A repeat that is the `scale`-th part of the work: times are multiplied, and the result says so."""
    repeat.scale = scale
    return repeat


def training(parameters, loss):
    """A repeat that takes the gradient of the loss and one Adam step."""
    optimizer = torch.optim.Adam(parameters, lr=1e-4)

    def repeat():
        optimizer.zero_grad(set_to_none=True)
        value = loss()
        value.backward()
        optimizer.step()
        return value.item()

    return repeat


def scoring(function):
    """A repeat that evaluates without a tape."""

    def repeat():
        with torch.no_grad():
            return function()

    return repeat


def standard_normal(z):
    """Log-density of N(0, I), one number per row."""
    return -0.5 * (z * z).sum(1) - 0.5 * z.shape[1] * math.log(2 * math.pi)
