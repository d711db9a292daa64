import type { Tensor } from '../../graph/tensor.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import type { Tensors } from '../tensors.js'
import { cellOptions } from './cellOptions.js'
import { GRUCell, type GRUCellOptions } from './gruCell.js'
import { RecurrentLayer, type RecurrentOptions, type TakesStates } from './recurrentLayer.js'

export interface GRUOptions extends GRUCellOptions, RecurrentOptions {}

/**
 * Gated recurrent units: a recurrent layer whose state is blended with a candidate for it at each step (Keras's `GRU`).
 *
 * Input `[batch, time, features]`, or a list of it and the first state; output `[batch, units]` of the last step, or
 * `[batch, time, units]` of all. Formulas and weights as for `GRUCell`.
 *
 * Source: Cho et al., Learning phrase representations using RNN encoder-decoder for statistical machine translation, 2014.
 */
export class GRU<Out extends Tensors = Tensor> extends RecurrentLayer<Out, GRUCell> {
  static override readonly className = 'GRU'
  static override readonly samplewise = true
  static override readonly positional = ['units']
  static override readonly options: OptionKeys<GRUOptions> = { ...RecurrentLayer.options, ...GRUCell.options }

  constructor(units: number, options: GRUOptions = {}) {
    super(new GRUCell(units, cellOptions(options, new.target)), options)
  }

  get units(): number {
    return this.cell.units
  }

  override getConfig(): Config {
    return { ...this.cell.getConfig(), ...this.sequenceConfig() }
  }
}

/** What `gru` with `returnState` gives: the output and the last state(s). */
export type GRUOutputs = readonly [output: Tensor, h: Tensor]

/** Gated recurrent units: see `GRU`. @example layers.gru(64) */
export function gru(
  units: number,
  options: GRUOptions & { readonly returnState: true },
): TakesStates<GRU<GRUOutputs>, GRUOutputs>
export function gru(units: number, options?: GRUOptions): TakesStates<GRU, Tensor>
export function gru(units: number, options?: GRUOptions): unknown {
  return new GRU(units, options)
}
