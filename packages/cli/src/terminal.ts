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

/**
 * Takes it well that a reader goes away, as in `flowzoo sample … | head`: nobody wants the rest of the output, and a
 * training goes on without its progress.
 */
export function tolerateClosedPipes(): void {
  const closed = (error: NodeJS.ErrnoException): boolean => error.code === 'EPIPE';
  process.stdout.on('error', (error) => {
    if (!closed(error)) throw error;
    process.exit(process.exitCode ?? 0);
  });
  process.stderr.on('error', (error) => {
    if (!closed(error)) throw error;
  });
}
