import type { Part } from '@flowzoo/core';

/*
 * The parameters of one signal, written a second time from the definition: float64, recursion over single steps, no
 * shifting of tensors. It shares nothing with the package but the names of the variables.
 */

type Vector = number[];

/** What {@link waveParameters64} is told of the model. */
export interface WaveForm {
  readonly kernel: number;
  readonly dilations: readonly number[];
  readonly skipFeatures: number;
  /** Numbers of the context for the whole signal. */
  readonly global?: Vector;
  /** Frames of the local condition, and how many steps each holds. */
  readonly frames?: readonly Vector[];
  readonly hop?: number;
}

/** Parameters of every step of a signal whose steps are vectors; `[time][outputs]`. */
export function waveParameters64(model: Part, signal: readonly Vector[], form: WaveForm): Vector[] {
  const values = new Map([...model.variables].map(([name, v]) => [name, { shape: v.shape, data: v.dataSync() }]));
  const weights = (name: string): { shape: number[]; data: ArrayLike<number> } => {
    const found = [...values].find(([key]) => key === name || key.endsWith(`network.${name}`));
    if (found === undefined) throw new Error(`no variable ${name}`);
    return found[1];
  };
  const map = (name: string, x: Vector, hasBias = true): Vector => {
    const { shape, data } = weights(`${name}.weight`);
    const [inputs, outputs] = shape as [number, number];
    return Array.from({ length: outputs }, (_, o) => {
      let sum = hasBias ? weights(`${name}.bias`).data[o]! : 0;
      for (let i = 0; i < inputs; i++) sum += x[i]! * data[i * outputs + o]!;
      return sum;
    });
  };
  const zeros = signal[0]!.map(() => 0);
  let residual = signal.map((_, t) => map('input', t === 0 ? zeros : signal[t - 1]!));
  const skips = signal.map(() => Array.from({ length: form.skipFeatures }, () => 0));
  form.dilations.forEach((dilation, layer) => {
    const { shape, data } = weights(`layers.${layer}.convolution.weight`);
    const bias = weights(`layers.${layer}.convolution.bias`).data;
    const [kernel, inputs, outputs] = shape as [number, number, number];
    const seen = residual;
    residual = seen.map((own, t) => {
      const sums = Array.from({ length: outputs }, (_, o) => {
        let sum = bias[o]!;
        for (let tap = 0; tap < kernel; tap++) {
          const from = t - (kernel - 1 - tap) * dilation;
          if (from < 0) continue;
          for (let i = 0; i < inputs; i++) sum += seen[from]![i]! * data[(tap * inputs + i) * outputs + o]!;
        }
        return sum;
      });
      const add = (more: Vector): void => more.forEach((value, o) => (sums[o]! += value));
      if (form.global !== undefined) add(map(`layers.${layer}.global`, form.global, false));
      if (form.frames !== undefined) {
        add(map(`layers.${layer}.local`, form.frames[Math.floor(t / form.hop!)]!, false));
      }
      const half = outputs / 2;
      const gated = Array.from({ length: half }, (_, o) => Math.tanh(sums[o]!) / (1 + Math.exp(-sums[o + half]!)));
      const out = map(`layers.${layer}.output`, gated);
      skips[t] = skips[t]!.map((value, o) => value + out[o]!);
      return own.map((value, o) => value + (out[form.skipFeatures + o] ?? 0));
    });
  });
  const relu = (x: Vector): Vector => x.map((value) => Math.max(value, 0));
  return skips.map((sum) => map('output.1', relu(map('output.0', relu(sum)))));
}
