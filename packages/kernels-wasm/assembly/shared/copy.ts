/** Copies longer than this go to memory.copy, which is slow to start and fast to run. */
const LONG: usize = 1024;

/**
 * Copies `bytes` bytes between places that do not overlap. The end is copied as one block that overlaps the one before
 * it, so there is no loop over single bytes from 4 bytes on.
 */
@inline
export function copyRun(x: usize, y: usize, bytes: usize): void {
  if (bytes >= 16) {
    if (bytes > LONG) memory.copy(y, x, bytes);
    else {
      const last = bytes - 16;
      let at: usize = 0;
      while (at < last) {
        v128.store(y + at, v128.load(x + at));
        at += 16;
      }
      v128.store(y + last, v128.load(x + last));
    }
  } else if (bytes >= 8) {
    const last = bytes - 8;
    store<u64>(y, load<u64>(x));
    store<u64>(y + last, load<u64>(x + last));
  } else if (bytes >= 4) {
    const last = bytes - 4;
    store<u32>(y, load<u32>(x));
    store<u32>(y + last, load<u32>(x + last));
  } else {
    for (let at: usize = 0; at < bytes; at++) store<u8>(y + at, load<u8>(x + at));
  }
}
