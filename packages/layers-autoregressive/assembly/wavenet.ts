export { draw } from './wavenet/draw';
export { condition, step } from './wavenet/step';
