import { describe, expect, it } from 'vitest'
import { Variable } from '../graph/variable.js'
import { setRandomSeed } from '../utils/randomSeed.js'
import { getInitializer, type InitializerName, serializeInitializer } from './get.js'
import { GlorotUniform } from './glorot.js'
import { identity } from './identity.js'
import { lecunUniform } from './lecun.js'
import { orthogonal } from './orthogonal.js'
import { type STFTOptions, stft } from './stft.js'
import { computeFans } from './varianceScaling.js'
import type { WindowName } from './windows.js'

const generate = (identifier: InitializerName, shape: readonly number[]) =>
  Array.from(getInitializer(identifier).generate(shape))
const deviation = (values: readonly number[]) =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)

/** Products of all pairs of columns of a row-major matrix. */
const gram = (values: ArrayLike<number>, rows: number, columns: number) =>
  Array.from({ length: columns ** 2 }, (_, pair) => {
    const [i, j] = [Math.floor(pair / columns), pair % columns]
    let sum = 0
    for (let row = 0; row < rows; row++) sum += values[row * columns + i] * values[row * columns + j]
    return sum
  })

describe('orthogonal', () => {
  const expectMultipleOfIdentity = (matrix: readonly number[], size: number, factor: number) =>
    matrix.forEach((value, i) =>
      expect(Math.abs(value - (i % (size + 1) === 0 ? factor : 0))).toBeLessThan(1e-13),
    )

  it('has orthonormal columns, or rows where there are fewer', () => {
    expectMultipleOfIdentity(gram(orthogonal({ seed: 1 }).generate([30, 20]), 30, 20), 20, 1)
    const wide = orthogonal({ seed: 1, gain: 2 }).generate([7, 20])
    const transposed = Array.from({ length: 140 }, (_, i) => wide[(i % 7) * 20 + Math.floor(i / 7)])
    expectMultipleOfIdentity(gram(transposed, 20, 7), 7, 4)
  })

  it('takes all axes but the last of a convolution as rows', () => {
    expectMultipleOfIdentity(gram(orthogonal({ seed: 5 }).generate([3, 3, 4, 10]), 36, 10), 10, 1)
  })

  it('prefers no direction', () => {
    // The mean of the corner element is 0 and its variance 1 / n over all orthogonal matrices.
    const corners = Array.from({ length: 2000 }, (_, seed) => orthogonal({ seed }).generate([3, 3])[0])
    expect(Math.abs(corners.reduce((a, b) => a + b, 0) / 2000)).toBeLessThan(0.04)
    expect(Math.abs(deviation(corners) - Math.sqrt(1 / 3))).toBeLessThan(0.02)
  })

  it('refuses vectors', () => {
    expect(() => orthogonal().generate([3])).toThrow(/at least two axes to initialise, received shape \[3\]/)
  })
})

it.each<InitializerName>(['glorot_uniform', 'truncated_normal', 'orthogonal', 'ones'])(
  'gives a variable the values of %s, the same at each call',
  (name) => {
    setRandomSeed(3)
    const expected = Float32Array.from(generate(name, [4, 6]))
    setRandomSeed(3)
    const variable = new Variable(getInitializer(name).initialValues([4, 6]), [4, 6])
    const target = new Float32Array(24)
    for (let i = 0; i < 2; i++) {
      variable.writeInto(target.fill(0))
      expect(target).toEqual(expected)
    }
    expect(variable.host).toEqual(expected)
  },
)

it('gives a variable what a subclass generates in its own way', () => {
  class Halved extends GlorotUniform {
    override generate(shape: readonly number[]) {
      return super.generate(shape).map((value) => value / 2)
    }
  }
  const whole = Float32Array.from(new GlorotUniform({ seed: 1 }).generate([2, 3]))
  const variable = new Variable(new Halved({ seed: 1 }).initialValues([2, 3]), [2, 3])
  expect(variable.host).toEqual(whole.map((value) => value / 2))
})

