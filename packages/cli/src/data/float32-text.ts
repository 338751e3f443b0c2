/**
 * The shortest decimal that reads back as exactly this float32, so that text files neither lose a bit nor carry digits
 * that mean nothing.
 *
 * @example
 * formatFloat32(Math.fround(0.1)); // '0.1', where String gives '0.10000000149011612'
 */
export function formatFloat32(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Object.is(value, -0)) return '-0';
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 24) return String(value);
  // Nine digits always suffice. Most values need eight, so the search begins there.
  let shortest = Number(value.toPrecision(9));
  for (let digits = 8; digits > 0; digits--) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) !== value) break;
    shortest = candidate;
  }
  return String(shortest);
}
