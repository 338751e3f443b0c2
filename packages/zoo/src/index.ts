export { listArchitectures, type ArchitectureSummary } from './architectures.ts';
export type * from './card.ts';
export { completes, inpaint, type CompletingModel, type InpaintOptions, type InpaintResult } from './inpaint/index.ts';
export {
  listPresets,
  loadPreset,
  presetCard,
  presetSpec,
  type LoadPresetOptions,
  type PresetSummary,
} from './presets.ts';
export type { PresetPlace } from './read.ts';
