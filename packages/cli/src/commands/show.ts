import { describeModel, type ModelSummary } from '@flowzoo/core';
import type { Command } from 'commander';
import { specOf } from '../model-argument.ts';
import { addExamples, addJson } from '../options.ts';
import type { CommandContext } from '../command-context.ts';
import { openSession, type SessionOptions } from '../session.ts';
import { formatCount, formatTable } from '../terminal/index.ts';

/** `flowzoo show`: what a model is made of. */
export function addShow(program: Command, { terminal }: CommandContext): void {
  const command = program
    .command('show')
    .description('show layers, shapes, parameters and passes of a preset, a spec or a folder')
    .argument('<model>', 'preset, spec file or folder')
    .action(async (model: string, options: SessionOptions & { json?: boolean }) => {
      const session = await openSession(options, terminal);
      const built = session.registry.build(await specOf(model, session));
      const description = { name: built.spec.name ?? model, ...describeModel(built) };
      built.dispose();
      if (options.json === true) terminal.out(JSON.stringify(description, null, 2));
      else for (const line of describe(description, terminal.color)) terminal.out(line);
    });
  addExamples(addJson(command), 'show realnvp-digits', 'show spec.json --json');
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
