import { Option } from 'commander'
import { digits, type ImageDataset, mnist } from '../data/datasets/index.js'
import type { LabelledImages } from '../data/datasets/labelledImages.js'
import type { TypedArray } from '../graph/dtype.js'
import { constant } from '../graph/node.js'
import { sizeOf } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import type { CliStream } from './streams.js'

export const datasetNames = ['digits', 'mnist'] as const
export type DatasetName = (typeof datasetNames)[number]

export const dataOption = (): Option =>
  new Option('--data <name>', 'digits: drawn by Gradus, offline; mnist: local or downloaded')
    .choices(datasetNames)
    .default('digits')

export interface LoadOptions {
  /** How many training samples are taken, if not all. */
  readonly limit?: number
  readonly signal: AbortSignal
  /** Where it is told how drawing gets on, if people watch. */
  readonly stream: CliStream
}

/** A data set by its name. */
export async function loadDataset(
  name: DatasetName,
  { limit, signal, stream }: LoadOptions,
): Promise<ImageDataset> {
  switch (name) {
    case 'mnist': {
      const { train, test } = await mnist.load({ signal })
      return { train: limit === undefined ? train : firstOf(train, limit), test }
    }
    case 'digits': {
      const live = stream.isTTY === true
      const loaded = await digits.load({
        ...(limit === undefined ? {} : { train: limit }),
        signal,
        onProgress: (drawn, total) => {
          if (live) stream.write(`\rDrawing digits: ${drawn} of ${total}`)
        },
      })
      if (live) stream.write('\r\x1b[K')
      return loaded
    }
  }
}

const firstOf = ({ images, labels }: LabelledImages, count: number): LabelledImages => ({
  images: firstRows(images, count),
  labels: firstRows(labels, count),
})

/** The first rows of loaded data, not copied. */
function firstRows(tensor: Tensor, count: number): Tensor {
  const shape = [Math.min(count, tensor.shape[0]), ...tensor.shape.slice(1)]
  return constant(tensor.knownData().subarray(0, sizeOf(shape)) as TypedArray, shape, tensor.dtype)
}
