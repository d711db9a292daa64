/** What a target tells the loop templates about itself. Templates take numbers from here and never ask for a name. */
export interface TargetTraits {
  readonly name: string
  /** Lanes of a 32-bit vector: 4 for WASM, 8 for AVX2, 16 for AVX-512. */
  readonly width: number
  /** True if `mulAdd` rounds once. */
  readonly fusedMulAdd: boolean
  /**
   * The micro-kernel's tiles, the main one first: `rows` broadcast values times `vectors` vectors of lanes are
   * kept in accumulators. The first is used where it fits, the others serve the remainders of rows and lanes.
   */
  readonly tile: { readonly rows: number; readonly vectors: number }
  /** The most accumulators that stay in registers in the inner loop. */
  readonly accumulators: number
  /**
   * Vector registers, where the target gives them out itself: a tile's accumulators, one step's vectors of B and one
   * broadcast value fit them. Default: unknown, and only `accumulators` counts.
   */
  readonly vectorRegisters?: number
  /** Bytes of the first- and second-level data cache that blocking may count on. */
  readonly cache: { readonly l1: number; readonly l2: number }
}
