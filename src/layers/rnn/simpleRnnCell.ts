import { add } from '../../ops/add.js'
import type { CallContext } from '../callContext.js'
import { type CellOptions, droppedProduct, GatedCell } from './gatedCell.js'
import type { CellPass } from './recurrentCell.js'

/**
 * One step of `SimpleRNN`: `h' = activation(x kernel + h recurrentKernel + bias)` (Keras's `SimpleRNNCell`).
 * Kernel `[features, units]`, recurrent kernel `[units, units]`, bias `[units]`; one state, which is the output.
 */
export class SimpleRNNCell extends GatedCell {
  static override readonly className = 'SimpleRNNCell'
  static override readonly samplewise = true

  constructor(units: number, options: CellOptions = {}) {
    super(1, 1, units, options)
  }

  override pass(context: CallContext, inputShape: readonly number[]): CellPass {
    const [kernel, recurrentKernel, bias] = this.ownBuiltWeights.map((weight) => weight.value())
    const masks = this.dropoutMasks(context, inputShape)
    return {
      project: (inputs) => {
        const product = droppedProduct(inputs, kernel, masks.inputs)
        return bias ? add(product, bias) : product
      },
      step: (projected, [h]) => {
        const next = this.activation(add(projected, droppedProduct(h, recurrentKernel, masks.states)))
        return { output: next, states: [next] }
      },
    }
  }
}

/** One step of a simple recurrent layer: see `SimpleRNNCell`. */
export const simpleRnnCell = (units: number, options?: CellOptions): SimpleRNNCell =>
  new SimpleRNNCell(units, options)
