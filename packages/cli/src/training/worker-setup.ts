import type { WorkerEnvironment, WorkerSetup } from '@flowzoo/core/node';
import { openSession, registerRequired, type SessionOptions } from '../session.ts';
import type { Terminal } from '../terminal.ts';

/** What a thread of `flowzoo train --workers` is told. */
export interface CommandSetup extends SessionOptions {
  /** The plugins of the spec. */
  readonly requires?: Readonly<Record<string, string>> | undefined;
}

/** The command itself has said what there is to say. */
const SILENT: Terminal = { out: () => {}, error: () => {}, progress: { write: () => true }, color: false };

/** The engine and the plugins of the command, once more in a thread. @throws as the command does */
export const setup: WorkerSetup<CommandSetup> = async (options: CommandSetup): Promise<WorkerEnvironment> => {
  const session = await openSession(options, SILENT);
  await registerRequired(session, { requires: options.requires });
  return { registry: session.registry };
};
