import * as word from '../../src/wavenet/cached/words';
import { product } from './product';
import { addToAll, copy, gate, rectify, spread } from './rows';

@inline
export function wordAt(words: usize, place: i32): i32 {
  return load<i32>(words + (<usize>place << 2));
}

@inline
export function addressAt(words: usize, floats: usize, place: i32): usize {
  return floats + (<usize>wordAt(words, place) << 2);
}

/** Sets what all steps (`local` 0) or those of a frame (1) start from, out of the numbers in CONDITION. */
export function condition(words: usize, floats: usize, local: i32): void {
  const count = wordAt(words, word.COUNT);
  const width = 2 * wordAt(words, word.FEATURES);
  const inner = wordAt(words, local ? word.LOCAL_WIDTH : word.GLOBAL_WIDTH);
  const x = addressAt(words, floats, word.CONDITION);
  let layer = words + (word.HEADER << 2);
  for (let left = wordAt(words, word.LAYERS); left > 0; left--, layer += word.LAYER_WORDS << 2) {
    const base = addressAt(layer, floats, word.BASE);
    if (local) {
      const starts = addressAt(layer, floats, word.STARTS);
      product(starts, base, <usize>width << 2, addressAt(layer, floats, word.LOCAL_WEIGHT), x, inner, width, count);
    } else {
      const bias = addressAt(layer, floats, word.BIAS);
      product(base, bias, 0, addressAt(layer, floats, word.GLOBAL_WEIGHT), x, inner, width, count);
    }
  }
}

/** One step of all signals, from PREVIOUS to PARAMETERS. */
export function step(words: usize, floats: usize): void {
  runLayers(words, floats);
  runOutput(words, floats);
}

/** From PREVIOUS to SKIP_SUMS. */
export function runLayers(words: usize, floats: usize): void {
  const count = wordAt(words, word.COUNT);
  const features = wordAt(words, word.FEATURES);
  const kernel = wordAt(words, word.KERNEL);
  const skips = wordAt(words, word.SKIPS);
  const residual = addressAt(words, floats, word.RESIDUAL);
  const skipSums = addressAt(words, floats, word.SKIP_SUMS);
  const window = addressAt(words, floats, word.WINDOW);
  const sums = addressAt(words, floats, word.SUMS);
  const gated = addressAt(words, floats, word.GATED);
  embed(words, floats);
  spread(skipSums, addressAt(words, floats, word.SKIP_BIAS), skips, count);
  let layer = words + (word.HEADER << 2);
  for (let left = wordAt(words, word.LAYERS); left > 0; left--, layer += word.LAYER_WORDS << 2) {
    const ring = addressAt(layer, floats, word.RING);
    const dilation = wordAt(layer, word.DILATION);
    const slot = wordAt(layer, word.SLOT);
    const span = (kernel - 1) * dilation;
    store<i32>(layer + (word.SLOT << 2), slot + 1 == span ? 0 : slot + 1);
    fillWindow(window, residual, ring, slot, dilation, kernel, features, count);
    const starts = addressAt(layer, floats, word.STARTS);
    const convolution = addressAt(layer, floats, word.CONVOLUTION);
    product(sums, starts, <usize>features << 3, convolution, window, kernel * features, 2 * features, count);
    gate(gated, sums, features, count);
    const skipWeight = addressAt(layer, floats, word.SKIP_WEIGHT);
    product(skipSums, skipSums, <usize>skips << 2, skipWeight, gated, features, skips, count);
    if (wordAt(layer, word.RESIDUAL_WEIGHT) < 0) continue;
    addToAll(residual, addressAt(layer, floats, word.RESIDUAL_BIAS), features, count);
    const residualWeight = addressAt(layer, floats, word.RESIDUAL_WEIGHT);
    product(residual, residual, <usize>features << 2, residualWeight, gated, features, features, count);
  }
}

/** From SKIP_SUMS to PARAMETERS. */
export function runOutput(words: usize, floats: usize): void {
  const count = wordAt(words, word.COUNT);
  const skips = wordAt(words, word.SKIPS);
  const hidden = wordAt(words, word.HIDDEN);
  const skipSums = addressAt(words, floats, word.SKIP_SUMS);
  const rows = addressAt(words, floats, word.HIDDEN_ROWS);
  const parameters = addressAt(words, floats, word.PARAMETERS);
  const firstBias = addressAt(words, floats, word.FIRST_BIAS);
  const secondBias = addressAt(words, floats, word.SECOND_BIAS);
  rectify(skipSums, skips * count);
  product(rows, firstBias, 0, addressAt(words, floats, word.FIRST_WEIGHT), skipSums, skips, hidden, count);
  rectify(rows, hidden * count);
  const outputs = wordAt(words, word.OUTPUTS);
  product(parameters, secondBias, 0, addressAt(words, floats, word.SECOND_WEIGHT), rows, hidden, outputs, count);
}

/** The residual stream from what the signals were; before the first step from nothing. */
function embed(words: usize, floats: usize): void {
  const width = wordAt(words, word.FEATURES);
  const bytes = <usize>width << 2;
  const isScalar = wordAt(words, word.CHANNELS) == 1;
  const weight = addressAt(words, floats, word.INPUT_WEIGHT);
  const bias = addressAt(words, floats, word.INPUT_BIAS);
  let residual = addressAt(words, floats, word.RESIDUAL);
  let left = wordAt(words, word.COUNT);
  if (wordAt(words, word.STARTED) == 0) {
    store<i32>(words + (word.STARTED << 2), 1);
    spread(residual, bias, width, left);
    return;
  }
  let previous = addressAt(words, floats, word.PREVIOUS);
  for (; left > 0; left--, previous += 4, residual += bytes) {
    const value = load<f32>(previous);
    const row = isScalar ? weight : weight + bytes * <usize>value;
    const factor = f32x4.splat(isScalar ? value : 1);
    for (let at: usize = 0; at < bytes; at += 16) {
      v128.store(residual + at, f32x4.add(v128.load(bias + at), f32x4.mul(factor, v128.load(row + at))));
    }
  }
}

/** Puts the taps of each signal side by side, and the newest into the ring where the oldest was. */
function fillWindow(
  window: usize,
  residual: usize,
  ring: usize,
  slot: i32,
  dilation: i32,
  kernel: i32,
  features: i32,
  count: i32,
): void {
  const bytes = <usize>features << 2;
  const slotBytes = bytes * <usize>count;
  const span = (kernel - 1) * dilation;
  let oldest = ring + <usize>slot * slotBytes;
  const middleSlot = slot + dilation;
  let middle = ring + <usize>(middleSlot >= span ? middleSlot - span : middleSlot) * slotBytes;
  for (; count > 0; count--) {
    copy(window, oldest, features);
    window += bytes;
    if (kernel == 3) {
      copy(window, middle, features);
      window += bytes;
      middle += bytes;
    }
    copy(window, residual, features);
    copy(oldest, residual, features);
    window += bytes;
    oldest += bytes;
    residual += bytes;
  }
}
