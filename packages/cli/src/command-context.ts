import type { Terminal } from './terminal.ts';

/** What a command needs besides its own options. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** The exit code, for commands whose answer is one. */
  readonly outcome: { exitCode: number };
}
