import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Tensor } from '../graph/tensor.js'
import { flatTensors, isTensor, type Tensors } from '../layers/tensors.js'
import { type AnyModel, loadModel, type Model } from '../models/index.js'
import { batchOf } from './batches.js'
import { compareAll, type Measurement, type Named, singleOpLimit } from './compare.js'
import { weightsOf } from './compareRun.js'
import { type FileForm, type FileModel, stepsAfter, stepsBefore } from './fileModels/fileModel.js'
import { Scale } from './fileModels/graphs.js'
import { HostTensor } from './hostTensor.js'
import type { KerasPeer } from './kerasPeer.js'
import { floats } from './samples.js'

const steps = stepsBefore + stepsAfter

/** How far models may be from each other after they were trained further on both sides. */
const trainedLimit = 1e-4

/** What a model gives as it stands in a file, and what becomes of it by the steps that follow. */
interface FileState {
  readonly predictions: readonly HostTensor[]
  readonly losses: HostTensor
  readonly weights: readonly HostTensor[]
  readonly predictionsAfter: readonly HostTensor[]
}

const weightsForm = '.weights.h5'

/** A model as a user has it who does not care what it takes and gives. */
type OpenModel = Model<Tensor, Tensor>

/** Keras trains a model and writes it in all its forms; Gradus reads each, predicts and trains on. */
export async function compareReading(
  peer: KerasPeer,
  model: FileModel,
  forms: readonly FileForm[],
): Promise<Measurement[]> {
  return inFolder(async (folder) => {
    const request = { model: model.name, folder, forms, ...dataOf(model) }
    const keras = await peer.ask<FileState>('write', request)
    const measured: Measurement[] = []
    for (const form of forms) {
      if (form === weightsForm) continue
      const loaded = await loadModel(join(folder, `model${form}`), { customObjects: { Scale } })
      measured.push(...(await compareStates(form, await stateOf(loaded, model), keras, model)))
    }
    if (!forms.includes(weightsForm)) return measured
    const filled = (await model.make()) as OpenModel
    await filled.predictOnBatch(sampleOf(model))
    await filled.loadWeights(join(folder, `model${weightsForm}`))
    const predictions = await predictionsOf(filled, model)
    return [...measured, ...(await comparePredictions(weightsForm, predictions, keras.predictions))]
  })
}

/** Forms of files of Gradus, by what Keras makes of them. */
export interface WrittenForms {
  /** Read as whole models, and trained on. */
  readonly whole: readonly FileForm[]
  /** Of which the weights are read, into a model that is made in Keras. */
  readonly filled: readonly FileForm[]
}

/** Gradus trains a model and writes it; Keras reads each file, predicts and, where it is a whole model, trains on. */
export async function compareWriting(
  peer: KerasPeer,
  model: FileModel,
  { whole, filled }: WrittenForms,
): Promise<Measurement[]> {
  return inFolder(async (folder) => {
    const made = (await model.make()) as OpenModel
    await train(made, model, 0, stepsBefore)
    const pathOf = (form: FileForm) => join(folder, `model${form}`)
    for (const form of new Set([...whole, ...filled])) {
      await (form === weightsForm ? made.saveWeights(pathOf(form)) : made.save(pathOf(form)))
    }
    const gradus = await stateOf(made, model)
    const measured: Measurement[] = []
    for (const form of whole) {
      const keras = await peer.ask<FileState>('read', { path: pathOf(form), ...dataOf(model) })
      measured.push(...(await compareStates(form, gradus, keras, model)))
    }
    for (const form of filled) {
      const request = { model: model.name, path: pathOf(form), ...dataOf(model) }
      const { predictions } = await peer.ask<Pick<FileState, 'predictions'>>('read_weights', request)
      measured.push(...(await comparePredictions(`weights in ${form}`, gradus.predictions, predictions)))
    }
    return measured
  })
}

const dataOf = ({ x, y }: FileModel) => ({ x, y, before: stepsBefore, after: stepsAfter })

const sampleOf = ({ x }: FileModel): Tensor => batchOf(x, 0, steps)

async function inFolder<T>(body: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'gradus-files-'))
  try {
    return await body(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Trains from one step up to another, and gives each step's loss before its update. */
async function train(model: OpenModel, { x, y }: FileModel, from: number, to: number): Promise<HostTensor> {
  const losses = new Float32Array(to - from)
  for (let step = from; step < to; step++) {
    const { loss } = await model.trainOnBatch(batchOf(x, step, steps), batchOf(y, step, steps))
    losses[step - from] = loss
  }
  return floats([to - from], losses)
}

async function stateOf(model: OpenModel, from: FileModel): Promise<FileState> {
  return {
    predictions: await predictionsOf(model, from),
    losses: await train(model, from, stepsBefore, steps),
    weights: await weightsOf(model as unknown as AnyModel),
    predictionsAfter: await predictionsOf(model, from),
  }
}

/** Of each output; those with names in the order of the names. */
async function predictionsOf(model: OpenModel, from: FileModel): Promise<HostTensor[]> {
  // A model of several outputs gives a list or an object, which the type of one model cannot say.
  const given = (await model.predictOnBatch(sampleOf(from))) as Tensors
  const listed =
    isTensor(given) || Array.isArray(given)
      ? flatTensors(given)
      : Object.entries(given as Readonly<Record<string, Tensor>>)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([, tensor]) => tensor)
  return Promise.all(
    listed.map(async (tensor) => floats(tensor.shape, (await tensor.data()) as Float32Array)),
  )
}

const comparePredictions = (form: string, gradus: readonly HostTensor[], keras: readonly HostTensor[]) =>
  compareExactly(
    numbered(`${form}: prediction`, gradus),
    numbered(`${form}: prediction`, keras),
    singleOpLimit,
  )

async function compareStates(
  form: string,
  gradus: FileState,
  keras: FileState,
  { trains = true }: FileModel,
): Promise<Measurement[]> {
  const atFirst = await comparePredictions(form, gradus.predictions, keras.predictions)
  if (!trains) return atFirst
  const later = (state: FileState): Named => ({
    [`${form}: losses of ${stepsAfter} steps`]: new HostTensor(
      'float64',
      state.losses.shape,
      state.losses.data,
    ),
    ...numbered(`${form}: trained prediction`, state.predictionsAfter),
    ...numbered(`${form}: trained weight`, state.weights),
  })
  return [...atFirst, ...(await compareExactly(later(gradus), later(keras), trainedLimit))]
}

const numbered = (what: string, tensors: readonly HostTensor[]): Named =>
  Object.fromEntries(tensors.map((tensor, i) => [`${what} ${i}`, tensor]))

/** What Keras says is what is right: a file means one model. */
const compareExactly = (gradus: Named, keras: Named, limit: number): Promise<Measurement[]> =>
  compareAll(gradus, keras, async () => keras, limit)
