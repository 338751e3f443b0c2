import { createRegistry, definePlugin, type Plugin } from '@flowzoo/core';
import { coupling } from '@flowzoo/layers-coupling';
import { describe } from 'vitest';
import { affine, refuses, registry, specOf, worldForTests } from './refuses.ts';

const world = worldForTests();

describe('specs', () => {
  const acme = (change: object = {}): Plugin =>
    definePlugin({ name: 'acme', version: '1.0.0', contract: 1, ...change });
  const build = (spec: unknown) => (): unknown => registry.build(spec);
  refuses(world, [
    [
      'with a type nobody knows',
      build(specOf([{ ...affine, type: 'affine-copling' }])),
      'E_UNKNOWN_TYPE',
      'the spec cannot be used, one fault:\n  layers[0]: no bijector is called "affine-copling": did you mean "affine-coupling"?',
    ],
    [
      'with a type of a package that is not registered',
      () => createRegistry().build(specOf([affine])),
      'E_UNKNOWN_TYPE',
      'layers[0]: "affine-coupling" comes from @flowzoo/layers-coupling, which is not registered: npm i @flowzoo/layers-coupling, then registry.use(coupling)',
    ],
    [
      'with a type of a third party',
      build(specOf([{ type: 'acme/rotation' }])),
      'E_UNKNOWN_TYPE',
      'layers[0]: "acme/rotation" comes from a third-party plugin that is not registered: install the package of "acme"',
    ],
    [
      'that require a plugin that is not there',
      build(specOf([], { requires: { '@flowzoo/layers-glow': '^1.0.0' } })),
      'E_REQUIRES',
      'requires["@flowzoo/layers-glow"]: @flowzoo/layers-glow is not registered: npm i @flowzoo/layers-glow, then registry.use(',
    ],
    [
      'that require another version of a plugin',
      build(specOf([], { requires: { '@flowzoo/layers-coupling': '^9.0.0' } })),
      'E_REQUIRES',
      /needs \^9\.0\.0, but @flowzoo\/layers-coupling@1\.\d+\.\d+ is registered: npm i @flowzoo\/layers-coupling@"\^9\.0\.0"/,
    ],
    [
      'with an unknown key',
      build(specOf([{ ...affine, partiy: 1 }])),
      'E_SPEC',
      'layers[0]: unknown key "partiy": did you mean "parity"?',
    ],
    [
      'with a value of the wrong type',
      build(specOf([{ ...affine, conditioner: { type: 'mlp', hidden: ['wide'] } }])),
      'E_SPEC',
      'layers[0].conditioner.hidden[0]: must be integer (got "wide")',
    ],
    [
      'with a value out of range',
      build(specOf([{ ...affine, conditioner: { type: 'mlp', hidden: [0] } }])),
      'E_SPEC',
      'layers[0].conditioner.hidden[0]: must be ≥ 1 (got 0)',
    ],
    [
      'with a mask that is none',
      build(specOf([{ ...affine, mask: 'alternate' }])),
      'E_SPEC',
      'layers[0].mask: must be one of "alternating", "halves", "channel", "checkerboard" (got "alternate"): did you mean "alternating"?',
    ],
    [
      'without what is required, several faults at once',
      build(specOf([{ type: 'affine-coupling' }, { repeat: 0, layers: [] }])),
      'E_SPEC',
      '2 faults:\n  layers[0]: "conditioner" is missing\n  layers[1].repeat: must be ≥ 1 (got 0)',
    ],
    [
      'with shapes that do not fit',
      build(specOf([{ type: 'scale' }, { type: 'reshape', shape: [3] }])),
      'E_SPEC_SHAPE',
      'layers[1] (reshape): a reshape keeps the number of elements (expected a shape of 2 elements, as [2] has, got [3] of 3)',
    ],
    [
      'with images that do not divide',
      build(specOf([{ type: 'squeeze' }], { event: [3, 4, 1] })),
      'E_SPEC_SHAPE',
      'layers[0] (squeeze): the image cannot be cut into blocks of 2×2 (expected height and width that are multiples of 2, got [3, 4, 1]). Pad or crop the images to [4, 4, 1]',
    ],
    [
      'with a network for images on a vector',
      build(specOf([{ ...affine, conditioner: { type: 'convnet' } }])),
      'E_SPEC_SHAPE',
      'layers[0].conditioner: a convolutional conditioner maps images to images',
    ],
    [
      'of a newer envelope',
      build({ ...specOf([]), version: 2 }),
      'E_SPEC_VERSION',
      'version: this spec has version 2, this core reads up to 1: npm i @flowzoo/core@latest',
    ],
    [
      'of a newer form of a layer',
      build(specOf([{ ...affine, version: 2 }])),
      'E_SPEC_VERSION',
      'layers[0]: "affine-coupling" has version 2, the registered plugin knows up to 1: update the plugin',
    ],
    ['of another format', build({ format: 'onnx' }), 'E_SPEC', 'format: must be "flowzoo/model" (got "onnx")'],
    ['that are no object', build('model.json'), 'E_SPEC', 'a spec must be a JSON object (got "model.json")'],
    [
      'of a million million layers',
      build(specOf([{ repeat: 10_000, layers: [{ repeat: 10_000, layers: [{ repeat: 10_000, layers: [affine] }] }] }])),
      'E_SPEC',
      'stands for more than 10000 parts once its repeat groups are written out',
    ],
    [
      'for a plugin of a newer contract',
      () => createRegistry().use(acme({ contract: 2 })),
      'E_PLUGIN_CONTRACT',
      'acme@1.0.0 was written for another contract (expected contract 1, got contract 2). Update core: npm i @flowzoo/core',
    ],
    [
      'for a plugin of an older contract',
      () => createRegistry().use(acme({ contract: 0 })),
      'E_PLUGIN_CONTRACT',
      '(expected contract 1, got contract 0). Update the plugin: npm i acme@latest',
    ],
    [
      'for a plugin that is a module',
      () => createRegistry().use({ coupling } as unknown as Plugin),
      'E_PLUGIN',
      'This is a module: pass its export, registry.use(module.coupling)',
    ],
    [
      'for two versions of one plugin',
      () =>
        createRegistry()
          .use(acme())
          .use(acme({ version: '1.1.0' })),
      'E_PLUGIN_CONFLICT',
      'two versions of acme in one registry (expected acme@1.0.0, which is registered, got acme@1.1.0). Keep one: npm ls acme',
    ],
  ]);
});
