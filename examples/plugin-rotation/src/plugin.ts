import { CONTRACT, definePlugin, type Plugin } from '@flowzoo/core';
import { rotationDefinition } from './rotation.ts';

/** The plugin: `createRegistry().use(rotation)` makes `acme/rotation` known to specs. */
export const rotation: Plugin = definePlugin({
  name: 'flowzoo-plugin-rotation',
  version: '1.0.0',
  contract: CONTRACT,
  bijectors: { 'acme/rotation': rotationDefinition },
});
