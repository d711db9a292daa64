import type { Tensor } from '../../graph/tensor.js'
import type { Configurable } from '../../utils/config.js'
import { compareFunction } from '../compareFunction.js'
import { makeObject } from '../gradusSide.js'
import type { HostTensor } from '../hostTensor.js'
import { describe, KerasObject, type Settings } from '../kerasObject.js'
import { floats, Samples } from '../samples.js'
import type { ConformanceCase, Suite } from '../suite.js'

const samples = new Samples(6)

/** Weights of layers, and zeros, where gradients of norms are easily wrong. */
const matrix = samples.normal([6, 4])
const kernel = samples.normal([3, 3, 2, 4])
const zeros = floats([3, 2], [0, 0, 0, 1, -1, 0])

const regularizers: readonly (readonly [name: string, on: readonly HostTensor[], ...settings: Settings[]])[] =
  [
    ['L1', [matrix, kernel, zeros], {}, { l1: 0.3 }],
    ['L2', [matrix, kernel, zeros], {}, { l2: 0.3 }],
    ['L1L2', [matrix, kernel, zeros], {}, { l1: 0.1, l2: 0.3 }],
    ['OrthogonalRegularizer', [matrix], {}, { factor: 0.3, mode: 'columns' }],
  ]

/** What a regularizer adds to the loss, and its gradient. */
function regularizerCase(name: string, weights: HostTensor, settings: Settings): ConformanceCase {
  return {
    entries: [`regularizers.${name}`],
    name: `${describe(name, settings)} of [${weights.shape}]`,
    run: (peer) => {
      const keras = new KerasObject(`regularizers.${name}`, settings)
      const regularizer = makeObject(keras) as ((weights: Tensor) => Tensor) & Configurable
      return compareFunction(peer, {
        keras,
        gradus: regularizer,
        inputs: [weights],
        differentiate: [0],
        object: regularizer,
      })
    },
  }
}

export const regularizerSuite: Suite = {
  name: 'regularizers',
  cases: regularizers.flatMap(([name, on, ...given]) =>
    given.flatMap((settings) => on.map((weights) => regularizerCase(name, weights, settings))),
  ),
}
