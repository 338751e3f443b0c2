export { energies, type Energy } from './energies.ts';
export { fitEnergy, type EnergyFit, type FitEnergyOptions } from './fit-energy.ts';
export { buildFlow, flowNames, type FlowName } from './flows.ts';
export { integrate, onGrid, QUADRATURE, type Grid } from './grid.ts';
export { densityPicture, type PictureRow } from './picture.ts';
export { formatFits } from './report.ts';
