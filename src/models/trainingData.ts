import { ArgumentError, ShapeError } from '../errors.js'
import { showShape } from '../graph/shape.js'
import { matches, reshapeHint, showBatchShape } from '../layers/batchShape.js'
import type { CompiledModel, Objective } from './compiledModel.js'
import { type DataInput, type DataSource, dataSource, sliceSource } from './dataSource.js'
import type { Model } from './model.js'

/** Samples and what the model should say of them. */
export interface LabeledData {
  readonly x: DataSource
  readonly y: DataSource
}

/** Samples for a model, which is built for their shape if it was not. */
export async function modelInputs(model: Model, value: DataInput, name: string): Promise<DataSource> {
  const x = await dataSource(value, name, model.builtInputShape)
  if (!model.built) model.build([null, ...x.shape.slice(1)])
  const expected = model.builtInputShape
  if (expected && !matches(x.shape, expected)) {
    throw new ShapeError(
      `${model.title}: expected ${name} of shape ${showBatchShape(expected)}, received ${showShape(x.shape)}. ` +
        reshapeHint(x.shape, expected),
    )
  }
  return x
}

/**
 * Samples and labels for a model.
 * @throws ArgumentError if their numbers differ
 */
export async function labeledData(
  model: Model,
  xValue: DataInput,
  yValue: DataInput,
  names: { readonly x: string; readonly y: string },
): Promise<LabeledData> {
  const x = await modelInputs(model, xValue, names.x)
  // A typed array of labels has one number for each sample, or one for each output.
  const isPerOutput = ArrayBuffer.isView(yValue) && (yValue as Uint8Array).length !== x.samples
  const y = await dataSource(yValue, names.y, isPerOutput ? model.outputShape : undefined)
  if (x.samples !== y.samples) {
    throw new ArgumentError(
      `${model.title}: expected as many labels as samples, received ${x.samples} samples in ${names.x} ` +
        `(${showShape(x.shape)}) and ${y.samples} labels in ${names.y} (${showShape(y.shape)}). Give one label for each sample, ` +
        'in the same order.',
    )
  }
  return { x, y }
}

/**
 * The loss and metrics for these labels, all of which are looked at once.
 * @throws GradusError saying what does not fit the loss or the model's output
 */
export function settleObjective(model: Model, compiled: CompiledModel, { y }: LabeledData): Objective {
  // The forms of loss and metrics depend on the last axis and the rank alone; an open axis before does not matter.
  const output = model.outputShape.map((size, axis) => (axis === 0 ? y.samples : (size ?? -1)))
  return compiled.objectiveFor(y.shape, output, (loss) => {
    if (!output.includes(-1)) loss.checkLabels(y, output)
  })
}

/**
 * The first part to train on and the tail to validate with, cut where Keras cuts:
 * `floor(samples * (1 - validationSplit))` in float64.
 * @throws ArgumentError if the fraction is outside [0, 1), or a part would be empty
 */
export function splitTail(
  { x, y }: LabeledData,
  validationSplit: number,
): readonly [LabeledData, LabeledData] {
  const samples = x.samples
  const cut = Math.floor(samples * (1 - validationSplit))
  if (cut === 0 || cut === samples) {
    throw new ArgumentError(
      `fit: validationSplit ${validationSplit} of ${samples} samples leaves ${cut} to train on and ${samples - cut} to ` +
        'validate with. Both need at least one: give more data or another fraction.',
    )
  }
  return [
    { x: sliceSource(x, 0, cut), y: sliceSource(y, 0, cut) },
    { x: sliceSource(x, cut, samples), y: sliceSource(y, cut, samples) },
  ]
}
