import { colorEnabled, type ProgressStream } from './terminal/index.ts';

/** Where a command writes: data to `out`, everything meant for a person beside it to `error`. */
export interface Terminal {
  /** A line of output. */
  out(line: string): void;
  /** A line beside the output: notes, warnings, failures. */
  error(line: string): void;
  /** Where progress goes. */
  readonly progress: ProgressStream;
  /** Whether `out` may be coloured. */
  readonly color: boolean;
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  return {
    out: (line) => void process.stdout.write(`${line}\n`),
    error: (line) => void process.stderr.write(`${line}\n`),
    progress: process.stderr,
    color: colorEnabled(process.stdout, process.env),
  };
}

/** The part of a process that {@link guardOutput} watches. */
export interface GuardedProcess {
  readonly stdout: NodeJS.EventEmitter;
  readonly stderr: NodeJS.EventEmitter & { write(text: string): unknown };
  exit(code: number): unknown;
}

/**
 * Ends the process when its standard output fails. A reader that goes away, as in `flowzoo sample … | head`, has what it
 * wanted: exit code 0. A full disk is a failure. Without standard error the work goes on: nobody reads its progress.
 */
export function guardOutput(guarded: GuardedProcess = process): void {
  guarded.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') guarded.exit(0);
    else {
      guarded.stderr.write(`error E_FILE_WRITE: standard output cannot be written (got ${error.message})\n`);
      guarded.exit(1);
    }
  });
  guarded.stderr.on('error', () => {});
}
