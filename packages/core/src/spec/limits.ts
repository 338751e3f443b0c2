import { joinPath, type SpecFault } from './faults.ts';

/** Levels of nested objects and lists that a spec may have. */
const DEEPEST = 100;
/** Values that a spec may hold, lists of numbers included. */
const MOST_VALUES = 5_000_000;
/** Parts that a spec may stand for once its repeat groups are written out. */
const MOST_PARTS = 10_000;
/** Numbers that one example may have. */
const LARGEST_EVENT = 2 ** 26;

/**
 * Refuses documents that no JSON file can hold, and those that would hang or exhaust whoever builds them.
 *
 * Everything after this may recurse, clone and expand: the document is a tree of plain JSON, not deep, not endless. A
 * key whose value is `undefined` counts as absent.
 */
export function checkLimits(document: unknown): SpecFault[] {
  const walk: Walk = { values: 0, fault: null };
  const parts = countParts(document, { path: '', depth: 0 }, walk);
  if (walk.fault !== null) return [walk.fault];
  if (parts <= MOST_PARTS) return [];
  return [fault('', `stands for more than ${MOST_PARTS} parts once its repeat groups are written out (got ${parts})`)];
}

/** The fault of an event with more numbers than a tensor should have, if the shape is one at all. */
export function checkEventSize(event: unknown): SpecFault[] {
  if (!Array.isArray(event) || !event.every((length) => Number.isInteger(length) && length > 0)) return [];
  const size = (event as number[]).reduce((product, length) => product * length, 1);
  return size <= LARGEST_EVENT
    ? []
    : [fault('event', `one example has at most ${LARGEST_EVENT} numbers (got ${size})`)];
}

interface Walk {
  values: number;
  fault: SpecFault | null;
}

interface Place {
  readonly path: string;
  readonly depth: number;
}

/** Parts below a value, repetitions multiplied out; a repetition counts as one at least, since it costs time as well. */
function countParts(value: unknown, { path, depth }: Place, walk: Walk): number {
  if (walk.fault !== null) return 0;
  walk.fault = faultOf(value, { path, depth }, ++walk.values);
  if (walk.fault !== null || typeof value !== 'object' || value === null) return 0;
  if (Array.isArray(value)) {
    let parts = 0;
    for (let i = 0; i < value.length; i++)
      parts += countParts(value[i], { path: `${path}[${i}]`, depth: depth + 1 }, walk);
    return parts;
  }
  const { type, repeat } = value as { type?: unknown; repeat?: unknown };
  let parts = typeof type === 'string' ? 1 : 0;
  for (const [key, child] of Object.entries(value)) {
    if (child !== undefined) parts += countParts(child, { path: joinPath(path, key), depth: depth + 1 }, walk);
  }
  return typeof repeat === 'number' && repeat > 0 && 'layers' in value ? repeat * Math.max(1, parts) : parts;
}

function faultOf(value: unknown, { path, depth }: Place, values: number): SpecFault | null {
  if (values > MOST_VALUES) return fault('', `holds more than ${MOST_VALUES} values`);
  if (depth > DEEPEST) return fault(shorten(path), `is nested more than ${DEEPEST} levels deep, or contains itself`);
  const kind = foreignKind(value);
  return kind === null ? null : fault(shorten(path), `must be plain JSON (got ${kind})`);
}

/** What a value is when JSON has no such thing. */
function foreignKind(value: unknown): string | null {
  if (typeof value === 'number') return Number.isFinite(value) ? null : String(value);
  if (typeof value !== 'object') {
    return typeof value === 'string' || typeof value === 'boolean' || value === undefined ? null : `a ${typeof value}`;
  }
  if (value === null || Array.isArray(value)) return null;
  const prototype = Object.getPrototypeOf(value) as object | null;
  // Objects of another realm (a frame, a test runner) have a plain prototype of their own.
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return null;
  return `a ${prototype.constructor.name}`;
}

function fault(path: string, message: string): SpecFault {
  return { code: 'E_SPEC', path: path.replace(/^model\.?/, ''), message };
}

function shorten(path: string): string {
  return path.length > 80 ? `${path.slice(0, 80)}…` : path;
}
