import { Command } from 'commander';
import { addCheck } from './commands/check.ts';
import { addCode } from './commands/code.ts';
import { addDistill } from './commands/distill.ts';
import { addDoctor } from './commands/doctor.ts';
import { addInpaint } from './commands/inpaint.ts';
import { addList } from './commands/list.ts';
import { addSample } from './commands/sample.ts';
import { addSchema } from './commands/schema.ts';
import { addScore } from './commands/score.ts';
import { addShow } from './commands/show.ts';
import { addTrain } from './commands/train.ts';
import { addSessionOptions } from './options.ts';
import type { Terminal } from './terminal.ts';
import { commandVersion } from './version.ts';

const COMMANDS = [
  addList,
  addShow,
  addCheck,
  addSchema,
  addTrain,
  addDistill,
  addSample,
  addScore,
  addCode,
  addInpaint,
  addDoctor,
];

/** The whole command line. Errors and exits are thrown, never taken. */
export function createProgram(terminal: Terminal, outcome: { exitCode: number }): Command {
  const program = new Command('flowzoo')
    .description('Normalizing flows: train, score, sample, encode, decode and inpaint.')
    .version(commandVersion())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.error(text.trimEnd()),
    })
    .showHelpAfterError('flowzoo --help lists the commands')
    .addHelpText(
      'after',
      '\nflowzoo <command> --help tells its options and shows examples.\n' +
        'Exit codes: 0 success, 1 failure, 2 wrong usage. Data go to standard output, everything else to standard error.',
    );
  for (const add of COMMANDS) add(program, { terminal, outcome });
  for (const command of program.commands) {
    addSessionOptions(command).showHelpAfterError(`flowzoo ${command.name()} --help tells its options`);
  }
  return program;
}
