import { contextFor, inverseThrough, sizeOf, type Bijector, type Mapped } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';

/** What arrives from the latent side while going backward through layers. */
interface Adjoint {
  /** Output of the layer, `[batch, ...latentShape]`. */
  readonly z: tf.Tensor;
  /** ∂ loss / ∂z. */
  readonly dz: tf.Tensor;
}

/**
 * Data → latent through layers, whose gradient keeps the latents alone.
 *
 * The plain gradient keeps every activation of every layer until it ends, so memory grows with depth. Here each layer's
 * input is computed again from its output on the way back, x = f(z), then that layer alone is differentiated and its
 * activations are forgotten. It costs one `forward` and one `inverse` per layer more, and the inputs carry the rounding of
 * the round trip. Gradients of gradients are not available through it.
 *
 * Gomez et al. 2017, The Reversible Residual Network.
 *
 * @param layers Deterministic and exact in both directions.
 * @param x `[batch, ...dataShape]`.
 * @returns As `inverse` of the chain of the layers; run inside a tidy scope.
 */
export function inverseRecomputed(layers: readonly Bijector[], x: tf.Tensor, context: tf.Tensor | undefined): Mapped {
  const batch = x.shape[0]!;
  const size = sizeOf(x.shape.slice(1));
  const latentShape = [batch, ...(layers.at(-1)?.latentShape ?? x.shape.slice(1))];
  const variables = layers.flatMap((layer) => [...layer.variables.values()]);
  const contexts = context === undefined ? [] : [context];
  // A custom gradient has one result: the log-det becomes one more column of the latents.
  const map = tf.customGrad((...args) => {
    const save = args.at(-1) as unknown as tf.GradSaveFunc;
    const { value, logDet } = inverseThrough(layers, x, context);
    const packed = tf.concat([tf.reshape(value, [batch, size]), tf.reshape(logDet, [batch, 1])], 1);
    save([packed, ...contexts]);
    return {
      value: packed,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [z, dz] = [saved[0]!, dy].map((both) => tf.reshape(latentsOf(both, size), latentShape));
        const dLogDet = tf.reshape(tf.slice(dy, [0, size], [batch, 1]), [batch]);
        return backward(layers, { z: z!, dz: dz! }, { dLogDet, context: saved[1], variables });
      },
    };
  });
  const packed = map(x, ...contexts, ...variables);
  return {
    value: tf.reshape(latentsOf(packed, size), latentShape),
    logDet: tf.reshape(tf.slice(packed, [0, size], [batch, 1]), [batch]),
  };
}

function latentsOf(packed: tf.Tensor, size: number): tf.Tensor {
  return tf.slice(packed, [0, 0], [packed.shape[0]!, size]);
}

/** Gradients in x, in the context when there is one, and in every variable. */
function backward(
  layers: readonly Bijector[],
  start: Adjoint,
  rest: {
    readonly dLogDet: tf.Tensor;
    readonly context: tf.Tensor | undefined;
    readonly variables: readonly tf.Variable[];
  },
): tf.Tensor[] {
  const { dLogDet, context, variables } = rest;
  const found = new Map<number, tf.Tensor>();
  let adjoint = start;
  let dContext: tf.Tensor | null = null;
  for (const layer of layers.toReversed()) {
    const own = contextFor(layer, context);
    const held = [...layer.variables.values()];
    const previous = adjoint;
    const [x, dx, ...others] = tf.tidy(() => {
      const input = layer.forward(previous.z, own).value;
      const inputs = [input, ...(own === undefined ? [] : [own]), ...held];
      return [input, ...pullBack(() => contracted(layer.inverse(input, own), previous.dz, dLogDet), inputs)];
    }) as [tf.Tensor, tf.Tensor, ...tf.Tensor[]];
    tf.dispose([previous.z, previous.dz]);
    adjoint = { z: x, dz: dx };
    if (own !== undefined) {
      const added = others.shift()!;
      dContext = dContext === null ? added : tf.add(dContext, added);
    }
    held.forEach((variable, i) => found.set(variable.id, others[i]!));
  }
  const contextGradients = context === undefined ? [] : [dContext ?? tf.zerosLike(context)];
  return [adjoint.dz, ...contextGradients, ...variables.map(({ id }) => found.get(id)!)];
}

/** Σ ∂z · z + Σ ∂logDet · logDet: the number whose gradient is the product with the Jacobian. */
function contracted({ value, logDet }: Mapped, dz: tf.Tensor, dLogDet: tf.Tensor): tf.Tensor {
  return tf.add(tf.sum(tf.mul(value, dz)), tf.sum(tf.mul(logDet, dLogDet)));
}

/**
 * Gradients of a number, on a tape of its own.
 *
 * tfjs has one tape, and a gradient that starts while another one runs backward throws that tape away. So the running
 * one is put aside.
 */
function pullBack(compute: () => tf.Tensor, inputs: readonly tf.Tensor[]): tf.Tensor[] {
  const engine = tf.engine();
  const { state } = engine;
  const { activeTape, gradientDepth } = state;
  state.gradientDepth = 0;
  try {
    const { value, grads } = engine.gradients(compute, [...inputs], undefined, true);
    value.dispose();
    return inputs.map((input, i) => grads[i] ?? tf.zerosLike(input));
  } finally {
    state.activeTape = activeTape;
    state.gradientDepth = gradientDepth;
  }
}
