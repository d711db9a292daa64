import {
  type ActivationFunction,
  type ActivationLike,
  getActivation,
  serializeActivation,
} from '../activations/get.js'
import type { ConstraintFunction } from '../constraints/constraint.js'
import { type ConstraintLike, getConstraint, serializeConstraint } from '../constraints/get.js'
import { ArgumentError } from '../errors.js'
import type { Tensor } from '../graph/tensor.js'
import type { Variable } from '../graph/variable.js'
import { getInitializer, type InitializerLike, serializeInitializer } from '../initializers/get.js'
import type { Initializer } from '../initializers/initializer.js'
import { add } from '../ops/add.js'
import { conv } from '../ops/conv.js'
import { getRegularizer, type RegularizerLike, serializeRegularizer } from '../regularizers/get.js'
import type { RegularizerFunction } from '../regularizers/regularizer.js'
import type { Config } from '../utils/config.js'
import { oneOf } from '../utils/oneOf.js'
import { type BatchShape, showBatchShape } from './batchShape.js'
import { integer, integersPerAxis, type PerAxis } from './checks.js'
import { knownSize } from './knownSize.js'
import { Layer, type LayerOptions } from './layer.js'
import { windowedSpatialShape } from './windowShape.js'

export interface ConvOptions extends LayerOptions {
  /** Steps between windows. Default: 1. */
  readonly strides?: PerAxis
  /** `'valid'`: no padding; `'same'`: zeros so that the output is `ceil(input / stride)` long. Default: `'valid'`. */
  readonly padding?: 'valid' | 'same'
  /** Distance between a kernel's taps; with one above 1, strides must be 1. Default: 1. */
  readonly dilationRate?: PerAxis
  /** Groups into which channels and filters are split, each convolved by itself. Default: 1. */
  readonly groups?: number
  /** Default: none. */
  readonly activation?: ActivationLike
  /** Default: true. */
  readonly useBias?: boolean
  /** Default: `'glorot_uniform'`. */
  readonly kernelInitializer?: InitializerLike
  /** Default: `'zeros'`. */
  readonly biasInitializer?: InitializerLike
  /** A penalty for the kernel. Default: none. */
  readonly kernelRegularizer?: RegularizerLike
  /** A penalty for the bias. Default: none. */
  readonly biasRegularizer?: RegularizerLike
  /** What the kernel must satisfy after each update. Default: none. */
  readonly kernelConstraint?: ConstraintLike
  /** What the bias must satisfy after each update. Default: none. */
  readonly biasConstraint?: ConstraintLike
}

const FORM = '[batch, height, width, channels]'

/**
 * 2-D convolution (cross-correlation): `activation(sum over i, j, c of x[y + i, x + j, c] kernel[i, j, c, f] + bias[f])`
 * (Keras's `Conv2D`).
 *
 * Input `[batch, height, width, channels]`, output `[batch, newHeight, newWidth, filters]`; kernel
 * `[...kernelSize, channels / groups, filters]`, bias `[filters]`. Integer inputs are computed with as float32.
 *
 * @example layers.conv2d(20, 5, { activation: 'relu' })
 */
export class Conv2D extends Layer {
  static override readonly className = 'Conv2D'
  static override readonly positional = ['filters', 'kernel_size']

  readonly filters: number
  readonly kernelSize: readonly number[]
  readonly strides: readonly number[]
  readonly padding: 'valid' | 'same'
  readonly dilationRate: readonly number[]
  readonly groups: number
  readonly useBias: boolean
  readonly activation: ActivationFunction
  readonly kernelInitializer: Initializer
  readonly biasInitializer: Initializer
  readonly kernelRegularizer: RegularizerFunction | undefined
  readonly biasRegularizer: RegularizerFunction | undefined
  readonly kernelConstraint: ConstraintFunction | undefined
  readonly biasConstraint: ConstraintFunction | undefined
  /** Weights of shape `[...kernelSize, channels / groups, filters]`, once built. */
  kernel: Variable | undefined
  /** Weights of shape `[filters]`, once built and if asked for. */
  bias: Variable | undefined

