import { afterEach, describe, expect, it, vi } from 'vitest';
import { sha256Hex } from './index.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

afterEach(() => vi.unstubAllGlobals());

describe('sha256Hex', () => {
  // The examples of FIPS 180-4's validation suite.
  it.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
  ])('of "%s"', async (input, expected) => {
    expect(await sha256Hex(text(input))).toBe(expected);
  });

  it('reads only the view, not the whole buffer', async () => {
    expect(await sha256Hex(text('xabcx').subarray(1, 4))).toBe(await sha256Hex(text('abc')));
  });

  it('hashes memory that threads share', async () => {
    const shared = new Uint8Array(new SharedArrayBuffer(3));
    shared.set(text('abc'));
    expect(await sha256Hex(shared)).toBe(await sha256Hex(text('abc')));
  });

  it('says what to do on a page without Web Crypto', async () => {
    vi.stubGlobal('crypto', {});
    await expect(sha256Hex(text('abc'))).rejects.toMatchObject({
      code: 'E_WEIGHTS_HASH',
      message:
        'this page cannot compute a SHA-256 (expected globalThis.crypto.subtle, got none). Serve the page over https or from localhost',
    });
  });
});
