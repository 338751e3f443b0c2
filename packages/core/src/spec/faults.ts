import type { ErrorObject } from 'ajv/dist/2020.js';
import type { ErrorCode } from '../errors/flowzoo-error.ts';
import { nearest } from '../registry/directory.ts';

/** One fault of a spec: a place, and what is wrong there. */
export interface SpecFault {
  readonly code: ErrorCode;
  /** `layers[3].conditioner.hidden[0]`; empty for the document itself. */
  readonly path: string;
  readonly message: string;
}

/** A fault as one line: `layers[3].conditioner.hidden[0]: must be ≥ 1 (got 0)`. */
export function formatFault(fault: SpecFault): string {
  return fault.path === '' ? fault.message : `${fault.path}: ${fault.message}`;
}

/** Turns ajv's errors into one fault per place and cause. Run ajv with `verbose`. */
export function faultsFromAjv(errors: readonly ErrorObject[], base: string): SpecFault[] {
  return withoutBranches(errors).map((error) => ({
    code: 'E_SPEC',
    path: joinPath(base, pointerToPath(error.instancePath)),
    message: messageFor(error),
  }));
}

/** Appends a relative path to a base: `layers[3]` + `conditioner` or `[0]`. */
export function joinPath(base: string, rest: string): string {
  if (rest === '') return base;
  if (base === '' || rest.startsWith('[')) return base + rest;
  return `${base}.${rest}`;
}

/** `/conditioner/hidden/0` → `conditioner.hidden[0]`. */
export function pointerToPath(pointer: string): string {
  let path = '';
  for (const raw of pointer.split('/').slice(1)) {
    const key = raw.replaceAll('~1', '/').replaceAll('~0', '~');
    path = joinPath(path, /^\d+$/.test(key) ? `[${key}]` : key);
  }
  return path;
}

/** An alternative that fails reports every branch; only the alternative itself is worth a line. */
function withoutBranches(errors: readonly ErrorObject[]): ErrorObject[] {
  const alternatives = errors.filter((error) => error.keyword === 'anyOf' || error.keyword === 'oneOf');
  return errors.filter((error) =>
    alternatives.every((parent) => parent === error || !error.schemaPath.startsWith(`${parent.schemaPath}/`)),
  );
}

function messageFor(error: ErrorObject): string {
  const got = `(got ${show(error.data)})`;
  const params = error.params as Record<string, unknown>;
  switch (error.keyword) {
    case 'type':
      return `must be ${[params['type']].flat().join(' or ')} ${got}`;
    case 'minimum':
    case 'exclusiveMinimum':
    case 'maximum':
    case 'exclusiveMaximum':
      return `must be ${sign(String(params['comparison']))} ${String(params['limit'])} ${got}`;
    case 'const':
      return `must be ${show(params['allowedValue'])} ${got}`;
    case 'pattern':
      return patternMessage(String(params['pattern']), error.data);
    case 'enum':
      return enumMessage(params['allowedValues'] as unknown[], error.data);
    case 'required':
      return `"${String(params['missingProperty'])}" is missing`;
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return unknownKeyMessage(error, String(params['additionalProperty'] ?? params['unevaluatedProperty']));
    case 'minItems':
      return `needs at least ${String(params['limit'])} item(s) ${got}`;
    case 'anyOf':
    case 'oneOf':
      return `${alternativesMessage(error)} ${got}`;
    default:
      return `${error.message ?? 'is not allowed'} ${got}`;
  }
}

function sign(comparison: string): string {
  return comparison === '>=' ? '≥' : comparison === '<=' ? '≤' : comparison;
}

/** A pattern of fixed words, which a schema uses beside another type, reads like the enum it stands for. */
function patternMessage(pattern: string, found: unknown): string {
  const words = /^\^\(([\w|-]+)\)\$$/.exec(pattern)?.[1];
  return words === undefined ? `must match ${pattern} (got ${show(found)})` : enumMessage(words.split('|'), found);
}

function enumMessage(allowed: unknown[], found: unknown): string {
  const near = typeof found === 'string' ? nearest(found, allowed.map(String)) : null;
  const hint = near === null ? '' : `: did you mean "${near}"?`;
  return `must be one of ${allowed.map(show).join(', ')} (got ${show(found)})${hint}`;
}

function unknownKeyMessage(error: ErrorObject, key: string): string {
  const known = Object.keys((error.parentSchema?.['properties'] as object | undefined) ?? {});
  const near = nearest(key, known);
  return near === null
    ? `unknown key "${key}" (known: ${known.join(', ')})`
    : `unknown key "${key}": did you mean "${near}"?`;
}

function alternativesMessage(error: ErrorObject): string {
  const branches = (error.schema as Record<string, unknown>[]).map((branch) => {
    if (branch['const'] !== undefined) return show(branch['const']);
    if (Array.isArray(branch['enum'])) return branch['enum'].map(show).join(', ');
    return String(branch['title'] ?? branch['description'] ?? branch['type'] ?? 'another form');
  });
  return `must be ${branches.join(' or ')}`;
}

/** A value as a message prints it: JSON, cut short. */
export function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
