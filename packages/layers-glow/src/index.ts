export { glow } from './plugin.ts';
