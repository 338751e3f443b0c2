/**
 * Sizes of one convolution (NHWC), written by the caller as int32 numbers in this order. `top` and `left` are the rows and
 * columns of padding before the image; negative ones cut the image.
 */
@unmanaged
export class Geometry {
  batch: i32;
  height: i32;
  width: i32;
  channels: i32;
  outHeight: i32;
  outWidth: i32;
  outChannels: i32;
  filterHeight: i32;
  filterWidth: i32;
  strideHeight: i32;
  strideWidth: i32;
  dilationHeight: i32;
  dilationWidth: i32;
  top: i32;
  left: i32;
}

/** Number of places that the filter is laid on. */
@inline
export function placesOf(g: Geometry): i32 {
  return g.batch * g.outHeight * g.outWidth;
}

/** Numbers that the filter sees at one place. */
@inline
export function seenBy(g: Geometry): i32 {
  return g.filterHeight * g.filterWidth * g.channels;
}

/** A filter of one pixel that is laid on every pixel: the convolution is a product of matrices. */
export function isProduct(g: Geometry): bool {
  return (
    g.filterHeight == 1 && g.filterWidth == 1 && g.strideHeight == 1 && g.strideWidth == 1 &&
    g.top == 0 && g.left == 0 && g.outHeight == g.height && g.outWidth == g.width
  );
}
