/** Where the sums of a layer start from, `[images, outputs]`: its bias, and a linear map of each image's context. */
export function startingSums(
  bias: Float32Array,
  contextMap: Float32Array | undefined,
  { images, context }: { readonly images: number; readonly context: Float32Array | undefined },
): Float32Array {
  const outputs = bias.length;
  const sums = new Float32Array(images * outputs);
  for (let image = 0; image < images; image++) {
    const own = sums.subarray(image * outputs, (image + 1) * outputs);
    own.set(bias);
    if (contextMap === undefined || context === undefined) continue;
    const size = contextMap.length / outputs;
    for (let i = 0; i < size; i++) {
      const value = context[image * size + i]!;
      for (let o = 0; o < outputs; o++) own[o]! += value * contextMap[i * outputs + o]!;
    }
  }
  return sums;
}
