import type { BijectorDefinition } from '../registry/plugin.ts';
import { dequantizeDefinition } from './dequantize.ts';

export { bitsPerDimension, type BitsPerDimensionOptions } from './bits-per-dimension.ts';
export { Dequantize, type DequantizeOptions } from './dequantize.ts';

/** The layers that make discrete data continuous, by their type ids. */
export const dequantizationBijectors: Readonly<Record<string, BijectorDefinition>> = {
  dequantize: dequantizeDefinition,
};
