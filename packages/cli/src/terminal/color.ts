import { styleText } from 'node:util';

/** The part of a stream that decides how text is written to it. */
export interface TerminalLike {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** The environment variables, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Whether a stream is a terminal that understands escape sequences. */
export function isTerminal(stream: TerminalLike, environment: Environment): boolean {
  return stream.isTTY === true && environment['TERM'] !== 'dumb';
}

/** Whether to colour what is written: on terminals, unless `NO_COLOR` is set (https://no-color.org). */
export function colorEnabled(stream: TerminalLike, environment: Environment): boolean {
  return isTerminal(stream, environment) && (environment['NO_COLOR'] ?? '') === '';
}

/** The text with a style, or as it is when colour is off. */
export function style(
  format: 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan',
  text: string,
  options: { readonly color: boolean },
): string {
  // The caller has decided for its own stream; styleText would ask standard output.
  return options.color ? styleText(format, text, { validateStream: false }) : text;
}
