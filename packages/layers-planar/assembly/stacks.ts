export { planar, planarGradient } from './stacks/planar-calls';
export { planarKept, planarScratch } from './stacks/planar-job';
export { radial, radialGradient } from './stacks/radial-calls';
export { radialScratch } from './stacks/radial-job';
export { sylvester, sylvesterGradient } from './sylvester/calls';
export { sylvesterScratch } from './sylvester/job';
