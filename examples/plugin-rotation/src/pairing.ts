/** Who turns with whom in one round, and where each feature finds its angle. */
export interface Pairing {
  /** The other feature of the pair; a feature without one is its own partner. */
  readonly partners: readonly number[];
  /** Number of pairs, ⌊D/2⌋. */
  readonly pairs: number;
  /** Index of each feature's angle in (θ, −θ, 0): the first of a pair gets −θ, the second θ, one without a partner 0. */
  readonly angleOf: readonly number[];
}

/**
 * A round of a tournament in which everybody meets everybody: features i and j meet when i + j ≡ round (mod m), where m
 * is the odd one of D and D − 1. The i that would meet itself meets the last feature when D is even and rests when it is
 * odd. In m rounds each two of the D features meet once.
 */
export function pairing(features: number, round: number): Pairing {
  const m = features % 2 === 0 ? features - 1 : features;
  const partners = Array.from({ length: features }, (_, i) => (i < m ? ((round % m) + m - i) % m : i));
  if (m < features) {
    const alone = partners.findIndex((j, i) => i === j);
    partners[alone] = m;
    partners[m] = alone;
  }
  const firsts = partners.flatMap((j, i) => (i < j ? [i] : []));
  const pairs = firsts.length;
  const angleOf = partners.map(() => 2 * pairs);
  firsts.forEach((i, pair) => {
    angleOf[i] = pairs + pair;
    angleOf[partners[i]!] = pair;
  });
  return { partners, pairs, angleOf };
}
