import type { Command } from 'commander';
import type { CommandContext } from '../program.ts';
import { openRegistry, type SessionOptions } from '../session.ts';

/** `flowzoo schema`: the JSON Schema of specs, composed of everything registered. */
export function addSchema(program: Command, { terminal }: CommandContext): void {
  program
    .command('schema')
    .description('print the JSON Schema of specs, for editors')
    .action(async (options: SessionOptions) => {
      terminal.out(JSON.stringify((await openRegistry(options)).schema(), null, 2));
    });
}
