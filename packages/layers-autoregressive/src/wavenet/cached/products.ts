/** A map y = W·x + b as the sampler holds it: float64, so that the loop converts nothing, and one row per output. */
export interface PackedMap {
  readonly inputs: number;
  readonly outputs: number;
  /** `[outputs, inputs]`. */
  readonly weight: Float64Array;
  /** `[outputs]`. */
  readonly bias: Float64Array;
}

/** Turns weights `[inputs, outputs]` into rows per output. */
export function packed(options: {
  readonly inputs: number;
  readonly outputs: number;
  readonly weight: Float32Array;
  readonly bias?: Float32Array | undefined;
}): PackedMap {
  const { inputs, outputs, weight, bias } = options;
  const rows = new Float64Array(inputs * outputs);
  for (let i = 0; i < inputs; i++) for (let o = 0; o < outputs; o++) rows[o * inputs + i] = weight[i * outputs + o]!;
  return {
    inputs,
    outputs,
    weight: rows,
    bias: bias === undefined ? new Float64Array(outputs) : Float64Array.from(bias),
  };
}

/**
 * output = bias + W·input: the one product that a step is made of. Four outputs at a time share the reading of the input,
 * and their sums stay in registers.
 */
export function writeProduct(
  output: Float64Array,
  outputAt: number,
  { inputs, outputs, weight }: PackedMap,
  input: Float64Array,
  inputAt: number,
  bias: Float64Array,
  biasAt: number,
): void {
  let o = 0;
  for (; o + 4 <= outputs; o += 4) {
    let [a, b, c, d] = [bias[biasAt + o]!, bias[biasAt + o + 1]!, bias[biasAt + o + 2]!, bias[biasAt + o + 3]!];
    const first = o * inputs;
    const second = first + inputs;
    const third = second + inputs;
    const fourth = third + inputs;
    for (let i = 0; i < inputs; i++) {
      const x = input[inputAt + i]!;
      a += x * weight[first + i]!;
      b += x * weight[second + i]!;
      c += x * weight[third + i]!;
      d += x * weight[fourth + i]!;
    }
    output[outputAt + o] = a;
    output[outputAt + o + 1] = b;
    output[outputAt + o + 2] = c;
    output[outputAt + o + 3] = d;
  }
  for (; o < outputs; o++) {
    let sum = bias[biasAt + o]!;
    for (let i = 0; i < inputs; i++) sum += input[inputAt + i]! * weight[o * inputs + i]!;
    output[outputAt + o] = sum;
  }
}

/** Beyond it tanh is ±1 to the last bit, and its exponential still finite. */
const FLAT = 20;

/** output[o] = tanh(input[o]) · σ(input[o + width]), by two exponentials. */
export function writeGate(output: Float64Array, outputAt: number, width: number, input: Float64Array): void {
  for (let o = 0; o < width; o++) {
    const a = Math.min(Math.max(input[o]!, -FLAT), FLAT);
    const u = Math.exp(-2 * a);
    output[outputAt + o] = (1 - u) / ((1 + u) * (1 + Math.exp(-input[width + o]!)));
  }
}

/** values[i] = max(values[i], 0) from `at` on. */
export function rectify(values: Float64Array, at: number, width: number): void {
  for (let i = at; i < at + width; i++) if (values[i]! < 0) values[i] = 0;
}
