import { blockEnds, rowsOf, settledRows } from './blocks.ts';
import type { Network, Stage } from './network.ts';
import { WeightPacker } from './weight-packer.ts';

/** Words of one instruction. */
export const WORDS = 8;

/**
 * Instructions on the rows of the state, [operation, …operands]; rows are numbers of the state's rows, `at` counts floats
 * in the weights, −1 means none:
 *
 * - START row, count, at, addend: row = weights (or 0) + addend rows (or 0);
 * - GROUPS row, count, source, inner, at: adds W·source to `count` groups of four rows; W `[inner, 4]` for each group;
 * - SINGLES row, count, source, inner, at: the same for single rows, W `[inner]` for each;
 * - FINISH row, count, gate, residual, copy, activated: row = a(row · gate + residual), copy = a(row);
 * - TRANSFORM time, parameters, log: the feature of this time from its parameters, and its log-derivative;
 * - END of a block.
 */
export const END = 0;
/** Begins the sums of rows. */
export const START = 1;
/** Adds products to groups of four rows. */
export const GROUPS = 2;
/** Adds products to single rows. */
export const SINGLES = 3;
/** Makes values of sums. */
export const FINISH = 4;
/** Finds a feature. */
export const TRANSFORM = 5;

/** A context's share in a call: `values` are computed for it and spread over rows of the state. */
export interface ContextRows {
  readonly contribution: NonNullable<Stage['gate']>;
  readonly row: number;
  readonly order: Int32Array;
}

/** A masked network as instructions that find its features one at a time, each weight in them once. */
export interface Program {
  /** Features by time. Row k of the state is the feature of time k: first what is given, then what is found. */
  readonly order: Int32Array;
  readonly instructions: Int32Array;
  readonly blocks: number;
  readonly weights: Float32Array;
  readonly contextRows: readonly ContextRows[];
  /** Rows of the state; the log-derivatives start at `logRow`. */
  readonly rows: number;
  readonly logRow: number;
}

/** Four rows are written at once: up to three beyond those that are wanted. */
const SPARE = 3;

/**
 * Compiles a network. Times are cut into blocks. At the start of a block each of its rows gets, as a product of
 * matrices, the sums over all rows of earlier blocks; then time by time what the block itself has found is added, the
 * rows of that time are finished, and the transformer finds the feature. Where masks are empty nothing is done, and a row is
 * read only when it is final.
 */
export function compile(network: Network): Program {
  return new Compiler(network).program();
}

class Compiler {
  readonly #network: Network;
  readonly #packer: WeightPacker;
  readonly #instructions: number[] = [];
  readonly #contextRows: ContextRows[] = [];
  /** First row of every `Rows`, of the outputs, and of each stage's addend and gate. */
  readonly #starts: number[] = [];
  readonly #outputs: number;
  readonly #extra: { readonly addend: number; readonly gate: number }[];
  readonly #ends: readonly number[];
  #rows = 0;

  constructor(network: Network) {
    this.#network = network;
    this.#packer = new WeightPacker(network);
    this.#ends = blockEnds(network);
    for (const { order } of network.rows) this.#starts.push(this.#reserve(order.length));
    const longest = Math.max(...this.#ends.map((end, i) => end - (this.#ends[i - 1] ?? 0)));
    this.#outputs = this.#reserve(longest * network.parameterCount);
    this.#extra = network.stages.map((stage) => {
      const order = stage.target === null ? this.#packer.outputOrder : network.rows[stage.target]!.order;
      const place = (contribution: Stage['gate']): number => {
        if (contribution === undefined) return -1;
        const row = this.#reserve(order.length);
        this.#contextRows.push({ contribution, row, order });
        return row;
      };
      return { addend: place(stage.addend), gate: place(stage.gate) };
    });
  }

  program(): Program {
    const { order } = this.#network.schedule;
    const logRow = this.#reserve(order.length);
    this.#ends.forEach((end, i) => this.#addBlock(this.#ends[i - 1] ?? 0, end, logRow));
    return {
      order,
      instructions: Int32Array.from(this.#instructions),
      blocks: this.#ends.length,
      weights: this.#packer.weights(),
      contextRows: this.#contextRows,
      rows: this.#rows,
      logRow,
    };
  }

  #addBlock(first: number, end: number, logRow: number): void {
    const { stages, parameterCount } = this.#network;
    stages.forEach((stage, s) => {
      const [from, to] = rowsOf(this.#network, stage, { first, end });
      if (from === to) return;
      const row = this.#row(stage, from, first);
      const { addend } = this.#extra[s]!;
      this.#emit(START, row, to - from, this.#packer.bias(stage, from, to), addend < 0 ? -1 : addend + from);
      stage.sources.forEach((source, i) => {
        const inner = settledRows(this.#network, source.rows, first);
        if (inner === 0) return;
        const at = this.#packer.groups(stage, i, { from, to, inner: [0, inner] });
        this.#emit(GROUPS, row, (to - from + 3) >> 2, this.#starts[source.rows]!, inner, at);
      });
    });
    for (let time = first; time < end; time++) {
      stages.forEach((stage, s) => this.#addRows(stage, s, time, first));
      this.#emit(TRANSFORM, time, this.#outputs + (time - first) * parameterCount, logRow + time);
    }
    this.#emit(END);
  }

  /** What the rows of one time still lack. */
  #addRows(stage: Stage, s: number, time: number, first: number): void {
    const [from, to] = rowsOf(this.#network, stage, { first: time, end: time + 1 });
    if (from === to) return;
    const row = this.#row(stage, from, first);
    const whole = (to - from) >> 2;
    const rest = from + 4 * whole;
    stage.sources.forEach((source, i) => {
      const settled = settledRows(this.#network, source.rows, first);
      const ready = this.#network.rows[source.rows]!.ready[time]!;
      if (ready === settled) return;
      const inner = [settled, ready] as const;
      const sourceRow = this.#starts[source.rows]! + settled;
      if (whole > 0) {
        const at = this.#packer.groups(stage, i, { from, to: rest, inner });
        this.#emit(GROUPS, row, whole, sourceRow, ready - settled, at);
      }
      if (rest < to) {
        const at = this.#packer.singles(stage, i, { from: rest, to, inner });
        this.#emit(SINGLES, row + 4 * whole, to - rest, sourceRow, ready - settled, at);
      }
    });
    const { residual, copy, activated } = stage;
    const { gate } = this.#extra[s]!;
    if (gate < 0 && residual === undefined && copy === undefined && !activated) return;
    const beside = (rows: number | undefined): number => (rows === undefined ? -1 : this.#starts[rows]! + from);
    const gateRow = gate < 0 ? -1 : gate + from;
    this.#emit(FINISH, row, to - from, gateRow, beside(residual), beside(copy), activated ? 1 : 0);
  }

  /** Outputs are kept for one block only. */
  #row({ target }: Stage, index: number, first: number): number {
    if (target === null) return this.#outputs + index - first * this.#network.parameterCount;
    return this.#starts[target]! + index;
  }

  #reserve(count: number): number {
    const start = this.#rows;
    this.#rows += count + SPARE;
    return start;
  }

  #emit(...words: number[]): void {
    while (words.length < WORDS) words.push(0);
    this.#instructions.push(...words);
  }
}
