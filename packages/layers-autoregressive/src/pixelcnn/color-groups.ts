/** The two kinds of mask: `A` hides the position's own channel (the first layer), `B` shows it (all layers after). */
export type MaskType = 'A' | 'B';

/** What {@link groupMask} needs. */
export interface GroupMaskOptions {
  readonly type: MaskType;
  /** Colour groups: the channels of the image. */
  readonly groups: number;
  readonly inputs: number;
  readonly outputs: number;
  /** 2 when the outputs are two halves (tanh and gate), each with its own groups. Default: 1. */
  readonly halves?: number;
}

/**
 * Which input of the centre tap an output may see, `[inputs, outputs]` row-major, 1 or 0.
 *
 * Features come in equal groups in the order of the channels. An output of group g sees input groups up to g (type B) or
 * before g (type A): green sees red, blue sees red and green.
 *
 * van den Oord et al. 2016, "Pixel Recurrent Neural Networks".
 *
 * @example
 * groupMask({ type: 'A', groups: 3, inputs: 3, outputs: 3 }); // [0, 1, 1, 0, 0, 1, 0, 0, 0]
 */
export function groupMask({ type, groups, inputs, outputs, halves = 1 }: GroupMaskOptions): Float32Array {
  const mask = new Float32Array(inputs * outputs);
  const half = outputs / halves;
  for (let i = 0; i < inputs; i++) {
    const from = Math.floor((i * groups) / inputs);
    for (let o = 0; o < outputs; o++) {
      const to = Math.floor(((o % half) * groups) / half);
      if (type === 'A' ? from < to : from <= to) mask[i * outputs + o] = 1;
    }
  }
  return mask;
}

/** Weights times a mask; the weights themselves without one. */
export function maskedValues(weights: Float32Array, mask: Float32Array | null): Float32Array {
  return mask === null ? weights : weights.map((weight, i) => weight * mask[i]!);
}