describe('stft', () => {
  const windowOf = (options: STFTOptions, frame: number) =>
    // At frequency 0 the kernel is the window.
    Array.from(stft({ scaling: null, ...options }).generate([frame, 1, 2])).filter((_, i) => i % 2 === 0)

  // SciPy's signal.windows.
  it.each<[WindowName, readonly number[]]>([
    ['boxcar', [1, 1, 1, 1, 1]],
    ['hann', [0, 0.5, 1, 0.5, 0]],
    ['hamming', [0.08, 0.54, 1, 0.54, 0.08]],
    ['blackman', [0, 0.34, 1, 0.34, 0]],
    ['nuttall', [0.0003628, 0.2269824, 1, 0.2269824, 0.0003628]],
    ['blackmanharris', [0.00006, 0.21747, 1, 0.21747, 0.00006]],
    ['flattop', [-0.000421051, -0.05473684, 1, -0.05473684, -0.000421051]],
    ['bartlett', [0, 0.5, 1, 0.5, 0]],
    ['cosine', [0.30901699, 0.80901699, 1, 0.80901699, 0.30901699]],
  ])('knows the window %s', (window, expected) => {
    windowOf({ window }, 5).forEach((value, i) => expect(value).toBeCloseTo(expected[i], 7))
  })

  it('makes windows periodic, and scales them', () => {
    windowOf({ periodic: true }, 4).forEach((value, i) => expect(value).toBeCloseTo([0, 0.5, 1, 0.5][i], 12))
    const squares = (values: readonly number[]) => values.reduce((sum, value) => sum + value ** 2, 0)
    expect(squares(windowOf({ scaling: 'density' }, 9))).toBeCloseTo(1, 12)
    expect(windowOf({ scaling: 'spectrum' }, 9).reduce((a, b) => a + b)).toBeCloseTo(1, 12)
  })

  it('computes the Fourier transform of a frame', () => {
    const frame = [3, -1, 2, 0.5, -2, 1, 0, 4]
    const bands = 5
    const transform = (side: 'real' | 'imag', band: number) => {
      const kernel = stft({ side, window: null }).generate([8, 1, bands])
      return frame.reduce((sum, value, t) => sum + value * kernel[t * bands + band], 0)
    }
    for (let band = 0; band < bands; band++) {
      const angle = (t: number) => (-2 * Math.PI * t * band) / 8
      const sumOf = (f: (angle: number) => number) =>
        frame.reduce((sum, value, t) => sum + value * f(angle(t)), 0)
      expect(transform('real', band)).toBeCloseTo(sumOf(Math.cos), 12)
      expect(transform('imag', band)).toBeCloseTo(sumOf(Math.sin), 12)
    }
  })

  it('survives a config round trip, without a window too', () => {
    for (const options of [
      {},
      { window: null, scaling: null },
      { window: [1, 2, 1], side: 'imag' },
    ] as const) {
      const again = getInitializer(serializeInitializer(stft(options)))
      expect(again.getConfig()).toEqual(stft(options).getConfig())
    }
  })

  it('says what does not fit', () => {
    expect(() => stft({ window: 'han' as 'hann' })).toThrow(/STFT: window: expected 'boxcar' or/)
    expect(() => stft().generate([8, 2, 5])).toThrow(/expected a kernel \[frame, 1, bands\].*\[8, 2, 5\]/)
    expect(() => stft({ window: [1, 2] }).generate([3, 1, 5])).toThrow(/window of 3 values.*received 2/)
  })
})

describe('identity', () => {
  it('is 1 on the diagonal of any matrix', () => {
    expect(Array.from(identity().generate([2, 3]))).toEqual([1, 0, 0, 0, 1, 0])
    expect(Array.from(identity(0.5).generate([3, 2]))).toEqual([0.5, 0, 0, 0.5, 0, 0])
    expect(() => identity().generate([2, 2, 2])).toThrow(/expected a matrix/)
  })

  it("is known by Keras's other names too", () => {
    expect(getInitializer('IdentityInitializer' as InitializerName).className).toBe('Identity')
    expect(getInitializer('OrthogonalInitializer' as InitializerName).className).toBe('Orthogonal')
  })
})

