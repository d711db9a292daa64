/**
 * How calls of loop functions are handed to machine code, in bytes. Addresses take 64 bits, other numbers 32.
 *
 * A thread's own list: the address of the crew's `open`, room for the number of looks; then each call, and behind the last a
 * zero of 64 bits. With a call go the helpers' parts of it, the first of them by its address: 0 if no one is to help.
 */
export const callList = {
  open: 0,
  /** How often it looked, at most, whether a helper that had begun was ready; 0 if none had. */
  looks: 8,
  first: 16,
} as const

/** One call: the address of its function, the bytes to the next call, its first part, and the function's own block. */
export const listedCall = { function: 0, bytes: 8, part: 16, block: 24 } as const

/**
 * What one crew shares, in memory that all its threads see: first `open`, the number of the launch that is under way, counted from 1, or
 * `over`. Then a line for each helper: the address of `open`, and that of its first part, or 0.
 */
export const crewLine = { open: 0, firstPart: 8 } as const

/** More than any number of a launch. */
export const over = 0xffffffff

/**
 * A helper's part of a launch: whether anybody took it, and whether the helper is done; the helper's part of the next launch that is
 * shared, and the next helper's part of this one, or 0; the address of its function, and the function's own block. Each begins a line.
 */
export const crewPart = { state: 0, next: 8, sibling: 16, function: 24, block: 32 } as const

/** A part nobody took, one that is taken, and one that its helper is done with. */
export const partState = { free: 0, taken: 1, done: 2 } as const

/** Bytes of a line of the cache, which threads hand to each other as a whole. */
export const lineBytes = 64
