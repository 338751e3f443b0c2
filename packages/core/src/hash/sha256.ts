import { FlowzooError } from '../errors/flowzoo-error.ts';

/**
 * The SHA-256 of some bytes as 64 lower-case hexadecimal digits.
 *
 * @throws E_WEIGHTS_HASH where the platform offers no SHA-256: browsers do so only on https pages and on localhost
 * @example
 * await sha256Hex(new TextEncoder().encode('abc')); // 'ba7816bf…'
 */
export async function sha256Hex(bytes: Uint8Array): Promise<string> {
  const subtle = (globalThis.crypto as Crypto | undefined)?.subtle as SubtleCrypto | undefined;
  if (subtle === undefined) {
    throw new FlowzooError('E_WEIGHTS_HASH', 'this page cannot compute a SHA-256', {
      expected: 'globalThis.crypto.subtle',
      found: 'none',
      remedy: 'Serve the page over https or from localhost',
    });
  }
  // Web Crypto refuses memory that is shared between threads: hash a copy of it.
  const own = bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : Uint8Array.from(bytes);
  const digest = new Uint8Array(await subtle.digest('SHA-256', own));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
