import type { AffineForm, Direction, ScaleMap, Transformer } from '@flowzoo/core';

/** v·s + t; this and the following are what an affine transformer does with an input v, a shift t and a scale s or gate g. */
export const SCALE_SHIFT = 0;
/** (v + t)·s. */
export const SHIFT_SCALE = 1;
/** (v − t)/s. */
export const UNSHIFT_UNSCALE = 2;
/** v/s − t. */
export const UNSCALE_UNSHIFT = 3;
/** g·v + (1 − g)·t. */
export const GATE = 4;
/** (v − (1 − g)·t)/g. */
export const UNGATE = 5;

/** r as it is. */
export const NO_SQUASH = 0;
/** r/(1 + |r/B|). */
export const SOFT_CLIP = 1;
/** B·tanh(c·r). */
export const TANH = 2;
/** B·0.636·atan(r). */
export const ATAN = 3;

/** Which formula; this and the following are places in {@link AffineSettings}. */
export const FORMULA = 0;
/** Factor on the raw shift. */
export const SHIFT_GAIN = 1;
/** 1 with a scale, 0 for a shift alone. */
export const SCALED = 2;
/** Factor on the raw scale. */
export const GAIN = 3;
/** Added to the raw scale after the gain. */
export const OFFSET = 4;
/** Which squash. */
export const SQUASH = 5;
/** B of the squash. */
export const BOUND = 6;
/** c of the squash. */
export const STEEPNESS = 7;
/** Least r after the squash. */
export const LOW = 8;
/** Greatest r after the squash. */
export const HIGH = 9;
/** 0 exp, 1 sigmoid, 2 softplus. */
export const MAP = 10;
/** Added to the scale. */
export const FLOOR = 11;
/** Greatest scale. */
export const CEILING = 12;

/** An affine transformer as numbers, one for each of the places above. */
export type AffineSettings = Float64Array;

/** How a feature comes from its parameters. */
export type ScalarMap =
  | { readonly kind: 'affine'; readonly settings: AffineSettings }
  | { readonly kind: 'arrays'; readonly map: (input: Float32Array, parameters: Float32Array) => Float32Array };

const SIGMOID_SCALE: ScaleMap = {
  gain: 1,
  offset: 0,
  squash: { squash: 'none', bound: 1 },
  amplitude: 1,
  clip: null,
  map: 'sigmoid',
  floor: 0,
  ceiling: null,
  center: false,
};

/** What a transformer does in a direction; null for one that only knows tensors. */
export function scalarMapOf(transformer: Transformer, direction: Direction): ScalarMap | null {
  // Types and not classes: two copies of core in one tree understand each other.
  if ('form' in transformer) {
    if (transformer.type === 'affine') return affine(transformer.form as AffineForm, direction);
    if (transformer.type === 'additive') return additive(transformer.form as AdditiveForm, direction);
    if (transformer.type === 'gated') return gated(transformer.form as GatedForm, direction);
  }
  if (transformer.mapArrays === undefined) return null;
  return { kind: 'arrays', map: (input, parameters) => transformer.mapArrays!(input, parameters, direction) };
}

interface AdditiveForm {
  readonly direction: Direction;
  readonly shiftGain: number;
}

interface GatedForm {
  readonly direction: Direction;
  readonly offset: number;
}

function affine(form: AffineForm, direction: Direction): ScalarMap | null {
  const { scale, order, shiftGain, amplitude } = form;
  if (scale.center) return null;
  const same = form.direction === direction;
  const formula =
    order === 'scale-shift' ? (same ? SCALE_SHIFT : UNSHIFT_UNSCALE) : same ? SHIFT_SCALE : UNSCALE_UNSHIFT;
  const learned = amplitude?.dataSync<'float32'>()[0] ?? null;
  return { kind: 'affine', settings: settingsOf({ formula, shiftGain, scale, learned }) };
}

function additive({ direction: own, shiftGain }: AdditiveForm, direction: Direction): ScalarMap {
  const formula = own === direction ? SCALE_SHIFT : UNSHIFT_UNSCALE;
  return { kind: 'affine', settings: settingsOf({ formula, shiftGain, scale: null, learned: null }) };
}

function gated({ direction: own, offset }: GatedForm, direction: Direction): ScalarMap {
  const formula = own === direction ? GATE : UNGATE;
  const scale = { ...SIGMOID_SCALE, offset };
  return { kind: 'affine', settings: settingsOf({ formula, shiftGain: 1, scale, learned: null }) };
}

function settingsOf(options: {
  readonly formula: number;
  readonly shiftGain: number;
  readonly scale: ScaleMap | null;
  readonly learned: number | null;
}): AffineSettings {
  const { formula, shiftGain, scale, learned } = options;
  const settings = new Float64Array(16);
  settings[FORMULA] = formula;
  settings[SHIFT_GAIN] = shiftGain;
  if (scale === null) return settings;
  const { squash = 'none', bound = 1 } = scale.squash ?? {};
  const [low, high] = scale.clip ?? [-Infinity, Infinity];
  const clipped = squash === 'clip' ? bound : Infinity;
  settings[SCALED] = 1;
  settings[GAIN] = scale.gain;
  settings[OFFSET] = scale.offset;
  settings[BOUND] = learned ?? bound;
  settings[STEEPNESS] = 1;
  if (learned !== null || squash === 'tanh-amplitude') settings[SQUASH] = TANH;
  else if (squash === 'tanh') settings.set([TANH, bound, 1 / bound], SQUASH);
  else if (squash === 'sigmoid-amplitude') settings.set([TANH, bound, 0.5], SQUASH);
  else if (squash === 'atan-amplitude') settings[SQUASH] = ATAN;
  else if (squash === 'softclip') settings[SQUASH] = SOFT_CLIP;
  settings[LOW] = Math.min(Math.max(-clipped, low), high);
  settings[HIGH] = Math.max(Math.min(clipped, high), low);
  settings[MAP] = ['exp', 'sigmoid', 'softplus'].indexOf(scale.map);
  settings[FLOOR] = scale.floor;
  settings[CEILING] = scale.ceiling ?? Infinity;
  return settings;
}
