import type { Shape } from '../../graph/shape.js'
import type { Tensor } from '../../graph/tensor.js'
import { add } from '../../ops/add.js'
import { cast } from '../../ops/cast.js'
import { foldIn } from '../../ops/foldIn.js'
import { keyFromSeed } from '../../ops/hostRandom.js'
import { arange } from '../../ops/iota.js'
import { randomUniform } from '../../ops/randomUniform.js'
import { resize } from '../../ops/resize.js'
import { take } from '../../ops/take.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import type { CallContext, RandomKeys } from '../callContext.js'
import { cropToRatio } from './cropToRatio.js'
import type { RandomImageOptions } from './imageLayer.js'
import { ImageSizeLayer } from './imageSize.js'

/**
 * In training, a part of the images at a random place, one for the batch (Keras's `RandomCrop`); in inference, and where images are not
 * larger both ways, the largest part in the middle of these proportions, resized. In float32: `[batch, height, width, channels]` to
 * `[batch, ...size, channels]`.
 */
export class RandomCrop extends ImageSizeLayer {
  static override readonly className = 'RandomCrop'
  static override readonly samplewise = true
  static override readonly options: OptionKeys<RandomImageOptions> = { ...ImageSizeLayer.options, seed: true }

  readonly seed: number | undefined

  constructor(height: number, width: number, options: RandomImageOptions = {}) {
    super(height, width, options)
    if (options.seed !== undefined) keyFromSeed(options.seed)
    this.seed = options.seed
  }

  /** Where the part begins, before fractions are cut off: its row, its column. */
  draws([, fromHeight, fromWidth]: Shape, random: RandomKeys): readonly Tensor[] {
    const key = random.next(this.seed)
    const ends = [fromHeight - this.height + 1, fromWidth - this.width + 1]
    return ends.map((max, i) => randomUniform(foldIn(key, i), [], { max }))
  }

  override call(inputs: Tensor, { training, random }: CallContext): Tensor {
    const images = cast(inputs, 'float32')
    const { height, width } = this
    const [, fromHeight, fromWidth] = images.shape
    if (!training || fromHeight <= height || fromWidth <= width) {
      return resize(cropToRatio(images, height, width), [height, width])
    }
    const [top, left] = this.draws(images.shape, random).map((each) => cast(each, 'int32'))
    return take(take(images, add(arange(height), top), 1), add(arange(width), left), 2)
  }

  override getConfig(): Config {
    return { ...super.getConfig(), seed: this.seed ?? null }
  }
}

/** Parts of images at random places: see `RandomCrop`. @example layers.randomCrop(24, 24) */
export const randomCrop = (height: number, width: number, options?: RandomImageOptions): RandomCrop =>
  new RandomCrop(height, width, options)
