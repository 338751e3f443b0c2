import { scalarRoot } from '../two-way/scalar-root.ts';
import type { ActivationName } from './activation.ts';

/** The float64 counterpart of {@link Activation}: h, h′ and h″ at the point that `at` was called with. */
export interface ScalarActivation {
  readonly supremum: number;
  /** Sets `value`, `share`, `rest` and `bend`. */
  at(a: number): void;
  value: number;
  /** h′ / supremum. */
  share: number;
  /** 1 − share. */
  rest: number;
  /** Derivative of the share. */
  bend: number;
  /** Where the root t of t + c·h(t) = a lies, for 1 + c·supremum = edge. */
  solve(a: number, edge: number): number;
}

/** h over plain numbers; each call makes an object of its own, because it holds the last point. */
export function scalarActivationFor(name: ActivationName, slope: number): ScalarActivation {
  if (name === 'leaky-relu') return new LeakyRelu(slope);
  return name === 'tanh' ? new Tanh() : new Softplus();
}

abstract class Smooth implements ScalarActivation {
  readonly supremum = 1;
  value = 0;
  share = 0;
  rest = 0;
  bend = 0;

  abstract at(a: number): void;
  protected abstract bracket(a: number, c: number): readonly [number, number];

  solve(a: number, edge: number): number {
    const c = edge - 1;
    const [low, high] = this.bracket(a, c);
    this.at(a);
    const equation = {
      residual: (t: number): number => {
        this.at(t);
        return t + c * this.value - a;
      },
      // The root finder asks for the residual at t first.
      slope: (): number => this.rest + this.share * edge,
    };
    return scalarRoot(equation, { low, high, start: Math.min(Math.max(a - c * this.value, low), high) });
  }
}

class Tanh extends Smooth {
  at(a: number): void {
    const value = Math.tanh(a);
    this.value = value;
    this.share = (1 - value) * (1 + value);
    this.rest = value * value;
    this.bend = -2 * value * this.share;
  }

  protected bracket(a: number, c: number): readonly [number, number] {
    return [a - Math.abs(c), a + Math.abs(c)];
  }
}

class Softplus extends Smooth {
  at(a: number): void {
    this.value = softplus(a);
    this.share = 1 / (1 + Math.exp(-a));
    this.rest = 1 / (1 + Math.exp(a));
    this.bend = this.share * this.rest;
  }

  /** As in {@link activationFor}: c·softplus lies between 0 and c·softplus(a), or between c·t + c·log 2 and 0. */
  protected bracket(a: number, c: number): readonly [number, number] {
    if (c >= 0) return [a - c * softplus(a), a];
    return [a, Math.max(a, 0, (a - c * Math.LN2) / (1 + c))];
  }
}

class LeakyRelu implements ScalarActivation {
  readonly supremum: number;
  readonly #slope: number;
  value = 0;
  share = 0;
  rest = 0;
  readonly bend = 0;

  constructor(slope: number) {
    this.#slope = slope;
    this.supremum = Math.max(1, slope);
  }

  at(a: number): void {
    const slope = a > 0 ? 1 : this.#slope;
    this.value = slope * a;
    this.share = slope / this.supremum;
    this.rest = 1 - this.share;
  }

  solve(a: number, edge: number): number {
    this.at(a);
    return a / (this.rest + this.share * edge);
  }
}

function softplus(a: number): number {
  return Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)));
}
