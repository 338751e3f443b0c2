import type { TensorInfo } from '@tensorflow/tfjs';
import type { ModuleExports } from '../../module/instantiate.ts';
import type { KernelTools } from '../kernel-group.ts';
import { byteSteps, move, moveAxes } from '../layout/move.ts';
import { sizeOf } from '../layout/movable.ts';
import type { AxisGroup, ReductionPlan } from './plan.ts';

type ModuleFunction = ModuleExports[string];

/** The two functions of a reduction, and its value for nothing. */
export interface Reduction {
  /** Over contiguous runs. */
  readonly runs: ModuleFunction;
  /** Over rows. */
  readonly rows: ModuleFunction;
  readonly ofNothing: number;
}

/** The reduction whose functions are called `name` + `Runs` and `name` + `Rows`. */
export function reductionNamed({ functions }: KernelTools, name: string, ofNothing: number): Reduction {
  return { runs: functions[`${name}Runs`]!, rows: functions[`${name}Rows`]!, ofNothing };
}

/**
 * Reduces elements of 4 bytes over any axes. Trailing axes are runs, leading or middle ones are rows; both at once are
 * several runs; what is neither is transposed first.
 *
 * @param scale What the result is multiplied with before it is rounded; used by sums.
 */
export function reduce(
  tools: KernelTools,
  x: TensorInfo,
  plan: ReductionPlan,
  reduction: Reduction,
  scale = 1,
): TensorInfo {
  const { host } = tools;
  const { groups, outShape } = plan;
  const size = sizeOf(x);
  if (size > 0 && groups.every(({ reduced }) => !reduced)) return host.share(x, outShape);
  const y = host.output(outShape, x.dtype);
  if (size === 0) {
    // Numbers made of nothing; a view of no numbers is filled as well.
    host.view(y).fill(reduction.ofNothing);
    return y;
  }
  if (groups.length < 4 || (groups.length === 4 && !groups[0]!.reduced)) {
    over(reduction, host.pointer(x), host.pointer(y), groups, scale);
  } else {
    const inTurn = [
      { count: size / plan.size, reduced: false },
      { count: plan.size, reduced: true },
    ];
    over(reduction, transposed(tools, x, plan), host.pointer(y), inTurn, scale);
  }
  return y;
}

function over(reduction: Reduction, x: number, y: number, groups: readonly AxisGroup[], scale: number): void {
  const last = groups.length - 1;
  const inner = groups[last]!;
  if (groups.length === 4) {
    const rest = groups.slice(1);
    const block = 4 * rest[0]!.count * rest[1]!.count * rest[2]!.count;
    for (let i = 0; i < groups[0]!.count; i++) over(reduction, x + i * block, y + 4 * i * rest[1]!.count, rest, scale);
  } else if (inner.reduced && last === 2) {
    const [runs, kept] = groups as [AxisGroup, AxisGroup];
    const run = 4 * inner.count;
    reduction.runs!(x, y, kept.count, run, runs.count, run * kept.count, inner.count, scale);
  } else if (inner.reduced) {
    reduction.runs!(x, y, last === 0 ? 1 : groups[0]!.count, 4 * inner.count, 1, 0, inner.count, scale);
  } else {
    const rows = groups[last - 1]!.count;
    const row = 4 * inner.count;
    reduction.rows!(x, y, last === 1 ? 1 : groups[0]!.count, row * rows, rows, row, inner.count, scale);
  }
}

/** Address of working memory that holds x with the kept axes first and the reduced ones last. */
function transposed({ host, functions }: KernelTools, x: TensorInfo, { axes }: ReductionPlan): number {
  const kept = [...x.shape.keys()].filter((axis) => !axes.includes(axis));
  const perm = [...kept, ...axes];
  const shape = perm.map((axis) => x.shape[axis]!);
  const steps = byteSteps(x.shape, 4);
  const place = host.scratch(4 * sizeOf(x));
  const xSteps = perm.map((axis) => steps[axis]!);
  const to = moveAxes(shape, xSteps, byteSteps(shape, 4));
  move(functions, { x: host.pointer(x), y: place, axes: to, bytes: 4 });
  return place;
}
