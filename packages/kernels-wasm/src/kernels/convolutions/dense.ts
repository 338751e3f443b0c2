import type { TensorInfo } from '@tensorflow/tfjs';
import type { KernelTools } from '../kernel-group.ts';
import { type Geometry, GEOMETRY_BYTES, geometryOf, type Info, sizeOf, writeGeometry } from './geometry.ts';

/** What a dense convolution works with. */
export interface DenseInputs {
  readonly x: TensorInfo;
  readonly filter: TensorInfo;
  readonly bias?: TensorInfo | undefined;
}

/** The output of a convolution of float32 tensors, NHWC. */
export function runConvolution({ host, functions }: KernelTools, info: Info, inputs: DenseInputs): TensorInfo {
  const { x, filter, bias } = inputs;
  const y = host.output(info.outShape);
  if (sizeOf(y) === 0) return y;
  const own = geometryOf(info);
  if (!hasWholes(functions) && goesAsGradient(own)) return scattered({ host, functions }, own, { x, filter, bias, y });
  const { geometry, space } = workspace({ host, functions }, own);
  const biasAddress = bias === undefined ? 0 : host.pointer(bias);
  functions['convolve']!(geometry, host.pointer(x), host.pointer(filter), biasAddress, host.pointer(y), space);
  return y;
}

/** The gradient of a convolution with respect to its filter. */
export function runFilterGradient(
  { host, functions }: KernelTools,
  info: Info,
  { x, dy }: { readonly x: TensorInfo; readonly dy: TensorInfo },
): TensorInfo {
  const gradient = host.output(info.filterShape);
  if (sizeOf(gradient) === 0) return gradient;
  const own = geometryOf(info);
  if (!hasWholes(functions) && isNarrow(own)) {
    // The other way round: what ∂y sees of x, which is many times less to gather than what x sees of ∂y.
    const bytes = Math.ceil(sizeOf(gradient) / 4) * 16;
    const { geometry, space } = workspace({ host, functions }, turned(own), bytes);
    functions['filterGradient']!(geometry, host.pointer(dy), host.pointer(x), space, space + bytes);
    const taps = own.filter[0] * own.filter[1];
    functions['turnFilter']!(space, host.pointer(gradient), taps, own.outChannels, own.channels);
    return gradient;
  }
  const { geometry, space } = workspace({ host, functions }, own);
  functions['filterGradient']!(geometry, host.pointer(x), host.pointer(dy), host.pointer(gradient), space);
  return gradient;
}

/** The gradient of a convolution with respect to its input. */
export function runInputGradient(
  { host, functions }: KernelTools,
  info: Info,
  { dy, filter }: { readonly dy: TensorInfo; readonly filter: TensorInfo },
): TensorInfo {
  const gradient = host.output(info.inShape);
  if (sizeOf(gradient) === 0) return gradient;
  const own = geometryOf(info);
  if (takenWhole({ host, functions }, own, [dy, filter, gradient])) return gradient;
  if (!goesAsConvolution(own)) {
    const { geometry, space } = workspace({ host, functions }, own);
    functions['inputGradient']!(geometry, host.pointer(dy), host.pointer(filter), host.pointer(gradient), space);
    return gradient;
  }
  const turnedBytes = Math.ceil(sizeOf(filter) / 4) * 16;
  const { geometry, space } = workspace({ host, functions }, turned(own), turnedBytes);
  const taps = own.filter[0] * own.filter[1];
  functions['turnFilter']!(host.pointer(filter), space, taps, own.channels, own.outChannels);
  functions['convolve']!(geometry, host.pointer(dy), space, 0, host.pointer(gradient), space + turnedBytes);
  return gradient;
}

/**
 * Functions of another tier may include `wholeInputGradient(geometry, dy, filter, gradient)`, which answers 1 when it did
 * the gradient as it is, and 0 when it is to be taken apart as below.
 */
