/** A sample of the engine's work that runs in Node and in a page alike, so that results can be compared. */
import * as digits from '../data/datasets/digits.js'
import { configure, getExecutor } from '../graph/executor.js'
import * as layers from '../layers/index.js'
import { sequential } from '../models/sequential.js'
import { adam } from '../optimizers/index.js'
import { detectFeatures } from '../targets/wasm/features.js'
import { traceCase } from './opCase.js'
import { opCases } from './opCases/index.js'

/** Of so many op cases, one is run. A prime, so that it is another shape of each op. */
const everyNth = 7

export interface SampleOutcome {
  readonly target: string
  readonly threads: number
  /** Whether multiply-adds round once. */
  readonly fused: boolean
  /** Elements of the results and gradients of each op case. */
  readonly ops: Readonly<Record<string, readonly number[][]>>
  /** Loss and accuracy of each epoch of a small network. */
  readonly history: Readonly<Record<string, readonly number[]>>
  /** What it then says of some digits. */
  readonly probabilities: readonly number[]
}

/** Runs op cases forward and backward, and trains a small convolutional network, on WebAssembly. */
export async function runEngineSample(threads: number): Promise<SampleOutcome> {
  await configure({ target: 'wasm', threads })
  const executor = await getExecutor()
  const ops: Record<string, number[][]> = {}
  for (const opCase of opCases.filter((_, i) => i % everyNth === 0)) {
    const { graph, inputs } = traceCase(opCase)
    const executable = await executor.compile({ graph, assignments: new Map() })
    ops[opCase.name] = (await executable.run(inputs)).map((data) => Array.from(data))
  }
  const trained = await train()
  const { target, threads: used } = executor.statistics
  await configure({})
  return { target, threads: used, fused: detectFeatures().relaxedMadd, ops, ...trained }
}

async function train(): Promise<Pick<SampleOutcome, 'history' | 'probabilities'>> {
  const { train, test } = await digits.load({ train: 200, test: 5, seed: 3 })
  const model = sequential(
    [
      layers.input([28, 28, 1]),
      layers.rescaling(1 / 255),
      layers.conv2d(6, 5, { strides: 2, activation: 'relu' }),
      layers.maxPooling2d(2),
      layers.flatten(),
      layers.dropout(0.2),
      layers.dense(10, { activation: 'softmax' }),
    ],
    { seed: 5 },
  )
  model.compile({ loss: 'sparse_categorical_crossentropy', optimizer: adam(), metrics: ['accuracy'] })
  const options = { batchSize: 32, epochs: 3, validationSplit: 0.2, seed: 7, verbose: 0 } as const
  const { history } = await model.fit(train.images, train.labels, options)
  const probabilities = await model.predict(test.images, { verbose: 0 })
  return { history, probabilities: Array.from(await probabilities.data()) }
}
