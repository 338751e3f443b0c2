import { isFlowzooError } from '@flowzoo/core';
import { CommanderError } from 'commander';
import { pluginHint } from './plugins/plugin-hint.ts';
import { createProgram } from './program.ts';
import { processTerminal, type Terminal } from './terminal.ts';

/** Everything went well. */
export const EXIT_OK = 0;
/** The command was understood and failed. */
export const EXIT_FAILURE = 1;
/** The command was not understood. */
export const EXIT_USAGE = 2;

/**
 * Runs one command line and gives its exit code: 0 for success, 1 for a failure, 2 for wrong usage.
 *
 * @example
 * process.exitCode = await run(['list', '--json']);
 */
export async function run(argv: readonly string[], terminal: Terminal = processTerminal()): Promise<number> {
  const outcome = { exitCode: EXIT_OK };
  const program = createProgram(terminal, outcome);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return outcome.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_OK : EXIT_USAGE;
    if (isFlowzooError(error)) {
      terminal.error(`error ${error.code}: ${error.message}`);
      const hint = pluginHint(error.message);
      if (hint !== null) terminal.error(hint);
      // Options in a spec or of a file are no fault of the command line.
      return error.code === 'E_OPTION' && error.details.at?.startsWith('--') === true ? EXIT_USAGE : EXIT_FAILURE;
    }
    terminal.error(`error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return EXIT_FAILURE;
  }
}
