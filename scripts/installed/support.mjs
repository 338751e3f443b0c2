/** What the programs of the installed test share. They see only what is installed in their own folder. */
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { createRegistry } from '@flowzoo/core';

/** Starts the engine: the program chooses the backend, never the library. */
export async function startEngine() {
  await tf.setBackend('wasm');
  await tf.ready();
  return tf;
}

/** A registry with the plugins of the named packages: the export of each that carries the plugins' brand. */
export async function registryWith(...packages) {
  const registry = createRegistry();
  for (const name of packages) {
    const exported = Object.values(await import(name));
    const plugin = exported.find((value) => value?.[Symbol.for('@flowzoo/plugin')] === true);
    if (!plugin) throw new Error(`${name} exports no plugin`);
    registry.use(plugin);
  }
  return registry;
}

/** Two-dimensional rows on a bent line, the same in every process. */
export function rows(count) {
  const values = Array.from({ length: count }, (_, index) => {
    const t = (index / count) * 4 - 2;
    return [t, 0.5 * t * t + 0.1 * Math.sin(37 * index)];
  });
  return tf.tensor2d(values);
}

/** A tensor's numbers, the tensor disposed. */
export async function numbers(tensor) {
  const values = [...(await tensor.data())];
  tensor.dispose();
  return values;
}