  constructor(filters: number, kernelSize: PerAxis, options: ConvOptions = {}) {
    super(options)
    this.filters = integer(filters, `${this.title}: filters`)
    this.kernelSize = integersPerAxis(kernelSize, 2, `${this.title}: kernelSize`)
    this.strides = integersPerAxis(options.strides ?? 1, 2, `${this.title}: strides`)
    this.padding = oneOf(options.padding ?? 'valid', ['valid', 'same'], `${this.title}: padding`)
    this.dilationRate = integersPerAxis(options.dilationRate ?? 1, 2, `${this.title}: dilationRate`)
    this.groups = integer(options.groups ?? 1, `${this.title}: groups`)
    this.useBias = options.useBias ?? true
    this.activation = getActivation(options.activation)
    this.kernelInitializer = getInitializer(options.kernelInitializer ?? 'glorot_uniform')
    this.biasInitializer = getInitializer(options.biasInitializer ?? 'zeros')
    this.kernelRegularizer = getRegularizer(options.kernelRegularizer)
    this.biasRegularizer = getRegularizer(options.biasRegularizer)
    this.kernelConstraint = getConstraint(options.kernelConstraint)
    this.biasConstraint = getConstraint(options.biasConstraint)
    this.inputSpec = { rank: 4, form: FORM }
    if (this.filters % this.groups !== 0) {
      throw new ArgumentError(
        `${this.title}: expected filters that divide by the groups, received ${filters} filters and ${this.groups} groups.`,
      )
    }
    if (Math.max(...this.strides) > 1 && Math.max(...this.dilationRate) > 1) {
      throw new ArgumentError(
        `${this.title}: strides [${this.strides}] and dilationRate [${this.dilationRate}] cannot both be above 1.`,
      )
    }
  }

  override build(inputShape: BatchShape): void {
    const channels = knownSize(this.title, inputShape, -1, 'channels')
    if (channels % this.groups !== 0) {
      throw new ArgumentError(
        `${this.title}: expected channels that divide by the ${this.groups} groups, received ${channels} ` +
          `in ${showBatchShape(inputShape)}.`,
      )
    }
    this.computeOutputShape(inputShape)
    this.inputSpec = { rank: 4, axes: { [-1]: channels }, form: FORM }
    this.kernel = this.addWeight({
      name: 'kernel',
      shape: [...this.kernelSize, channels / this.groups, this.filters],
      initializer: this.kernelInitializer,
      regularizer: this.kernelRegularizer,
      constraint: this.kernelConstraint,
    })
    if (this.useBias) {
      this.bias = this.addWeight({
        name: 'bias',
        shape: [this.filters],
        initializer: this.biasInitializer,
        regularizer: this.biasRegularizer,
        constraint: this.biasConstraint,
      })
    }
  }

  override call(inputs: Tensor): Tensor {
    const [kernel] = this.weights
    const { strides, padding, dilationRate: dilation, groups } = this
    const sums = conv(inputs, kernel.value(), { strides, padding, dilation, groups })
    return this.activation(this.bias ? add(sums, this.bias.value()) : sums)
  }

  override computeOutputShape(inputShape: BatchShape): BatchShape {
    const spatial = windowedSpatialShape(this.title, inputShape, {
      size: this.kernelSize,
      strides: this.strides,
      dilation: this.dilationRate,
      padding: this.padding,
    })
    return [inputShape[0], ...spatial, this.filters]
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      filters: this.filters,
      kernel_size: this.kernelSize,
      strides: this.strides,
      padding: this.padding,
      data_format: 'channels_last',
      dilation_rate: this.dilationRate,
      groups: this.groups,
      activation: serializeActivation(this.activation),
      use_bias: this.useBias,
      kernel_initializer: serializeInitializer(this.kernelInitializer),
      bias_initializer: serializeInitializer(this.biasInitializer),
      kernel_regularizer: serializeRegularizer(this.kernelRegularizer),
      bias_regularizer: serializeRegularizer(this.biasRegularizer),
      activity_regularizer: serializeRegularizer(this.activityRegularizer),
      kernel_constraint: serializeConstraint(this.kernelConstraint),
      bias_constraint: serializeConstraint(this.biasConstraint),
    }
  }
}

/** 2-D convolution: see `Conv2D`. */
export const conv2d = (filters: number, kernelSize: PerAxis, options?: ConvOptions): Conv2D =>
  new Conv2D(filters, kernelSize, options)
