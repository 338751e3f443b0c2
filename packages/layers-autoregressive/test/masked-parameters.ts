import { Random, type Bijector, type Conditioner, type Part, type Plugin } from '@flowzoo/core';
import * as tf from '@tensorflow/tfjs';
import { Made, MaskedAutoregressive } from '../src/index.ts';

/** The masked network of a layer, or the network itself. */
export function madeOf(part: Part): Made {
  if (part instanceof Made) return part;
  if (part instanceof MaskedAutoregressive) return part.map.conditioner;
  throw new Error(`no masked network in ${part.type}`);
}

/**
 * Lets every masked weight take only values that its mask admits, whoever assigns them: the conformance suite draws and
 * moves parameters without knowing masks, and a layer that multiplied by them would hide what training does. What holds
 * zeros already comes from a file, and is left to the layer to check.
 */
export function keepMasked<P extends Part>(part: P): P {
  for (const layer of madeOf(part).maskedLayers.values()) {
    const { weight } = layer;
    const assign = weight.assign.bind(weight);
    weight.assign = (value: tf.Tensor2D): void => {
      if (value.dataSync().includes(0)) return assign(value);
      const masked = tf.tidy(() => tf.mul(value, tf.tensor2d(Float32Array.from(layer.mask), weight.shape)));
      assign(masked as tf.Tensor2D);
      masked.dispose();
    };
  }
  return part;
}

/** The plugin, its layers and networks built with weights that stay masked. */
export function withMasksKept(plugin: Plugin): Plugin {
  const bijectors = Object.fromEntries(
    Object.entries(plugin.bijectors!)
      .filter(([type]) => type === 'maf' || type === 'iaf')
      .map(([type, definition]) => [
        type,
        {
          ...definition,
          create: (config: never, build: never): Bijector => keepMasked(definition.create(config, build)),
        },
      ]),
  );
  const { made } = plugin.conditioners! as { made: NonNullable<Plugin['conditioners']>[string] };
  const conditioners = {
    made: { ...made, create: (config: never, build: never): Conditioner => keepMasked(made.create(config, build)) },
  };
  const transformers = { gated: plugin.transformers!['gated']! };
  return Object.defineProperty(
    { name: plugin.name, version: plugin.version, contract: plugin.contract, bijectors, conditioners, transformers },
    Symbol.for('@flowzoo/plugin'),
    { value: true },
  );
}

/** Draws every variable from N(0, 1), matrices divided by √fan-in, masks kept. */
export function scatter(part: Part, seed: number | string = 'scatter'): void {
  const made = madeOf(part);
  const masks = new Map([...made.maskedLayers].map(([name, { mask }]) => [`${name}.weight`, mask]));
  const random = new Random(seed);
  for (const [name, variable] of part.variables) {
    const mask = masks.get(name.replace(/^conditioner\./, ''));
    const spread = variable.rank > 1 ? Math.sqrt(variable.shape[0]!) : 1;
    const values = random.fork(name).normals(variable.size);
    tf.tidy(() =>
      variable.assign(
        tf.tensor(
          values.map((value, i) => (mask?.[i] === 0 ? 0 : value / spread)),
          variable.shape,
        ),
      ),
    );
  }
}

/** Normal rows `[batch, ...shape]`. */
export function normalRows(batch: number, shape: readonly number[], seed: number | string = 'rows'): tf.Tensor {
  const size = shape.reduce((product, length) => product * length, batch);
  return tf.tensor(new Random(seed).normals(size), [batch, ...shape]);
}

/** The largest absolute difference of two tensors. */
export function distance(a: tf.Tensor, b: tf.Tensor): number {
  return tf.tidy(() => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]!);
}
