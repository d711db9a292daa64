import type { Initializer } from '../../initializers/index.js'
import { compareAll, type Measurement } from '../compare.js'
import { compareConfigs } from '../configs.js'
import { makeObject } from '../gradusSide.js'
import type { HostTensor } from '../hostTensor.js'
import { describe, KerasObject, type Settings } from '../kerasObject.js'
import { floats } from '../samples.js'
import { compareDistributions, momentsOf, within } from '../statistics.js'
import type { ConformanceCase, Suite } from '../suite.js'

type Shape = readonly number[]

/** Large enough for a hundredth of a standard deviation to show. */
const shapes: readonly Shape[] = [
  [512, 400],
  [5, 5, 64, 128],
]

interface Reply {
  readonly values: HostTensor
}

/** Draws both sides' values and has them compared. */
function initializerCase(
  name: string,
  shape: Shape,
  settings: Settings,
  compare: (gradus: HostTensor, keras: HostTensor) => Measurement[] | Promise<Measurement[]>,
): ConformanceCase {
  return {
    entries: [`initializers.${name}`],
    name: `${describe(name, settings)} of [${shape}]`,
    run: async (peer) => {
      const keras = new KerasObject(`initializers.${name}`, settings)
      const initializer = makeObject(keras) as Initializer
      const reply = await peer.ask<Reply>('initializer', { initializer: keras, shape })
      const measured = await compare(floats(shape, initializer.generate(shape)), reply.values)
      return [...measured, await compareConfigs(peer, keras, initializer)]
    },
  }
}

const equalValues = (gradus: HostTensor, keras: HostTensor): Promise<Measurement[]> =>
  compareAll({ values: gradus }, { values: keras }, async () => ({ values: keras }), 0)

const nearValues = (gradus: HostTensor, keras: HostTensor): Promise<Measurement[]> =>
  compareAll({ values: gradus }, { values: keras }, async () => ({ values: keras }))

/** The same distribution, and no value where Keras has none. */
function sameDistribution(gradus: HostTensor, keras: HostTensor): Measurement[] {
  const [a, b] = [momentsOf(gradus.data), momentsOf(keras.data)]
  // The extremes of a bounded distribution stand still, those of a normal one scatter by about a fifth.
  const reach = Math.abs(Math.max(a.largest, -a.smallest) / Math.max(b.largest, -b.smallest) - 1)
  return [...compareDistributions(gradus.data, keras.data), within('largest value', reach, 0.3)]
}

/** Values scaled by the square of `gain`: Q Q^T or Q^T Q, whichever is smaller, must be gain^2 times the identity. */
const orthogonal =
  (gain: number) =>
  (gradus: HostTensor, keras: HostTensor): Measurement[] => [
    within('orthogonality', orthogonalityError(gradus, gain), 1e-5),
    ...compareDistributions(gradus.data, keras.data),
  ]

function orthogonalityError({ data, shape }: HostTensor, gain: number): number {
  const columns = shape[shape.length - 1]
  const rows = data.length / columns
  const [count, length] = rows < columns ? [rows, columns] : [columns, rows]
  const at = (vector: number, i: number) =>
    rows < columns ? data[vector * columns + i] : data[i * columns + vector]
  let worst = 0
  for (let a = 0; a < count; a++) {
    for (let b = a; b < count; b++) {
      let product = 0
      for (let i = 0; i < length; i++) product += at(a, i) * at(b, i)
      worst = Math.max(worst, Math.abs(product / gain ** 2 - (a === b ? 1 : 0)))
    }
  }
  return worst
}

const constants: readonly (readonly [name: string, shapes: readonly Shape[], ...settings: Settings[]])[] = [
  ['Zeros', [[3, 4]], {}],
  ['Ones', [[3, 4]], {}],
  ['Constant', [[3, 4]], {}, { value: 0.01 }],
  [
    'Identity',
    [
      [4, 4],
      [3, 5],
    ],
    {},
    { gain: 0.5 },
  ],
]

/** Kernels of short-time Fourier transforms, of frames with and without a window. */
const transforms: readonly Settings[] = [
  { window: null },
  { window: null, side: 'imag', scaling: null },
  { window: [0.1, 0.4, 0.9, 1, 0.7, 0.3] },
  { window: [0.1, 0.4, 0.9, 1, 0.7, 0.3], side: 'imag', scaling: 'spectrum', periodic: true },
]

const random: readonly (readonly [name: string, ...settings: Settings[]])[] = [
  ['RandomNormal', {}, { mean: 1, stddev: 0.5 }],
  ['RandomUniform', {}, { minval: -1, maxval: 2 }],
  ['TruncatedNormal', {}, { mean: 1, stddev: 0.5 }],
  ['GlorotNormal', {}],
  ['GlorotUniform', {}],
  ['HeNormal', {}],
  ['HeUniform', {}],
  ['LecunNormal', {}],
  ['LecunUniform', {}],
  [
    'VarianceScaling',
    {},
    { scale: 2, mode: 'fan_out', distribution: 'untruncated_normal' },
    { scale: 0.5, mode: 'fan_avg', distribution: 'uniform' },
  ],
]

export const initializerSuite: Suite = {
  name: 'initializers',
  cases: [
    ...constants.flatMap(([name, of, ...given]) =>
      given.flatMap((settings) => of.map((shape) => initializerCase(name, shape, settings, equalValues))),
    ),
    ...random.flatMap(([name, ...given]) =>
      given.flatMap((settings) =>
        shapes.map((shape) => initializerCase(name, shape, settings, sameDistribution)),
      ),
    ),
    ...transforms.map((settings) => initializerCase('STFT', [6, 1, 9], settings, nearValues)),
    initializerCase('Orthogonal', [200, 200], {}, orthogonal(1)),
    initializerCase('Orthogonal', [100, 200], { gain: 1.5 }, orthogonal(1.5)),
    initializerCase('Orthogonal', [3, 3, 32, 64], {}, orthogonal(1)),
  ],
}
