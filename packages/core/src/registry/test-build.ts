import type { Build } from './build.ts';
import { Builder } from './builder.ts';
import { Random } from '../random/random.ts';
import { core } from '../plugin.ts';
import type { PluginOptions } from './plugin.ts';
import type { Shape } from '../contracts/shape.ts';

/** A site for tests that construct one part directly, with core's parts and extra ones to build nested parts from. */
export function testBuild<S extends Readonly<Record<string, Shape>>>(
  options: { path?: string; seed?: number; contextSize?: number; parts?: Partial<PluginOptions> } & { shapes: S },
): Build & S {
  const { path = 'test', seed = 0, contextSize = 0, parts = {}, shapes } = options;
  const tables = {
    bijector: new Map(Object.entries({ ...core.bijectors, ...parts.bijectors })),
    transformer: new Map(Object.entries({ ...core.transformers, ...parts.transformers })),
    conditioner: new Map(Object.entries({ ...core.conditioners, ...parts.conditioners })),
    distribution: new Map(Object.entries({ ...core.distributions, ...parts.distributions })),
  };
  const builder = new Builder({ tables: tables as never, contextSize, random: new Random(seed) });
  return { ...builder.site(path), ...shapes };
}
