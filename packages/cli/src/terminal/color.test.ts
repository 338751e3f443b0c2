import { describe, expect, it } from 'vitest';
import { colorEnabled, isTerminal, style } from './color.ts';

describe('colour', () => {
  it.each([
    [{ isTTY: true }, {}, true, true],
    [{ isTTY: true }, { NO_COLOR: '1' }, true, false],
    [{ isTTY: true }, { NO_COLOR: '' }, true, true],
    [{ isTTY: true }, { TERM: 'dumb' }, false, false],
    [{ isTTY: false }, {}, false, false],
    [{}, {}, false, false],
  ])('%j with %j', (stream, environment, terminal, color) => {
    expect(isTerminal(stream, environment)).toBe(terminal);
    expect(colorEnabled(stream, environment)).toBe(color);
  });

  it('styles only when it is on', () => {
    expect(style('bold', 'x', { color: true })).toBe('\u001b[1mx\u001b[22m');
    expect(style('bold', 'x', { color: false })).toBe('x');
  });
});
