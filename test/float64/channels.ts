/** The channels from … to of every pixel. */
export function channelsOf(image: Float64Array, channels: number, from: number, to: number): Float64Array {
  return image.filter((_, i) => i % channels >= from && i % channels < to);
}

/** The channels of one image before those of another of as many pixels. */
export function joinChannels(first: Float64Array, second: Float64Array, pixels: number): Float64Array {
  const [a, b] = [first.length / pixels, second.length / pixels];
  return Float64Array.from({ length: first.length + second.length }, (_, i) => {
    const [pixel, channel] = [Math.floor(i / (a + b)), i % (a + b)];
    return channel < a ? first[pixel * a + channel]! : second[pixel * b + channel - a]!;
  });
}
