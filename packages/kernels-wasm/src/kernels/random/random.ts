import { randomModule } from '../../module/embedded/random.ts';
import type { KernelGroup } from '../kernel-group.ts';
import { aleaNormals, aleaUniforms } from './alea.ts';
import { randomNormals } from './random-normals.ts';

/** Seeded random numbers; tfjs has no kernels for them, its own are loops in JavaScript. */
export const random: KernelGroup = {
  module: randomModule,
  kernels: {
    RandomNormals: randomNormals,
    AleaNormals: aleaNormals,
    AleaUniforms: aleaUniforms,
  },
};
