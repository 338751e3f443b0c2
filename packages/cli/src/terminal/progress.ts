import { colorEnabled, isTerminal, style } from './color.ts';
import type { Environment, TerminalLike } from './color.ts';
import { formatCount, formatDuration, formatNumber } from './format.ts';

/** Where a piece of work stands. */
export interface ProgressState {
  /** What is being done, in one word or two. */
  readonly label: string;
  readonly done: number;
  /** How much there is to do in all, when it is known. */
  readonly total?: number | undefined;
  /** What is counted, in the plural. */
  readonly unit: string;
  /** Units per second, when it is known yet. */
  readonly rate?: number | undefined;
  /** Seconds since the beginning. */
  readonly elapsed: number;
  /** What else to tell, such as the loss. */
  readonly note?: string | undefined;
}

/**
 * One line of progress without colour.
 *
 * @example
 * formatProgress({ label: 'train', done: 1200, total: 5000, unit: 'steps', rate: 80, elapsed: 15, note: 'loss 2.31' });
 * // 'train  1,200/5,000 steps  24%  80.00 steps/s  ETA 47.5 s  loss 2.31'
 */
export function formatProgress(state: ProgressState): string {
  const { label, done, total, unit, rate, elapsed, note } = state;
  const finished = total !== undefined && done >= total;
  const parts = [label, `${formatCount(done)}${total === undefined ? '' : `/${formatCount(total)}`} ${unit}`];
  if (total !== undefined && total > 0) parts.push(`${Math.floor((100 * done) / total)}%`);
  if (rate !== undefined && rate > 0) parts.push(`${formatNumber(rate)} ${unit}/s`);
  if (finished || total === undefined) parts.push(`in ${formatDuration(elapsed)}`);
  else if (rate !== undefined && rate > 0) parts.push(`ETA ${formatDuration((total - done) / rate)}`);
  if (note !== undefined && note !== '') parts.push(note);
  return parts.join('  ');
}

/** A stream to write progress to, such as `process.stderr`. */
export interface ProgressStream extends TerminalLike {
  write(text: string): unknown;
}

/** How {@link createProgress} writes. */
export interface ProgressOptions {
  readonly label: string;
  readonly total?: number | undefined;
  /** What is counted, in the plural, default `steps`. */
  readonly unit?: string;
  /** Where the work begins, such as the step of a checkpoint; default 0. It does not count for the rate. */
  readonly start?: number;
  /** Default `process.stderr`: standard output is for data. */
  readonly stream?: ProgressStream;
  /** Default `process.env`. */
  readonly environment?: Environment;
  /** The clock in milliseconds, default `performance.now`. */
  readonly now?: () => number;
}

/** A line of progress that is being written. */
export interface Progress {
  /** Tells how much is done; writes when enough time has passed since the last line. */
  update(done: number, note?: string): void;
  /** Writes a line of its own that stays. */
  log(line: string): void;
  /** Writes the last state and ends the line. Later calls do nothing. */
  finish(note?: string): void;
}

/** Milliseconds between two lines: a terminal's line is rewritten, elsewhere every line stays. */
const TERMINAL_INTERVAL = 100;
const PLAIN_INTERVAL = 5000;
/** The rate is that of the last ten seconds, so that the estimate follows when the work slows down. */
const RATE_WINDOW = 10_000;

/**
 * Shows the progress of work that takes long: one line rewritten on a terminal, otherwise (and where `CI` is set) a
 * plain line every five seconds. `NO_COLOR` is respected.
 *
 * @example
 * const progress = createProgress({ label: 'train', total: 5000 });
 * progress.update(1200, 'loss 2.31');
 * progress.finish();
 */
export function createProgress(options: ProgressOptions): Progress {
  const { label, total, unit = 'steps', start = 0, stream = process.stderr } = options;
  const { environment = process.env, now = () => performance.now() } = options;
  const rewrite = isTerminal(stream, environment) && (environment['CI'] ?? '') === '';
  const color = colorEnabled(stream, environment);
  const began = now();
  const history = [{ time: began, done: start }];
  let written = rewrite ? -Infinity : began;
  let latest: { done: number; note: string | undefined } = { done: start, note: undefined };
  let open = true;

  const write = (): void => {
    const time = now();
    const past = history[0]!;
    const rate = time > past.time ? (1000 * (latest.done - past.done)) / (time - past.time) : undefined;
    const line = formatProgress({ label, total, unit, rate, elapsed: (time - began) / 1000, ...latest });
    const shown = rewrite
      ? Array.from(line)
          .slice(0, (stream.columns ?? 80) - 1)
          .join('')
      : line;
    const styled = style('bold', shown.slice(0, label.length), { color }) + shown.slice(label.length);
    stream.write(rewrite ? `\r${styled}\u001b[K` : `${styled}\n`);
    written = time;
  };

  return {
    update(done, note) {
      if (!open) return;
      latest = { done, note };
      const time = now();
      if (time - written < (rewrite ? TERMINAL_INTERVAL : PLAIN_INTERVAL)) return;
      write();
      history.push({ time, done });
      while (history.length > 1 && history[1]!.time <= time - RATE_WINDOW) history.shift();
    },
    log(line) {
      stream.write(rewrite ? `\r\u001b[K${line}\n` : `${line}\n`);
      if (rewrite && open) write();
    },
    finish(note) {
      if (!open) return;
      latest = { done: latest.done, note: note ?? latest.note };
      // The last line tells the rate of the whole, not of the last seconds.
      history.splice(0, history.length, { time: began, done: start });
      write();
      if (rewrite) stream.write('\n');
      open = false;
    },
  };
}
