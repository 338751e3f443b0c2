/**
 * The three words of Alea (Baagøe 2010) for a seed, in units of 2⁻³². A hash ("Mash") in float64 takes three spaces, then the
 * seed three times; each word is the difference of two of its values.
 */
export function aleaWords(seed: string): [number, number, number] {
  const hash = mash();
  const blanks = [hash(' '), hash(' '), hash(' ')] as const;
  return [(blanks[0] - hash(seed)) >>> 0, (blanks[1] - hash(seed)) >>> 0, (blanks[2] - hash(seed)) >>> 0];
}

function mash(): (text: string) => number {
  let n = 0xefc8249d;
  return (text) => {
    for (let i = 0; i < text.length; i++) {
      n += text.charCodeAt(i);
      const product = 0.02519603282416938 * n;
      const whole = product >>> 0;
      const second = (product - whole) * whole;
      const rest = second >>> 0;
      n = rest + (second - rest) * 4294967296;
    }
    return n >>> 0;
  };
}