function takenWhole(
  { host, functions }: Pick<KernelTools, 'host' | 'functions'>,
  geometry: Geometry,
  tensors: readonly TensorInfo[],
): boolean {
  const whole = functions['wholeInputGradient'];
  if (whole === undefined) return false;
  const address = host.scratch(GEOMETRY_BYTES);
  writeGeometry(host, address, geometry);
  return whole(address, ...tensors.map((each) => host.pointer(each))) === 1;
}

/**
 * The gradient with respect to the input is itself a convolution where the stride is one. With few channels it is
 * not worth it: the product has tiles of eight columns, and most of each would be empty.
 */
function goesAsConvolution({ strides, filter, channels, outChannels }: Geometry): boolean {
  const taps = filter[0] * filter[1];
  if (strides[0] !== 1 || strides[1] !== 1 || taps === 1 || outChannels === 0) return false;
  return eights(channels) * taps <= 1.2 * eights(channels * taps);
}

/** Functions of another tier have their own ways with shapes. */
function hasWholes(functions: KernelTools['functions']): boolean {
  return functions['wholeInputGradient'] !== undefined;
}

/** Few channels out of many, at stride one. */
function isNarrow({ strides, filter, channels, outChannels }: Geometry): boolean {
  return strides[0] === 1 && strides[1] === 1 && filter[0] * filter[1] > 1 && 2 * outChannels <= channels;
}

/**
 * The convolution itself is a gradient with respect to an input where the stride is one: a product of each pixel with all
 * taps, added up on the places that see it. With few channels out, the tiles of eight columns are full only that way.
 */
function goesAsGradient(own: Geometry): boolean {
  return isNarrow(own) && !goesAsConvolution(turned(own));
}

/** y as the gradient of the turned convolution, plus the bias. */
function scattered(
  { host, functions }: Pick<KernelTools, 'host' | 'functions'>,
  own: Geometry,
  { x, filter, bias, y }: DenseInputs & { readonly y: TensorInfo },
): TensorInfo {
  const bytes = Math.ceil(sizeOf(filter) / 4) * 16;
  const { geometry, space } = workspace({ host, functions }, turned(own), bytes);
  const taps = own.filter[0] * own.filter[1];
  functions['turnFilter']!(host.pointer(filter), space, taps, own.channels, own.outChannels);
  functions['inputGradient']!(geometry, host.pointer(x), space, host.pointer(y), space + bytes);
  if (bias !== undefined) addBias(host.view(y), host.view(bias));
  return y;
}

type Numbers = ReturnType<KernelTools['host']['view']>;

/** Adds one number per channel; y is small where this is used. */
function addBias(y: Numbers, bias: Numbers): void {
  const channels = bias.length;
  for (let row = 0; row < y.length; row += channels) {
    for (let i = 0; i < channels; i++) y[row + i] = y[row + i]! + bias[i]!;
  }
}

function eights(count: number): number {
  return Math.ceil(count / 8) * 8;
}

/** The convolution that takes the gradient of the output to that of the input, at stride one. */
function turned(geometry: Geometry): Geometry {
  const { batch, size, outSize, channels, outChannels, filter, strides, dilations, before } = geometry;
  const around = ([0, 1] as const).map((axis) => (filter[axis] - 1) * dilations[axis] - before[axis]);
  return {
    batch,
    size: outSize,
    channels: outChannels,
    outSize: size,
    outChannels: channels,
    filter,
    strides,
    dilations,
    before: [around[0]!, around[1]!],
  };
}

/** Working memory with the geometry in it, `extra` bytes for the caller, then what the module needs. */
function workspace(
  { host, functions }: Pick<KernelTools, 'host' | 'functions'>,
  geometry: Geometry,
  extra = 0,
): { readonly geometry: number; readonly space: number } {
  const asked = host.scratch(GEOMETRY_BYTES);
  writeGeometry(host, asked, geometry);
  // More working memory may lie elsewhere, so the geometry is written again.
  const address = host.scratch(GEOMETRY_BYTES + extra + (functions['denseSpace']!(asked) >>> 0));
  writeGeometry(host, address, geometry);
  return { geometry: address, space: address + GEOMETRY_BYTES };
}
