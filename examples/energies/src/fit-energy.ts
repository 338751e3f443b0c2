import { fitTarget, type FitTargetEvent, type FlowModel, type ImportanceSummary } from '@flowzoo/core';
import type { Energy } from './energies.ts';
import { buildFlow, type FlowName } from './flows.ts';
import { integrate, onGrid, QUADRATURE, type Grid } from './grid.ts';

/** How an energy is fitted. */
export interface FitEnergyOptions {
  readonly flow: FlowName;
  readonly steps: number;
  readonly seed: number;
  readonly onEvent?: ((event: FitTargetEvent) => void) | undefined;
  /** Default: {@link QUADRATURE}. */
  readonly grid?: Grid | undefined;
}

/** A fitted flow against its energy; nats. */
export interface EnergyFit {
  readonly energy: string;
  readonly flow: FlowName;
  /** log Z by quadrature. */
  readonly logNormalizer: number;
  /** KL(q‖p) by quadrature. */
  readonly divergence: number;
  /** ∫ q over the grid: 1 when the flow is a density that stays inside. */
  readonly mass: number;
  /** The same by importance sampling, with standard errors. */
  readonly evaluation: ImportanceSummary;
  readonly seconds: number;
}

/** Fits a flow to an energy by reverse KL and compares both on a grid; the caller disposes the flow. */
export async function fitEnergy(
  energy: Energy,
  { flow: name, steps, seed, onEvent, grid = QUADRATURE }: FitEnergyOptions,
): Promise<{ readonly flow: FlowModel; readonly result: EnergyFit }> {
  const flow = buildFlow(name, seed);
  try {
    const { evaluation, seconds } = await fitTarget(flow, energy.logDensity, {
      steps,
      seed,
      onEvent,
      annealing: { fraction: 0.7 },
      optimizer: { learningRate: name === 'planar' ? 0.01 : 0.005 },
      average: 0.99,
    });
    const target = await onGrid(energy.logDensity, grid);
    const model = await onGrid((x) => flow.logProb(x), grid);
    const logNormalizer = Math.log(integrate(target.map(Math.exp), grid));
    const excess = model.map((logQ, cell) => Math.exp(logQ) * (logQ - target[cell]! + logNormalizer));
    const result: EnergyFit = {
      energy: energy.name,
      flow: name,
      logNormalizer,
      divergence: integrate(excess, grid),
      mass: integrate(model.map(Math.exp), grid),
      evaluation: evaluation!,
      seconds,
    };
    return { flow, result };
  } catch (error) {
    flow.dispose();
    throw error;
  }
}
