import type { Tensor } from '../../graph/tensor.js'
import type { Configurable } from '../../utils/config.js'
import { compareFunction } from '../compareFunction.js'
import { makeObject } from '../gradusSide.js'
import type { HostTensor } from '../hostTensor.js'
import { describe, KerasObject, type Settings } from '../kerasObject.js'
import { floats, Samples } from '../samples.js'
import type { ConformanceCase, Suite } from '../suite.js'

const samples = new Samples(7)
const matrix = samples.normal([6, 4], 2)
const kernel = samples.normal([3, 3, 2, 4])
const bias = samples.normal([5])
/** A column of zeros, whose norm cannot be scaled, beside one that is long and one that is short. */
const extremes = floats([2, 3], [0, 30, 0.01, 0, 40, 0.02])

const constraints: readonly (readonly [name: string, on: readonly HostTensor[], ...settings: Settings[]])[] =
  [
    ['MaxNorm', [matrix, bias, extremes], {}, { max_value: 1 }],
    ['MaxNorm', [matrix], { max_value: 1, axis: 1 }],
    ['MaxNorm', [kernel], { max_value: 1, axis: [0, 1, 2] }],
    ['MinMaxNorm', [matrix, bias, extremes], {}, { min_value: 0.5, max_value: 1.5, rate: 0.7 }],
    ['MinMaxNorm', [kernel], { min_value: 0.5, max_value: 1, axis: [0, 1, 2] }],
    ['NonNeg', [matrix, bias], {}],
    ['UnitNorm', [matrix, bias, extremes], {}],
    ['UnitNorm', [matrix], { axis: 1 }],
    ['UnitNorm', [kernel], { axis: [0, 1, 2] }],
  ]

/** What a constraint makes of weights after an update. */
function constraintCase(name: string, weights: HostTensor, settings: Settings): ConformanceCase {
  return {
    entries: [`constraints.${name}`],
    name: `${describe(name, settings)} of [${weights.shape}]`,
    run: (peer) => {
      const keras = new KerasObject(`constraints.${name}`, settings)
      const constraint = makeObject(keras) as ((weights: Tensor) => Tensor) & Configurable
      return compareFunction(peer, {
        keras,
        gradus: constraint,
        inputs: [weights],
        object: constraint,
      })
    },
  }
}

export const constraintSuite: Suite = {
  name: 'constraints',
  cases: constraints.flatMap(([name, on, ...given]) =>
    given.flatMap((settings) => on.map((weights) => constraintCase(name, weights, settings))),
  ),
}
