import type { Config } from '../utils/config.js'
import { Layer, type LayerOptions } from './layer.js'
import { spatialForm } from './spatialForm.js'

/** Base of layers over `[batch, ...spatial, channels]`, of which there is a class for each number of spatial axes. */
export abstract class SpatialLayer extends Layer {
  /** How many spatial axes the class's inputs have. */
  static readonly rank: number

  constructor(options: LayerOptions) {
    super(options)
    this.inputSpec = { rank: this.rank + 2, form: spatialForm(this.rank) }
  }

  /** How many spatial axes the inputs have. */
  get rank(): number {
    return (this.constructor as typeof SpatialLayer).rank
  }

  override getConfig(): Config {
    return { ...super.getConfig(), data_format: 'channels_last' }
  }
}
