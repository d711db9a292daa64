import {
  type ActivationFunction,
  type ActivationLike,
  getActivation,
  serializeActivation,
} from '../../activations/get.js'
import type { ConstraintLike } from '../../constraints/get.js'
import { ArgumentError } from '../../errors.js'
import type { Tensor } from '../../graph/tensor.js'
import type { Variable } from '../../graph/variable.js'
import type { InitializerLike } from '../../initializers/get.js'
import { concatenate } from '../../ops/concatenate.js'
import { foldIn } from '../../ops/foldIn.js'
import { greaterEqual } from '../../ops/greaterEqual.js'
import { keyFromSeed } from '../../ops/hostRandom.js'
import { matmul } from '../../ops/matmul.js'
import { multiply } from '../../ops/multiply.js'
import { randomUniform } from '../../ops/randomUniform.js'
import { split } from '../../ops/split.js'
import { where } from '../../ops/where.js'
import type { RegularizerLike } from '../../regularizers/get.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import { show } from '../../utils/show.js'
import type { BatchShape } from '../batchShape.js'
import type { CallContext } from '../callContext.js'
import { integer } from '../checks.js'
import { knownSize } from '../knownSize.js'
import type { LayerOptions } from '../layer.js'
import {
  type BiasOptions,
  biasOptions,
  biasSettings,
  type KernelOptions,
  kernelOptions,
  kernelSettings,
  type WeightSettings,
  weightConfig,
  weightSettings,
} from '../weightSettings.js'
import { RecurrentCell } from './recurrentCell.js'

/** Options of all cells of Keras. */
export interface CellOptions extends LayerOptions, KernelOptions, BiasOptions {
  /** Of new states. Default: `'tanh'`. */
  readonly activation?: ActivationLike
  /** Default: true. */
  readonly useBias?: boolean
  /** Of the kernel for the states. Default: `'orthogonal'`. */
  readonly recurrentInitializer?: InitializerLike
  /** A penalty for the recurrent kernel. Default: none. */
  readonly recurrentRegularizer?: RegularizerLike
  /** What the recurrent kernel must satisfy after each update. Default: none. */
  readonly recurrentConstraint?: ConstraintLike
  /** Which part of the inputs is dropped in training, the same ones at all steps. From 0 to 1. Default: 0. */
  readonly dropout?: number
  /** Which part of the states is dropped in training, the same ones at all steps. From 0 to 1. Default: 0. */
  readonly recurrentDropout?: number
  /** Fixes the masks of dropout, whatever the model's seed. */
  readonly seed?: number
}

/** Factors for dropout: one tensor, or one for each gate. Absent: nothing is dropped. */
export type DropoutMasks = readonly Tensor[] | undefined

/**
 * What Keras's cells share: a kernel `[features, gates * units]` for the inputs, a recurrent one `[units, gates * units]` for
 * the state, a bias, and dropout whose masks stay the same along a sequence.
 *
 * Source of the dropout: Gal and Ghahramani, A theoretically grounded application of dropout in recurrent neural networks, 2016.
 */
export abstract class GatedCell extends RecurrentCell {
  static override readonly positional = ['units']
  static override readonly options: OptionKeys<CellOptions> = {
    ...RecurrentCell.options,
    ...kernelOptions,
    ...biasOptions,
    activation: true,
    useBias: true,
    recurrentInitializer: true,
    recurrentRegularizer: true,
    recurrentConstraint: true,
    dropout: true,
    recurrentDropout: true,
    seed: true,
  }

  override readonly stateSizes: readonly number[]
  /** What kernels have in front of inputs and outputs: of a convolution, the sizes of its window. */
  readonly kernelSize: readonly number[] = []
  readonly units: number
  readonly activation: ActivationFunction
  readonly useBias: boolean
  readonly dropout: number
  readonly recurrentDropout: number
  readonly seed: number | undefined
  readonly kernelSettings: WeightSettings
  readonly recurrentSettings: WeightSettings
  readonly biasSettings: WeightSettings
  /** `[features, gates * units]`, once built. */
  kernel: Variable | undefined
  /** `[units, gates * units]`, once built. */
  recurrentKernel: Variable | undefined
  /** `[gates * units]`, once built and if asked for. */
  bias: Variable | undefined

