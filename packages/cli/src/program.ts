import { Command } from 'commander';
import { addCheck } from './commands/check.ts';
import { addCode } from './commands/code.ts';
import { addDoctor } from './commands/doctor.ts';
import { addInpaint } from './commands/inpaint.ts';
import { addList } from './commands/list.ts';
import { addSample } from './commands/sample.ts';
import { addSchema } from './commands/schema.ts';
import { addScore } from './commands/score.ts';
import { addShow } from './commands/show.ts';
import { addTrain } from './commands/train.ts';
import { repeated } from './options.ts';
import type { Terminal } from './terminal.ts';

/** What a command needs besides its own options. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** The exit code, for commands whose answer is one. */
  readonly outcome: { exitCode: number };
}

/** The whole command line. Errors and exits are thrown, never taken. */
export function createProgram(terminal: Terminal, outcome: { exitCode: number }): Command {
  const program = new Command('flowzoo')
    .description('Normalizing flows: train, score, sample, encode, decode and inpaint.')
    .version('1.0.0')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.error(text.trimEnd()),
    })
    .showHelpAfterError('(flowzoo --help lists the commands)');
  const context: CommandContext = { terminal, outcome };
  for (const add of [
    addList,
    addShow,
    addCheck,
    addSchema,
    addTrain,
    addSample,
    addScore,
    addCode,
    addInpaint,
    addDoctor,
  ]) {
    add(program, context);
  }
  for (const command of program.commands) {
    command.exitOverride();
    command.option('--backend <name>', 'tfjs backend: wasm or cpu', 'wasm');
    command.option('--plugin <package>', 'also use the plugin of this package (repeatable)', repeated, []);
  }
  return program;
}
