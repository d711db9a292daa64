import type { Tensor } from '../../graph/tensor.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import type { Tensors } from '../tensors.js'
import { cellOptions } from './cellOptions.js'
import type { CellOptions } from './gatedCell.js'
import { RecurrentLayer, type RecurrentOptions, type TakesStates } from './recurrentLayer.js'
import { SimpleRNNCell } from './simpleRnnCell.js'

export interface SimpleRNNOptions extends CellOptions, RecurrentOptions {}

/**
 * A fully connected recurrent layer: `h' = activation(x kernel + h recurrentKernel + bias)` at each step (Keras's `SimpleRNN`).
 *
 * Input `[batch, time, features]`, or a list of it and the first state; output `[batch, units]` of the last step, or
 * `[batch, time, units]` of all. Weights as for `SimpleRNNCell`.
 */
export class SimpleRNN<Out extends Tensors = Tensor> extends RecurrentLayer<Out, SimpleRNNCell> {
  static override readonly className = 'SimpleRNN'
  static override readonly samplewise = true
  static override readonly positional = ['units']
  static override readonly options: OptionKeys<SimpleRNNOptions> = {
    ...RecurrentLayer.options,
    ...SimpleRNNCell.options,
  }

  constructor(units: number, options: SimpleRNNOptions = {}) {
    super(new SimpleRNNCell(units, cellOptions(options, new.target)), options)
  }

  get units(): number {
    return this.cell.units
  }

  override getConfig(): Config {
    return { ...this.cell.getConfig(), ...this.sequenceConfig() }
  }
}

/** What `simpleRnn` with `returnState` gives: the output and the last state(s). */
export type SimpleRNNOutputs = readonly [output: Tensor, h: Tensor]

/** A fully connected recurrent layer: see `SimpleRNN`. @example layers.simpleRnn(32) */
export function simpleRnn(
  units: number,
  options: SimpleRNNOptions & { readonly returnState: true },
): TakesStates<SimpleRNN<SimpleRNNOutputs>, SimpleRNNOutputs>
export function simpleRnn(units: number, options?: SimpleRNNOptions): TakesStates<SimpleRNN, Tensor>
export function simpleRnn(units: number, options?: SimpleRNNOptions): unknown {
  return new SimpleRNN(units, options)
}
