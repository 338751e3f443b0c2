import type { ActivationConfig } from '@flowzoo/core';
import { activationNumber } from './activate.ts';
import { mapAffine } from './affine-numbers.ts';
import { FINISH, GROUPS, SINGLES, START, TRANSFORM, WORDS, type Program } from './program.ts';
import type { ScalarMap } from './scalar-map.ts';

/** What a run of a program takes. */
export interface Run {
  readonly program: Program;
  readonly activation: ActivationConfig;
  readonly transformer: ScalarMap;
  readonly parameterCount: number;
  readonly batch: number;
  /** `[batch, D]`. */
  readonly input: Float32Array;
  /** `[batch, width]` for each of the program's rows that depend on a context. */
  readonly contexts: readonly Float32Array[];
}

/** Values and log-derivatives, both `[batch, D]`. */
export interface Found {
  readonly value: Float32Array;
  readonly logDerivative: Float32Array;
}

/** Runs a program, example by example: every host can. Sums are float64, rows of the state float32. */
export function runArrays(run: Run): Found {
  const { program, batch, input, contexts } = run;
  const size = program.order.length;
  const found = { value: new Float32Array(batch * size), logDerivative: new Float32Array(batch * size) };
  const state = new Float32Array(program.rows);
  const interpreter = new Interpreter(run, state);
  for (let example = 0; example < batch; example++) {
    program.order.forEach((feature, time) => {
      state[time] = input[example * size + feature]!;
    });
    program.contextRows.forEach(({ row, order }, i) => {
      const values = contexts[i]!;
      const start = example * order.length;
      order.forEach((unit, k) => {
        state[row + k] = values[start + unit]!;
      });
    });
    interpreter.run();
    program.order.forEach((feature, time) => {
      found.value[example * size + feature] = state[time]!;
      found.logDerivative[example * size + feature] = state[program.logRow + time]!;
    });
  }
  return found;
}

class Interpreter {
  readonly #state: Float32Array;
  readonly #weights: Float32Array;
  readonly #instructions: Int32Array;
  readonly #activate: (x: number) => number;
  readonly #transformer: ScalarMap;
  readonly #parameterCount: number;
  readonly #result = new Float64Array(2);

  constructor({ program, activation, transformer, parameterCount }: Run, state: Float32Array) {
    this.#state = state;
    this.#weights = program.weights;
    this.#instructions = program.instructions;
    this.#activate = activationNumber(activation);
    this.#transformer = transformer;
    this.#parameterCount = parameterCount;
  }

  run(): void {
    const words = this.#instructions;
    for (let i = 0; i < words.length; i += WORDS) {
      const [row, count] = [words[i + 1]!, words[i + 2]!];
      switch (words[i]) {
        case START:
          this.#start(row, count, words[i + 3]!, words[i + 4]!);
          break;
        case GROUPS:
          for (let group = 0; group < count; group++) {
            const inner = words[i + 4]!;
            this.#addGroup(row + 4 * group, words[i + 3]!, inner, words[i + 5]! + 4 * inner * group);
          }
          break;
        case SINGLES:
          this.#addSingles(row, count, words[i + 3]!, words[i + 4]!, words[i + 5]!);
          break;
        case FINISH:
          this.#finish(i, row, count);
          break;
        case TRANSFORM:
          this.#transform(row, count, words[i + 3]!);
          break;
      }
    }
  }

  #start(row: number, count: number, at: number, addend: number): void {
    const [state, weights] = [this.#state, this.#weights];
    for (let i = 0; i < count; i++) {
      const bias = at < 0 ? 0 : weights[at + i]!;
      state[row + i] = addend < 0 ? bias : bias + state[addend + i]!;
    }
  }

  #addGroup(row: number, source: number, inner: number, at: number): void {
    const [state, weights] = [this.#state, this.#weights];
    let [a, b, c, d] = [state[row]!, state[row + 1]!, state[row + 2]!, state[row + 3]!];
    for (let k = 0; k < inner; k++, at += 4) {
      const x = state[source + k]!;
      a += weights[at]! * x;
      b += weights[at + 1]! * x;
      c += weights[at + 2]! * x;
      d += weights[at + 3]! * x;
    }
    state[row] = a;
    state[row + 1] = b;
    state[row + 2] = c;
    state[row + 3] = d;
  }

  #addSingles(row: number, count: number, source: number, inner: number, at: number): void {
    const [state, weights] = [this.#state, this.#weights];
    for (let i = 0; i < count; i++) {
      let sum = state[row + i]!;
      for (let k = 0; k < inner; k++) sum += weights[at++]! * state[source + k]!;
      state[row + i] = sum;
    }
  }

  #finish(at: number, row: number, count: number): void {
    const state = this.#state;
    const [gate, residual, copy, activated] = this.#instructions.subarray(at + 3, at + 7) as unknown as number[];
    for (let i = 0; i < count; i++) {
      let y = state[row + i]!;
      if (gate! >= 0) y *= state[gate! + i]!;
      if (residual! >= 0) y += state[residual! + i]!;
      state[row + i] = activated === 1 ? this.#activate(y) : y;
      if (copy! >= 0) state[copy! + i] = this.#activate(y);
    }
  }

  #transform(time: number, parameters: number, log: number): void {
    const state = this.#state;
    if (this.#transformer.kind === 'affine') {
      const [shift, scale] = [state[parameters]!, state[parameters + 1]!];
      mapAffine(this.#transformer.settings, state[time]!, { shift, scale }, this.#result);
      state[time] = this.#result[0]!;
      state[log] = this.#result[1]!;
      return;
    }
    const raw = state.slice(parameters, parameters + this.#parameterCount);
    const [value, logDerivative] = this.#transformer.map(state.slice(time, time + 1), raw);
    state[time] = value!;
    state[log] = logDerivative!;
  }
}
