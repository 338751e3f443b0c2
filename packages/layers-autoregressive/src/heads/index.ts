export { BernoulliHead } from './bernoulli-head.ts';
export { CategoricalHead } from './categorical-head.ts';
export { choose, type Choice } from './choose.ts';
export type { DiscreteHead, ElementDraw } from './discrete-head.ts';
export { headOf, headSchema, type HeadConfig } from './head-config.ts';
export { drawLogisticBin, LOG_SCALE_RANGE, logisticBinLogProb, type LogisticBin } from './logistic-bin.ts';
export { LogisticMixtureHead, type LogisticMixtureOptions } from './logistic-mixture-head.ts';
