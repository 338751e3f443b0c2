export { autoregressive } from './plugin.ts';
