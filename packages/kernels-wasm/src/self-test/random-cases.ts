import { integers, vector, type KnownCase } from './known-case.ts';

/** Streams of random numbers, computed by their definitions in float64. */
export const randomCases: Readonly<Record<string, readonly KnownCase[]>> = {
  RandomNormals: [
    {
      inputs: {},
      attrs: { shape: [3], words: [1, 2, 3, 4], spare: null },
      expected: [
        vector(-0.5258252345845509, -2.3177027166178163, -0.3968846231643216),
        integers(857776784, -337879523, -1866189288, -457953528, 1, -1815665763, 1072131958),
      ],
    },
  ],
  // The words are those of the seed 7.
  AleaNormals: [
    {
      inputs: {},
      attrs: { shape: [3], words: [1262557137, 2204174902, 3451690519], mean: 0, standardDeviation: 1 },
      expected: vector(-1.3710527420043945, 0.029286757111549377, -1.092186689376831),
    },
  ],
  AleaUniforms: [
    {
      inputs: {},
      attrs: { shape: [3], words: [1262557137, 2204174902, 3451690519], minimum: 0, maximum: 1 },
      expected: vector(0.36459518410265446, 0.007880980148911476, 0.1876203876454383),
    },
  ],
};
