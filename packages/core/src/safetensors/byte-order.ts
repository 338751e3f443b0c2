const HOST_IS_LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Options of {@link swapForHost}. */
export interface ByteOrderOptions {
  /** Whether the machine keeps the low byte first. Default: what this machine does. */
  readonly littleEndian?: boolean;
}

/**
 * Turns little-endian elements into the machine's own order, or back, in place: safetensors is little-endian everywhere.
 * On nearly every machine there is nothing to do.
 */
export function swapForHost(bytes: Uint8Array, elementBytes: number, options: ByteOrderOptions = {}): Uint8Array {
  if (options.littleEndian ?? HOST_IS_LITTLE_ENDIAN) return bytes;
  for (let start = 0; start < bytes.length; start += elementBytes) {
    bytes.subarray(start, start + elementBytes).reverse();
  }
  return bytes;
}
