/** Builds a file from the definition of the format, without the writer: length, header text, data. */
export function fileOf(header: string, data: readonly number[] | Uint8Array = [], length?: bigint): Uint8Array {
  const text = new TextEncoder().encode(header);
  const prefix = new Uint8Array(8);
  new DataView(prefix.buffer).setBigUint64(0, length ?? BigInt(text.length), true);
  return Uint8Array.from([...prefix, ...text, ...data]);
}
