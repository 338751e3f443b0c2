import { blend, descend } from './optimizers/step';
import { loadPart, multiplyAdd, storePart } from './shared/vector';

/**
 * One step of Adam over `count` numbers: reads θ, g, m, v and writes the new θ, m, v; outputs may be inputs. `rate` and
 * `epsilon` hold the bias corrections, `kept` the weight decay.
 */
export function adamStep(
  theta: usize, g: usize, m: usize, v: usize,
  newTheta: usize, newM: usize, newV: usize,
  count: i32, rate: f32, beta1: f32, rest1: f32, beta2: f32, rest2: f32, epsilon: f32, kept: f32,
): void {
  const vectorBytes = <usize>(count & ~3) << 2;
  for (let at: usize = 0; at < vectorBytes; at += 16) {
    const gradient = v128.load(g + at);
    const first = blend(v128.load(m + at), gradient, f32x4.splat(beta1), f32x4.splat(rest1));
    const second = blend(v128.load(v + at), f32x4.mul(gradient, gradient), f32x4.splat(beta2), f32x4.splat(rest2));
    v128.store(newM + at, first);
    v128.store(newV + at, second);
    const root = f32x4.sqrt(second);
    v128.store(newTheta + at, descend(v128.load(theta + at), first, root, f32x4.splat(rate), f32x4.splat(epsilon), f32x4.splat(kept)));
  }
  const rest = count & 3;
  if (rest == 0) return;
  const gradient = loadPart(g + vectorBytes, rest);
  const first = blend(loadPart(m + vectorBytes, rest), gradient, f32x4.splat(beta1), f32x4.splat(rest1));
  const second = blend(loadPart(v + vectorBytes, rest), f32x4.mul(gradient, gradient), f32x4.splat(beta2), f32x4.splat(rest2));
  storePart(newM + vectorBytes, first, rest);
  storePart(newV + vectorBytes, second, rest);
  const next = descend(loadPart(theta + vectorBytes, rest), first, f32x4.sqrt(second), f32x4.splat(rate), f32x4.splat(epsilon), f32x4.splat(kept));
  storePart(newTheta + vectorBytes, next, rest);
}

/** One step of Adamax: v is the decaying maximum of |g|. */
export function adamaxStep(
  theta: usize, g: usize, m: usize, v: usize,
  newTheta: usize, newM: usize, newV: usize,
  count: i32, rate: f32, beta1: f32, rest1: f32, beta2: f32, epsilon: f32, kept: f32,
): void {
  const vectorBytes = <usize>(count & ~3) << 2;
  for (let at: usize = 0; at < vectorBytes; at += 16) {
    const gradient = v128.load(g + at);
    const first = blend(v128.load(m + at), gradient, f32x4.splat(beta1), f32x4.splat(rest1));
    const second = f32x4.max(f32x4.mul(v128.load(v + at), f32x4.splat(beta2)), f32x4.abs(gradient));
    v128.store(newM + at, first);
    v128.store(newV + at, second);
    v128.store(newTheta + at, descend(v128.load(theta + at), first, second, f32x4.splat(rate), f32x4.splat(epsilon), f32x4.splat(kept)));
  }
  const rest = count & 3;
  if (rest == 0) return;
  const gradient = loadPart(g + vectorBytes, rest);
  const first = blend(loadPart(m + vectorBytes, rest), gradient, f32x4.splat(beta1), f32x4.splat(rest1));
  const second = f32x4.max(f32x4.mul(loadPart(v + vectorBytes, rest), f32x4.splat(beta2)), f32x4.abs(gradient));
  storePart(newM + vectorBytes, first, rest);
  storePart(newV + vectorBytes, second, rest);
  const next = descend(loadPart(theta + vectorBytes, rest), first, second, f32x4.splat(rate), f32x4.splat(epsilon), f32x4.splat(kept));
  storePart(newTheta + vectorBytes, next, rest);
}

/** average + (1 − decay)(x − average), over `count` numbers; the output may be an input. */
export function averageStep(average: usize, x: usize, next: usize, count: i32, share: f32): void {
  const vectorBytes = <usize>(count & ~3) << 2;
  for (let at: usize = 0; at < vectorBytes; at += 16) {
    const old = v128.load(average + at);
    v128.store(next + at, multiplyAdd(f32x4.sub(v128.load(x + at), old), f32x4.splat(share), old));
  }
  const rest = count & 3;
  if (rest == 0) return;
  const old = loadPart(average + vectorBytes, rest);
  storePart(next + vectorBytes, multiplyAdd(f32x4.sub(loadPart(x + vectorBytes, rest), old), f32x4.splat(share), old), rest);
}
