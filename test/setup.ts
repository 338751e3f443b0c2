import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';

/**
 * Tests that use the wasm backend run on the fast kernels, as the command and the examples do. FLOWZOO_KERNELS=stock leaves
 * tfjs as it ships; the tests of the kernels themselves switch them on and off.
 */
const path = expect.getState().testPath!;
const usesWasm = (await readFile(path, 'utf8')).includes("'@tensorflow/tfjs-backend-wasm'");
if (usesWasm && !path.includes('/kernels-wasm/') && process.env['FLOWZOO_KERNELS'] !== 'stock') {
  const tf = await import('@tensorflow/tfjs');
  await import('@tensorflow/tfjs-backend-wasm');
  const { accelerate } = await import('@flowzoo/kernels-wasm');
  await tf.setBackend('wasm');
  await accelerate();
}
