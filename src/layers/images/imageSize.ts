import type { Config } from '../../utils/config.js'
import type { BatchShape } from '../batchShape.js'
import { integer } from '../checks.js'
import { Layer, type LayerOptions } from '../layer.js'
import { spatialForm } from '../spatialForm.js'

/** Base of layers that give images of one size: `[batch, height, width, channels]` to `[batch, ...size, channels]`. */
export abstract class ImageSizeLayer extends Layer {
  static override readonly positional = ['height', 'width']

  readonly height: number
  readonly width: number

  constructor(height: number, width: number, options: LayerOptions) {
    super(options)
    this.height = integer(height, `${this.title}: height`)
    this.width = integer(width, `${this.title}: width`)
    this.inputSpec = { rank: 4, form: spatialForm(2) }
  }

  override computeOutputShape(inputShape: BatchShape): BatchShape {
    return inputShape.with(1, this.height).with(2, this.width)
  }

  override getConfig(): Config {
    return { ...super.getConfig(), height: this.height, width: this.width, data_format: 'channels_last' }
  }
}
