import { ArgumentError } from '../../errors.js'
import type { Tensor } from '../../graph/tensor.js'
import { cast } from '../../ops/cast.js'
import { clip } from '../../ops/clip.js'
import { pad } from '../../ops/pad.js'
import { type Interpolation, interpolations, resize } from '../../ops/resize.js'
import { round } from '../../ops/round.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import { finite } from '../../utils/numbers.js'
import { oneOf } from '../../utils/oneOf.js'
import type { LayerOptions } from '../layer.js'
import { cropToRatio } from './cropToRatio.js'
import { ImageSizeLayer } from './imageSize.js'

export interface ResizingOptions extends LayerOptions {
  /** Default: `'bilinear'`. */
  readonly interpolation?: Interpolation
  /** Keep proportions, and cut off what is too much on two sides. Default: false. */
  readonly cropToAspectRatio?: boolean
  /** Keep proportions, and fill up two sides with `fillValue`. Default: false. */
  readonly padToAspectRatio?: boolean
  /** Default: 0. */
  readonly fillValue?: number
  /** When images become smaller, take all pixels of a place into account. Default: false. */
  readonly antialias?: boolean
}

/**
 * Images in one size, in training and inference alike (Keras's `Resizing`): `[batch, height, width, channels]` to
 * `[batch, ...size, channels]`. Bytes stay bytes.
 */
export class Resizing extends ImageSizeLayer {
  static override readonly className = 'Resizing'
  static override readonly samplewise = true
  static override readonly options: OptionKeys<ResizingOptions> = {
    ...ImageSizeLayer.options,
    interpolation: true,
    cropToAspectRatio: true,
    padToAspectRatio: true,
    fillValue: true,
    antialias: true,
  }

  readonly interpolation: Interpolation
  readonly cropToAspectRatio: boolean
  readonly padToAspectRatio: boolean
  readonly fillValue: number
  readonly antialias: boolean

  constructor(height: number, width: number, options: ResizingOptions = {}) {
    super(height, width, options)
    const { interpolation = 'bilinear', cropToAspectRatio = false, padToAspectRatio = false } = options
    if (cropToAspectRatio && padToAspectRatio) {
      throw new ArgumentError(
        `${this.title}: expected cropToAspectRatio or padToAspectRatio, received both. Leave one of them out.`,
      )
    }
    this.interpolation = oneOf(interpolation, interpolations, `${this.title}: interpolation`)
    this.cropToAspectRatio = cropToAspectRatio
    this.padToAspectRatio = padToAspectRatio
    this.fillValue = finite(options.fillValue ?? 0, `${this.title}: fillValue`)
    this.antialias = options.antialias ?? false
  }

  override call(inputs: Tensor): Tensor {
    const { height, width, interpolation, antialias } = this
    const images = cast(inputs, 'float32')
    const resized = resize(this.inProportion(images), [height, width], { interpolation, antialias })
    if (inputs.dtype === 'float32') return resized
    return cast(inputs.dtype === 'uint8' ? clip(round(resized), 0, 255) : round(resized), inputs.dtype)
  }

  private inProportion(images: Tensor): Tensor {
    const { height, width } = this
    if (this.cropToAspectRatio) return cropToRatio(images, height, width)
    if (!this.padToAspectRatio) return images
    const [, fromHeight, fromWidth] = images.shape
    const around = (size: number, wanted: number): [number, number] => {
      const rest = Math.max(size, Math.floor(wanted)) - size
      return [Math.floor(rest / 2), rest - Math.floor(rest / 2)]
    }
    const [rows, columns] = [
      around(fromHeight, (fromWidth * height) / width),
      around(fromWidth, (fromHeight * width) / height),
    ]
    return pad(images, [[0, 0], rows, columns, [0, 0]], this.fillValue)
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      interpolation: this.interpolation,
      crop_to_aspect_ratio: this.cropToAspectRatio,
      pad_to_aspect_ratio: this.padToAspectRatio,
      fill_mode: 'constant',
      fill_value: this.fillValue,
      antialias: this.antialias,
    }
  }
}

/** Images in one size: see `Resizing`. @example layers.resizing(160, 160) */
export const resizing = (height: number, width: number, options?: ResizingOptions): Resizing =>
  new Resizing(height, width, options)
