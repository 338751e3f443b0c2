import type { JsonSchema, PartDefinition, PartKind } from '../registry/plugin.ts';
import { envelopeSchema } from './envelope.ts';
import { partSchema } from './validator.ts';

/** The tables of a registry, by kind. */
export type PartTables = Readonly<Record<PartKind, ReadonlyMap<string, PartDefinition<unknown, never>>>>;

/**
 * One JSON Schema (draft 2020-12) for whole specs, composed of the envelope and every registered part, with `type` as
 * the discriminator: what an editor completes against.
 */
export function composedSchema(tables: PartTables): JsonSchema {
  const definitions: Record<string, unknown> = {};
  for (const [kind, table] of Object.entries(tables)) {
    const references: JsonSchema[] = [];
    for (const [type, definition] of table) {
      const key = `${kind}:${type.replace('/', '.')}`;
      definitions[key] = withReferences(partSchema(type, definition.schema));
      references.push({ $ref: `#/$defs/${key}` });
    }
    definitions[kind] = {
      type: 'object',
      required: ['type'],
      discriminator: { propertyName: 'type' },
      // An empty oneOf is not a legal schema: a kind without any type accepts nothing.
      ...(references.length === 0 ? { not: {} } : { oneOf: references }),
    };
  }
  definitions['layers'] = {
    type: 'array',
    items: { anyOf: [{ $ref: '#/$defs/bijector' }, { $ref: '#/$defs/repeat' }] },
  };
  definitions['repeat'] = withReferences(repeatSchema);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'flowzoo model',
    ...(withReferences(envelopeSchema) as JsonSchema),
    $defs: definitions,
  };
}

/** Schema of a group of layers that is built several times. */
export const repeatSchema: JsonSchema = {
  type: 'object',
  description: 'Layers written once and built several times, each time with its own weights.',
  properties: {
    repeat: { type: 'integer', minimum: 1, maximum: 10_000, description: 'How many times.' },
    layers: { part: 'layers', description: 'The layers of one repetition.' },
  },
  required: ['repeat', 'layers'],
  additionalProperties: false,
};

/** Replaces `{ "part": kind }` by a reference; whatever else stood beside it (description, default) stays. */
function withReferences(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withReferences);
  if (typeof node !== 'object' || node === null) return node;
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(node)) {
    if (key === 'part' && typeof value === 'string') result['$ref'] = `#/$defs/${value}`;
    // A default is data, not a schema: `{ "type": "affine" }` in it must not be walked.
    else result[key] = key === 'default' ? value : withReferences(value);
  }
  return result;
}
