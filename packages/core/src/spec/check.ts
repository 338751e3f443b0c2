import { satisfies, validRange } from 'semver';
import { explainUnknownType } from '../registry/directory.ts';
import type { PartDefinition, PartKind } from '../registry/plugin.ts';
import { repeatSchema, type PartTables } from './composed-schema.ts';
import { envelopeSchema } from './envelope.ts';
import { show, type SpecFault } from './faults.ts';
import { checkEventSize } from './limits.ts';
import { migrateEnvelope } from './migrate-envelope.ts';
import { migratePart } from './migrate-part.ts';
import { SPEC_FORMAT } from './model-spec.ts';
import { partSchema, Validator, type NestedPart } from './validator.ts';

/** What a check of a document looks parts and plugins up in. */
export interface CheckSources {
  readonly tables: PartTables;
  /** Registered plugins: name → version. */
  readonly plugins: ReadonlyMap<string, string>;
}

/** Checks specs and single parts, and fills their defaults in place. One per registry: compiled schemas are kept. */
export class SpecChecker {
  readonly #sources: CheckSources;
  readonly #validator = new Validator();
  /** `kind type` of every part that the last check met. */
  readonly met: Set<string> = new Set();
  readonly #schemas = new Map<PartDefinition<unknown, never>, ReturnType<typeof partSchema>>();

  constructor(sources: CheckSources) {
    this.#sources = sources;
  }

  /** All faults of a document, in reading order; the document gets its defaults in place. */
  checkSpec(spec: unknown): SpecFault[] {
    this.met.clear();
    const header = checkHeader(spec);
    if (header.length > 0) return header;
    const { faults, nested } = this.#validator.validate(envelopeSchema, spec, '');
    const size = checkEventSize((spec as { event?: unknown }).event);
    const requires =
      faults.length === 0 ? this.#checkRequires((spec as { requires: Record<string, string> }).requires) : [];
    // The model's own parts are named from inside it: `layers[3]`, not `model.layers[3]`.
    const parts = nested.flatMap((part) => this.checkNested({ ...part, path: part.path === 'model' ? '' : part.path }));
    return [...faults, ...size, ...requires, ...parts];
  }

  /** Checks one nested part, or a list of layers with its repeat groups. */
  checkNested(part: NestedPart): SpecFault[] {
    if (part.kind !== 'layers') return this.checkPart(part.kind, part.value, part.path);
    if (!Array.isArray(part.value)) {
      return [{ code: 'E_SPEC', path: part.path, message: `must be array (got ${show(part.value)})` }];
    }
    return part.value.flatMap((layer: unknown, index) => {
      const path = `${part.path}[${index}]`;
      if (typeof layer === 'object' && layer !== null && 'repeat' in layer) {
        const { faults, nested } = this.#validator.validate(repeatSchema, layer, path);
        return [...faults, ...nested.flatMap((each) => this.checkNested(each))];
      }
      return this.checkPart('bijector', layer, path);
    });
  }

  checkPart(kind: PartKind, value: unknown, path: string): SpecFault[] {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return [{ code: 'E_SPEC', path, message: `must be an object with "type" (got ${show(value)})` }];
    }
    const type = (value as { type?: unknown }).type;
    if (typeof type !== 'string') return [{ code: 'E_SPEC', path, message: '"type" is missing' }];
    const definition = this.#sources.tables[kind].get(type);
    if (definition === undefined) return [{ code: 'E_UNKNOWN_TYPE', path, message: this.#explain(type, kind) }];
    this.met.add(`${kind} ${type}`);
    const outdated = migratePart(value as Record<string, unknown>, definition, path);
    if (outdated !== null) return [outdated];
    let schema = this.#schemas.get(definition);
    if (schema === undefined) this.#schemas.set(definition, (schema = partSchema(type, definition.schema)));
    const { faults, nested } = this.#validator.validate(schema, value, path);
    return [...faults, ...nested.flatMap((each) => this.checkNested(each))];
  }

  #explain(type: string, kind: PartKind): string {
    const tables = this.#sources.tables;
    const others = (Object.keys(tables) as PartKind[]).filter((other) => other !== kind && tables[other].has(type));
    return explainUnknownType(type, kind, [...tables[kind].keys()], others);
  }

  #checkRequires(requires: Readonly<Record<string, string>>): SpecFault[] {
    const faults: SpecFault[] = [];
    for (const [name, range] of Object.entries(requires)) {
      const path = `requires["${name}"]`;
      const version = this.#sources.plugins.get(name);
      if (validRange(range) === null) {
        faults.push({ code: 'E_SPEC', path, message: `must be a semver range (got "${range}")` });
      } else if (version === undefined) {
        const message = `${name} is not registered: npm i ${name}, then registry.use(its plugin)`;
        faults.push({ code: 'E_REQUIRES', path, message });
      } else if (!satisfies(version, range)) {
        const message = `needs ${range}, but ${name}@${version} is registered: npm i ${name}@"${range}"`;
        faults.push({ code: 'E_REQUIRES', path, message });
      }
    }
    return faults;
  }
}

/** Format and version decide whether the rest can be understood at all, so they come first and alone. */
function checkHeader(spec: unknown): SpecFault[] {
  if (typeof spec !== 'object' || spec === null || Array.isArray(spec)) {
    return [{ code: 'E_SPEC', path: '', message: `a spec must be a JSON object (got ${show(spec)})` }];
  }
  const { format } = spec as { format?: unknown };
  if (format !== SPEC_FORMAT) {
    return [
      {
        code: 'E_SPEC',
        path: 'format',
        message: `must be "${SPEC_FORMAT}" (got ${show(format)})`,
      },
    ];
  }
  const outdated = migrateEnvelope(spec as Record<string, unknown>);
  return outdated === null ? [] : [outdated];
}
