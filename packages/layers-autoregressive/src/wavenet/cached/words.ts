// Shared with assembly/wavenet: places of numbers in the words of a RingProgram. Addresses count floats; widths are
// multiples of four, with zeros behind what there is.

/** Signals side by side. */
export const COUNT = 0;
/** Width of the residual stream. */
export const FEATURES = 1;
/** Taps of each convolution: 2 or 3. */
export const KERNEL = 2;
/** Width of the skip connections. */
export const SKIPS = 3;
/** Width of the hidden output layer. */
export const HIDDEN = 4;
/** Width of the parameters of a step. */
export const OUTPUTS = 5;
/** Levels of a categorical signal. */
export const LEVELS = 6;
/** Number of layers. */
export const LAYERS = 7;
/** 1, or the levels of a one-hot signal. */
export const CHANNELS = 8;
/** 0 before the first step; written to. */
export const STARTED = 9;

/** `[channels, features]`. */
export const INPUT_WEIGHT = 10;
/** `[features]`. */
export const INPUT_BIAS = 11;
/** Sum of all layers' biases. */
export const SKIP_BIAS = 12;
/** `[skips, hidden]`, as all that follows in panels of outputs. */
export const FIRST_WEIGHT = 13;
/** `[hidden]`. */
export const FIRST_BIAS = 14;
/** `[hidden, outputs]`. */
export const SECOND_WEIGHT = 15;
/** `[outputs]`. */
export const SECOND_BIAS = 16;

/** What the signals were one step before, `[count]`. */
export const PREVIOUS = 17;
/** `[count, features]`. */
export const RESIDUAL = 18;
/** `[count, skips]`. */
export const SKIP_SUMS = 19;
/** `[count, kernel · features]`. */
export const WINDOW = 20;
/** `[count, 2 · features]`. */
export const SUMS = 21;
/** `[count, features]`. */
export const GATED = 22;
/** `[count, hidden]`. */
export const HIDDEN_ROWS = 23;
/** `[count, outputs]`. */
export const PARAMETERS = 24;
/** `[outputs]`. */
export const CHANCES = 25;

/** `[count, width]`: what a condition is told. */
export const CONDITION = 26;
/** Width of what holds for the whole signal, or 0. */
export const GLOBAL_WIDTH = 27;
/** Width of a frame, or 0. */
export const LOCAL_WIDTH = 28;
/** `[chunk, count]`, uniforms on (0, 1). */
export const UNIFORMS = 29;
/** `[chunk, count]`, levels as they are drawn; what is not negative before is given. */
export const DRAWN = 30;

/** Words before those of the layers. */
export const HEADER = 32;

// Of each layer.
/** `[kernel · features, 2 · features]`. */
export const CONVOLUTION = 0;
/** `[2 · features]`. */
export const BIAS = 1;
/** Bias and what holds for the whole signal, `[count, 2 · features]`. */
export const BASE = 2;
/** The same with the frame of the moment, `[count, 2 · features]`. */
export const STARTS = 3;
/** `[global width, 2 · features]`; −1 without. */
export const GLOBAL_WEIGHT = 4;
/** `[local width, 2 · features]`; −1 without. */
export const LOCAL_WEIGHT = 5;
/** `[features, skips]`. */
export const SKIP_WEIGHT = 6;
/** `[features, features]`; −1 in the last layer. */
export const RESIDUAL_WEIGHT = 7;
/** `[features]`. */
export const RESIDUAL_BIAS = 8;
/** `[(kernel − 1) · dilation, count, features]`. */
export const RING = 9;
/** Steps between the taps. */
export const DILATION = 10;
/** Where the oldest step stands in the ring; written to. */
export const SLOT = 11;

/** Words of a layer. */
export const LAYER_WORDS = 12;

/** Steps of one chunk. */
export const CHUNK = 256;
