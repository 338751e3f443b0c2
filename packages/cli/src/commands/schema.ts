import type { Command } from 'commander';
import { addExamples } from '../options.ts';
import type { CommandContext } from '../command-context.ts';
import { openSession, type SessionOptions } from '../session.ts';

/** `flowzoo schema`: the JSON Schema of specs, composed of everything registered. */
export function addSchema(program: Command, { terminal }: CommandContext): void {
  const command = program
    .command('schema')
    .description('print the JSON Schema of specs, for editors')
    .action(async (options: SessionOptions) => {
      terminal.out(JSON.stringify((await openSession(options, terminal)).registry.schema(), null, 2));
    });
  addExamples(command, 'schema > flowzoo.schema.json', 'schema --plugin flowzoo-plugin-rotation');
}
