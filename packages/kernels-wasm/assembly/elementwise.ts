import { exp } from './elementwise/exp';
import { loadPart, storePart } from './shared/vector';

/** y[i] = eˣ⁽ⁱ⁾ for i < count; y may be x. */
export function vectorExp(x: usize, y: usize, count: i32): void {
  const end = x + (<usize>(count & ~3) << 2);
  for (; x != end; x += 16, y += 16) v128.store(y, exp(v128.load(x)));
  const rest = count & 3;
  if (rest > 0) storePart(y, exp(loadPart(x, rest)), rest);
}
