import { describe, expect, it } from 'vitest';
import { ENVELOPE_HISTORY, migrateEnvelope, type EnvelopeHistory } from './migrate-envelope.ts';

/** Version 2 called the event "shape"; version 3 calls it "event" and has a seed. */
const history: EnvelopeHistory = {
  version: 3,
  migrations: {
    1: ({ dims, ...rest }) => ({ ...rest, shape: dims }),
    2: ({ shape, ...rest }) => ({ ...rest, event: shape, seed: 0 }),
  },
};

describe('migrateEnvelope', () => {
  it('lifts a document step by step, in place', () => {
    const document = { format: 'flowzoo/model', version: 1, dims: [3] };
    expect(migrateEnvelope(document, history)).toBeNull();
    expect(document).toEqual({ format: 'flowzoo/model', version: 3, event: [3], seed: 0 });
  });

  it('leaves a document of today as it is', () => {
    const document = { version: 3, event: [2] };
    expect(migrateEnvelope(document, history)).toBeNull();
    expect(document).toEqual({ version: 3, event: [2] });
  });

  it.each<[string, number, EnvelopeHistory, string]>([
    ['newer', 4, history, 'this spec has version 4, this core reads up to 3: npm i @flowzoo/core@latest'],
    [
      'too old',
      1,
      { ...history, migrations: { 2: history.migrations[2]! } },
      'this spec has version 1, and this core has no migration from 1 to 2',
    ],
  ])('reports a document that is %s, untouched', (_name, version, known, message) => {
    const document = { version, dims: [1] };
    expect(migrateEnvelope(document, known)).toEqual({ code: 'E_SPEC_VERSION', path: 'version', message });
    expect(document).toEqual({ version, dims: [1] });
  });

  it('has a way up from every version there was', () => {
    for (let from = 1; from < ENVELOPE_HISTORY.version; from++) {
      expect(ENVELOPE_HISTORY.migrations[from]).toBeTypeOf('function');
    }
    expect(migrateEnvelope({ version: ENVELOPE_HISTORY.version })).toBeNull();
  });
});
