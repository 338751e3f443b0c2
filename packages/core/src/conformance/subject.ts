import * as tf from '@tensorflow/tfjs';
import type { Part } from '../contracts/part.ts';
import type { Shape } from '../contracts/shape.ts';
import { sizeOf } from '../contracts/shape.ts';
import type { Random } from '../random/random.ts';
import { drawFrom, edgesOf, type Domain } from './domain.ts';
import { DEFAULT_TOLERANCE, type Case, type Tolerance } from './options.ts';

/** A case with every default written out. */
export interface ResolvedCase {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly event: Shape;
  readonly output: Shape;
  readonly contextSize: number;
  readonly domain: Domain;
  readonly latentDomain: Domain;
  readonly largest: { readonly data: number; readonly latent: number };
  readonly parameterScale: number;
  readonly tolerance: Tolerance;
  readonly unusedVariables: readonly string[];
  readonly sparseDependence: boolean;
  readonly seed: number;
  /** A derived case whose shape the part refuses says nothing about it; a case the author wrote must build. */
  readonly derived: boolean;
}

/** What differs when a clause asks for another instance of the part. */
export interface Rebuild {
  readonly seed?: number;
  readonly config?: Readonly<Record<string, unknown>>;
}

/** The part under test as one clause sees it: built, initialized from data, its parameters drawn. */
export interface Subject<P extends Part = Part> {
  readonly part: P;
  readonly given: ResolvedCase;
  readonly type: string;
  /** The path it was built at, which its errors must name. */
  readonly path: string;
  /** Fork it by name. */
  readonly random: Random;
  /** A fresh instance of the same configuration, neither initialized nor drawn; the clause disposes it. */
  build(changes?: Rebuild): P;
}

/** Writes the defaults of a case out. */
export function resolveCase(given: Case, derived: boolean): ResolvedCase {
  const { event, largest = 1e4, contextSize = 0 } = given;
  const output = given.output ?? [...event.slice(0, -1), 2 * (event.at(-1) ?? 1)];
  const context = contextSize > 0 ? `, context ${contextSize}` : '';
  return {
    name: given.name ?? `event [${event.join(', ')}]${context}`,
    config: given.config ?? {},
    event,
    output,
    contextSize,
    domain: given.domain ?? 'real',
    latentDomain: given.latentDomain ?? 'real',
    largest: typeof largest === 'number' ? { data: largest, latent: largest } : largest,
    parameterScale: given.parameterScale ?? 1,
    tolerance: { ...DEFAULT_TOLERANCE, ...given.tolerance },
    unusedVariables: given.unusedVariables ?? [],
    sparseDependence: given.sparseDependence ?? false,
    seed: given.seed ?? 1,
    derived,
  };
}

/**
 * Replaces every variable by normal draws of the given standard deviation; matrices and filters are divided by √fan-in,
 * so that what a deep conditioner puts out is of order 1 too.
 */
export function drawParameters(part: Part, options: { readonly random: Random; readonly scale: number }): void {
  for (const [name, variable] of part.variables) {
    const drawn = drawLike(variable, options.random.fork(name));
    const value = tf.tensor(
      drawn.map((each) => each * options.scale),
      variable.shape,
    );
    variable.assign(value);
    value.dispose();
  }
}

/** Normal numbers of the size a variable of this shape has when the parameters are of order 1. */
export function drawLike(variable: tf.Tensor, random: Random): Float32Array {
  const fanIn = variable.rank < 2 ? 1 : Math.max(1, sizeOf(variable.shape.slice(0, -1)));
  return random.normals(variable.size).map((value) => value / Math.sqrt(fanIn));
}

/** `[rows, ...shape]` of typical elements. */
export function drawTensor(domain: Domain, shape: Shape, rows: number, random: Random): tf.Tensor {
  return tf.tensor(drawFrom(domain, rows * sizeOf(shape), random), [rows, ...shape]);
}

/** Rows at the edges of a domain: all elements there, all at the mirrored edge, and alternating ones. */
export function edgeTensor(domain: Domain, shape: Shape, largest: number): tf.Tensor {
  const size = sizeOf(shape);
  const edges = edgesOf(domain, largest);
  const mirrored = (value: number): number => (domain === 'real' ? -value : value);
  const rows = edges.flatMap((edge, index) => {
    const other = domain === 'real' ? -edge : edges[(index + 1) % edges.length]!;
    return [
      Array.from({ length: size }, () => edge),
      Array.from({ length: size }, () => mirrored(edge)),
      Array.from({ length: size }, (_, i) => (i % 2 === 0 ? edge : other)),
    ];
  });
  return tf.tensor(Float32Array.from(rows.flat()), [rows.length, ...shape]);
}
