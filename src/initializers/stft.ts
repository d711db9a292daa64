import { ArgumentError, ShapeError } from '../errors.js'
import { type Shape, showShape } from '../graph/shape.js'
import { checkedOptions, type OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { oneOf } from '../utils/oneOf.js'
import { Initializer } from './initializer.js'
import { type WindowName, windowNames, windowValues } from './windows.js'

export interface STFTOptions {
  /** Which part of the transform's complex numbers the kernel computes. Default: `'real'`. */
  readonly side?: 'real' | 'imag'
  /** What each frame is multiplied with: a window's name, its values, or `null` for none. Default: `'hann'`. */
  readonly window?: WindowName | readonly number[] | null
  /** What the window is divided by: `'density'` its norm, `'spectrum'` its sum, `null` nothing. Default: `'density'`. */
  readonly scaling?: 'density' | 'spectrum' | null
  /** Whether a named window's end is the beginning of the next one. Default: false. */
  readonly periodic?: boolean
}

/**
 * The kernel `[frame, 1, bands]` of a convolution over sequences that computes a short-time Fourier transform (Keras's `STFT`):
 * `window[t] cos(2 pi t f / size)` or `-window[t] sin(2 pi t f / size)` with `size = 2 (bands - 1)`.
 *
 * @example layers.conv1d(129, 256, { strides: 64, useBias: false, kernelInitializer: initializers.stft() })
 */
export class STFT extends Initializer {
  static readonly className = 'STFT'
  static readonly options: OptionKeys<STFTOptions> = {
    side: true,
    window: true,
    scaling: true,
    periodic: true,
  }
  readonly side: 'real' | 'imag'
  readonly window: WindowName | readonly number[] | null
  readonly scaling: 'density' | 'spectrum' | null
  readonly periodic: boolean

  constructor(options: STFTOptions = {}) {
    const {
      side = 'real',
      window = 'hann',
      scaling = 'density',
      periodic = false,
    } = checkedOptions(options, new.target, "{ window: 'hann' }")
    super()
    this.side = oneOf(side, ['real', 'imag'], 'STFT: side')
    this.window = typeof window === 'string' ? oneOf(window, windowNames, 'STFT: window') : window
    this.scaling = scaling && oneOf<'density' | 'spectrum'>(scaling, ['density', 'spectrum'], 'STFT: scaling')
    this.periodic = periodic
  }

  /** @throws ShapeError unless the weight has the shape `[frame, 1, bands]` */
  override generate(shape: Shape): Float64Array {
    const [frame, channels, bands] = shape
    if (shape.length !== 3 || channels !== 1 || bands < 2) {
      throw new ShapeError(
        `STFT: expected a kernel [frame, 1, bands] with two bands or more to initialise, received shape ${showShape(shape)}.`,
      )
    }
    const window = this.scaledWindow(frame)
    const size = 2 * (bands - 1)
    return Float64Array.from({ length: frame * bands }, (_, i) => {
      const [t, f] = [Math.floor(i / bands), i % bands]
      // The whole turns are taken off first: the angle's rounding must not grow with t and f.
      const angle = (2 * Math.PI * ((t * f) % size)) / size
      return window[t] * (this.side === 'real' ? Math.cos(angle) : -Math.sin(angle))
    })
  }

  private scaledWindow(frame: number): Float64Array {
    if (this.window === null) return new Float64Array(frame).fill(1)
    const values =
      typeof this.window === 'string'
        ? windowValues(this.window, frame, this.periodic)
        : Float64Array.from(this.window)
    if (values.length !== frame) {
      throw new ArgumentError(
        `STFT: expected a window of ${frame} values, one for each time in a frame, received ${values.length}.`,
      )
    }
    const divisor = {
      density: Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0)),
      spectrum: values.reduce((sum, value) => sum + Math.abs(value), 0),
      none: 1,
    }[this.scaling ?? 'none']
    return values.map((value) => value / divisor)
  }

  override getConfig(): Config {
    return { side: this.side, window: this.window, scaling: this.scaling, periodic: this.periodic }
  }

  /** An initializer with the settings of a config, in which `null` is a choice of its own. */
  static fromConfig(config: Config): STFT {
    return new STFT(config as STFTOptions)
  }
}

/** A short-time Fourier transform: see `STFT`. */
export const stft = (options?: STFTOptions): STFT => new STFT(options)
