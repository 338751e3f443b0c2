/** kernels.mjs: a plain tfjs program on the installed kernels; prints the tier and a product. */
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { accelerate } from '@flowzoo/kernels-wasm';

await tf.setBackend('wasm');
const { tier } = await accelerate();
const a = tf.tensor2d([1, 2, 3, 4], [2, 2]);
const b = tf.tensor2d([5, 7, 6, 8], [2, 2]);
console.log(JSON.stringify({ tier, product: [...tf.matMul(a, b, false, true).dataSync()] }));
