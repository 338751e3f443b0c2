export * from './chains/chain-result.ts';
export type * from './chains/options.ts';
export { runChains } from './chains/run-chains.ts';
export { positionsToTensor, rowOf, type Positions } from './common/positions.ts';
export { autocorrelation } from './diagnostics/autocorrelation.ts';
export * from './diagnostics/effective-sample-size.ts';
export * from './diagnostics/split-r-hat.ts';
export * from './direct/box-muller.ts';
export { sampleCategorical, type CategoricalWeights } from './direct/categorical.ts';
export { invertCdf, sampleInverseCdf, type ContinuousDistribution } from './direct/inverse-cdf.ts';
export { rejectionSample, type RejectionOptions, type RejectionResult } from './direct/rejection.ts';
export * from './finite/states.ts';
export * from './finite/transition-matrix.ts';
export * from './importance/generalized-pareto.ts';
export * from './importance/importance-sampling.ts';
export * from './importance/pareto-smoothing.ts';
export { effectiveWeightCount, logEvidence, normalizeLogWeights, type LogEvidence } from './importance/weights.ts';
export { adjustedLangevin, type AdjustedLangevinOptions } from './kernels/adjusted-langevin.ts';
export { finiteGibbs, type FiniteGibbsOptions } from './kernels/finite-gibbs.ts';
export { gibbs, type Conditional, type GibbsOptions } from './kernels/gibbs.ts';
export { independenceMetropolisHastings, type IndependenceOptions } from './kernels/independence.ts';
export type { ChainState, Kernel, Moment, RunContext, Step, Transition } from './kernels/kernel.ts';
export {
  metropolisHastings,
  type MetropolisHastingsOptions,
  type Proposal,
  type ProposalContext,
} from './kernels/metropolis-hastings.ts';
export { minibatchGradient, type MinibatchGradientOptions } from './kernels/minibatch-gradient.ts';
export { randomWalk, type RandomWalkOptions } from './kernels/random-walk.ts';
export {
  stochasticGradientLangevin,
  type PolynomialSchedule,
  type StochasticGradient,
  type StochasticGradientLangevinOptions,
} from './kernels/stochastic-gradient-langevin.ts';
export { unadjustedLangevin, type UnadjustedLangevinOptions } from './kernels/unadjusted-langevin.ts';
export { flowProposal } from './proposals/flow-proposal.ts';
export type { IndependentProposal, ScoredPositions } from './proposals/independent-proposal.ts';
export { plainProposal, type PlainProposalOptions } from './proposals/plain-proposal.ts';
export { plainTarget, shapeTarget, type PlainTargetOptions } from './targets/plain-target.ts';
export type { Evaluation, Target } from './targets/target.ts';
export { distributionTarget, tensorTarget, type TensorTargetOptions } from './targets/tensor-target.ts';
