import type { Plugin } from '../registry/plugin.ts';
import { checksOf } from './checks.ts';
import type { ConformanceOptions, TestRunner } from './options.ts';

/**
 * Declares one test per clause for every layer, transformer, conditioner and distribution of a plugin, in whatever test
 * runner the author has.
 *
 * Bijectors: shapes and dtypes (1, 2), round trips (3), log-dets against the autodiff Jacobian (4, 5), gradients (6),
 * structure (7), large inputs and edges (8), independence of the batch (9), context and refusals (10), saving (11), the
 * integral of the density (12), tensors and passes (13). Parameters are drawn at order 1, because many errors vanish at
 * the initial scale; clause 5 repeats 3 and 4 with the initial ones. Other kinds have the clauses that make sense for
 * them, transformers monotonicity (14), distributions samples and seeds (15–17). A clause that says nothing about a
 * part (the context of an unconditional layer) passes; `runConformance` tells the difference.
 *
 * Without `cases`, each type is built from its schema's defaults on events of one to five elements, on small images with
 * odd and size-1 sides, and with a context; a shape it cannot take must be refused with E_SPEC_SHAPE.
 *
 * Tolerances are those of `DEFAULT_TOLERANCE` unless a case has its own. Every failure is an E_CONFORMANCE that names
 * type, backend, clause, case, what was measured, what is allowed, and a hint. Gradients are compared with finite
 * differences where a quarter of the rows, or two of four directions, may meet a kink.
 *
 * @throws E_PLUGIN, E_PLUGIN_CONTRACT, E_PLUGIN_CONFLICT when the plugin cannot be registered
 * @example
 * import { describe, it, expect } from 'vitest';
 * import '@tensorflow/tfjs-backend-wasm';
 * import { conformance } from '@flowzoo/core/conformance';
 *
 * conformance(rotation, { describe, it, expect, backends: ['cpu', 'wasm'] });
 */
export function conformance(plugin: Plugin, options: ConformanceOptions & TestRunner): void {
  const { describe, it, timeout = 60_000 } = options;
  const groups = new Map<string, { name: string; body: () => void }[]>();
  for (const { kind, type, backend, clause, title, run } of checksOf(plugin, options)) {
    const name = backend === 'active' ? `${kind} ${type}` : `${kind} ${type} on ${backend}`;
    const group = groups.get(name) ?? [];
    groups.set(name, group);
    const body = async (): Promise<void> => {
      await run();
    };
    group.push({ name, body: () => void it(`${clause}. ${title}`, body, timeout) });
  }
  describe(`conformance of ${plugin.name}@${plugin.version}`, () => {
    for (const [name, tests] of groups) {
      describe(name, () => {
        for (const { body } of tests) body();
      });
    }
  });
}
