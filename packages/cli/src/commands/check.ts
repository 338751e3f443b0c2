import type { Command } from 'commander';
import { formatFault, isFlowzooError } from '@flowzoo/core';
import { specOf } from '../model-argument.ts';
import type { CommandContext } from '../program.ts';
import { openRegistry, startEngine, type SessionOptions } from '../session.ts';

/** `flowzoo check`: every fault of a spec, one line each; exit code 1 when there is one. */
export function addCheck(program: Command, { terminal, outcome }: CommandContext): void {
  program
    .command('check')
    .description('check a spec: one line per fault, exit code 1 when there is one')
    .argument('<spec>', 'spec file, folder or preset')
    .option('--json', 'print JSON')
    .action(async (spec: string, options: SessionOptions & { json?: boolean }) => {
      await startEngine(options);
      const registry = await openRegistry(options);
      const document = await specOf(spec);
      const faults = registry.check(document).map((fault) => ({ ...fault, line: formatFault(fault) }));
      if (faults.length === 0) {
        // A spec whose words are right may still have shapes that do not fit; building it tells.
        try {
          registry.build(document).dispose();
        } catch (error) {
          if (!isFlowzooError(error)) throw error;
          faults.push({ code: error.code, path: error.details.at ?? '', message: error.message, line: error.message });
        }
      }
      outcome.exitCode = faults.length === 0 ? 0 : 1;
      if (options.json === true) {
        const list = faults.map(({ code, path, message }) => ({ code, path, message }));
        terminal.out(JSON.stringify({ spec, valid: faults.length === 0, faults: list }, null, 2));
      } else if (faults.length === 0) terminal.out(`${spec}: no faults`);
      else for (const { line } of faults) terminal.out(line);
    });
}
