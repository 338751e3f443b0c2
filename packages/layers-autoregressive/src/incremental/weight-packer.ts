import type { Network, Stage } from './network.ts';

/** A rectangle of a weight: rows `from` to `to` of the target, by time, over the sources `inner`. */
export interface Rectangle {
  readonly from: number;
  readonly to: number;
  readonly inner: readonly [first: number, end: number];
}

interface Source {
  readonly values: Float32Array;
  /** What the sorted source rows are in the weight. */
  readonly order: Int32Array;
}

/** Lays the weights out in the order in which they are read; the network's head is multiplied in. */
export class WeightPacker {
  /** What the sorted outputs are: the parameters of a feature side by side, features by time. */
  readonly outputOrder: Int32Array;
  readonly #sources = new Map<Stage, readonly Source[]>();
  readonly #biases = new Map<Stage, Float32Array>();
  readonly #network: Network;
  #packed: Float32Array;
  #length = 0;

  constructor(network: Network) {
    this.#network = network;
    const { schedule, rows, parameterCount, stages } = network;
    this.outputOrder = Int32Array.from(
      { length: schedule.order.length * parameterCount },
      (_, i) => schedule.order[Math.floor(i / parameterCount)]! * parameterCount + (i % parameterCount),
    );
    let size = 0;
    for (const stage of stages) {
      const values = stage.sources.map(({ weight }) => weight.dataSync<'float32'>());
      const sources = values.map((each, i) => ({ values: each, order: rows[stage.sources[i]!.rows]!.order }));
      this.#sources.set(stage, sources);
      const bias = stage.bias?.dataSync<'float32'>();
      if (bias !== undefined) this.#biases.set(stage, bias as Float32Array);
      size += values.reduce((sum, { length }) => sum + length, 0);
    }
    // A little more than half of the weights is there; the packer grows where it was not enough.
    this.#packed = new Float32Array(Math.ceil(0.6 * size) + 1024);
  }

  /** The biases of some rows; −1 where there are none. */
  bias(stage: Stage, from: number, to: number): number {
    const own = this.#biases.get(stage);
    const { scale, offset } = this.#network;
    const output = stage.target === null;
    if (own === undefined && !output) return -1;
    const order = this.#targets(stage);
    const at = this.#take(to - from);
    for (let i = from; i < to; i++) {
      const unit = order[i]!;
      const value = own === undefined ? 0 : own[unit]!;
      this.#packed[at + i - from] = output ? value * scale[unit]! + offset[unit]! : value;
    }
    return at;
  }

  /** `[group, inner, 4]`, the last group filled up with zeros. */
  groups(stage: Stage, source: number, { from, to, inner }: Rectangle): number {
    const [first, end] = inner;
    const count = end - first;
    const at = this.#take(count * 4 * ((to - from + 3) >> 2));
    const { values, order } = this.#sources.get(stage)![source]!;
    const targets = this.#targets(stage);
    const width = targets.length;
    const [packed, scale] = [this.#packed, stage.target === null ? this.#network.scale : null];
    const step = 64;
    // A few sources at a time, so that the rows of the weight stay near while all groups take from them.
    for (let start = first; start < end; start += step) {
      const stop = Math.min(start + step, end);
      for (let i = from; i < to; i++) {
        const unit = targets[i]!;
        const factor = scale === null ? 1 : scale[unit]!;
        let place = at + ((i - from) >> 2) * count * 4 + ((i - from) & 3) + 4 * (start - first);
        for (let k = start; k < stop; k++, place += 4) packed[place] = values[order[k]! * width + unit]! * factor;
      }
    }
    return at;
  }

  /** `[row, inner]`. */
  singles(stage: Stage, source: number, { from, to, inner }: Rectangle): number {
    const [first, end] = inner;
    let place = this.#take((to - from) * (end - first));
    const at = place;
    const { values, order } = this.#sources.get(stage)![source]!;
    const targets = this.#targets(stage);
    const scale = stage.target === null ? this.#network.scale : null;
    for (let i = from; i < to; i++) {
      const unit = targets[i]!;
      const factor = scale === null ? 1 : scale[unit]!;
      for (let k = first; k < end; k++) this.#packed[place++] = values[order[k]! * targets.length + unit]! * factor;
    }
    return at;
  }

  /** Everything that was packed. */
  weights(): Float32Array {
    return this.#packed.subarray(0, this.#length);
  }

  #targets({ target }: Stage): Int32Array {
    return target === null ? this.outputOrder : this.#network.rows[target]!.order;
  }

  #take(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#packed.length) {
      const larger = new Float32Array(Math.ceil(1.5 * this.#length));
      larger.set(this.#packed);
      this.#packed = larger;
    }
    return at;
  }
}
