export { completes, type CompletingModel } from './completing-model.ts';
export { inpaint, type InpaintOptions, type InpaintResult } from './inpaint.ts';
