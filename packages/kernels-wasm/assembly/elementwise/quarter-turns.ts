/**
 * x · 2/π modulo 4 in units of 2⁻⁶², for finite |x| ≥ 2: x is an integer of 24 bits times a power of two, so the bits of 2/π
 * that give multiples of 4 are left out and the next 96 are enough (Payne & Hanek 1983).
 */
export function quarterTurns(x: f32): i64 {
  const bits = reinterpret<u32>(x);
  const mantissa = <u64>((bits & 0x7fffff) | 0x800000);
  const exponent = <i32>((bits >> 23) & 255) - 150;
  // The first bit that counts has weight 2^−(exponent − 1); the words begin with 32 zero bits.
  const start = exponent - 2 + 32;
  const word = start >> 5;
  const shift = <u64>(start & 31);
  const first = twoOverPi(word);
  const second = twoOverPi(word + 1);
  const third = twoOverPi(word + 2);
  const high = (((first << 32) | second) << shift) | ((third << shift) >> 32);
  const low = (((third << 32) | twoOverPi(word + 3)) << shift) >> 32;
  const turns = <i64>(mantissa * high + ((mantissa * low) >> 32));
  return x < 0 ? -turns : turns;
}

/** The bits of 2/π in words of 32, after one word of zeros; a switch, since a module on a borrowed heap has no tables. */
function twoOverPi(word: i32): u64 {
  switch (word) {
    case 1:
      return 0xa2f9836e;
    case 2:
      return 0x4e441529;
    case 3:
      return 0xfc2757d1;
    case 4:
      return 0xf534ddc0;
    case 5:
      return 0xdb629599;
    case 6:
      return 0x3c439041;
    case 7:
      return 0xfe5163ab;
    default:
      return 0;
  }
}