  constructor(
    readonly gates: number,
    states: number,
    units: number,
    options: CellOptions,
  ) {
    super(options)
    this.units = integer(units, `${this.title}: units`)
    this.stateSizes = new Array<number>(states).fill(this.units)
    this.activation = getActivation(options.activation ?? 'tanh')
    this.useBias = options.useBias ?? true
    this.dropout = this.rate('dropout', options.dropout)
    this.recurrentDropout = this.rate('recurrentDropout', options.recurrentDropout)
    if (options.seed !== undefined) keyFromSeed(options.seed)
    this.seed = options.seed
    this.kernelSettings = kernelSettings(options)
    this.recurrentSettings = weightSettings(
      options.recurrentInitializer ?? 'orthogonal',
      options.recurrentRegularizer,
      options.recurrentConstraint,
    )
    this.biasSettings = biasSettings(options)
  }

  private rate(option: string, value = 0): number {
    if (value >= 0 && value <= 1) return value
    throw new ArgumentError(`${this.title}: ${option}: expected a rate from 0 to 1, received ${show(value)}.`)
  }

  override build([inputShape]: readonly BatchShape[]): void {
    const features = knownSize(this.title, inputShape, -1, 'features')
    const width = this.gates * this.units
    this.kernel = this.addWeight({
      name: 'kernel',
      shape: [...this.kernelSize, features, width],
      ...this.kernelSettings,
    })
    this.recurrentKernel = this.addWeight({
      name: 'recurrent_kernel',
      shape: [...this.kernelSize, this.units, width],
      ...this.recurrentSettings,
    })
    if (this.useBias) {
      const initializer = this.biasInitializer()
      this.bias = this.addWeight({ name: 'bias', shape: this.biasShape(), ...this.biasSettings, initializer })
    }
  }

  protected biasShape(): readonly number[] {
    return [this.gates * this.units]
  }

  protected biasInitializer(): InitializerLike {
    return this.biasSettings.initializer
  }

  override call([inputs, ...states]: readonly Tensor[], context: CallContext): readonly Tensor[] {
    const pass = this.pass(context, inputs.shape)
    const step = pass.step(pass.project(inputs), states)
    return [step.output, ...step.states]
  }

  /**
   * The factors for dropout in one pass: 0, or `1 / (1 - rate)`. As in Keras, each gate has masks of its own where
   * states are dropped too.
   */
  dropoutMasks(
    { training, random }: CallContext,
    inputShape: readonly number[],
  ): { readonly inputs: DropoutMasks; readonly states: DropoutMasks } {
    const active = training && (this.dropout > 0 || this.recurrentDropout > 0)
    if (!active) return { inputs: undefined, states: undefined }
    const key = random.next(this.seed)
    const count = this.recurrentDropout > 0 ? this.gates : 1
    const draw = (rate: number, shape: readonly number[], index: number): DropoutMasks => {
      if (rate === 0) return undefined
      const sizes = shape.with(-1, count * shape[shape.length - 1])
      const kept = greaterEqual(randomUniform(foldIn(key, index), sizes), rate)
      // With a rate of 1 nothing is kept, and the factor must not be infinite.
      return split(where(kept, rate < 1 ? 1 / (1 - rate) : 0, 0), count, -1)
    }
    const [stateShape] = this.stateShapes(inputShape) as readonly (readonly number[])[]
    return { inputs: draw(this.dropout, inputShape, 0), states: draw(this.recurrentDropout, stateShape, 1) }
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      units: this.units,
      activation: serializeActivation(this.activation),
      use_bias: this.useBias,
      ...weightConfig('kernel', this.kernelSettings),
      ...weightConfig('recurrent', this.recurrentSettings),
      ...weightConfig('bias', this.biasSettings),
      dropout: this.dropout,
      recurrent_dropout: this.recurrentDropout,
      seed: this.seed ?? null,
    }
  }
}

/**
 * `x kernel`, where what is dropped of `x` may differ between the gates, whose kernels stand side by side along the last axis.
 * @param product default: that of matrices
 */
export function droppedProduct(
  x: Tensor,
  kernel: Tensor,
  masks: DropoutMasks,
  product: (x: Tensor, kernel: Tensor) => Tensor = matmul,
): Tensor {
  if (!masks) return product(x, kernel)
  if (masks.length === 1) return product(multiply(x, masks[0]), kernel)
  const kernels = split(kernel, masks.length, -1)
  return concatenate(masks.map((mask, gate) => product(multiply(x, mask), kernels[gate])))
}
