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
      const { levels = null, receptiveField = null } = built as SequenceTraits;
      const name = built.spec.name ?? model;
      const description = { name, ...describeModel(built), levels, receptiveField };
      built.dispose();
      if (options.json === true) terminal.out(JSON.stringify(description, null, 2));
      else for (const line of describe(description, terminal.color)) terminal.out(line);
    });
  addExamples(addJson(command), 'show realnvp-digits', 'show spec.json --json');
}

/** What models of discrete data and of signals say of themselves. */
interface SequenceTraits {
  /** Data are the integers 0 … levels − 1. */
  readonly levels?: number;
  /** Steps of the past that a prediction sees. */
  readonly receptiveField?: number;
}

type Description = ModelSummary & {
  readonly name: string;
  readonly levels: number | null;
  readonly receptiveField: number | null;
};

function describe(model: Description, color: boolean): string[] {
  const lines = [`${model.name}: ${model.type} of [${model.event.join(', ')}]`];
  lines.push(`${formatCount(model.parameters)} parameters, log-likelihood ${model.bound ? 'a lower bound' : 'exact'}`);
  if (model.levels !== null) lines.push(`data are the integers 0 to ${model.levels - 1}`);
  if (model.receptiveField !== null) lines.push(`receptive field: ${formatCount(model.receptiveField)} steps`);
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
  if (rows.length === 0) return lines;
  const titles = ['layer', 'type', 'data', 'latent', 'parameters', 'score passes', 'sample passes'];
  return [...lines, '', formatTable({ titles, rows, alignRight: [4, 5, 6], color })];
}

function pass(count: number, method: string): string {
  return method === 'exact' ? String(count) : `${count}, iterative`;
}
