import type { JsonSchema } from '../registry/plugin.ts';

/** The direction in which a transformer's formula is closed: `inverse` is data → latent, `forward` is latent → data. */
export type Direction = 'inverse' | 'forward';

/** Schema of the option `direction`. */
export function directionSchema(inverse: string, forward: string): JsonSchema {
  return {
    enum: ['inverse', 'forward'],
    default: 'inverse',
    description: `The direction in which the parameters act: "inverse" is ${inverse}, "forward" is ${forward}.`,
  };
}
