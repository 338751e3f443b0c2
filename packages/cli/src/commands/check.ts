import type { Command } from 'commander';
import { formatFault, isFlowzooError, type SpecFault } from '@flowzoo/core';
import { specOf } from '../model-argument.ts';
import { addExamples, addJson } from '../options.ts';
import { pluginHint } from '../plugins/plugin-hint.ts';
import type { CommandContext } from '../command-context.ts';
import { openSession, type Session, type SessionOptions } from '../session.ts';

/** `flowzoo check`: every fault of a spec, one line each; exit code 1 when there is one. */
export function addCheck(program: Command, { terminal, outcome }: CommandContext): void {
  const command = program
    .command('check')
    .description('check a spec: one line per fault, exit code 1 when there is one')
    .argument('<spec>', 'spec file, folder or preset')
    .action(async (spec: string, options: SessionOptions & { json?: boolean }) => {
      const faults = await faultsOf(spec, await openSession(options, terminal));
      outcome.exitCode = faults.length === 0 ? 0 : 1;
      if (options.json === true) {
        terminal.out(JSON.stringify({ spec, valid: faults.length === 0, faults }, null, 2));
      } else if (faults.length === 0) terminal.out(`${spec}: no faults`);
      else for (const fault of faults) terminal.out(formatFault(fault));
      const hint = pluginHint(faults.map(({ message }) => message).join());
      if (hint !== null) terminal.error(hint);
    });
  addExamples(addJson(command), 'check spec.json', 'check spec.json --json');
}

async function faultsOf(argument: string, session: Session): Promise<readonly SpecFault[]> {
  try {
    const document = await specOf(argument, session);
    const faults = session.registry.check(document);
    if (faults.length > 0) return faults.map(({ code, path, message }) => ({ code, path, message }));
    // A spec whose words are right may still have shapes that do not fit; building it tells.
    session.registry.build(document).dispose();
    return [];
  } catch (error) {
    if (!isFlowzooError(error) || !/^E_(SPEC|UNKNOWN_TYPE|OPTION)/.test(error.code)) throw error;
    return [{ code: error.code, path: '', message: error.message }];
  }
}
