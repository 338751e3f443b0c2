import type { Made } from '../src/index.ts';

/** A masked network in float64, its masks made of the degrees as the MADE paper states them, feature by feature. */
export interface Made64 {
  /** Parameters of every feature, `[D][P]`, for one example. */
  apply(x: readonly number[], context?: readonly number[]): number[][];
}

/**
 * The network of one or more hidden tanh layers, rewritten without any code of the package: variables and degrees are
 * read, masks are stated again (a unit of degree m sees features of place ≤ m, and is seen by features of place > m).
 */
export function made64(made: Made): Made64 {
  const numbers = (name: string): number[] => Array.from(made.variables.get(name)!.dataSync());
  const order = Array.from(made.state.get('order')!.dataSync());
  const size = order.length;
  const place = order.map((_, feature) => order.indexOf(feature) + 1);
  const layers = made.degrees.length + 1;
  const degrees = made.degrees.map((list) => Array.from(list));
  const contextWeight = made.variables.has('context.0.weight') ? numbers('context.0.weight') : null;
  const count = made.parameterCount;
  const weights = Array.from({ length: layers }, (_, i) => numbers(`layers.${i}.weight`));
  const biases = Array.from({ length: layers }, (_, i) => numbers(`layers.${i}.bias`));
  const admits = (layer: number, from: number, to: number): boolean => {
    const last = layer === layers - 1;
    const m = layer === 0 ? place[from]! : degrees[layer - 1]![from]!;
    return last ? place[Math.floor(to / count)]! > m : degrees[layer]![to]! >= m;
  };
  return {
    apply(x, context = []) {
      let h = [...x];
      for (let layer = 0; layer < layers; layer++) {
        const width = biases[layer]!.length;
        h = Array.from({ length: width }, (_, to) => {
          let sum = biases[layer]![to]!;
          for (let from = 0; from < h.length; from++) {
            if (admits(layer, from, to)) sum += weights[layer]![from * width + to]! * h[from]!;
          }
          if (layer === 0 && contextWeight !== null) {
            context.forEach((value, k) => {
              sum += contextWeight[k * width + to]! * value;
            });
          }
          return layer === layers - 1 ? sum : Math.tanh(sum);
        });
      }
      return Array.from({ length: size }, (_, i) => h.slice(i * count, (i + 1) * count));
    },
  };
}

/** The order of generation of a network. */
export function orderOf(made: Made): number[] {
  return Array.from(made.state.get('order')!.dataSync());
}
