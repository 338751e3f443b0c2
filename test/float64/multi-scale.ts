import { channelsOf, joinChannels } from './channels.ts';
import { sizeOf, type Layer } from './layer.ts';
import type { Shape } from './weights.ts';

/** Real NVP's levels: after each but the last, half of the channels leave as latents, which come out flat in their order. */
export function multiScale(
  dataShape: Shape,
  keep: 'first' | 'second',
  count: number,
  levelOf: (dataShape: Shape, level: number) => Layer,
): Layer {
  const levels: { readonly layer: Layer; readonly kept: number; readonly leaving: number; readonly pixels: number }[] =
    [];
  let shape = dataShape;
  for (let level = 0; level < count; level++) {
    const layer = levelOf(shape, level);
    const channels = layer.latentShape.at(-1)!;
    const leaving = level === count - 1 ? channels : Math.floor(channels / 2);
    const around = layer.latentShape.slice(0, -1);
    levels.push({ layer, kept: channels - leaving, leaving, pixels: sizeOf(around) });
    shape = [...around, channels - leaving];
  }
  return {
    latentShape: [sizeOf(dataShape)],
    inverse(x, context) {
      const latents: number[] = [];
      let [value, logDet] = [x, 0];
      for (const { layer, kept, leaving } of levels) {
        const mapped = layer.inverse(value, context);
        logDet += mapped.logDet;
        const [first, channels] = [keep === 'first' ? kept : leaving, kept + leaving];
        const parts = [
          channelsOf(mapped.value, channels, 0, first),
          channelsOf(mapped.value, channels, first, channels),
        ];
        const [stays, leaves] = keep === 'first' ? parts : parts.toReversed();
        latents.push(...leaves!);
        value = stays!;
      }
      return { value: Float64Array.from(latents), logDet };
    },
    forward(z, context) {
      let end = z.length;
      let [value, logDet] = [new Float64Array(0), 0];
      for (const { layer, leaving, pixels } of levels.toReversed()) {
        const leaves = z.subarray(end - leaving * pixels, end);
        end -= leaves.length;
        const whole = keep === 'first' ? joinChannels(value, leaves, pixels) : joinChannels(leaves, value, pixels);
        const mapped = layer.forward(whole, context);
        logDet += mapped.logDet;
        value = Float64Array.from(mapped.value);
      }
      return { value, logDet };
    },
  };
}
