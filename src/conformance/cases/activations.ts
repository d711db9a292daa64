import type { Tensor } from '../../graph/tensor.js'
import type { Named } from '../compare.js'
import { compareFunction, type Float64Evaluation, type FunctionComparison } from '../compareFunction.js'
import { findFunction } from '../gradusSide.js'
import { HostTensor } from '../hostTensor.js'
import { describe, KerasObject, type Settings } from '../kerasObject.js'
import { evenlySpaced, floats, Samples } from '../samples.js'
import { sparsemaxFloat64 } from '../sparsemaxFloat64.js'
import type { ConformanceCase, Suite } from '../suite.js'

/** Where elementwise activations are looked at, with their derivatives. */
const elementwiseInputs: Readonly<Record<string, HostTensor>> = {
  'from -20 to 20': evenlySpaced(-20, 20, [801]),
  'from -1 to 1': evenlySpaced(-1, 1, [401]),
  'at 0': floats([1], [0]),
  'at infinity': floats([1], [Number.POSITIVE_INFINITY]),
  'at -infinity': floats([1], [Number.NEGATIVE_INFINITY]),
  'at NaN': floats([1], [Number.NaN]),
}

const samples = new Samples(5)

/** Where activations along an axis are looked at. */
const rows: Readonly<Record<string, HostTensor>> = {
  'from -20 to 20': evenlySpaced(-20, 20, [40, 10]),
  'of small numbers': samples.normal([4, 2, 6], 0.1),
  'of images': samples.normal([2, 4, 4, 6], 2),
  'of large numbers': floats([2, 4], [1000, 999, -1000, 0, -1e4, -1e4, -1e4, -1e4]),
}

const specialRows: Readonly<Record<string, HostTensor>> = {
  'with infinity': floats([1, 4], [Number.POSITIVE_INFINITY, 0, 1, 2]),
  'with -infinity': floats([1, 4], [Number.NEGATIVE_INFINITY, 0, 1, 2]),
  'with NaN': floats([1, 4], [Number.NaN, 0, 1, 2]),
}

/** Names of activations of single elements, with settings. */
const elementwise: readonly (readonly [name: string, ...settings: Settings[]])[] = [
  ['celu', {}, { alpha: 0.5 }],
  ['elu', {}, { alpha: 0.5 }],
  ['exponential'],
  ['gelu', {}, { approximate: true }],
  ['hard_shrink', {}, { threshold: 1.5 }],
  ['hard_sigmoid'],
  ['hard_silu'],
  ['hard_tanh'],
  ['leaky_relu', {}, { negative_slope: 0.01 }],
  ['linear'],
  ['log_sigmoid'],
  ['mish'],
  [
    'relu',
    {},
    { negative_slope: 0.1 },
    { max_value: 3 },
    { threshold: 1 },
    { negative_slope: 0.2, max_value: 4, threshold: 0.5 },
  ],
  ['relu6'],
  ['selu'],
  ['sigmoid'],
  ['silu'],
  ['soft_shrink', {}, { threshold: 1.5 }],
  ['softplus'],
  ['softsign'],
  ['sparse_plus'],
  ['sparse_sigmoid'],
  ['squareplus', {}, { b: 2 }],
  ['tanh'],
  ['tanh_shrink'],
  ['threshold', { threshold: 0.7, default_value: -1 }],
]

/** Names of activations along an axis, with settings. */
const alongAxis: readonly (readonly [name: string, ...settings: Settings[]])[] = [
  ['softmax', {}, { axis: 0 }, { axis: 1 }],
  ['log_softmax', {}, { axis: 0 }],
  ['glu', {}, { axis: 0 }],
]

/** Half the distance between the points of a central difference in float64. */
const step = 1e-6
/** What stands for infinity where a derivative's limit is looked for. */
const far = 1e6

/**
 * Judges elementwise activations whose derivative Keras's float64 has wrong as well: the derivative is the central difference
 * of Keras's float64 outputs. At an infinity it is the limit, at NaN it is NaN.
 */
async function derivativeOf(x: HostTensor, float64: Float64Evaluation): Promise<Named> {
  const near = (by: number) =>
    new HostTensor(
      'float64',
      x.shape,
      Float64Array.from(x.data, (value) => (Number.isFinite(value) ? value : Math.sign(value) * far) + by),
    )
  const [exact, above, below] = await Promise.all([float64(x), float64(near(step)), float64(near(-step))])
  const slopes = Float64Array.from(
    x.data,
    (_, i) => (above.output.data[i] - below.output.data[i]) / (2 * step),
  )
  return { output: exact.output, 'gradient of input 0': new HostTensor('float64', x.shape, slopes) }
}

function activationCases(
  [name, ...given]: readonly [string, ...Settings[]],
  inputs: Readonly<Record<string, HostTensor>>,
  cotangent: FunctionComparison['cotangent'],
): ConformanceCase[] {
  return (given.length > 0 ? given : [{}]).flatMap((settings) =>
    Object.entries(inputs).map(([where, input]) => ({
      entries: [`activations.${name}`],
      name: `${describe(name, settings)} ${where}`,
      run: (peer) =>
        compareFunction(peer, {
          keras: new KerasObject(`activations.${name}`),
          gradus: findFunction(`activations.${name}`, settings) as (x: Tensor) => Tensor,
          inputs: [input],
          keywords: settings,
          differentiate: [0],
          cotangent,
          arbiter: cotangent === 'ones' ? (float64) => derivativeOf(input, float64) : undefined,
        }),
    })),
  )
}

/** Keras's sparsemax is right only where a single element is left; the arbiter is the paper's formula. */
const sparsemaxCases: readonly ConformanceCase[] = Object.entries(rows).flatMap(([where, input]) =>
  [-1, 1].map((axis) => ({
    entries: ['activations.sparsemax'],
    name: `sparsemax(axis=${axis}) ${where}`,
    run: (peer) =>
      compareFunction(peer, {
        keras: new KerasObject('activations.sparsemax'),
        gradus: findFunction('activations.sparsemax', { axis }) as (x: Tensor) => Tensor,
        inputs: [input],
        keywords: { axis },
        differentiate: [0],
        arbiter: async (_, cotangent) => {
          const { output, gradient } = sparsemaxFloat64(input, axis, cotangent)
          return { output, 'gradient of input 0': gradient }
        },
      }),
  })),
)

export const activationSuite: Suite = {
  name: 'activations',
  cases: [
    ...elementwise.flatMap((activation) => activationCases(activation, elementwiseInputs, 'ones')),
    ...alongAxis.flatMap((activation) => activationCases(activation, rows, 'random')),
    ...alongAxis.flatMap(([name]) => activationCases([name], specialRows, 'random')),
    ...sparsemaxCases,
  ],
}
