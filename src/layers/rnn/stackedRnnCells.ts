import { ArgumentError } from '../../errors.js'
import type { Tensor } from '../../graph/tensor.js'
import type { Config } from '../../utils/config.js'
import type { BatchShape } from '../batchShape.js'
import type { CallContext } from '../callContext.js'
import type { LayerOptions } from '../layer.js'
import { layerFromConfig } from '../registry.js'
import { serializeSettings } from '../serializeLayer.js'
import { type CellPass, RecurrentCell } from './recurrentCell.js'

const outputSizeOf = (cell: RecurrentCell): number => cell.outputSize ?? cell.stateSizes[0]

/**
 * Cells on top of each other: each takes the output of the one below at the same step (Keras's `StackedRNNCells`). The states
 * are those of the first cell, then those of the second, and so on.
 */
export class StackedRNNCells extends RecurrentCell {
  static override readonly className = 'StackedRNNCells'
  static override readonly samplewise = true
  static override readonly positional = ['cells']

  override readonly stateSizes: readonly number[]
  override readonly outputSize: number
  readonly cells: readonly RecurrentCell[]

  constructor(cells: readonly RecurrentCell[], options: LayerOptions = {}) {
    super(options)
    if (cells.length === 0)
      throw new ArgumentError(`${this.title}: expected one cell at least, received none.`)
    this.cells = cells
    this.stateSizes = cells.flatMap((cell) => cell.stateSizes)
    this.outputSize = outputSizeOf(cells[cells.length - 1])
  }

  override build([inputShape]: readonly BatchShape[]): void {
    let shape = inputShape
    for (const cell of this.cells) {
      const states = cell.stateSizes.map((size): BatchShape => [shape[0], size])
      if (!cell.built) cell.build([shape, ...states])
      shape = [shape[0], outputSizeOf(cell)]
    }
  }

  override pass(context: CallContext, [batch, features]: readonly number[]): CellPass {
    const passes = this.cells.map((cell, i) =>
      cell.pass(context, [batch, i === 0 ? features : outputSizeOf(this.cells[i - 1])]),
    )
    return {
      project: (inputs) => passes[0].project(inputs),
      step: (projected, states) => {
        const remaining = [...states]
        const next: Tensor[] = []
        let output = projected
        passes.forEach((pass, i) => {
          const own = remaining.splice(0, this.cells[i].stateSizes.length)
          const step = pass.step(i === 0 ? output : pass.project(output), own)
          next.push(...step.states)
          output = step.output
        })
        return { output, states: next }
      },
    }
  }

  override call([inputs, ...states]: readonly Tensor[], context: CallContext): readonly Tensor[] {
    const pass = this.pass(context, inputs.shape)
    const step = pass.step(pass.project(inputs), states)
    return [step.output, ...step.states]
  }

  override getConfig(): Config {
    return { ...super.getConfig(), cells: this.cells.map((cell) => serializeSettings(cell)) }
  }

  static override fromConfig(config: Config): StackedRNNCells {
    const { cells, name } = config as unknown as {
      readonly cells: readonly { readonly class_name: string; readonly config: Config }[]
      readonly name?: string
    }
    return new StackedRNNCells(
      cells.map((cell) => layerFromConfig(cell) as unknown as RecurrentCell),
      { name },
    )
  }
}

/** Cells on top of each other: see `StackedRNNCells`. */
export const stackedRnnCells = (cells: readonly RecurrentCell[], options?: LayerOptions): StackedRNNCells =>
  new StackedRNNCells(cells, options)
