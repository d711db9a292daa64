import { ArgumentError, ShapeError, StateError } from '../../errors.js'
import { sizeOf } from '../../graph/shape.js'
import type { Tensor } from '../../graph/tensor.js'
import { isTracing } from '../../graph/trace.js'
import { Variable } from '../../graph/variable.js'
import { cast } from '../../ops/cast.js'
import { flip } from '../../ops/flip.js'
import { loop } from '../../ops/loop.js'
import { reshape } from '../../ops/reshape.js'
import { sliceAxis } from '../../ops/slice.js'
import { squeeze } from '../../ops/squeeze.js'
import { zeros } from '../../ops/tensor.js'
import { moveAxis } from '../../ops/transpose.js'
import { where } from '../../ops/where.js'
import { serializeRegularizer } from '../../regularizers/get.js'
import type { OptionKeys } from '../../utils/checkOptions.js'
import type { Config } from '../../utils/config.js'
import type { Structure } from '../../utils/structure.js'
import type { BatchShape } from '../batchShape.js'
import type { CallableObject } from '../callable.js'
import type { CallContext } from '../callContext.js'
import type { CallForm } from '../callForm.js'
import type { InputSpec } from '../inputSpec.js'
import { Layer, type LayerOptions } from '../layer.js'
import { withMask } from '../masks.js'
import { spatialForm } from '../spatialForm.js'
import { flatShapes, isShape, isTensor, type ShapesOf, type Tensors } from '../tensors.js'
import type { RecurrentCell } from './recurrentCell.js'

/** Options of all recurrent layers. */
export interface RecurrentOptions extends LayerOptions {
  /** Give the outputs of all steps, `[batch, time, units]`, rather than of the last one. Default: false. */
  readonly returnSequences?: boolean
  /** Give a list of the output and the last states. Default: false. */
  readonly returnState?: boolean
  /** Go through the sequence from its end; outputs of all steps stand in that order too. Default: false. */
  readonly goBackwards?: boolean
  /** Of masked steps the output is 0, rather than that of the step before. Default: false. */
  readonly zeroOutputForMask?: boolean
  /**
   * Begin each batch with the last states of the one before, sample by sample, until `resetStates()`: batches are parts of long
   * sequences. All must have the size that is given to `layers.input(shape, { batchSize })`, and must not be shuffled. Default: false.
   */
  readonly stateful?: boolean
  /** Has no effect: the time to compile does not depend on a sequence's length. Default: false. */
  readonly unroll?: boolean
}

/** A recurrent layer that may be given a list of sequences and first states, too: `lstm([x, h, c])`. */
export type TakesStates<L, Out extends Tensors> = L & CallableObject<readonly Tensor[], Out>

/** Keras takes first states as an argument of their own. */
export const statesForm: CallForm = {
  names: ['sequences', 'initial_state'],
  positional: 1,
  takesRest: true,
}

/**
 * What recurrent layers share: a cell that is run along sequences `[batch, time, features]`, by one loop whatever their
 * length. The inputs of all steps are multiplied by the kernel at once before it.
 *
 * Steps that a mask leaves out change neither states nor output.
 */
export abstract class RecurrentLayer<
  Out extends Tensors = Tensor,
  Cell extends RecurrentCell = RecurrentCell,
