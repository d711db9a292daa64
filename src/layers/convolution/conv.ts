import { ArgumentError } from '../../errors.js'
import type { Tensor } from '../../graph/tensor.js'
import type { Variable } from '../../graph/variable.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import { type BatchShape, showBatchShape } from '../batchShape.js'
import { integer, type PerAxis } from '../checks.js'
import {
  type KernelOptions,
  kernelOptions,
  kernelSettings,
  type WeightSettings,
  weightConfig,
} from '../weightSettings.js'
import { Convolution, type ConvolutionOptions, type ConvolutionPadding } from './convolution.js'

export interface ConvOptions extends ConvolutionOptions, KernelOptions {
  /** Groups into which channels and filters are split, each convolved by itself. Default: 1. */
  readonly groups?: number
}

export interface Conv1DOptions extends Omit<ConvOptions, 'padding'> {
  /**
   * `'valid'`: no padding; `'same'`: zeros so that the output is `ceil(input / stride)` long; `'causal'`: the same length, with
   * all zeros before the first step, so that no output sees later inputs. Default: `'valid'`.
   */
  readonly padding?: ConvolutionPadding
}

/**
 * N-D convolution (cross-correlation): `activation(sum over taps k and channels c of x[o + k, c] kernel[k, c, f] + bias[f])`.
 * Kernel `[...kernelSize, channels / groups, filters]`, bias `[filters]`. Integer inputs are computed with as float32.
 */
abstract class Conv extends Convolution {
  static override readonly options: OptionKeys<Conv1DOptions> = {
    ...Convolution.options,
    ...kernelOptions,
    groups: true,
  }
  readonly filters: number
  readonly groups: number
  readonly kernelSettings: WeightSettings
  /** Weights of shape `[...kernelSize, channels / groups, filters]`, once built. */
  kernel: Variable | undefined

  constructor(
    filters: number,
    kernelSize: PerAxis,
    options: Conv1DOptions,
    paddings?: readonly ConvolutionPadding[],
  ) {
    super(kernelSize, options, paddings)
    this.filters = integer(filters, `${this.title}: filters`)
    this.groups = integer(options.groups ?? 1, `${this.title}: groups`)
    this.kernelSettings = kernelSettings(options)
    if (this.filters % this.groups !== 0) {
      throw new ArgumentError(
        `${this.title}: expected filters that divide by the groups, received ${filters} filters and ${this.groups} groups.`,
      )
    }
  }

  override build(inputShape: BatchShape): void {
    const channels = this.takeChannels(inputShape)
    if (channels % this.groups !== 0) {
      throw new ArgumentError(
        `${this.title}: expected channels that divide by the ${this.groups} groups, received ${channels} ` +
          `in ${showBatchShape(inputShape)}.`,
      )
    }
    this.kernel = this.addWeight({
      name: 'kernel',
      shape: [...this.kernelSize, channels / this.groups, this.filters],
      ...this.kernelSettings,
    })
    this.addBias(this.filters)
  }

  override call(inputs: Tensor): Tensor {
    const [kernel] = this.ownBuiltWeights
    return this.activate(this.convolve(inputs, kernel.value(), this.groups))
  }

  override computeOutputShape(inputShape: BatchShape): BatchShape {
    return [inputShape[0], ...this.convolvedShape(inputShape), this.filters]
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      filters: this.filters,
      groups: this.groups,
      ...weightConfig('kernel', this.kernelSettings),
    }
  }
}

/**
 * 1-D convolution (cross-correlation) over sequences: `activation(sum over k, c of x[t + k, c] kernel[k, c, f] + bias[f])`
 * (Keras's `Conv1D`).
 *
 * Input `[batch, steps, channels]`, output `[batch, newSteps, filters]`; kernel `[kernelSize, channels / groups, filters]`,
 * bias `[filters]`. Integer inputs are computed with as float32.
 *
 * @example layers.conv1d(32, 5, { padding: 'causal', activation: 'relu' })
 */
export class Conv1D extends Conv {
  static override readonly className = 'Conv1D'
  static override readonly samplewise = true
  static override readonly rank = 1

  constructor(filters: number, kernelSize: PerAxis, options: Conv1DOptions = {}) {
    super(filters, kernelSize, options, ['valid', 'same', 'causal'])
  }
}

/**
 * 2-D convolution (cross-correlation): `activation(sum over i, j, c of x[y + i, x + j, c] kernel[i, j, c, f] + bias[f])`
 * (Keras's `Conv2D`).
 *
 * Input `[batch, height, width, channels]`, output `[batch, newHeight, newWidth, filters]`; kernel
 * `[...kernelSize, channels / groups, filters]`, bias `[filters]`. Integer inputs are computed with as float32.
 *
 * @example layers.conv2d(20, 5, { activation: 'relu' })
 */
export class Conv2D extends Conv {
  static override readonly className = 'Conv2D'
  static override readonly samplewise = true
  static override readonly rank = 2

  constructor(filters: number, kernelSize: PerAxis, options: ConvOptions = {}) {
    super(filters, kernelSize, options)
  }
}

/**
 * 3-D convolution (cross-correlation) over volumes (Keras's `Conv3D`).
 *
 * Input `[batch, depth, height, width, channels]`, output `[batch, newDepth, newHeight, newWidth, filters]`; kernel
 * `[...kernelSize, channels / groups, filters]`, bias `[filters]`. Integer inputs are computed with as float32.
 *
 * @example layers.conv3d(8, 3, { activation: 'relu' })
 */
export class Conv3D extends Conv {
  static override readonly className = 'Conv3D'
  static override readonly samplewise = true
  static override readonly rank = 3

  constructor(filters: number, kernelSize: PerAxis, options: ConvOptions = {}) {
    super(filters, kernelSize, options)
  }
}

/** 1-D convolution: see `Conv1D`. */
export const conv1d = (filters: number, kernelSize: PerAxis, options?: Conv1DOptions): Conv1D =>
  new Conv1D(filters, kernelSize, options)
/** 2-D convolution: see `Conv2D`. */
export const conv2d = (filters: number, kernelSize: PerAxis, options?: ConvOptions): Conv2D =>
  new Conv2D(filters, kernelSize, options)
/** 3-D convolution: see `Conv3D`. */
export const conv3d = (filters: number, kernelSize: PerAxis, options?: ConvOptions): Conv3D =>
  new Conv3D(filters, kernelSize, options)
