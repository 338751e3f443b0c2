import { sumEvent, type AffineForm, type Mapped, type Transformer } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';

/** An affine transformer whose scale has a derivative that follows from the scale itself. */
interface SimpleForm {
  readonly shiftFirst: boolean;
  readonly shiftGain: number;
  /** `sigmoid`: s = σ(r + bound); `tanh`: s = exp(bound·tanh(r/bound)). */
  readonly map: 'sigmoid' | 'tanh';
  readonly bound: number;
}

/**
 * The affine bijection of a coupling in the direction of its parameters, z = (x + t)·s or x·s + t with s = σ(r + 2) or
 * exp(B tanh(r/B)), as two operations with gradients of their own; null for other transformers and forms.
 *
 * The gradients are ∂x = ∂z·s, ∂t = ∂x or ∂z, and ∂r = ∂(log s)·(1 − s) for the sigmoid, ∂(log s)·(1 − (log s / B)²) for the
 * other. Of single operations they take four times as many calls.
 *
 * @param x `[batch, ..., C]`.
 * @param raw `[batch, ..., C, 2]`, shift and raw scale side by side; run inside a tidy scope.
 */
export function affineAtOnce(x: tf.Tensor, raw: tf.Tensor, transformer: Transformer): Mapped | null {
  const form = simpleForm(transformer);
  if (form === null || x.size === 0) return null;
  const value = tf.customGrad((...args) => {
    const [input, parameters, save] = args as unknown as [tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    save([input, parameters]);
    const { shift, scale } = unpacked(parameters, form);
    return {
      value: form.shiftFirst ? tf.mul(tf.add(input, shift), scale) : tf.add(tf.mul(input, scale), shift),
      gradFunc: (dz: tf.Tensor, saved: tf.Tensor[]) => {
        const [savedInput, savedParameters] = saved as [tf.Tensor, tf.Tensor];
        const own = unpacked(savedParameters, form);
        const dx = tf.mul(dz, own.scale);
        const scaled = form.shiftFirst ? tf.add(savedInput, own.shift) : savedInput;
        const dRaw = tf.mul(tf.mul(dx, scaled), own.slope);
        return [dx, packed(form.shiftFirst ? dx : dz, dRaw, form)];
      },
    };
  })(x, raw);
  const logDet = tf.customGrad((...args) => {
    const [parameters, save] = args as unknown as [tf.Tensor, tf.GradSaveFunc];
    save([parameters]);
    return {
      value: sumEvent(unpacked(parameters, form).logs),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const { slope } = unpacked(saved[0]!, form);
        const each = tf.reshape(dy, [dy.size, ...slope.shape.slice(1).map(() => 1)]);
        return packed(tf.zerosLike(slope), tf.mul(slope, each), form);
      },
    };
  })(raw);
  return { value, logDet };
}

/** Shift, scale, log s and ∂(log s)/∂r. */
function unpacked(
  raw: tf.Tensor,
  { shiftGain, map, bound }: SimpleForm,
): {
  readonly shift: tf.Tensor;
  readonly scale: tf.Tensor;
  readonly logs: tf.Tensor;
  readonly slope: tf.Tensor;
} {
  const [t, r] = tf.unstack(raw, raw.rank - 1) as [tf.Tensor, tf.Tensor];
  const shift = shiftGain === 1 ? t : tf.mul(t, shiftGain);
  if (map === 'sigmoid') {
    const moved = tf.add(r, bound);
    const scale = tf.sigmoid(moved);
    return { shift, scale, logs: tf.neg(tf.softplus(tf.neg(moved))), slope: tf.sub(1, scale) };
  }
  const bent = tf.tanh(tf.mul(r, 1 / bound));
  const logs = tf.mul(bent, bound);
  return { shift, scale: tf.exp(logs), logs, slope: tf.sub(1, tf.square(bent)) };
}

/** Gradients of shift and raw scale, side by side. */
function packed(dShift: tf.Tensor, dRaw: tf.Tensor, { shiftGain }: SimpleForm): tf.Tensor {
  return tf.stack([shiftGain === 1 ? dShift : tf.mul(dShift, shiftGain), dRaw], dRaw.rank);
}

function simpleForm(transformer: Transformer): SimpleForm | null {
  const { form } = transformer as Transformer & { readonly form?: AffineForm };
  if (transformer.type !== 'affine' || form === undefined) return null;
  if (form.direction !== 'inverse' || form.amplitude !== null) return null;
  const { gain, offset, squash, clip, map, floor, ceiling, center } = form.scale;
  if (gain !== 1 || clip !== null || floor !== 0 || ceiling !== null || center || squash === null) return null;
  const common = { shiftFirst: form.order === 'shift-scale', shiftGain: form.shiftGain };
  if (map === 'sigmoid' && squash.squash === 'none') return { ...common, map: 'sigmoid', bound: offset };
  if (map === 'exp' && squash.squash === 'tanh' && offset === 0) return { ...common, map: 'tanh', bound: squash.bound };
  return null;
}
