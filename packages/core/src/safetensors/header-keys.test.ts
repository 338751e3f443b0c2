import { describe, expect, it } from 'vitest';
import { headerKeys } from './header-keys.ts';

describe('headerKeys', () => {
  it.each([
    ['nothing', '{}', []],
    ['keys in the order of the text', '{"b":1,"1":2,"0":3}', ['b', '1', '0']],
    ['only the outermost', '{"a":{"x":[{"y":1}]},"b":[["c"]]}', ['a', 'b']],
    ['strings that look like structure', String.raw`{"a":"{\"b\":1,","c":"}","d\"}":["]:"]}`, ['a', 'c', 'd"}']],
    ['spaces and escapes', '{ "\\u0061" \n : 1 , "\\\\" : 2 }', ['a', '\\']],
    ['names that objects have already', '{"__proto__":1,"constructor":2}', ['__proto__', 'constructor']],
  ])('lists %s', (_name, text, expected) => {
    expect(headerKeys(text)).toEqual({ outer: expected, duplicate: null });
  });

  it.each([
    ['outermost keys', '{"a":1,"b":2,"a":3}', '"a"'],
    ['keys that are equal once unescaped', '{"a":1,"\\u0061":2}', '"a"'],
    ['keys further in', '{"w":{"shape":[1],"dtype":"F32","shape":[2]}}', '"w" / "shape"'],
    ['the metadata', '{"__metadata__":{"k":"1","k":"2"}}', '"__metadata__" / "k"'],
  ])('finds duplicates of %s', (_name, text, expected) => {
    expect(headerKeys(text).duplicate).toBe(expected);
  });

  it('reads a text of megabytes', () => {
    const text = JSON.stringify({ a: 'x'.repeat(4_000_000), b: '"\\'.repeat(1_000_000) });
    expect(headerKeys(text)).toEqual({ outer: ['a', 'b'], duplicate: null });
  });

  it('does not confuse equal keys of different objects', () => {
    expect(headerKeys('{"a":{"k":1},"b":{"k":2,"a":3}}').duplicate).toBeNull();
  });
});
