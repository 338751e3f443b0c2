export { readImages, type Images } from './images.ts';
export { buildPosterior, posteriorNames, type PosteriorName, type PosteriorOptions } from './posterior.ts';
export { formatComparison } from './report.ts';
export { trainVae, type Score, type TrainOptions, type VaeResult } from './train.ts';
export { VariationalAutoencoder, type VariationalAutoencoderOptions } from './variational-autoencoder.ts';
