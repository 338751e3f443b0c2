export { Coupling, type CouplingOptions } from './coupling/coupling.ts';
export { partitionOf, type MaskName, type MaskOption, type MaskOptions } from './masks/mask.ts';
export type { Partition, TwoParts } from './masks/partition.ts';
export { coupling } from './plugin.ts';
export { Scaling, type ScalingOptions } from './scaling/scaling.ts';
export { realNvpImageSpec, type RealNvpImageOptions } from './real-nvp/real-nvp-image-spec.ts';
