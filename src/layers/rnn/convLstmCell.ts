import { conv } from '../../ops/conv.js'
import { reshape } from '../../ops/reshape.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import { oneOf } from '../../utils/oneOf.js'
import type { BatchShape } from '../batchShape.js'
import { integersPerAxis, type PerAxis } from '../checks.js'
import { checkStridesAndDilation } from '../convolution/convolution.js'
import { windowedSpatialShape } from '../windowShape.js'
import { LSTMCell, type LSTMCellOptions, type Product } from './lstmCell.js'

export interface ConvLSTMCellOptions extends LSTMCellOptions {
  /** Steps between the windows on the inputs. Default: 1. */
  readonly strides?: PerAxis
  /** Of the convolution of the inputs; that of the states is always `'same'`. Default: `'valid'`. */
  readonly padding?: 'valid' | 'same'
  /** Distance between the taps of the kernel for the inputs; with one above 1, strides must be 1. Default: 1. */
  readonly dilationRate?: PerAxis
}

/** One step of a convolutional LSTM: `LSTMCell` with convolutions in place of the products with both kernels. */
export class ConvLSTMCell extends LSTMCell {
  static override readonly className = 'ConvLSTMCell'
  static override readonly samplewise = true
  static override readonly options: OptionKeys<ConvLSTMCellOptions> = {
    ...LSTMCell.options,
    strides: true,
    padding: true,
    dilationRate: true,
  }

  override readonly kernelSize: readonly number[]
  override readonly spatialRank: number
  readonly strides: readonly number[]
  readonly padding: 'valid' | 'same'
  readonly dilationRate: readonly number[]

  constructor(rank: number, filters: number, kernelSize: PerAxis, options: ConvLSTMCellOptions) {
    super(filters, options)
    this.spatialRank = rank
    this.kernelSize = integersPerAxis(kernelSize, rank, `${this.title}: kernelSize`)
    this.strides = integersPerAxis(options.strides ?? 1, rank, `${this.title}: strides`)
    this.padding = oneOf(options.padding ?? 'valid', ['valid', 'same'], `${this.title}: padding`)
    this.dilationRate = integersPerAxis(options.dilationRate ?? 1, rank, `${this.title}: dilationRate`)
    checkStridesAndDilation(this.title, this.strides, this.dilationRate)
  }

  protected override readonly ofInputs: Product = (x, kernel) => {
    const { strides, padding, dilationRate: dilation } = this
    // Inputs of all steps come with a time in front, and are convolved as one batch.
    const image = reshape(x, [-1, ...x.shape.slice(-this.spatialRank - 1)])
    const sums = conv(image, kernel, { strides, padding, dilation })
    return reshape(sums, [...x.shape.slice(0, -this.spatialRank - 1), ...sums.shape.slice(1)])
  }

  protected override readonly ofStates: Product = (h, kernel) => conv(h, kernel, { padding: 'same' })

  override stateShapes(inputShape: BatchShape): readonly BatchShape[] {
    const { kernelSize: size, strides, dilationRate: dilation, padding } = this
    const spatial = windowedSpatialShape(this.title, inputShape, { size, strides, dilation, padding })
    return this.stateSizes.map((filters) => [inputShape[0], ...spatial, filters])
  }

  override getConfig(): Config {
    const { units, ...config } = super.getConfig()
    return {
      ...config,
      filters: units,
      kernel_size: this.kernelSize,
      strides: this.strides,
      padding: this.padding,
      data_format: 'channels_last',
      dilation_rate: this.dilationRate,
    }
  }
}