> extends Layer<Tensor, Out> {
  static override readonly options: OptionKeys<RecurrentOptions> = {
    ...Layer.options,
    returnSequences: true,
    returnState: true,
    goBackwards: true,
    zeroOutputForMask: true,
    stateful: true,
    unroll: true,
  }
  override readonly callForm = statesForm
  readonly returnSequences: boolean
  readonly returnState: boolean
  readonly goBackwards: boolean
  readonly zeroOutputForMask: boolean
  readonly unroll: boolean
  readonly stateful: boolean
  /** The states between batches, of a stateful layer that is built. */
  private keptStates: readonly Variable[] = []

  constructor(
    readonly cell: Cell,
    options: RecurrentOptions,
  ) {
    super(options)
    this.returnSequences = options.returnSequences ?? false
    this.returnState = options.returnState ?? false
    this.goBackwards = options.goBackwards ?? false
    this.zeroOutputForMask = options.zeroOutputForMask ?? false
    this.unroll = options.unroll ?? false
    this.stateful = options.stateful ?? false
    this.supportsMasking = true
    this.inputSpec = this.sequenceSpec({})
  }

  /** Of a list, the first is the sequence; the others are states. */
  override checkInput(inputShape: Structure<BatchShape>): void {
    const [sequence, ...states] = flatShapes(inputShape)
    const count = this.cell.stateSizes.length
    if (!isShape(inputShape) && states.length !== count) {
      throw new ArgumentError(
        `${this.title}: expected a sequence, or a list of it and ${count} first state(s); received a list of ${states.length + 1}.`,
      )
    }
    super.checkInput(sequence)
  }

  override build(
    inputShape: BatchShape | readonly BatchShape[],
    givenShape: BatchShape | readonly BatchShape[] = inputShape,
  ): void {
    const step = stepShape(sequenceShape(inputShape))
    const features = step[step.length - 1]
    this.inputSpec = this.sequenceSpec(features === null ? {} : { [-1]: features })
    if (!this.cell.built) this.cell.build([step, ...this.cell.stateShapes(step)])
    if (this.stateful) this.keptStates = this.makeStates(stepShape(sequenceShape(givenShape)))
  }

  override get fixedBatchSize(): number | undefined {
    return this.keptStates.at(0)?.shape[0]
  }

  override resetStates(): void {
    for (const state of this.keptStates) state.write(new Float32Array(state.size))
  }

  override call(inputs: Tensor | readonly Tensor[], context: CallContext): Out {
    const [given, ...first] = isTensor(inputs) ? [inputs] : inputs
    const step = stepShape(given.shape) as number[]
    const { cell, returnSequences, zeroOutputForMask } = this
    const { mask } = context

    const pass = cell.pass(context, step)
    const projected = pass.project(moveAxis(cast(given, 'float32'), 1, 0))
    const counts = mask && moveAxis(reshape(mask, [...mask.shape, ...step.slice(1).map(() => 1)]), 1, 0)
    const states = first.length > 0 ? first : this.firstStates(step)
    // The output goes along the loop first: as the first state, or beside the states.
    const beside = cell.outputSize === undefined ? [] : [zeros([step[0], cell.outputSize])]
    const { carries, outputs } = loop(
      {
        initial: [...beside, ...states],
        sequences: counts ? [projected, counts] : [projected],
        reverse: this.goBackwards,
      },
      (carried, [slice, count]) => {
        const step = pass.step(slice, carried.slice(beside.length))
        const next = beside.length > 0 ? [step.output, ...step.states] : step.states
        const kept = count ? next.map((value, i) => where(count, value, carried[i])) : next
        return { carries: kept, outputs: returnSequences ? [kept[0]] : [] }
      },
    )
    const lastStates = carries.slice(beside.length)
    if (this.stateful) this.keep(lastStates)
    const output = returnSequences
      ? this.sequence(zeroOutputForMask && counts ? where(counts, outputs[0], 0) : outputs[0], mask)
      : zeroOutputForMask && counts
        ? where(this.lastOf(counts), carries[0], 0)
        : carries[0]
    return (this.returnState ? [output, ...lastStates] : output) as Out
  }

  private makeStates(step: BatchShape): Variable[] {
    if (step.slice(0, -1).includes(null)) {
      throw new ArgumentError(
        `${this.title}: a stateful layer has states for each sample of a batch, so it must know how many there are. Give the number in ` +
          `layers.input(shape, { batchSize })${this.cell.spatialRank > 0 ? ', and all sizes of the shape but that of time' : ''}.`,
      )
    }
    return this.cell.stateShapes(step).map((shape, i) => {
      const sizes = shape as readonly number[]
      return new Variable(new Float32Array(sizeOf(sizes)), sizes, {
        name: `${this.name}/state_${i}`,
        trainable: false,
      })
    })
  }

  /** Where nothing else is said: zeros, or what the batch before ended with. */
  private firstStates(step: readonly number[]): Tensor[] {
    if (!this.stateful) return this.cell.stateShapes(step).map((shape) => zeros(shape as readonly number[]))
    const [batch] = step
    const expected = this.fixedBatchSize
    if (batch !== expected) {
      throw new ShapeError(
        `${this.title}: expected batches of ${expected} samples, for which it keeps states; received one of ${batch}. Give batchSize: ` +
          `${expected} to fit, evaluate and predict, and a number of samples that divides by it.`,
      )
    }
    return this.keptStates.map((state) => state.value())
  }

  private keep(states: readonly Tensor[]): void {
    if (!isTracing()) {
      throw new StateError(
        `${this.title}: a stateful layer keeps its states from one step of a model to the next: call it in a model, with ` +
          'model.predictOnBatch(x) for a single batch. Outside of one, set returnState, and give the states to the next call.',
      )
    }
    states.forEach((state, i) => this.keptStates[i].assign(state))
  }

  /** The outputs of all steps, in the order in which they were computed. */
  private sequence(timeMajor: Tensor, mask: Tensor | undefined): Tensor {
    const sequence = moveAxis(this.goBackwards ? flip(timeMajor, 0) : timeMajor, 0, 1)
    return mask ? withMask(sequence, mask) : sequence
  }

  /** What a sequence `[time, ...]` has at the step that is computed last. */
  private lastOf(timeMajor: Tensor): Tensor {
    const at = this.goBackwards ? 0 : timeMajor.shape[0] - 1
    return squeeze(sliceAxis(timeMajor, 0, at, at + 1), 0)
  }

  override computeMask(_inputs: Tensor, mask: Tensor | undefined): Tensor | undefined {
    return this.returnSequences ? mask : undefined
  }

  override computeOutputShape(inputShape: BatchShape | readonly BatchShape[]): ShapesOf<Out> {
    const sequence = sequenceShape(inputShape)
    const [last, ...states] = this.cell.computeOutputShape([stepShape(sequence)])
    const output: BatchShape = this.returnSequences ? last.toSpliced(1, 0, sequence[1]) : last
    return (this.returnState ? [output, ...states] : output) as ShapesOf<Out>
  }

  private sequenceSpec(axes: Readonly<Record<number, number>>): InputSpec {
    const { spatialRank } = this.cell
    const step = spatialRank === 0 ? '[batch, features]' : spatialForm(spatialRank)
    return { rank: spatialRank + 3, axes, form: step.replace('[batch', '[batch, time') }
  }

  /** The settings apart from the cell. */
  protected sequenceConfig(): Config {
    return {
      ...super.getConfig(),
      return_sequences: this.returnSequences,
      return_state: this.returnState,
      go_backwards: this.goBackwards,
      stateful: this.stateful,
      unroll: this.unroll,
      zero_output_for_mask: this.zeroOutputForMask,
      activity_regularizer: serializeRegularizer(this.activityRegularizer),
    }
  }
}

/** The shape of one step of a sequence `[batch, time, ...]`. */
const stepShape = (sequence: BatchShape): BatchShape => sequence.toSpliced(1, 1)

const sequenceShape = (shape: BatchShape | readonly BatchShape[]): BatchShape => flatShapes(shape)[0]
