import { FlowzooError, type ErrorDetails } from '../errors/flowzoo-error.ts';
import { headerKeys } from './header-keys.ts';
import { countElements, ELEMENT_BYTES, HEADER_LIMIT, isDtype, METADATA_KEY, type Dtype } from './named-array.ts';

/** Where one tensor lies; `begin` and `end` count bytes from the start of the file. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** The checked header of a file. */
export interface Header {
  readonly entries: readonly TensorEntry[];
  readonly metadata: Record<string, string>;
}

type JsonObject = Readonly<Record<string, unknown>>;

const DAMAGED = 'The file is damaged or no safetensors file: fetch or save it again';

/**
 * Reads and checks the header: length, JSON, dtypes, shapes, and that the ranges cover the data exactly once.
 *
 * @throws E_WEIGHTS_FORMAT, E_WEIGHTS_DTYPE
 */
export function readHeader(bytes: Uint8Array, at: string): Header {
  const length = headerLength(bytes, at);
  const text = decode(bytes.subarray(8, 8 + length), at);
  const header = parse(text, at);
  const { outer, duplicate } = headerKeys(text);
  if (duplicate !== null) throw formatError(`${duplicate} stands twice in the header`, { at });
  const start = 8 + length;
  const entries: TensorEntry[] = [];
  for (const name of outer) {
    if (name !== METADATA_KEY) entries.push(readEntry(name, header[name], start, at));
  }
  assertCovered(entries, start, bytes.length, at);
  return { entries, metadata: readMetadata(header, at) };
}

function headerLength(bytes: Uint8Array, at: string): number {
  if (bytes.length < 8) {
    throw formatError('the file is truncated', { at, expected: 'at least 8 bytes', found: `${bytes.length} bytes` });
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(HEADER_LIMIT)) {
    throw formatError('the header is too long', {
      at,
      expected: `at most ${HEADER_LIMIT} bytes`,
      found: `${length} bytes`,
    });
  }
  if (length > BigInt(bytes.length - 8)) {
    throw formatError('the file ends inside the header', {
      at,
      expected: `a header of ${length} bytes`,
      found: `${bytes.length - 8} bytes after its length`,
    });
  }
  return Number(length);
}

function decode(bytes: Uint8Array, at: string): string {
  try {
    // A byte order mark is kept, so that it is refused like anything else before the brace.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw formatError('the header is not UTF-8', { at, cause });
  }
}

function parse(text: string, at: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw formatError('the header is not JSON', { at, found: clip(text), cause });
  }
  if (!isObject(value) || !text.startsWith('{')) {
    throw formatError('the header is not a JSON object', { at, expected: '{…}', found: clip(text) });
  }
  return value;
}

function readMetadata(header: JsonObject, at: string): Record<string, string> {
  if (!Object.hasOwn(header, METADATA_KEY)) return {};
  const metadata = header[METADATA_KEY];
  if (!isObject(metadata)) {
    throw formatError(`"${METADATA_KEY}" is no object`, { at, expected: '{"name": "text"}', found: clip(metadata) });
  }
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value === 'string') continue;
    throw formatError(`"${METADATA_KEY}" / ${JSON.stringify(key)} is no text`, {
      at,
      expected: 'a string',
      found: clip(value),
    });
  }
  return metadata as Record<string, string>;
}

function readEntry(name: string, value: unknown, start: number, at: string): TensorEntry {
  const tensor = `tensor ${JSON.stringify(name)}`;
  if (!isObject(value)) {
    throw formatError(`${tensor} is not described by an object`, {
      at,
      expected: '{"dtype", "shape", "data_offsets"}',
      found: clip(value),
    });
  }
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string' || !isDtype(dtype)) {
    throw new FlowzooError('E_WEIGHTS_DTYPE', `${tensor} has a dtype that flowzoo does not read`, {
      at,
      expected: Object.keys(ELEMENT_BYTES).join(', '),
      found: clip(dtype),
    });
  }
  const count = countElements(shape);
  if (count === null) {
    throw formatError(`${tensor} has an impossible shape`, { at, expected: 'integers ≥ 0', found: clip(shape) });
  }
  if (!isRange(offsets)) {
    throw formatError(`${tensor} has an impossible range`, {
      at,
      expected: '"data_offsets": [begin, end] with 0 ≤ begin ≤ end',
      found: clip(offsets),
    });
  }
  const [begin, end] = offsets;
  const size = count * ELEMENT_BYTES[dtype];
  if (end - begin !== size) {
    throw formatError(`${tensor} has a range that does not fit its shape`, {
      at,
      expected: `${size} bytes for ${dtype} ${JSON.stringify(shape)}`,
      found: `${end - begin} bytes in [${begin}, ${end}]`,
    });
  }
  return { name, dtype, shape: shape as number[], begin: start + begin, end: start + end };
}

/** The format leaves no byte of the data unclaimed and none claimed twice, so that nothing can hide in a file. */
function assertCovered(entries: readonly TensorEntry[], start: number, end: number, at: string): void {
  const ordered = [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end);
  let covered = start;
  let previous = 'the header';
  for (const entry of ordered) {
    const tensor = `tensor ${JSON.stringify(entry.name)}`;
    if (entry.end > end) {
      throw formatError(`the file is truncated: ${tensor} lies beyond its end`, {
        at,
        expected: `at least ${entry.end} bytes`,
        found: `${end} bytes`,
      });
    }
    if (entry.begin !== covered) {
      const fault = entry.begin < covered ? `${tensor} overlaps ${previous}` : `there is a gap before ${tensor}`;
      throw formatError(fault, {
        at,
        expected: `data_offsets from ${covered - start}`,
        found: `${entry.begin - start}`,
      });
    }
    covered = entry.end;
    previous = tensor;
  }
  if (covered !== end) {
    throw formatError('bytes follow the last tensor', { at, expected: `${covered} bytes`, found: `${end} bytes` });
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isRange(value: unknown): value is readonly [begin: number, end: number] {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    value.every((bound) => Number.isSafeInteger(bound) && bound >= 0) &&
    value[0] <= value[1]
  );
}

function formatError(summary: string, details: ErrorDetails): FlowzooError {
  return new FlowzooError('E_WEIGHTS_FORMAT', summary, { remedy: DAMAGED, ...details });
}

/** What stands in a damaged header may be anything, of any length and depth: a message shows its start. */
function clip(value: unknown): string {
  if (typeof value === 'string') {
    return value.length > 60 ? `${JSON.stringify(value.slice(0, 60)).slice(0, -1)}…` : JSON.stringify(value);
  }
  try {
    const text = JSON.stringify(value) ?? 'nothing';
    return text.length > 60 ? `${text.slice(0, 60)}…` : text;
  } catch {
    return 'a value nested too deeply to show';
  }
}
