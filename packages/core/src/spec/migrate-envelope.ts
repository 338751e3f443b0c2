import type { SpecFault } from './faults.ts';
import { SPEC_VERSION } from './model-spec.ts';

/** Lifts a whole document from one version of the envelope to the next. */
export type EnvelopeMigration = (document: Readonly<Record<string, unknown>>) => Record<string, unknown>;

/** What {@link migrateEnvelope} lifts to, and how. */
export interface EnvelopeHistory {
  /** The version that is read and written now. */
  readonly version: number;
  /** By the version they lift from. */
  readonly migrations: Readonly<Record<number, EnvelopeMigration>>;
}

/** Version 1 is the first: whoever raises `SPEC_VERSION` enters here how its predecessor is lifted. */
export const ENVELOPE_HISTORY: EnvelopeHistory = { version: SPEC_VERSION, migrations: {} };

/**
 * Lifts a document, in place, to the version of the envelope that is written now.
 *
 * Returns a fault when the document is newer than this core, or older without a way up.
 */
export function migrateEnvelope(
  document: Record<string, unknown>,
  { version, migrations }: EnvelopeHistory = ENVELOPE_HISTORY,
): SpecFault | null {
  const written = document['version'];
  if (typeof written !== 'number' || !Number.isInteger(written) || written < 1) return null; // the schema reports it
  if (written > version) {
    const message = `this spec has version ${written}, this core reads up to ${version}: npm i @flowzoo/core@latest`;
    return { code: 'E_SPEC_VERSION', path: 'version', message };
  }
  let current: Record<string, unknown> = document;
  for (let from = written; from < version; from++) {
    const migration = migrations[from];
    if (migration === undefined) {
      const message = `this spec has version ${written}, and this core has no migration from ${from} to ${from + 1}`;
      return { code: 'E_SPEC_VERSION', path: 'version', message };
    }
    current = { ...migration(current), version: from + 1 };
  }
  if (current !== document) {
    for (const key of Object.keys(document)) delete document[key];
    Object.assign(document, current);
  }
  return null;
}
