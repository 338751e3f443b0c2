export { loadWeights } from './load-weights.ts';
export { packModel, packWeights, type PackedModel, type WeightOptions } from './pack.ts';
export { unpackModel, type UnpackOptions } from './unpack.ts';
