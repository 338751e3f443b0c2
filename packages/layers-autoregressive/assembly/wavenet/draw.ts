import { exp } from '../../../kernels-wasm/assembly/elementwise/exp';
import * as word from '../../src/wavenet/cached/words';
import { addressAt, runLayers, runOutput, wordAt } from './step';

/**
 * Several steps, at most CHUNK: levels are drawn from the categorical distributions in PARAMETERS by the uniforms in
 * UNIFORMS, or are those that stand in DRAWN already; steps whose levels are all given do not ask the output layers.
 */
export function draw(words: usize, floats: usize, steps: i32, temperature: f32): void {
  const count = wordAt(words, word.COUNT);
  const rowBytes = <usize>wordAt(words, word.OUTPUTS) << 2;
  const isScalar = wordAt(words, word.CHANNELS) == 1;
  const scale = 2.0 / <f64>(wordAt(words, word.LEVELS) - 1);
  let uniform = addressAt(words, floats, word.UNIFORMS);
  let drawn = addressAt(words, floats, word.DRAWN);
  for (; steps > 0; steps--) {
    runLayers(words, floats);
    if (!allGiven(drawn, count)) runOutput(words, floats);
    let parameters = addressAt(words, floats, word.PARAMETERS);
    let previous = addressAt(words, floats, word.PREVIOUS);
    for (let left = count; left > 0; left--) {
      let level = load<f32>(drawn);
      if (level < 0) {
        level = <f32>choose(words, floats, parameters, load<f32>(uniform), temperature);
        store<f32>(drawn, level);
      }
      store<f32>(previous, isScalar ? <f32>(<f64>level * scale - 1) : level);
      parameters += rowBytes;
      previous += 4;
      uniform += 4;
      drawn += 4;
    }
  }
}

function allGiven(drawn: usize, count: i32): bool {
  for (; count > 0; count--, drawn += 4) if (load<f32>(drawn) < 0) return false;
  return true;
}

/** The first level whose cumulative probability exceeds the uniform; the most likely one for temperature 0. */
function choose(words: usize, floats: usize, logits: usize, uniform: f32, temperature: f32): i32 {
  const bytes = <usize>wordAt(words, word.OUTPUTS) << 2;
  const top = largest(logits, bytes);
  if (temperature == 0) return firstEqual(logits, bytes, top);
  const chances = addressAt(words, floats, word.CHANCES);
  const tops = f32x4.splat(top);
  const divisor = f32x4.splat(temperature);
  let sums = f64x2.splat(0);
  let at: usize = 0;
  do {
    const chance = exp(f32x4.div(f32x4.sub(v128.load(logits + at), tops), divisor));
    v128.store(chances + at, chance);
    const high = v128.shuffle<i64>(chance, chance, 1, 0);
    sums = f64x2.add(sums, f64x2.add(f64x2.promote_low_f32x4(chance), f64x2.promote_low_f32x4(high)));
    at += 16;
  } while (at < bytes);
  let left = <f64>uniform * (f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1));
  for (at = 0; at < bytes; at += 4) {
    left -= <f64>load<f32>(chances + at);
    if (left < 0) return <i32>(at >> 2);
  }
  // Rounding may leave a last crumb; the most likely level is never of probability zero.
  return firstEqual(logits, bytes, top);
}

function largest(logits: usize, bytes: usize): f32 {
  let best = v128.load(logits);
  for (let at: usize = 16; at < bytes; at += 16) best = f32x4.max(best, v128.load(logits + at));
  const low = max(f32x4.extract_lane(best, 0), f32x4.extract_lane(best, 1));
  return max(low, max(f32x4.extract_lane(best, 2), f32x4.extract_lane(best, 3)));
}

function firstEqual(logits: usize, bytes: usize, top: f32): i32 {
  for (let at: usize = 0; at < bytes; at += 4) if (load<f32>(logits + at) == top) return <i32>(at >> 2);
  return 0;
}