describe('computeFans', () => {
  it('counts a convolution kernel by its receptive field', () => {
    expect(computeFans([5, 5, 20, 50])).toEqual({ fanIn: 500, fanOut: 1250 })
    expect(computeFans([800, 500])).toEqual({ fanIn: 800, fanOut: 500 })
    expect(computeFans([7])).toEqual({ fanIn: 7, fanOut: 7 })
    expect(computeFans([])).toEqual({ fanIn: 1, fanOut: 1 })
  })
})

describe('initializers', () => {
  // [name, standard deviation, bound] for a kernel [120, 80].
  const expected: [InitializerName, number, number][] = [
    ['glorot_uniform', Math.sqrt(1 / 100), Math.sqrt(6 / 200)],
    ['glorot_normal', Math.sqrt(1 / 100), (2 * Math.sqrt(1 / 100)) / 0.87962566103423978],
    ['he_uniform', Math.sqrt(2 / 120), Math.sqrt(6 / 120)],
    ['he_normal', Math.sqrt(2 / 120), (2 * Math.sqrt(2 / 120)) / 0.87962566103423978],
    ['lecun_uniform', Math.sqrt(1 / 120), Math.sqrt(3 / 120)],
    ['lecun_normal', Math.sqrt(1 / 120), (2 * Math.sqrt(1 / 120)) / 0.87962566103423978],
    ['random_uniform', 0.1 / Math.sqrt(12), 0.05],
    ['truncated_normal', 0.05 * 0.87962566103423978, 0.1],
    ['variance_scaling', Math.sqrt(1 / 120), (2 * Math.sqrt(1 / 120)) / 0.87962566103423978],
    ['random_normal', 0.05, Number.POSITIVE_INFINITY],
  ]
  for (const [name, sd, bound] of expected) {
    it(`${name} has Keras's deviation and bound`, () => {
      setRandomSeed(11)
      const values = generate(name, [120, 80])
      expect(Math.abs(deviation(values) / sd - 1)).toBeLessThan(0.03)
      expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(bound)
    })
  }

  it('divide by the fans of given axes', () => {
    setRandomSeed(11)
    const axes = { inputAxes: [0], outputAxes: [1, 2] }
    expect(computeFans([40, 30, 8], axes)).toEqual({ fanIn: 40, fanOut: 240 })
    const values = Array.from(lecunUniform(axes).generate([40, 30, 8]))
    expect(Math.abs(deviation(values) / Math.sqrt(1 / 40) - 1)).toBeLessThan(0.03)
    expect(lecunUniform(axes).getConfig()).toEqual({ seed: null, input_axes: [0], output_axes: [1, 2] })
  })

  it('gives constants', () => {
    expect(generate('zeros', [2])).toEqual([0, 0])
    expect(generate('ones', [2])).toEqual([1, 1])
    expect(getInitializer((shape) => shape.map((size) => size)).generate([3])).toEqual([3])
  })

  it('draws the same values for the same seed, and others for each weight', () => {
    setRandomSeed(3)
    const first = generate('he_normal', [4, 4])
    const second = generate('he_normal', [4, 4])
    setRandomSeed(3)
    expect(generate('he_normal', [4, 4])).toEqual(first)
    expect(second).not.toEqual(first)
  })

  it('survives a config round trip', () => {
    for (const name of [...expected.map(([name]) => name), 'orthogonal', 'identity', 'constant'] as const) {
      const initializer = getInitializer(name)
      const again = getInitializer(serializeInitializer(initializer))
      expect(again.constructor).toBe(initializer.constructor)
      expect(again.getConfig()).toEqual(initializer.getConfig())
    }
  })

  it('suggests the nearest name', () => {
    expect(() => getInitializer('glorot_unifrom' as InitializerName)).toThrow(/Did you mean 'glorot_uniform'/)
  })
})
