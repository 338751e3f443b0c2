export { aleaNormals, aleaUniforms } from './random/alea';
export { xoshiroNormals } from './random/xoshiro';
