import {
  type ActivationFunction,
  type ActivationLike,
  getActivation,
  serializeActivation,
} from '../../activations/get.js'
import type { Tensor } from '../../graph/tensor.js'
import type { InitializerLike } from '../../initializers/get.js'
import { add } from '../../ops/add.js'
import { matmul } from '../../ops/matmul.js'
import { multiply } from '../../ops/multiply.js'
import { split } from '../../ops/split.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import type { CallContext } from '../callContext.js'
import { type CellOptions, droppedProduct, GatedCell } from './gatedCell.js'
import type { CellPass } from './recurrentCell.js'

export interface LSTMCellOptions extends CellOptions {
  /** Of the gates. Default: `'sigmoid'`. */
  readonly recurrentActivation?: ActivationLike
  /** The forget gate's bias begins as 1, so that states last at first. Default: true. */
  readonly unitForgetBias?: boolean
}

/** Weighted sums of a tensor's values, by a kernel. */
export type Product = (x: Tensor, kernel: Tensor) => Tensor

/**
 * One step of `LSTM` (Keras's `LSTMCell`). With `[i, f, g, o] = x kernel + h recurrentKernel + bias`, `s` the recurrent
 * activation and `a` the activation: `c' = s(f) c + s(i) a(g)`, `h' = s(o) a(c')`.
 *
 * Kernel `[features, 4 units]`, recurrent kernel `[units, 4 units]`, bias `[4 units]`, each in the order i, f, g, o. States:
 * `h`, which is the output, and `c`.
 */
export class LSTMCell extends GatedCell {
  static override readonly className: string = 'LSTMCell'
  static override readonly samplewise = true
  static override readonly options: OptionKeys<LSTMCellOptions> = {
    ...GatedCell.options,
    recurrentActivation: true,
    unitForgetBias: true,
  }

  readonly recurrentActivation: ActivationFunction
  readonly unitForgetBias: boolean
  /** The product of inputs, of one step or of all, and the kernel. */
  protected readonly ofInputs: Product = (x, kernel) => matmul(x, kernel)
  /** The product of the state and the recurrent kernel. */
  protected readonly ofStates: Product = (h, kernel) => matmul(h, kernel)

  constructor(units: number, options: LSTMCellOptions = {}) {
    super(4, 2, units, options)
    this.recurrentActivation = getActivation(options.recurrentActivation ?? 'sigmoid')
    this.unitForgetBias = options.unitForgetBias ?? true
  }

  protected override biasInitializer(): InitializerLike {
    const { initializer } = this.biasSettings
    if (!this.unitForgetBias) return initializer
    const part = (gates: number) => Array.from(initializer.generate([gates * this.units]))
    return () => [...part(1), ...new Array<number>(this.units).fill(1), ...part(2)]
  }

  override pass(context: CallContext, inputShape: readonly number[]): CellPass {
    const [kernel, recurrentKernel, bias] = this.ownBuiltWeights.map((weight) => weight.value())
    const masks = this.dropoutMasks(context, inputShape)
    return {
      project: (inputs) => {
        const product = droppedProduct(inputs, kernel, masks.inputs, this.ofInputs)
        return bias ? add(product, bias) : product
      },
      step: (projected, [h, c]) => {
        const sums = add(projected, droppedProduct(h, recurrentKernel, masks.states, this.ofStates))
        const [input, forget, candidate, output] = split(sums, 4, -1)
        const nextC = add(
          multiply(this.recurrentActivation(forget), c),
          multiply(this.recurrentActivation(input), this.activation(candidate)),
        )
        const nextH = multiply(this.recurrentActivation(output), this.activation(nextC))
        return { output: nextH, states: [nextH, nextC] }
      },
    }
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      recurrent_activation: serializeActivation(this.recurrentActivation),
      unit_forget_bias: this.unitForgetBias,
    }
  }
}

/** One step of a long short-term memory: see `LSTMCell`. */
export const lstmCell = (units: number, options?: LSTMCellOptions): LSTMCell => new LSTMCell(units, options)
