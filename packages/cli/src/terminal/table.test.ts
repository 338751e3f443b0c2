import { describe, expect, it } from 'vitest';
import { formatTable } from './table.ts';

describe('formatTable', () => {
  it('aligns text left and numbers right', () => {
    const rows = [
      ['nice', 2.5, 'a'],
      ['realnvp', -13.125, null],
      ['maf', undefined, 'bc'],
    ];
    expect(formatTable({ titles: ['model', 'nats', 'note'], rows }).split('\n')).toEqual([
      'model      nats  note',
      '-------  ------  ----',
      'nice      2.500  a',
      'realnvp  -13.13  -',
      'maf           -  bc',
    ]);
  });

  it('aligns formatted numbers right when told so', () => {
    const text = formatTable({ titles: ['rows'], rows: [['27,610'], ['5']], alignRight: [0] });
    expect(text).toBe('  rows\n------\n27,610\n     5');
  });

  it('does not count escape sequences', () => {
    const text = formatTable({ titles: ['a', 'b'], rows: [['\u001b[1mxy\u001b[22m', 'z']], color: true });
    expect(text).toBe('\u001b[1ma   b\u001b[22m\n--  -\n\u001b[1mxy\u001b[22m  z');
  });

  it('draws titles when there are no rows', () => {
    expect(formatTable({ titles: ['a', 'bc'], rows: [] })).toBe('a  bc\n-  --');
  });
});
