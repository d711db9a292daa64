import type { Tensor } from '../../graph/tensor.js'
import { cast } from '../../ops/cast.js'
import { resize } from '../../ops/resize.js'
import { slice } from '../../ops/slice.js'
import type { LayerOptions } from '../layer.js'
import { cropToRatio } from './cropToRatio.js'
import { ImageSizeLayer } from './imageSize.js'

/**
 * The middle of each image (Keras's `CenterCrop`), in float32: `[batch, height, width, channels]` to `[batch, ...size, channels]`. Of
 * images that are too small, the largest part of these proportions, enlarged.
 */
export class CenterCrop extends ImageSizeLayer {
  static override readonly className = 'CenterCrop'
  static override readonly samplewise = true

  constructor(height: number, width: number, options: LayerOptions = {}) {
    super(height, width, options)
  }

  override call(inputs: Tensor): Tensor {
    const images = cast(inputs, 'float32')
    const { height, width } = this
    const [batch, fromHeight, fromWidth, channels] = images.shape
    if (fromHeight < height || fromWidth < width) {
      return resize(cropToRatio(images, height, width), [height, width])
    }
    const begin = [fromHeight - height, fromWidth - width].map((rest) => Math.floor(rest / 2))
    return slice(images, [0, ...begin, 0], [batch, height, width, channels])
  }
}

/** The middle of images: see `CenterCrop`. @example layers.centerCrop(224, 224) */
export const centerCrop = (height: number, width: number, options?: LayerOptions): CenterCrop =>
  new CenterCrop(height, width, options)
