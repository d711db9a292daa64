import { ArgumentError } from '../../errors.js'
import type { Tensor } from '../../graph/tensor.js'
import { type Config, optionsOf } from '../../utils/config.js'
import { show } from '../../utils/show.js'
import { layerFromConfig } from '../registry.js'
import { serializeSettings } from '../serializeLayer.js'
import type { Tensors } from '../tensors.js'
import { RecurrentCell } from './recurrentCell.js'
import { RecurrentLayer, type RecurrentOptions, type TakesStates } from './recurrentLayer.js'
import { StackedRNNCells } from './stackedRnnCells.js'

/**
 * Runs a cell, or several on top of each other, along sequences (Keras's `RNN`).
 *
 * Input `[batch, time, features]`, or a list of it and the first states; output `[batch, units]` of the last step, or
 * `[batch, time, units]` of all.
 *
 * @example layers.rnn([layers.lstmCell(32), layers.lstmCell(32)])
 */
export class RNN<Out extends Tensors = Tensor> extends RecurrentLayer<Out> {
  static override readonly className = 'RNN'
  static override readonly samplewise = true
  static override readonly positional = ['cell']

  constructor(cell: RecurrentCell | readonly RecurrentCell[], options: RecurrentOptions = {}) {
    super(checkedCell(cell), options)
  }

  override getConfig(): Config {
    return { ...this.sequenceConfig(), cell: serializeSettings(this.cell) }
  }

  static override fromConfig(config: Config): RNN<Tensors> {
    const cell = config.cell as { readonly class_name: string; readonly config: Config }
    return new RNN<Tensors>(
      layerFromConfig(cell) as unknown as RecurrentCell,
      optionsOf(config, ['cell', 'dtype']),
    )
  }
}

/** @throws ArgumentError unless it is a cell, or a list of cells */
function checkedCell(cell: RecurrentCell | readonly RecurrentCell[]): RecurrentCell {
  const wrong = [cell].flat().find((each) => !(each instanceof RecurrentCell))
  if (wrong !== undefined || cell === undefined) {
    throw new ArgumentError(
      `RNN: expected a cell, such as layers.lstmCell(32), or a list of cells, received ${show(wrong)}.`,
    )
  }
  return Array.isArray(cell) ? new StackedRNNCells(cell) : (cell as RecurrentCell)
}

/** A recurrent layer of a cell: see `RNN`. */
export function rnn(
  cell: RecurrentCell | readonly RecurrentCell[],
  options: RecurrentOptions & { readonly returnState: true },
): TakesStates<RNN<readonly Tensor[]>, readonly Tensor[]>
export function rnn(
  cell: RecurrentCell | readonly RecurrentCell[],
  options?: RecurrentOptions,
): TakesStates<RNN, Tensor>
export function rnn(cell: RecurrentCell | readonly RecurrentCell[], options?: RecurrentOptions): unknown {
  return new RNN(cell, options)
}
