export { nativeTier, type NativeTierOptions } from './native-tier.ts';
