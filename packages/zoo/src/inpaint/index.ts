export { inpaint, type InpaintOptions, type InpaintResult } from './inpaint.ts';
