import { describe, expect, it } from 'vitest';
import { inspectHead, requireHead } from './file-head.ts';

const latin1 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));

describe('inspectHead', () => {
  it.each([
    ['', 'empty', 'an empty file'],
    ['\x93NUMPY\x01\x00', 'npy', 'a NumPy .npy array'],
    ['\x89PNG\r\n\x1a\n', 'png', 'a PNG image'],
    ['\x1f\x8b\x08', 'gzip', 'gzip-compressed data'],
    ['\0\0\x08\x03\0\0\0\x01', 'idx', 'an IDX array'],
    ['a,b\n1,2\n', 'text', 'text that begins with "a,b"'],
    ['größe\n', 'text', 'text that begins with '],
    ['PK\x03\x04', 'other', 'a ZIP archive (.npz and .xlsx files are ZIP archives)'],
    ['\n <!DOCTYPE html><html>', 'other', 'an HTML page'],
    ['<?xml version="1.0"?>', 'other', 'an XML document'],
    ['{"a": 1}', 'other', 'a JSON document'],
    ['\x10\0\0\0\0\0\0\0{"a":{}}', 'other', 'a safetensors file'],
    [
      'version https://git-lfs.github.com/spec/v1',
      'other',
      'a Git LFS pointer, not the file itself (run git lfs pull)',
    ],
    ['\x01\x02\x03', 'other', 'a file that begins with the bytes 01 02 03'],
  ])('%j', (text, kind, description) => {
    const head = inspectHead(latin1(text));
    expect(head.kind).toBe(kind);
    expect(head.description).toContain(description);
  });
});

describe('requireHead', () => {
  const expected = { kind: 'npy', description: 'a NumPy .npy array', path: 'a.npy' } as const;

  it('accepts what was expected', () => {
    expect(() => requireHead(latin1('\x93NUMPY'), expected)).not.toThrow();
  });

  it.each([
    [
      '\x89PNG\r\n\x1a\n',
      'E_DATA_FORMAT',
      'a.npy: the file is not what its name says (expected a NumPy .npy array, got a PNG image)',
    ],
    ['', 'E_DATA_EMPTY', 'a.npy: no data (expected a NumPy .npy array, got an empty file)'],
  ])('%j', (text, code, message) => {
    expect(() => requireHead(latin1(text), expected)).toThrow(expect.objectContaining({ code, message }));
  });
});
