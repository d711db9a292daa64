/** Saving and loading in memory, in Node and in a page alike, so that files of each can be read by the other. */
import { configure } from '../graph/executor.js'
import * as layers from '../layers/index.js'
import { loadModel } from '../models/loadModel.js'
import type { ModelFormat, WeightsFormat } from '../models/saveModel.js'
import { type Sequential, sequential } from '../models/sequential.js'
import { tensor } from '../ops/tensor.js'
import { adam } from '../optimizers/index.js'

const modelFormats: readonly ModelFormat[] = ['keras', 'h5']
const weightsFormats: readonly WeightsFormat[] = ['weights.h5', 'safetensors']

/** Files by their formats, each as the numbers of its bytes. */
export type SampleFiles = Readonly<Record<string, readonly number[]>>

export interface SavingOutcome {
  readonly files: SampleFiles
  /** What the model that was saved predicts. */
  readonly predictions: readonly number[]
  /** What models predict that were read from the files, by their formats. */
  readonly loaded: Readonly<Record<string, readonly number[]>>
  /** The model as an ONNX file. */
  readonly onnx: readonly number[]
  /** What a page says of a path. */
  readonly pathRefused: string
}

const input = () =>
  tensor(
    Float32Array.from({ length: 4 * 36 }, (_, i) => Math.sin(i)),
    { shape: [4, 6, 6, 1] },
  )

const make = (): Sequential =>
  sequential(
    [
      layers.input([6, 6, 1]),
      layers.conv2d(3, 3, { activation: 'relu' }),
      layers.batchNormalization(),
      layers.flatten(),
      layers.dense(2, { activation: 'softmax' }),
    ],
    { seed: 3 },
  )

/** Trains a small network, saves it in each format, and reads all files again: these, or those of another engine. */
export async function runSavingSample(given?: SampleFiles): Promise<SavingOutcome> {
  await configure({ target: 'wasm', threads: 1 })
  const model = make()
  model.compile({ loss: 'sparse_categorical_crossentropy', optimizer: adam() })
  await model.trainOnBatch(input(), [0, 1, 1, 0])
  const files: Record<string, number[]> = {}
  for (const format of [...modelFormats, ...weightsFormats]) {
    files[format] = Array.from(await model.toBytes(format))
  }
  const source = given ?? files
  const loaded: Record<string, number[]> = {}
  for (const format of modelFormats) {
    loaded[format] = await predict(await loadModel<Sequential>(Uint8Array.from(source[format])))
  }
  for (const format of weightsFormats) {
    const other = make()
    await other.loadWeights(new Blob([Uint8Array.from(source[format])]))
    loaded[format] = await predict(other)
  }
  const pathRefused = await loadModel('some/model.keras').then(
    () => 'read',
    (error: Error) => error.message,
  )
  const predictions = await predict(model)
  const onnx = Array.from(await model.toBytes('onnx'))
  await configure({})
  return { files, predictions, loaded, onnx, pathRefused }
}

const predict = async (model: Sequential): Promise<number[]> =>
  Array.from(await (await model.predict(input(), { verbose: 0 })).data())
