/** A tile of the micro-kernel: `rows` broadcast values times `vectors` vectors of lanes. */
export interface Tile {
  readonly rows: number
  readonly vectors: number
}

/**
 * How the launches of a micro-kernel are cut, as far as measurements may know better than the cost model; what is absent, the
 * model chooses. No cut changes a result: whatever decides in which order is summed is not among these.
 */
export interface Cut {
  /** Of full panels, or of a single one. */
  readonly tile?: Tile
  /** Items of the grid that are aimed at, for threads to share. */
  readonly items?: number
  /** What the outer one of a convolution's loops goes through: rows of pixels, or panels of filters. */
  readonly outer?: 'rows' | 'panels'
  /** Whether a product's B, or a kernel gradient's output gradient, is copied into panels where it could be read in place. */
  readonly packed?: boolean
  /** The length of blocks of k, in those that the model would take. */
  readonly depth?: number
}

/** The cost model's own choice. */
export const modelCut: Cut = {}

/** Where a cut comes from: the cost model, a measurement in this process, or one that was kept from an earlier one. */
export type CutOrigin = 'model' | 'measured' | 'cached'

/** Raised when templates change so that what was measured of cuts holds no longer, or cuts mean something else. */
export const cutsVersion = 5
