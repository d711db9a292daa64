import { ArgumentError } from '../../errors.js'
import type { Tensor } from '../../graph/tensor.js'
import type { Variable } from '../../graph/variable.js'
import { convImageGradient } from '../../ops/convImageGradient.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import type { BatchShape } from '../batchShape.js'
import { integer, type PerAxis } from '../checks.js'
import {
  type KernelOptions,
  kernelOptions,
  kernelSettings,
  type WeightSettings,
  weightConfig,
} from '../weightSettings.js'
import { Convolution, type ConvolutionOptions } from './convolution.js'

export interface ConvTransposeOptions extends ConvolutionOptions, KernelOptions {
  /**
   * How much longer the output is than the shortest one that a convolution would bring back to the input's length; less than
   * the stride. Default: as much as gives `input * stride` for `'same'`, and that or more for `'valid'`.
   */
  readonly outputPadding?: PerAxis
}

/** Where the outputs lie along one axis: the inputs are what a convolution with this padding gives for them. */
interface TransposedAxis {
  readonly length: number
  readonly padding: readonly [before: number, after: number]
}

/**
 * N-D transposed convolution: the linear map whose matrix is the transposed one of a convolution with the same kernel, strides
 * and padding; each input adds `x[i, c] kernel[k, f, c]` to the outputs `i * stride + k * dilation - before`. Then bias and
 * activation. Kernel `[...kernelSize, filters, channels]`, bias `[filters]`. Integer inputs are computed with as float32.
 */
abstract class ConvTranspose extends Convolution {
  static override readonly options: OptionKeys<ConvTransposeOptions> = {
    ...Convolution.options,
    ...kernelOptions,
    outputPadding: true,
  }
  readonly filters: number
  readonly outputPadding: readonly number[] | undefined
  readonly kernelSettings: WeightSettings
  /** Weights of shape `[...kernelSize, filters, channels]`, once built. */
  kernel: Variable | undefined

  constructor(filters: number, kernelSize: PerAxis, options: ConvTransposeOptions = {}) {
    super(kernelSize, options)
    this.filters = integer(filters, `${this.title}: filters`)
    this.outputPadding = this.checkOutputPadding(options.outputPadding)
    this.kernelSettings = kernelSettings(options)
  }

  private checkOutputPadding(given: PerAxis | undefined): readonly number[] | undefined {
    if (given === undefined) return undefined
    const list = typeof given === 'number' ? this.strides.map(() => given) : given
    const fits = list.every((one, axis) => Number.isInteger(one) && one >= 0 && one < this.strides[axis])
    if (fits && list.length === this.strides.length) return list
    throw new ArgumentError(
      `${this.title}: outputPadding: expected integers from 0 to less than the strides [${this.strides}], one for each axis; ` +
        `received ${JSON.stringify(given)}.`,
    )
  }

  override build(inputShape: BatchShape): void {
    const channels = this.takeChannels(inputShape)
    this.kernel = this.addWeight({
      name: 'kernel',
      shape: [...this.kernelSize, this.filters, channels],
      ...this.kernelSettings,
    })
    this.addBias(this.filters)
  }

  /** Keras's rule for the place of the outputs, the same on all its backends. */
  private transposedAxis(inputLength: number, axis: number): TransposedAxis {
    const stride = this.strides[axis]
    const extent = (this.kernelSize[axis] - 1) * this.dilationRate[axis] + 1
    const extra = this.outputPadding?.[axis]
    const reach = (inputLength - 1) * stride + extent
    if (this.padding === 'valid') {
      return { length: reach + (extra ?? Math.max(stride - extent, 0)), padding: [0, 0] }
    }
    // Of the extent - 1 places that the kernel reaches beyond its first on either side, this many are kept in all.
    const kept = extra === undefined ? stride + extent - 2 : extent + (extent % 2) - 2 + extra
    const length = reach + kept - 2 * (extent - 1)
    const before = extent - 1 - Math.min(Math.ceil(kept / 2), extent - 1)
    return { length, padding: [before, Math.max(reach - length - before, 0)] }
  }

  override call(inputs: Tensor): Tensor {
    const [kernel] = this.ownBuiltWeights
    const axes = inputs.shape.slice(1, -1).map((length, axis) => this.transposedAxis(length, axis))
    const shape = [inputs.shape[0], ...axes.map(({ length }) => length), this.filters]
    const padding = axes.map((axis) => axis.padding)
    const { strides, dilationRate: dilation } = this
    return this.activate(convImageGradient(inputs, kernel.value(), shape, { strides, padding, dilation }))
  }

  override computeOutputShape(inputShape: BatchShape): BatchShape {
    const spatial = inputShape
      .slice(1, -1)
      .map((length, axis) => (length === null ? null : this.transposedAxis(length, axis).length))
    return [inputShape[0], ...spatial, this.filters]
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      filters: this.filters,
      output_padding: this.outputPadding ?? null,
      ...weightConfig('kernel', this.kernelSettings),
    }
  }
}

/**
 * Transposed 1-D convolution, which makes sequences longer (Keras's `Conv1DTranspose`).
 *
 * Input `[batch, steps, channels]`, output `[batch, newSteps, filters]`; kernel `[kernelSize, filters, channels]`.
 * With padding `'same'` the output has `steps * stride` steps, with `'valid'` `(steps - 1) * stride + max(kernelSize, stride)`.
 */
export class Conv1DTranspose extends ConvTranspose {
  static override readonly className = 'Conv1DTranspose'
  static override readonly samplewise = true
  static override readonly rank = 1
}

/**
 * Transposed 2-D convolution, which makes images larger (Keras's `Conv2DTranspose`).
 *
 * Input `[batch, height, width, channels]`, output `[batch, newHeight, newWidth, filters]`; kernel
 * `[...kernelSize, filters, channels]`. With padding `'same'` each side becomes `size * stride`, with `'valid'`
 * `(size - 1) * stride + max(kernelSize, stride)`.
 *
 * @example layers.conv2dTranspose(32, 3, { strides: 2, padding: 'same' })
 */
export class Conv2DTranspose extends ConvTranspose {
  static override readonly className = 'Conv2DTranspose'
  static override readonly samplewise = true
  static override readonly rank = 2
}

/**
 * Transposed 3-D convolution, which makes volumes larger (Keras's `Conv3DTranspose`).
 *
 * Input `[batch, depth, height, width, channels]`, output likewise with `filters` channels; kernel
 * `[...kernelSize, filters, channels]`. Sizes as for `Conv2DTranspose`.
 */
export class Conv3DTranspose extends ConvTranspose {
  static override readonly className = 'Conv3DTranspose'
  static override readonly samplewise = true
  static override readonly rank = 3
}

/** Transposed 1-D convolution: see `Conv1DTranspose`. */
export const conv1dTranspose = (filters: number, kernelSize: PerAxis, options?: ConvTransposeOptions) =>
  new Conv1DTranspose(filters, kernelSize, options)
/** Transposed 2-D convolution: see `Conv2DTranspose`. */
export const conv2dTranspose = (filters: number, kernelSize: PerAxis, options?: ConvTransposeOptions) =>
  new Conv2DTranspose(filters, kernelSize, options)
/** Transposed 3-D convolution: see `Conv3DTranspose`. */
export const conv3dTranspose = (filters: number, kernelSize: PerAxis, options?: ConvTransposeOptions) =>
  new Conv3DTranspose(filters, kernelSize, options)
