export { loadWeights } from './load-weights.ts';
export { packModel, packWeights, type PackedModel } from './pack.ts';
export { unpackModel, type UnpackOptions } from './unpack.ts';
