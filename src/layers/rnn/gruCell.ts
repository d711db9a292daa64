import {
  type ActivationFunction,
  type ActivationLike,
  getActivation,
  serializeActivation,
} from '../../activations/get.js'
import type { Tensor } from '../../graph/tensor.js'
import { add } from '../../ops/add.js'
import { multiply } from '../../ops/multiply.js'
import { reshape } from '../../ops/reshape.js'
import { split } from '../../ops/split.js'
import { subtract } from '../../ops/subtract.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import type { CallContext } from '../callContext.js'
import { type CellOptions, droppedProduct, GatedCell } from './gatedCell.js'
import type { CellPass } from './recurrentCell.js'

export interface GRUCellOptions extends CellOptions {
  /** Of the gates. Default: `'sigmoid'`. */
  readonly recurrentActivation?: ActivationLike
  /** Whether the reset gate is applied after the recurrent kernel (as cuDNN does), or to the state before. Default: true. */
  readonly resetAfter?: boolean
}

/**
 * One step of `GRU` (Keras's `GRUCell`). With kernels in three parts z, r, g, `s` the recurrent activation and `a` the activation:
 * `z = s(x Kz + h Uz + bz)`, `r = s(x Kr + h Ur + br)`, `g = a(x Kg + r (h Ug + bg') + bg)`, `h' = z h + (1 - z) g`; without
 * `resetAfter` `g = a(x Kg + (r h) Ug + bg)`.
 *
 * Kernel `[features, 3 units]`, recurrent kernel `[units, 3 units]`, bias `[2, 3 units]` (of the inputs, of the state), or
 * `[3 units]` without `resetAfter`. One state, which is the output.
 */
export class GRUCell extends GatedCell {
  static override readonly className = 'GRUCell'
  static override readonly samplewise = true
  static override readonly options: OptionKeys<GRUCellOptions> = {
    ...GatedCell.options,
    recurrentActivation: true,
    resetAfter: true,
  }

  readonly recurrentActivation: ActivationFunction
  readonly resetAfter: boolean

  constructor(units: number, options: GRUCellOptions = {}) {
    super(3, 1, units, options)
    this.recurrentActivation = getActivation(options.recurrentActivation ?? 'sigmoid')
    this.resetAfter = options.resetAfter ?? true
  }

  protected override biasShape(): readonly number[] {
    return this.resetAfter ? [2, 3 * this.units] : [3 * this.units]
  }

  override pass(context: CallContext, inputShape: readonly number[]): CellPass {
    const [kernel, recurrentKernel, bias] = this.ownBuiltWeights.map((weight) => weight.value())
    const masks = this.dropoutMasks(context, inputShape)
    const { units, activation, recurrentActivation } = this
    const [inputBias, recurrentBias] = bias ? this.biases(bias) : []
    const [gateKernel, candidateKernel] = split(recurrentKernel, [2 * units, units], 1)
    return {
      project: (inputs) => {
        const product = droppedProduct(inputs, kernel, masks.inputs)
        return inputBias ? add(product, inputBias) : product
      },
      step: (projected, [h]) => {
        const [ofGates, ofCandidate] = split(projected, [2 * units, units], 1)
        const blend = (z: Tensor, candidate: Tensor) => {
          const next = add(multiply(z, h), multiply(subtract(1, z), candidate))
          return { output: next, states: [next] }
        }
        if (this.resetAfter) {
          const product = droppedProduct(h, recurrentKernel, masks.states)
          const sums = recurrentBias ? add(product, recurrentBias) : product
          const [gates, candidate] = split(sums, [2 * units, units], 1)
          const [z, r] = split(recurrentActivation(add(ofGates, gates)), 2, 1)
          return blend(z, activation(add(ofCandidate, multiply(r, candidate))))
        }
        const gates = droppedProduct(h, gateKernel, masks.states?.slice(0, 2))
        const [z, r] = split(recurrentActivation(add(ofGates, gates)), 2, 1)
        const candidate = droppedProduct(multiply(r, h), candidateKernel, masks.states?.slice(2))
        return blend(z, activation(add(ofCandidate, candidate)))
      },
    }
  }

  /** What is added to the products of the inputs, and of the state. */
  private biases(bias: Tensor): Tensor[] {
    return this.resetAfter ? split(bias, 2).map((row) => reshape(row, [3 * this.units])) : [bias]
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      recurrent_activation: serializeActivation(this.recurrentActivation),
      reset_after: this.resetAfter,
    }
  }
}

/** One step of gated recurrent units: see `GRUCell`. */
export const gruCell = (units: number, options?: GRUCellOptions): GRUCell => new GRUCell(units, options)
