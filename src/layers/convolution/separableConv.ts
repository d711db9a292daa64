import type { ConstraintLike } from '../../constraints/get.js'
import type { Tensor } from '../../graph/tensor.js'
import type { Variable } from '../../graph/variable.js'
import type { InitializerLike } from '../../initializers/get.js'
import { conv } from '../../ops/conv.js'
import type { RegularizerLike } from '../../regularizers/get.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import type { BatchShape } from '../batchShape.js'
import { integer, type PerAxis } from '../checks.js'
import { type WeightSettings, weightConfig, weightSettings } from '../weightSettings.js'
import { ChannelConvolution, type DepthwiseOptions } from './depthwiseConv.js'

export interface SeparableConvOptions extends DepthwiseOptions {
  /** Default: `'glorot_uniform'`. */
  readonly pointwiseInitializer?: InitializerLike
  /** A penalty for the kernel that mixes channels. Default: none. */
  readonly pointwiseRegularizer?: RegularizerLike
  /** What the kernel that mixes channels must satisfy after each update. Default: none. */
  readonly pointwiseConstraint?: ConstraintLike
}

/**
 * N-D convolution of each channel by itself, then a mixture of the results at each place. Depthwise kernel
 * `[...kernelSize, channels, depthMultiplier]`, pointwise kernel `[1..., channels * depthMultiplier, filters]`, bias `[filters]`.
 * Integer inputs are computed with as float32.
 */
abstract class SeparableConv extends ChannelConvolution {
  static override readonly options: OptionKeys<SeparableConvOptions> = {
    ...ChannelConvolution.options,
    pointwiseInitializer: true,
    pointwiseRegularizer: true,
    pointwiseConstraint: true,
  }
  readonly filters: number
  readonly pointwiseSettings: WeightSettings
  /** Weights of shape `[...kernelSize, channels, depthMultiplier]`, once built. */
  depthwiseKernel: Variable | undefined
  /** Weights of shape `[1..., channels * depthMultiplier, filters]`, once built. */
  pointwiseKernel: Variable | undefined

  constructor(filters: number, kernelSize: PerAxis, options: SeparableConvOptions = {}) {
    super(kernelSize, options)
    this.filters = integer(filters, `${this.title}: filters`)
    this.pointwiseSettings = weightSettings(
      options.pointwiseInitializer ?? 'glorot_uniform',
      options.pointwiseRegularizer,
      options.pointwiseConstraint,
    )
  }

  override build(inputShape: BatchShape): void {
    const channels = this.takeChannels(inputShape)
    this.depthwiseKernel = this.addDepthwiseKernel('depthwise_kernel', channels)
    this.pointwiseKernel = this.addWeight({
      name: 'pointwise_kernel',
      shape: [...this.kernelSize.map(() => 1), channels * this.depthMultiplier, this.filters],
      ...this.pointwiseSettings,
    })
    this.addBias(this.filters)
  }

  override call(inputs: Tensor): Tensor {
    const [depthwise, pointwise] = this.ownBuiltWeights
    return this.activate(conv(this.convolveChannels(inputs, depthwise.value()), pointwise.value()))
  }

  override computeOutputShape(inputShape: BatchShape): BatchShape {
    return [inputShape[0], ...this.convolvedShape(inputShape), this.filters]
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      filters: this.filters,
      ...weightConfig('pointwise', this.pointwiseSettings),
    }
  }
}

/**
 * Separable convolution of sequences: each channel by itself, then a mixture at each step (Keras's `SeparableConv1D`).
 * Input `[batch, steps, channels]`, output `[batch, newSteps, filters]`.
 */
export class SeparableConv1D extends SeparableConv {
  static override readonly className = 'SeparableConv1D'
  static override readonly samplewise = true
  static override readonly rank = 1
}

/**
 * Separable convolution of images: each channel by itself, then a mixture at each place (Keras's `SeparableConv2D`).
 * Input `[batch, height, width, channels]`, output `[batch, newHeight, newWidth, filters]`.
 *
 * Source: Chollet, Xception: deep learning with depthwise separable convolutions, 2017.
 *
 * @example layers.separableConv2d(64, 3, { padding: 'same', activation: 'relu' })
 */
export class SeparableConv2D extends SeparableConv {
  static override readonly className = 'SeparableConv2D'
  static override readonly samplewise = true
  static override readonly rank = 2
}

/** Separable convolution of sequences: see `SeparableConv1D`. */
export const separableConv1d = (filters: number, kernelSize: PerAxis, options?: SeparableConvOptions) =>
  new SeparableConv1D(filters, kernelSize, options)
/** Separable convolution of images: see `SeparableConv2D`. */
export const separableConv2d = (filters: number, kernelSize: PerAxis, options?: SeparableConvOptions) =>
  new SeparableConv2D(filters, kernelSize, options)
