/**
 * output[o] += Σᵢ input[i] · weights[i, o]: the one product that cached sampling is made of, a row of numbers times a
 * matrix. Four rows of the matrix at a time, so that the output is read and written a quarter as often.
 *
 * @param weights `[length, width]`, from its start `weightsAt`.
 */
export function addProduct(
  output: Float32Array,
  outputAt: number,
  width: number,
  input: Float32Array,
  inputAt: number,
  length: number,
  weights: Float32Array,
  weightsAt: number,
): void {
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    const a = input[inputAt + i]!;
    const b = input[inputAt + i + 1]!;
    const c = input[inputAt + i + 2]!;
    const d = input[inputAt + i + 3]!;
    const first = weightsAt + i * width;
    const second = first + width;
    const third = second + width;
    const fourth = third + width;
    for (let o = 0; o < width; o++) {
      output[outputAt + o]! +=
        a * weights[first + o]! + b * weights[second + o]! + (c * weights[third + o]! + d * weights[fourth + o]!);
    }
  }
  for (; i < length; i++) {
    const a = input[inputAt + i]!;
    const row = weightsAt + i * width;
    for (let o = 0; o < width; o++) output[outputAt + o]! += a * weights[row + o]!;
  }
}

/** output[o] = tanh(input[o]) · σ(input[o + width]). */
export function writeGate(
  output: Float32Array,
  outputAt: number,
  width: number,
  input: Float32Array,
  inputAt: number,
): void {
  for (let o = 0; o < width; o++) {
    output[outputAt + o] = Math.tanh(input[inputAt + o]!) / (1 + Math.exp(-input[inputAt + width + o]!));
  }
}

/** output[o] = max(input[o], 0). */
export function writeRelu(
  output: Float32Array,
  outputAt: number,
  width: number,
  input: Float32Array,
  inputAt: number,
): void {
  for (let o = 0; o < width; o++) output[outputAt + o] = Math.max(input[inputAt + o]!, 0);
}
