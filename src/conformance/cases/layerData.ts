import type { LayerComparison } from '../compareLayer.js'
import { evenlySpaced, floats, Samples } from '../samples.js'

const samples = new Samples(12)

/** What layers are called on. */
export const layerData = {
  vectors: samples.normal([4, 5]),
  wide: samples.normal([3, 8]),
  sequences: samples.normal([2, 6, 4]),
  longSequences: samples.normal([2, 11, 3]),
  images: samples.normal([2, 7, 6, 3]),
  wideImages: samples.normal([2, 8, 8, 4]),
  volumes: samples.normal([1, 5, 6, 5, 2]),
  grids: samples.normal([2, 3, 4, 4]),
  bytes: samples.labels([2, 6, 6, 3], 256),
  tokens: samples.labels([3, 5], 7),
  around0: evenlySpaced(-4, 4, [4, 16]),
  /** Whole steps of zeros, which Masking takes out. */
  padded: floats([2, 4, 2], [1, 2, 3, 4, 0, 0, 0, 0, 5, 6, 0, 0, 7, 8, 0, 0]),
  pairOfVectors: [samples.normal([4, 5]), samples.normal([4, 5])],
  threeVectors: [samples.normal([4, 5]), samples.normal([4, 5]), samples.normal([4, 5])],
  queryAndValue: [samples.normal([2, 4, 6]), samples.normal([2, 5, 6])],
  queryValueAndKey: [samples.normal([2, 4, 6]), samples.normal([2, 5, 6]), samples.normal([2, 5, 6], 0.5)],
  sequenceAndState: [samples.normal([2, 6, 4]), samples.normal([2, 3])],
  sequenceAndTwoStates: [samples.normal([2, 6, 4]), samples.normal([2, 3]), samples.normal([2, 3])],
  pairOfSequences: [samples.normal([2, 6, 4]), samples.normal([2, 3, 4])],
  pairOfImages: [samples.normal([2, 4, 5, 3]), samples.normal([2, 4, 5, 3])],
  signals: samples.normal([2, 3, 6, 2]),
  films: samples.normal([2, 3, 5, 4, 2]),
  filmAndStates: [
    samples.normal([1, 3, 5, 4, 2]),
    samples.normal([1, 4, 3, 2]),
    samples.normal([1, 4, 3, 2]),
  ],
  sequencesOfRows: samples.normal([2, 6, 4, 2]),
  scans: samples.normal([1, 2, 3, 4, 3, 2]),
  broadcastPair: [samples.normal([4, 5]), samples.normal([4, 1])],
} satisfies Record<string, LayerComparison['inputs']>
