import { listPresets } from '@flowzoo/zoo';
import type { Command } from 'commander';
import { addExamples, addJson } from '../options.ts';
import type { CommandContext } from '../command-context.ts';
import { formatBytes, formatCount, formatTable } from '../terminal/index.ts';

/** `flowzoo list`: the presets there are. */
export function addList(program: Command, { terminal }: CommandContext): void {
  const command = program
    .command('list')
    .description('list the presets')
    .action(async (options: { json?: boolean }) => {
      const presets = await listPresets();
      if (options.json === true) {
        terminal.out(JSON.stringify(presets, null, 2));
        return;
      }
      const rows = presets.map((preset) => [
        preset.name,
        `[${preset.event.join(', ')}]`,
        formatCount(preset.parameters),
        formatBytes(preset.bytes),
        preset.summary,
      ]);
      const titles = ['preset', 'event', 'parameters', 'weights', 'what it is'];
      terminal.out(formatTable({ titles, rows, alignRight: [2, 3], color: terminal.color }));
    });
  addExamples(addJson(command), 'list', 'list --json');
}
