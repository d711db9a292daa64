import { ArgumentError } from '../../errors.js'
import type { Tensor } from '../../graph/tensor.js'
import type { Structure } from '../../utils/structure.js'
import type { BatchShape } from '../batchShape.js'
import type { CallContext } from '../callContext.js'
import { requireCall } from '../checkOutputs.js'
import { Layer } from '../layer.js'
import { flatShapes, isShape } from '../tensors.js'

/** What one step of a cell gives. */
export interface CellStep {
  /** `[batch, outputSize]` */
  readonly output: Tensor
  /** `[batch, size]` for each of the cell's state sizes. */
  readonly states: readonly Tensor[]
}

/** One pass of a cell along a sequence: what holds for all its steps, such as dropout's masks, is made before the first. */
export interface CellPass {
  /** What can be computed of the inputs `[..., batch, features]` without the states: for all steps at once. */
  project(inputs: Tensor): Tensor
  /** One step, from a slice of what `project` gave and the states of the step before. */
  step(projected: Tensor, states: readonly Tensor[]): CellStep
}

/**
 * One step of a recurrent layer: takes a list of inputs `[batch, features]` and states, and gives a list of an output and the
 * next states. `RNN` runs it along sequences.
 *
 * A cell of your own states its `stateSizes`, and overrides `build` and `call`. Where part of the work does not depend on
 * the states, override `pass` too: that part is then done for all steps at once.
 *
 * @example
 * class Decay extends layers.RecurrentCell {
 *   stateSizes = [8]
 *   call([x, h]) { const next = ops.add(ops.multiply(h, 0.9), x); return [next, next] }
 * }
 */
export abstract class RecurrentCell extends Layer<readonly Tensor[], readonly Tensor[]> {
  /** The size of each state `[batch, size]`; all begin as zeros. */
  abstract readonly stateSizes: readonly number[]
  /** How many spatial axes stand between batch and features, of inputs and states alike. */
  readonly spatialRank: number = 0
  /** The size of the output, where it is not the first state. */
  readonly outputSize: number | undefined

  /** The shapes of the states for one step's inputs. */
  stateShapes([batch]: BatchShape): readonly BatchShape[] {
    return this.stateSizes.map((size) => [batch, size])
  }

  override checkInput(inputShapes: Structure<BatchShape>): void {
    const states = this.stateSizes.length
    if (!isShape(inputShapes) && flatShapes(inputShapes).length === states + 1) return
    throw new ArgumentError(
      `${this.title}: expected a list of inputs and ${states} state(s), as in cell([x, state]), received ` +
        `${isShape(inputShapes) ? 'one input' : `a list of ${flatShapes(inputShapes).length}`}. Along sequences layers.rnn(cell) runs it.`,
    )
  }

  /** @param inputShape shape of one step's inputs, `[batch, features]` */
  pass(context: CallContext, _inputShape: readonly number[]): CellPass {
    requireCall(this)
    return {
      project: (inputs) => inputs,
      step: (inputs, states) => {
        const [output, ...next] = this.call([inputs, ...states], context)
        return { output, states: next }
      },
    }
  }

  override computeOutputShape([inputShape]: readonly BatchShape[]): readonly BatchShape[] {
    const states = this.stateShapes(inputShape)
    return [this.outputSize === undefined ? states[0] : [inputShape[0], this.outputSize], ...states]
  }
}
