import {
  type ActivationFunction,
  type ActivationLike,
  getActivation,
  serializeActivation,
} from '../../activations/get.js'
import { ArgumentError } from '../../errors.js'
import type { Tensor } from '../../graph/tensor.js'
import type { Variable } from '../../graph/variable.js'
import { add } from '../../ops/add.js'
import { conv } from '../../ops/conv.js'
import { serializeRegularizer } from '../../regularizers/get.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import { oneOf } from '../../utils/oneOf.js'
import { activate } from '../activate.js'
import type { BatchShape } from '../batchShape.js'
import { integersPerAxis, type PerAxis } from '../checks.js'
import { knownSize } from '../knownSize.js'
import type { LayerOptions } from '../layer.js'
import { spatialForm } from '../spatialForm.js'
import { SpatialLayer } from '../spatialLayer.js'
import {
  type BiasOptions,
  biasOptions,
  biasSettings,
  type WeightSettings,
  weightConfig,
} from '../weightSettings.js'
import { windowedSpatialShape } from '../windowShape.js'

/** What is added around the spatial axes; `'causal'`, for sequences alone, adds before the first step only. */
export type ConvolutionPadding = 'valid' | 'same' | 'causal'

/** Options of all convolutions. */
export interface ConvolutionOptions extends LayerOptions, BiasOptions {
  /** Steps between windows. Default: 1. */
  readonly strides?: PerAxis
  /** `'valid'`: no padding; `'same'`: zeros so that the output is `ceil(input / stride)` long. Default: `'valid'`. */
  readonly padding?: 'valid' | 'same'
  /** Distance between a kernel's taps; with one above 1, strides must be 1. Default: 1. */
  readonly dilationRate?: PerAxis
  /** Default: none. */
  readonly activation?: ActivationLike
  /** Default: true. */
  readonly useBias?: boolean
}

type AnyPadding<Options> = Omit<Options, 'padding'> & { readonly padding?: ConvolutionPadding }

/** What all convolutions share: how the kernel moves over the spatial axes, the bias and the activation. */
export abstract class Convolution extends SpatialLayer {
  static override readonly positional: readonly string[] = ['filters', 'kernel_size']
  static override readonly options: OptionKeys<ConvolutionOptions> = {
    ...SpatialLayer.options,
    ...biasOptions,
    strides: true,
    padding: true,
    dilationRate: true,
    activation: true,
    useBias: true,
  }

  readonly kernelSize: readonly number[]
  readonly strides: readonly number[]
  readonly padding: ConvolutionPadding
  readonly dilationRate: readonly number[]
  readonly activation: ActivationFunction
  readonly useBias: boolean
  readonly biasSettings: WeightSettings
  /** Weights of shape `[filters]`, once built and if asked for. */
  bias: Variable | undefined

  constructor(
    kernelSize: PerAxis,
    options: AnyPadding<ConvolutionOptions>,
    paddings: readonly ConvolutionPadding[] = ['valid', 'same'],
  ) {
    super(options)
    const { rank } = this
    this.kernelSize = integersPerAxis(kernelSize, rank, `${this.title}: kernelSize`)
    this.strides = integersPerAxis(options.strides ?? 1, rank, `${this.title}: strides`)
    this.padding = oneOf(options.padding ?? 'valid', paddings, `${this.title}: padding`)
    this.dilationRate = integersPerAxis(options.dilationRate ?? 1, rank, `${this.title}: dilationRate`)
    this.activation = getActivation(options.activation)
    this.useBias = options.useBias ?? true
    this.biasSettings = biasSettings(options)
    checkStridesAndDilation(this.title, this.strides, this.dilationRate)
  }

  /** The input's channels, which the weights are made for; later inputs must have as many. For use in `build`. */
  protected takeChannels(inputShape: BatchShape): number {
    const channels = knownSize(this.title, inputShape, -1, 'channels')
    this.computeOutputShape(inputShape)
    this.inputSpec = { rank: this.rank + 2, axes: { [-1]: channels }, form: spatialForm(this.rank) }
    return channels
  }

  /** Makes the bias, if there is to be one. For use in `build`, after the kernels. */
  protected addBias(filters: number): void {
    if (this.useBias) this.bias = this.addWeight({ name: 'bias', shape: [filters], ...this.biasSettings })
  }

  /** The convolution of the inputs with a kernel, with the layer's strides, padding and dilation. */
  protected convolve(inputs: Tensor, kernel: Tensor, groups: number): Tensor {
    const { strides, dilationRate: dilation } = this
    const padding =
      this.padding === 'causal'
        ? this.kernelSize.map((size, axis) => [dilation[axis] * (size - 1), 0] as const)
        : this.padding
    return conv(inputs, kernel, { strides, padding, dilation, groups })
  }

  /** Adds the bias and applies the activation. */
  protected activate(sums: Tensor): Tensor {
    return activate(this.title, this.activation, this.bias ? add(sums, this.bias.value()) : sums)
  }

  /** The spatial sizes of what `convolve` gives. */
  protected convolvedShape(inputShape: BatchShape): (number | null)[] {
    return windowedSpatialShape(this.title, inputShape, {
      size: this.kernelSize,
      strides: this.strides,
      dilation: this.dilationRate,
      // Causal outputs, too, are ceil(input / stride) long.
      padding: this.padding === 'valid' ? 'valid' : 'same',
    })
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      kernel_size: this.kernelSize,
      strides: this.strides,
      padding: this.padding,
      dilation_rate: this.dilationRate,
      activation: serializeActivation(this.activation),
      use_bias: this.useBias,
      ...weightConfig('bias', this.biasSettings),
      activity_regularizer: serializeRegularizer(this.activityRegularizer),
    }
  }
}

/** @throws ArgumentError if windows both jump and have gaps, which Keras does not allow */
export function checkStridesAndDilation(
  title: string,
  strides: readonly number[],
  dilationRate: readonly number[],
): void {
  if (Math.max(...strides) > 1 && Math.max(...dilationRate) > 1) {
    throw new ArgumentError(
      `${title}: strides [${strides}] and dilationRate [${dilationRate}] cannot both be above 1.`,
    )
  }
}
