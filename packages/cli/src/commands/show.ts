import { describeModel, type ModelSummary } from '@flowzoo/core';
import type { Command } from 'commander';
import { specOf } from '../model-argument.ts';
import type { CommandContext } from '../program.ts';
import { openRegistry, startEngine, type SessionOptions } from '../session.ts';
import { formatCount, formatTable } from '../terminal/index.ts';

/** `flowzoo show`: what a model is made of. */
export function addShow(program: Command, { terminal }: CommandContext): void {
  program
    .command('show')
    .description('show layers, shapes, parameters and passes of a preset, a spec or a folder')
    .argument('<model>', 'preset, spec file or folder')
    .option('--json', 'print JSON')
    .action(async (model: string, options: SessionOptions & { json?: boolean }) => {
      await startEngine(options);
      const registry = await openRegistry(options);
      const built = registry.build(await specOf(model));
      const description = { name: built.spec.name ?? model, ...describeModel(built) };
      built.dispose();
      if (options.json === true) terminal.out(JSON.stringify(description, null, 2));
      else for (const line of describe(description, terminal.color)) terminal.out(line);
    });
}

function describe(model: ModelSummary & { readonly name: string }, color: boolean): string[] {
  const lines = [`${model.name}: ${model.type} of [${model.event.join(', ')}]`];
  lines.push(`${formatCount(model.parameters)} parameters, log-likelihood ${model.bound ? 'a lower bound' : 'exact'}`);
  if (model.contextSize > 0) lines.push(`context of ${model.contextSize} numbers`);
  if (model.passes !== null) {
    lines.push(`passes: ${model.passes.inverse} to score, ${model.passes.forward} to sample`);
  }
  const rows = model.layers.map((layer) => [
    layer.path,
    layer.type,
    `[${layer.dataShape.join(', ')}]`,
    `[${layer.latentShape.join(', ')}]`,
    formatCount(layer.parameters),
    pass(layer.passes.inverse, layer.method.inverse),
    pass(layer.passes.forward, layer.method.forward),
  ]);
  if (model.base !== null) {
    const { type, event, parameters } = model.base;
    rows.push(['base', type, `[${event.join(', ')}]`, '', formatCount(parameters), '', '']);
  }
  const titles = ['layer', 'type', 'data', 'latent', 'parameters', 'score passes', 'sample passes'];
  return [...lines, '', formatTable({ titles, rows, alignRight: [4, 5, 6], color })];
}

function pass(count: number, method: string): string {
  return method === 'exact' ? String(count) : `${count}, iterative`;
}
