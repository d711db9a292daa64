import type { OperationNode } from '../../graph/node.js'
import type { Idiom } from '../planner.js'
import { activation, alongAxis, clipped, learnedSlope } from './activations.js'
import { batchNormalization, layerNormalization } from './normalizations.js'
import { recurrent } from './recurrent.js'
import { average, pooledAverage } from './reductions.js'
import { repetition } from './repetitions.js'

/** What ONNX has one operator for, and Gradus computes in several ops. */
const idioms: readonly ((node: OperationNode) => Idiom | undefined)[] = [
  activation,
  clipped,
  alongAxis,
  average,
  pooledAverage,
  batchNormalization,
  layerNormalization,
  recurrent,
  repetition,
  learnedSlope,
]

/** The idiom that ends with a node, if there is one. */
export function findIdiom(node: OperationNode): Idiom | undefined {
  for (const idiom of idioms) {
    const found = idiom(node)
    if (found) return found
  }
  return undefined
}
