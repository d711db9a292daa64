import {
  type ActivationFunction,
  type ActivationLike,
  getActivation,
  serializeActivation,
} from '../activations/get.js'
import type { Tensor } from '../graph/tensor.js'
import type { Variable } from '../graph/variable.js'
import { add } from '../ops/add.js'
import { cast } from '../ops/cast.js'
import { matmul } from '../ops/matmul.js'
import { reshape } from '../ops/reshape.js'
import type { OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { activate } from './activate.js'
import type { BatchShape } from './batchShape.js'
import { integer } from './checks.js'
import { knownSize } from './knownSize.js'
import { Layer, type LayerOptions } from './layer.js'
import {
  type BiasOptions,
  biasOptions,
  biasSettings,
  type KernelOptions,
  kernelOptions,
  kernelSettings,
  type WeightSettings,
  weightConfig,
} from './weightSettings.js'

export interface DenseOptions extends LayerOptions, KernelOptions, BiasOptions {
  /** Default: none. */
  readonly activation?: ActivationLike
  /** Default: true. */
  readonly useBias?: boolean
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
  static override readonly samplewise = true
  static override readonly positional = ['units']
  static override readonly options: OptionKeys<DenseOptions> = {
    ...Layer.options,
    ...kernelOptions,
    ...biasOptions,
    activation: true,
    useBias: true,
  }
  override supportsMasking = true

  readonly units: number
  readonly useBias: boolean
  readonly activation: ActivationFunction
  readonly kernelSettings: WeightSettings
  readonly biasSettings: WeightSettings
  /** Weights of shape `[inputs, units]`, once built. */
  kernel: Variable | undefined
  /** Weights of shape `[units]`, once built and if asked for. */
  bias: Variable | undefined

  constructor(units: number, options: DenseOptions = {}) {
    super(options)
    this.units = integer(units, `${this.title}: units`)
    this.useBias = options.useBias ?? true
    this.activation = getActivation(options.activation)
    this.kernelSettings = kernelSettings(options)
    this.biasSettings = biasSettings(options)
    this.inputSpec = { minRank: 2, form: '[batch, ..., inputs]' }
  }

  override build(inputShape: BatchShape): void {
    const inputs = knownSize(this.title, inputShape, -1, 'inputs')
    this.inputSpec = { minRank: 2, axes: { [-1]: inputs }, form: '[batch, ..., inputs]' }
    this.kernel = this.addWeight({ name: 'kernel', shape: [inputs, this.units], ...this.kernelSettings })
    if (this.useBias) this.bias = this.addWeight({ name: 'bias', shape: [this.units], ...this.biasSettings })
  }

  override call(inputs: Tensor): Tensor {
    const [kernel] = this.ownBuiltWeights
    const size = inputs.shape[inputs.rank - 1]
    const rows = reshape(cast(inputs, 'float32'), [-1, size])
    const product = matmul(rows, kernel.value())
    const sums = this.bias ? add(product, this.bias.value()) : product
    return activate(this.title, this.activation, reshape(sums, [...inputs.shape.slice(0, -1), this.units]))
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
      ...weightConfig('kernel', this.kernelSettings),
      ...weightConfig('bias', this.biasSettings),
    }
  }
}

/** A fully connected layer: see `Dense`. */
export const dense = (units: number, options?: DenseOptions): Dense => new Dense(units, options)
