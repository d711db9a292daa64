import type { ConstraintLike } from '../../constraints/get.js'
import type { Tensor } from '../../graph/tensor.js'
import type { Variable } from '../../graph/variable.js'
import type { InitializerLike } from '../../initializers/get.js'
import { reshape } from '../../ops/reshape.js'
import type { RegularizerLike } from '../../regularizers/get.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import type { BatchShape } from '../batchShape.js'
import { integer, type PerAxis } from '../checks.js'
import { knownSize } from '../knownSize.js'
import { type WeightSettings, weightConfig, weightSettings } from '../weightSettings.js'
import { Convolution, type ConvolutionOptions } from './convolution.js'

/** Options of the convolution of each channel by itself. */
export interface DepthwiseOptions extends ConvolutionOptions {
  /** How many outputs each channel has. Default: 1. */
  readonly depthMultiplier?: number
  /** Default: `'glorot_uniform'`. */
  readonly depthwiseInitializer?: InitializerLike
  /** A penalty for the kernel of the channels. Default: none. */
  readonly depthwiseRegularizer?: RegularizerLike
  /** What the kernel of the channels must satisfy after each update. Default: none. */
  readonly depthwiseConstraint?: ConstraintLike
}

/** What depthwise and separable convolutions share: a kernel `[...kernelSize, channels, depthMultiplier]`. */
export abstract class ChannelConvolution extends Convolution {
  static override readonly options: OptionKeys<DepthwiseOptions> = {
    ...Convolution.options,
    depthMultiplier: true,
    depthwiseInitializer: true,
    depthwiseRegularizer: true,
    depthwiseConstraint: true,
  }
  readonly depthMultiplier: number
  readonly depthwiseSettings: WeightSettings

  constructor(kernelSize: PerAxis, options: DepthwiseOptions = {}) {
    super(kernelSize, options)
    this.depthMultiplier = integer(options.depthMultiplier ?? 1, `${this.title}: depthMultiplier`)
    this.depthwiseSettings = weightSettings(
      options.depthwiseInitializer ?? 'glorot_uniform',
      options.depthwiseRegularizer,
      options.depthwiseConstraint,
    )
  }

  protected addDepthwiseKernel(name: string, channels: number): Variable {
    const shape = [...this.kernelSize, channels, this.depthMultiplier]
    return this.addWeight({ name, shape, ...this.depthwiseSettings })
  }

  /** Each channel convolved by itself: output `c * depthMultiplier + m` comes from channel `c`. */
  protected convolveChannels(inputs: Tensor, kernel: Tensor): Tensor {
    const channels = kernel.shape[kernel.rank - 2]
    const grouped = reshape(kernel, [...this.kernelSize, 1, channels * this.depthMultiplier])
    return this.convolve(inputs, grouped, channels)
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      depth_multiplier: this.depthMultiplier,
      ...weightConfig('depthwise', this.depthwiseSettings),
    }
  }
}

/**
 * N-D convolution of each channel with kernels of its own. Kernel `[...kernelSize, channels, depthMultiplier]`, bias
 * `[channels * depthMultiplier]`. Integer inputs are computed with as float32.
 */
abstract class DepthwiseConv extends ChannelConvolution {
  static override readonly positional = ['kernel_size']

  /** Weights of shape `[...kernelSize, channels, depthMultiplier]`, once built. */
  kernel: Variable | undefined

  override build(inputShape: BatchShape): void {
    const channels = this.takeChannels(inputShape)
    this.kernel = this.addDepthwiseKernel('kernel', channels)
    this.addBias(channels * this.depthMultiplier)
  }

  override call(inputs: Tensor): Tensor {
    const [kernel] = this.ownBuiltWeights
    return this.activate(this.convolveChannels(inputs, kernel.value()))
  }

  override computeOutputShape(inputShape: BatchShape): BatchShape {
    const channels = knownSize(this.title, inputShape, -1, 'channels')
    return [inputShape[0], ...this.convolvedShape(inputShape), channels * this.depthMultiplier]
  }
}

/**
 * Convolution of each channel of a sequence by itself (Keras's `DepthwiseConv1D`).
 * Input `[batch, steps, channels]`, output `[batch, newSteps, channels * depthMultiplier]`; kernel
 * `[kernelSize, channels, depthMultiplier]`, bias `[channels * depthMultiplier]`.
 */
export class DepthwiseConv1D extends DepthwiseConv {
  static override readonly className = 'DepthwiseConv1D'
  static override readonly samplewise = true
  static override readonly rank = 1
}

/**
 * Convolution of each channel of an image by itself (Keras's `DepthwiseConv2D`).
 * Input `[batch, height, width, channels]`, output `[batch, newHeight, newWidth, channels * depthMultiplier]`; kernel
 * `[...kernelSize, channels, depthMultiplier]`, bias `[channels * depthMultiplier]`.
 *
 * @example layers.depthwiseConv2d(3, { padding: 'same' })
 */
export class DepthwiseConv2D extends DepthwiseConv {
  static override readonly className = 'DepthwiseConv2D'
  static override readonly samplewise = true
  static override readonly rank = 2
}

/** Convolution of each channel of a sequence: see `DepthwiseConv1D`. */
export const depthwiseConv1d = (kernelSize: PerAxis, options?: DepthwiseOptions): DepthwiseConv1D =>
  new DepthwiseConv1D(kernelSize, options)
/** Convolution of each channel of an image: see `DepthwiseConv2D`. */
export const depthwiseConv2d = (kernelSize: PerAxis, options?: DepthwiseOptions): DepthwiseConv2D =>
  new DepthwiseConv2D(kernelSize, options)
