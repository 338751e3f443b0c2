import {
  FlowzooError,
  sizeOf,
  type BijectorBuild,
  type BijectorDefinition,
  type Direction,
  type PartConfig,
} from '@flowzoo/core';
import { madeSchema, type MadeConfig } from '../made/config.ts';
import { Made } from '../made/made.ts';
import { MaskedAutoregressive } from './masked-autoregressive.ts';

interface AutoregressiveConfig extends PartConfig, MadeConfig {
  readonly transformer: PartConfig;
}

/** `maf` (`onePass: 'inverse'`) or `iaf` (`onePass: 'forward'`) as specs name it. */
export function autoregressiveDefinition(onePass: Direction): BijectorDefinition {
  const sees = onePass === 'inverse' ? 'data: density in one pass' : 'latents: sampling in one pass';
  return {
    version: 1,
    schema: {
      type: 'object',
      description: `An autoregressive layer whose masked network sees the ${sees}.`,
      properties: {
        transformer: {
          part: 'transformer',
          default: { type: 'affine', direction: onePass },
          description: 'The scalar bijection of each feature.',
        },
        ...madeSchema,
      },
    },
    create: (config: AutoregressiveConfig, build) => createLayer(config, onePass, build),
  };
}

function createLayer(config: AutoregressiveConfig, onePass: Direction, build: BijectorBuild): MaskedAutoregressive {
  const { dataShape, path } = build;
  const size = sizeOf(dataShape);
  assertSeparate(config.transformer, path);
  const transformer = build.transformer(config.transformer, { name: 'transformer', eventShape: [size] });
  try {
    const conditioner = new Made('made', config, {
      ...build,
      random: build.random.fork('conditioner'),
      inputShape: [size],
      outputShape: [size * transformer.parameterCount],
    });
    return new MaskedAutoregressive({ type: config.type, path, dataShape, conditioner, transformer, onePass });
  } catch (error) {
    transformer.dispose();
    throw error;
  }
}

/** A mean over all features makes each depend on those after it. */
function assertSeparate({ scale }: PartConfig & { readonly scale?: unknown }, at: string): void {
  const center = typeof scale === 'object' && scale !== null && 'center' in scale && scale.center === true;
  if (!center) return;
  throw new FlowzooError('E_OPTION', 'centred scales depend on every feature, which an order excludes', {
    at: `${at}.transformer.scale`,
    expected: '"center": false',
    found: '"center": true',
    remedy: 'Keep the volume with coupling layers instead',
  });
}
