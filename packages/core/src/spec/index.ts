export { formatFault, type SpecFault } from './faults.ts';
export { SPEC_FORMAT, SPEC_VERSION, type AudioFormat, type ModelSpec, type WeightsReference } from './model-spec.ts';
