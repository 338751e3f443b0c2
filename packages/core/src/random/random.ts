/** The complete state of a {@link Random}: what a checkpoint stores. */
export interface RandomState {
  readonly words: readonly [number, number, number, number];
  readonly spare: number | null;
}

/**
 * A seeded stream of random numbers, the same on every machine and every backend.
 *
 * Generator: xoshiro128** (Blackman & Vigna 2018), seeded through SplitMix32. Floats carry 32 random bits; normals come
 * from the polar method of Marsaglia in float64. Everything random in flowzoo (initial weights, permutations, batches,
 * noise, samples) is drawn here and not by the backend, so a seed gives the same bits on `cpu`, `wasm` and a GPU.
 *
 * @example
 * const random = new Random(7);
 * random.fork('layers[0]').normals(4); // independent of what else was drawn
 */
export class Random {
  #words: Uint32Array;
  #spare: number | null = null;

  constructor(seed: number | string = 0) {
    this.#words = expandSeed(typeof seed === 'number' ? `#${seed}` : seed);
  }

  /** A stream that depends on this stream's state and on the name alone; drawing from it does not advance this one. */
  fork(name: string | number): Random {
    const w = this.#words;
    return new Random(`${w[0]}.${w[1]}.${w[2]}.${w[3]}/${name}`);
  }

  /** 32 random bits as an integer in [0, 2³²). */
  bits(): number {
    const w = this.#words;
    const result = Math.imul(rotateLeft(Math.imul(w[1]!, 5), 7), 9) >>> 0;
    const t = w[1]! << 9;
    w[2]! ^= w[0]!;
    w[3]! ^= w[1]!;
    w[1]! ^= w[2]!;
    w[0]! ^= w[3]!;
    w[2]! ^= t;
    w[3] = rotateLeft(w[3]!, 11);
    return result;
  }

  /** Uniform on the open interval (0, 1): the logarithm of what comes is always finite. */
  uniform(): number {
    return (this.bits() + 0.5) / 4294967296;
  }

  /** Uniform integer in [0, bound), without modulo bias. */
  integer(bound: number): number {
    const limit = 4294967296 - (4294967296 % bound);
    let value = this.bits();
    while (value >= limit) value = this.bits();
    return value % bound;
  }

  /** Standard normal. */
  normal(): number {
    if (this.#spare !== null) {
      const value = this.#spare;
      this.#spare = null;
      return value;
    }
    let u: number;
    let v: number;
    let s: number;
    do {
      u = 2 * this.uniform() - 1;
      v = 2 * this.uniform() - 1;
      s = u * u + v * v;
    } while (s >= 1 || s === 0);
    const factor = Math.sqrt((-2 * Math.log(s)) / s);
    this.#spare = v * factor;
    return u * factor;
  }

  /** `count` uniforms on (0, 1), rounded to float32 and kept inside the open interval after rounding. */
  uniforms(count: number): Float32Array {
    const values = new Float32Array(count);
    // 23 bits and a half are exact in float32: no value rounds up to 1.
    for (let i = 0; i < count; i++) values[i] = ((this.bits() >>> 9) + 0.5) / 8388608;
    return values;
  }

  /** `count` standard normals, rounded to float32. */
  normals(count: number): Float32Array {
    const values = new Float32Array(count);
    for (let i = 0; i < count; i++) values[i] = this.normal();
    return values;
  }

  /** `count` standard logistic values, log u − log(1 − u). */
  logistics(count: number): Float32Array {
    const values = new Float32Array(count);
    for (let i = 0; i < count; i++) {
      const u = this.uniform();
      values[i] = Math.log(u) - Math.log1p(-u);
    }
    return values;
  }

  /** A uniformly random permutation of 0 … count − 1 (Fisher–Yates). */
  permutation(count: number): Int32Array {
    const order = Int32Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const held = order[i]!;
      order[i] = order[j]!;
      order[j] = held;
    }
    return order;
  }

  /** What a checkpoint stores; {@link Random.restore} continues the stream from it bit for bit. */
  save(): RandomState {
    const w = this.#words;
    return { words: [w[0]!, w[1]!, w[2]!, w[3]!], spare: this.#spare };
  }

  /** A stream that continues where the saved one stood. */
  static restore(state: RandomState): Random {
    const random = new Random(0);
    random.continueFrom(state);
    return random;
  }

  /** Lets this stream go on from a saved state: somebody else drew the numbers up to there. */
  continueFrom(state: RandomState): void {
    this.#words = Uint32Array.from(state.words);
    this.#spare = state.spare;
  }
}

function rotateLeft(x: number, k: number): number {
  return (x << k) | (x >>> (32 - k));
}

/** FNV-1a over the text, then SplitMix32 for each of the four words, so that near seeds give unrelated streams. */
function expandSeed(text: string): Uint32Array {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  const words = new Uint32Array(4);
  for (let i = 0; i < 4; i++) {
    hash = (hash + 0x9e3779b9) | 0;
    let t = hash ^ (hash >>> 16);
    t = Math.imul(t, 0x21f0aaad);
    t ^= t >>> 15;
    t = Math.imul(t, 0x735a2d97);
    words[i] = (t ^ (t >>> 15)) >>> 0;
  }
  if (words.every((word) => word === 0)) words[0] = 1;
  return words;
}
