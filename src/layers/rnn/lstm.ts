import type { Tensor } from '../../graph/tensor.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import type { Tensors } from '../tensors.js'
import { cellOptions } from './cellOptions.js'
import { LSTMCell, type LSTMCellOptions } from './lstmCell.js'
import { RecurrentLayer, type RecurrentOptions, type TakesStates } from './recurrentLayer.js'

export interface LSTMOptions extends LSTMCellOptions, RecurrentOptions {}

/**
 * Long short-term memory: a recurrent layer whose state `c` is changed by gates alone, so that it can last (Keras's `LSTM`).
 *
 * Input `[batch, time, features]`, or a list of it and the first `h` and `c`; output `[batch, units]` of the last step, or
 * `[batch, time, units]` of all. Formulas and weights as for `LSTMCell`.
 *
 * Source: Hochreiter and Schmidhuber, Long short-term memory, 1997.
 */
export class LSTM<Out extends Tensors = Tensor> extends RecurrentLayer<Out, LSTMCell> {
  static override readonly className = 'LSTM'
  static override readonly samplewise = true
  static override readonly positional = ['units']
  static override readonly options: OptionKeys<LSTMOptions> = {
    ...RecurrentLayer.options,
    ...LSTMCell.options,
  }

  constructor(units: number, options: LSTMOptions = {}) {
    super(new LSTMCell(units, cellOptions(options, new.target)), options)
  }

  get units(): number {
    return this.cell.units
  }

  override getConfig(): Config {
    return { ...this.cell.getConfig(), ...this.sequenceConfig() }
  }
}

/** What `lstm` with `returnState` gives: the output and the last state(s). */
export type LSTMOutputs = readonly [output: Tensor, h: Tensor, c: Tensor]

/** Long short-term memory: see `LSTM`. @example layers.lstm(64, { returnSequences: true }) */
export function lstm(
  units: number,
  options: LSTMOptions & { readonly returnState: true },
): TakesStates<LSTM<LSTMOutputs>, LSTMOutputs>
export function lstm(units: number, options?: LSTMOptions): TakesStates<LSTM, Tensor>
export function lstm(units: number, options?: LSTMOptions): unknown {
  return new LSTM(units, options)
}
