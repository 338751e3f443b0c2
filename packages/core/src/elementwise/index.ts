import type { BijectorDefinition } from '../registry/plugin.ts';
import { expDefinition } from './exp.ts';
import { logitDefinition } from './logit.ts';
import { scaleDefinition } from './scale.ts';
import { shiftDefinition } from './shift.ts';
import { sigmoidDefinition } from './sigmoid.ts';
import { softplusDefinition } from './softplus.ts';
import { standardizeDefinition } from './standardize.ts';
import { tanhDefinition } from './tanh.ts';

export { ElementwiseBijector, type ElementwiseMapped, type ElementwiseOptions } from './elementwise-bijector.ts';
export { Exp } from './exp.ts';
export { Logit, type LogitForm, type LogitOptions } from './logit.ts';
export type { Sharing, Values } from './parameter-values.ts';
export { Scale, type ScaleOptions } from './scale.ts';
export { Shift, type ShiftOptions } from './shift.ts';
export { Sigmoid } from './sigmoid.ts';
export { Softplus } from './softplus.ts';
export { Standardize, type StandardizeOptions } from './standardize.ts';
export { Tanh } from './tanh.ts';

/** The elementwise layers by their type ids. */
export const elementwiseBijectors: Readonly<Record<string, BijectorDefinition>> = {
  scale: scaleDefinition,
  shift: shiftDefinition,
  exp: expDefinition,
  softplus: softplusDefinition,
  sigmoid: sigmoidDefinition,
  logit: logitDefinition,
  tanh: tanhDefinition,
  standardize: standardizeDefinition,
};
