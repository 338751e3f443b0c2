export { convolve, denseSpace, filterGradient, inputGradient, turnFilter } from './convolutions/dense';
export { depthwise, depthwiseFilter, depthwiseInput, repeatEach, sumEach } from './convolutions/depthwise';
