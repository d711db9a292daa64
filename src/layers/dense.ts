import {
  type ActivationFunction,
  type ActivationLike,
  getActivation,
  serializeActivation,
} from '../activations/get.js'
import type { ConstraintFunction } from '../constraints/constraint.js'
import { type ConstraintLike, getConstraint, serializeConstraint } from '../constraints/get.js'
import type { Tensor } from '../graph/tensor.js'
import type { Variable } from '../graph/variable.js'
import { getInitializer, type InitializerLike, serializeInitializer } from '../initializers/get.js'
import type { Initializer } from '../initializers/initializer.js'
import { add } from '../ops/add.js'
import { cast } from '../ops/cast.js'
import { matmul } from '../ops/matmul.js'
import { reshape } from '../ops/reshape.js'
import { getRegularizer, type RegularizerLike, serializeRegularizer } from '../regularizers/get.js'
import type { RegularizerFunction } from '../regularizers/regularizer.js'
import type { Config } from '../utils/config.js'
import type { BatchShape } from './batchShape.js'
import { integer } from './checks.js'
import { knownSize } from './knownSize.js'
import { Layer, type LayerOptions } from './layer.js'

export interface DenseOptions extends LayerOptions {
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

/**
 * A fully connected layer: `activation(x kernel + bias)` (Keras's `Dense`).
 *
 * Input `[batch, ..., inputs]`, output `[batch, ..., units]`; kernel `[inputs, units]`, bias `[units]`. Integer inputs
 * are computed with as float32.
 *
 * @example layers.dense(500, { activation: 'relu' })
 */
export class Dense extends Layer {
  static override readonly className = 'Dense'
  static override readonly positional = ['units']
  override supportsMasking = true

  readonly units: number
  readonly useBias: boolean
  readonly activation: ActivationFunction
  readonly kernelInitializer: Initializer
  readonly biasInitializer: Initializer
  readonly kernelRegularizer: RegularizerFunction | undefined
  readonly biasRegularizer: RegularizerFunction | undefined
  readonly kernelConstraint: ConstraintFunction | undefined
  readonly biasConstraint: ConstraintFunction | undefined
  /** Weights of shape `[inputs, units]`, once built. */
  kernel: Variable | undefined
  /** Weights of shape `[units]`, once built and if asked for. */
  bias: Variable | undefined

  constructor(units: number, options: DenseOptions = {}) {
    super(options)
    this.units = integer(units, `${this.title}: units`)
    this.useBias = options.useBias ?? true
    this.activation = getActivation(options.activation)
    this.kernelInitializer = getInitializer(options.kernelInitializer ?? 'glorot_uniform')
    this.biasInitializer = getInitializer(options.biasInitializer ?? 'zeros')
    this.kernelRegularizer = getRegularizer(options.kernelRegularizer)
    this.biasRegularizer = getRegularizer(options.biasRegularizer)
    this.kernelConstraint = getConstraint(options.kernelConstraint)
    this.biasConstraint = getConstraint(options.biasConstraint)
    this.inputSpec = { minRank: 2, form: '[batch, ..., inputs]' }
  }

  override build(inputShape: BatchShape): void {
    const inputs = knownSize(this.title, inputShape, -1, 'inputs')
    this.inputSpec = { minRank: 2, axes: { [-1]: inputs }, form: '[batch, ..., inputs]' }
    this.kernel = this.addWeight({
      name: 'kernel',
      shape: [inputs, this.units],
      initializer: this.kernelInitializer,
      regularizer: this.kernelRegularizer,
      constraint: this.kernelConstraint,
    })
    if (this.useBias) {
      this.bias = this.addWeight({
        name: 'bias',
        shape: [this.units],
        initializer: this.biasInitializer,
        regularizer: this.biasRegularizer,
        constraint: this.biasConstraint,
      })
    }
  }

  override call(inputs: Tensor): Tensor {
    const [kernel] = this.weights
    const size = inputs.shape[inputs.rank - 1]
    const rows = reshape(cast(inputs, 'float32'), [-1, size])
    const product = matmul(rows, kernel.value())
    const sums = this.bias ? add(product, this.bias.value()) : product
    return this.activation(reshape(sums, [...inputs.shape.slice(0, -1), this.units]))
  }

  override computeOutputShape(inputShape: BatchShape): BatchShape {
    return [...inputShape.slice(0, -1), this.units]
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      units: this.units,
      activation: serializeActivation(this.activation),
      use_bias: this.useBias,
      kernel_initializer: serializeInitializer(this.kernelInitializer),
      bias_initializer: serializeInitializer(this.biasInitializer),
      kernel_regularizer: serializeRegularizer(this.kernelRegularizer),
      bias_regularizer: serializeRegularizer(this.biasRegularizer),
      kernel_constraint: serializeConstraint(this.kernelConstraint),
      bias_constraint: serializeConstraint(this.biasConstraint),
    }
  }
}

/** A fully connected layer: see `Dense`. */
export const dense = (units: number, options?: DenseOptions): Dense => new Dense(units, options)
