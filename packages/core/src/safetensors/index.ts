export type { Dtype, NamedArray } from './named-array.ts';
export { readSafetensors, type SafetensorsContents } from './read-safetensors.ts';
export { writeSafetensors } from './write-safetensors.ts';
