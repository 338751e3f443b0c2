export { planar } from './plugin.ts';
export { activationFor, type Activated, type Activation, type ActivationName } from './planar/activation.ts';
export { constrain, type Constrained } from './planar/constrain.ts';
export { Planar, type PlanarOptions } from './planar/planar.ts';
export { Radial, type RadialOptions } from './radial/radial.ts';
export { basisFor, type Basis, type SylvesterForm } from './sylvester/basis.ts';
export { orthogonalize, type OrthogonalizeOptions } from './sylvester/orthogonalize.ts';
export { Sylvester, type SylvesterOptions } from './sylvester/sylvester.ts';
export { TwoWayLayer, type ClosedDirection, type TwoWayOptions } from './two-way/two-way-layer.ts';
