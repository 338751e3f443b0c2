import { FlowzooError, isFlowzooError } from '@flowzoo/core';
import { Option, type Command } from 'commander';
import type { GreyOptions } from './grey-levels.ts';
import { parseColumns, parseRowRange, type ColumnSelection, type RowRange } from './data/index.ts';

/** A whole number from the command line. @throws E_OPTION */
export function wholeNumber(name: string, minimum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text.trim()) || !Number.isSafeInteger(value) || value < minimum) {
      throw new FlowzooError('E_OPTION', `must be a whole number, ${minimum} or more`, {
        at: name,
        found: `"${text}"`,
      });
    }
    return value;
  };
}

/** A number from the command line. @throws E_OPTION */
export function positiveNumber(name: string, options: { readonly zero?: boolean } = {}): (text: string) => number {
  return (text) => {
    const value = Number(text);
    const large = options.zero === true ? value >= 0 : value > 0;
    if (text.trim() === '' || !Number.isFinite(value) || !large) {
      const least = options.zero === true ? '0 or more' : 'above 0';
      throw new FlowzooError('E_OPTION', `must be a number ${least}`, { at: name, found: `"${text}"` });
    }
    return value;
  };
}

/** A range of rows from the command line. @throws E_OPTION naming the option */
export function rowRange(name: string): (text: string) => RowRange {
  return (text) => {
    try {
      return parseRowRange(text);
    } catch (error) {
      if (!isFlowzooError(error)) throw error;
      throw new FlowzooError(error.code, 'not a range of rows', { ...error.details, at: name });
    }
  };
}

/** Appends to a list option that may be given several times. */
export function repeated(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** The data that a command reads. */
export interface DataOptions extends GreyOptions {
  readonly data: string;
  readonly rows?: RowRange;
  readonly columns?: ColumnSelection;
  readonly context?: string;
}

/** Adds `--data`, `--rows`, `--columns` and `--context`. */
export function addDataOptions(command: Command, description: string): Command {
  return command
    .requiredOption('--data <file>', `${description}: .npy, .csv, IDX, .png or .wav, also with .gz`)
    .option('--rows <range>', 'rows of the file, as in 0:100 or -360:', rowRange('--rows'))
    .option('--columns <list>', 'columns of a table, as in 0:4,7 or by name', (text) => parseColumns(text))
    .option('--context <file>', 'for a conditional model: one row per row of data, or one for all; or class labels')
    .addOption(
      new Option(
        '--binarize <how>',
        'grey pixels to 0 and 1: dynamic (1 with probability v/255, anew at every step of a training), or threshold (v > 127)',
      ).choices(['dynamic', 'threshold']),
    )
    .option('--bits <N>', 'keep the N highest bits of bytes, ⌊v / 2^(8−N)⌋: 5 for 32 levels', wholeNumber('--bits', 1));
}

/** Adds `--out` for a file of data. */
export function addDataOut(command: Command, what: string): Command {
  return command.option(
    '--out <file>',
    `where ${what} go: .npy, .csv, IDX, .png or .wav; default: CSV on standard output`,
  );
}

/** Adds `--json`. */
export function addJson(command: Command): Command {
  return command.option('--json', 'print JSON');
}

/** Adds what every command takes. */
export function addSessionOptions(command: Command): Command {
  return command
    .option('--backend <name>', 'tfjs backend: wasm (fast kernels), native, wasm-stock or cpu', 'wasm')
    .option('--threads <N>', 'threads of one kernel, with --backend native', wholeNumber('--threads', 1))
    .option('--plugin <package>', 'also use the plugin of this package or file (repeatable)', repeated);
}

/** Adds example lines below the help of a command. */
export function addExamples(command: Command, ...lines: readonly string[]): Command {
  return command.addHelpText('after', `\nExamples:\n${lines.map((line) => `  flowzoo ${line}`).join('\n')}`);
}
