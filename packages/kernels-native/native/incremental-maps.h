// What is done to sums: activations of hidden rows, and the affine transformer that makes a feature of its parameters.
#pragma once

#include "elementwise-exp.h"
#include "elementwise-log.h"

namespace flowzoo::incremental {

/** The nonlinearities by their numbers in layers-autoregressive (src/incremental/activate.ts). NaN stays. */
FLOWZOO_INLINE Floats activate(Floats x, std::int32_t activation, float slope) {
  switch (activation) {
    case 0:
      return x;
    case 1:
      return atLeast(x, 0);
    case 2:
      return x < 0.0f ? expMinusOneOf(x) : x;
    case 3:
      return tanhOf(x);
    case 4:
      return x * sigmoidOf(x);
    case 5:
      return x * 0.5f * (erfOf(x * 0.70710678f) + 1.0f);
    case 6:
      return x < 0.0f ? x * slope : x;
    case 7:
      return sigmoidOf(x);
    default:
      return softplusOf(x);
  }
}
constexpr std::int32_t ACTIVATIONS = 9;

/** Settings of an affine transformer, in the order of layers-autoregressive (src/incremental/scalar-map.ts). */
struct Affine {
  float formula, shiftGain, scaled, gain, offset, squash, bound, steepness, low, high, map, floor, ceiling;
};
constexpr std::size_t AFFINE_SETTINGS = sizeof(Affine) / sizeof(float);

constexpr float SCALE_SHIFT = 0;
constexpr float SHIFT_SCALE = 1;
constexpr float UNSHIFT_UNSCALE = 2;
constexpr float UNSCALE_UNSHIFT = 3;
constexpr float GATE = 4;
constexpr float SOFT_CLIP = 1;
constexpr float TANH = 2;

/** log s of raw parameters. */
FLOWZOO_INLINE Floats logScale(const Affine& a, Floats raw) {
  Floats r = raw * a.gain + a.offset;
  if (a.squash == TANH) {
    r = a.bound * tanhOf(r * a.steepness);
  } else if (a.squash == SOFT_CLIP) {
    r = r / (absolute(r / a.bound) + 1.0f);
  }
  r = atMost(atLeast(r, a.low), a.high);
  if (a.floor == 0) {
    if (a.map == 1) r = -softplusOf(-r);
    else if (a.map == 2) r = logOf(softplusOf(r));
    if (a.ceiling == std::numeric_limits<float>::infinity()) return r;
    const Floats most = logOf(splat(a.ceiling));
    return r > most ? most : r;
  }
  const Floats scale = a.map == 0 ? expOf(r) : a.map == 1 ? sigmoidOf(r) : softplusOf(r);
  return logOf(atMost(scale + a.floor, a.ceiling));
}

/** A feature of a vector of examples: gives the value, and the log-derivative. */
FLOWZOO_INLINE Floats mapAffine(const Affine& a, Floats v, Floats shift, Floats raw, Floats* logs) {
  const Floats t = shift * a.shiftGain;
  *logs = Floats{};
  if (a.scaled == 0) return a.formula == SCALE_SHIFT ? v + t : v - t;
  const Floats l = logScale(a, raw);
  *logs = l;
  if (a.formula == SCALE_SHIFT) return v * expOf(l) + t;
  if (a.formula == SHIFT_SCALE) return (v + t) * expOf(l);
  if (a.formula == GATE) {
    const Floats open = raw + a.offset;
    return sigmoidOf(open) * v + sigmoidOf(-open) * t;
  }
  *logs = -l;
  const Floats reciprocal = expOf(-l);
  if (a.formula == UNSHIFT_UNSCALE) return (v - t) * reciprocal;
  if (a.formula == UNSCALE_UNSHIFT) return v * reciprocal - t;
  return v * reciprocal - expOf(-(raw + a.offset)) * t;
}

}  // namespace flowzoo::incremental
