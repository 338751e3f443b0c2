import { runNamedKernel, sumEvent, type AffineForm, type Mapped, type Transformer } from '@flowzoo/core';
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
 * other. Of single operations they take four times as many calls; with the kernels of @flowzoo/kernels-wasm each takes one.
 *
 * @param x `[batch, ..., C]`.
 * @param raw `[batch, ..., C, 2]`, shift and raw scale side by side; run inside a tidy scope.
 */
export function affineAtOnce(x: tf.Tensor, raw: tf.Tensor, transformer: Transformer): Mapped | null {
  const form = simpleForm(transformer);
  if (form === null || x.size === 0) return null;
  let logs: tf.Tensor | null = null;
  const value = tf.customGrad((...args) => {
    const [input, parameters, save] = args as unknown as [tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    save([input, parameters]);
    const both = forward(input, parameters, form);
    logs = tf.keep(both.logs);
    return {
      value: both.value,
      gradFunc: (dz: tf.Tensor, saved: tf.Tensor[]) => gradient(saved[0]!, saved[1]!, dz, form),
    };
  })(x, raw);
  const known = logs!;
  const logDet = tf.customGrad((...args) => {
    const [parameters, save] = args as unknown as [tf.Tensor, tf.GradSaveFunc];
    save([parameters]);
    return {
      value: sumEvent(known),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => logGradient(saved[0]!, dy, form),
    };
  })(raw);
  known.dispose();
  return { value, logDet };
}

/** The value and log s of every element. */
function forward(
  x: tf.Tensor,
  raw: tf.Tensor,
  form: SimpleForm,
): { readonly value: tf.Tensor; readonly logs: tf.Tensor } {
  const fused = runNamedKernel('AffineForward', { x, raw }, form);
  if (fused !== null) return { value: fused[0]!, logs: fused[1]! };
  const { shift, scale, logs } = unpacked(raw, form);
  return { value: form.shiftFirst ? tf.mul(tf.add(x, shift), scale) : tf.add(tf.mul(x, scale), shift), logs };
}

/** From the gradient in the value to those in x and in the parameters. */
function gradient(x: tf.Tensor, raw: tf.Tensor, dz: tf.Tensor, form: SimpleForm): tf.Tensor[] {
  const fused = runNamedKernel('AffineGradient', { x, raw, dy: dz }, form);
  if (fused !== null) return fused;
  const { shift, scale, slope } = unpacked(raw, form);
  const dx = tf.mul(dz, scale);
  const dRaw = tf.mul(tf.mul(dx, form.shiftFirst ? tf.add(x, shift) : x), slope);
  return [dx, packed(form.shiftFirst ? dx : dz, dRaw, form)];
}

/** From the gradient in the log-det to that in the parameters. */
function logGradient(raw: tf.Tensor, dLogDet: tf.Tensor, form: SimpleForm): tf.Tensor {
  const fused = runNamedKernel('AffineLogGradient', { raw, dLogDet }, form);
  if (fused !== null) return fused[0]!;
  const { slope } = unpacked(raw, form);
  const each = tf.reshape(dLogDet, [dLogDet.size, ...slope.shape.slice(1).map(() => 1)]);
  return packed(tf.zerosLike(slope), tf.mul(slope, each), form);
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
