import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { FlowzooError } from '../errors/flowzoo-error.ts';
import type { JsonSchema, PartKind } from '../registry/plugin.ts';
import { faultsFromAjv, joinPath, pointerToPath, type SpecFault } from './faults.ts';

/** A nested part that a schema announced with `{ "part": kind }`. */
export interface NestedPart {
  readonly kind: PartKind | 'layers';
  readonly value: unknown;
  readonly path: string;
}

/** What one pass over one document or one part found. */
export interface Validated {
  readonly faults: readonly SpecFault[];
  readonly nested: readonly NestedPart[];
}

/**
 * Validates one object against one schema with ajv (draft 2020-12), fills defaults into it, and collects the nested
 * parts, which are then validated by schemas of their own: so a fault is one line, never a cascade of alternatives.
 */
export class Validator {
  readonly #ajv: Ajv2020;
  readonly #compiled = new Map<JsonSchema, ValidateFunction>();
  #nested: { kind: PartKind | 'layers'; value: unknown; pointer: string }[] = [];

  constructor() {
    this.#ajv = new Ajv2020({
      allErrors: true,
      verbose: true,
      useDefaults: true,
      strict: true,
      strictTypes: false,
      strictRequired: false,
      allowUnionTypes: true,
    });
    this.#ajv.addKeyword({
      keyword: 'part',
      schemaType: 'string',
      errors: false,
      validate: (kind: PartKind | 'layers', value: unknown, _schema: unknown, at?: { instancePath: string }) => {
        this.#nested.push({ kind, value, pointer: at?.instancePath ?? '' });
        return true;
      },
    });
  }

  /**
   * `value` gets its defaults in place. `schema` must be the same object from call to call: it is compiled once.
   *
   * @throws E_PLUGIN when the schema itself is faulty
   */
  validate(schema: JsonSchema, value: unknown, path: string): Validated {
    let check = this.#compiled.get(schema);
    if (check === undefined) {
      check = this.#compile(schema);
      this.#compiled.set(schema, check);
    }
    this.#nested = [];
    const valid = check(value) as boolean;
    const nested = this.#nested.map(({ kind, value: part, pointer }) => ({
      kind,
      value: part,
      path: joinPath(path, pointerToPath(pointer)),
    }));
    return { faults: valid ? [] : faultsFromAjv(check.errors ?? [], path), nested };
  }

  #compile(schema: JsonSchema): ValidateFunction {
    try {
      return this.#ajv.compile(schema);
    } catch (cause) {
      const { type } = (schema['properties'] ?? {}) as { type?: { const?: unknown } };
      throw new FlowzooError('E_PLUGIN', `the schema of "${String(type?.const)}" is no valid JSON Schema`, {
        expected: 'draft 2020-12, and "part" for nested parts',
        found: cause instanceof Error ? cause.message : String(cause),
        remedy: 'Tell the author of the plugin',
        cause,
      });
    }
  }
}

/** The whole schema of a part: its own, closed, with `type` and `version`. */
export function partSchema(type: string, schema: JsonSchema): JsonSchema {
  const properties = (schema['properties'] as Record<string, unknown> | undefined) ?? {};
  return {
    additionalProperties: false,
    ...schema,
    type: 'object',
    properties: {
      type: { const: type },
      version: { type: 'integer', minimum: 1, description: "Version of this part's form; absent means 1." },
      ...properties,
    },
    required: ['type', ...((schema['required'] as string[] | undefined) ?? [])],
  };
}
