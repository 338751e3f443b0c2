import type { JsonSchema } from '../registry/plugin.ts';
import { trainingSchema } from '../training/recipe.ts';
import { SPEC_FORMAT, SPEC_VERSION } from './model-spec.ts';

/** What the weights beside a spec may be called: a name without a folder. */
export const WEIGHTS_FILE: RegExp = /^[^/\\:]+\.safetensors$/;

/** Schema of everything in a spec but its parts. */
export const envelopeSchema: JsonSchema = {
  type: 'object',
  description: 'A flowzoo model: what it is built from, what it needs, how it is trained, which weights belong to it.',
  properties: {
    $schema: { type: 'string' },
    format: { const: SPEC_FORMAT },
    version: { const: SPEC_VERSION },
    name: { type: 'string', minLength: 1, description: 'Name of the model.' },
    description: { type: 'string', description: 'One sentence about it.' },
    event: {
      type: 'array',
      minItems: 1,
      items: { type: 'integer', minimum: 1 },
      description: 'Shape of one example, batch excluded: [6], [28, 28, 1].',
    },
    context: { type: 'integer', minimum: 0, default: 0, description: 'Width of the context; 0 when unconditional.' },
    seed: {
      type: 'integer',
      minimum: 0,
      default: 0,
      description: 'Decides every permutation, mask and initial weight, the same on every backend.',
    },
    model: { part: 'distribution', description: 'The distribution, usually a flow.' },
    requires: {
      type: 'object',
      default: {},
      additionalProperties: { type: 'string', minLength: 1 },
      description: 'Plugins the model needs: package name and semver range.',
    },
    audio: {
      type: 'object',
      properties: {
        sampleRate: { type: 'integer', minimum: 1, description: 'Samples per second.' },
        encoding: {
          enum: ['mu-law', 'linear'],
          default: 'mu-law',
          description: 'How samples on [-1, 1] become levels; models of real signals have none.',
        },
        normalization: {
          enum: ['peak', 'none'],
          default: 'peak',
          description: 'What is done to a recording first: peak scales its largest sample to 1.',
        },
      },
      required: ['sampleRate'],
      additionalProperties: false,
      description: 'What sound the data of a model of signals are.',
    },
    training: trainingSchema,
    weights: {
      type: 'object',
      properties: {
        file: { type: 'string', minLength: 1, pattern: WEIGHTS_FILE.source },
        bytes: { type: 'integer', minimum: 8 },
        sha256: { type: 'string', pattern: '^[0-9a-f]{64}$' },
      },
      required: ['file', 'bytes', 'sha256'],
      additionalProperties: false,
      description: 'The safetensors file beside the spec and its SHA-256.',
    },
  },
  required: ['format', 'version', 'event', 'model'],
  additionalProperties: false,
};
