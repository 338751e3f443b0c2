export { rotation } from './plugin.ts';
export { Rotation } from './rotation.ts';
