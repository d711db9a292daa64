import { Option } from 'commander'
import { digits, type ImageDataset, mnist } from '../data/datasets/index.js'
import type { LabelledImages } from '../data/datasets/labelledImages.js'
import type { TypedArray } from '../graph/dtype.js'
import { constant } from '../graph/node.js'
import { sizeOf } from '../graph/shape.js'
import type { Tensor } from '../graph/tensor.js'
import { oneOf } from './arguments.js'
import type { CliStream } from './streams.js'

export const datasetNames = ['digits', 'mnist'] as const
export type DatasetName = (typeof datasetNames)[number]

export const dataOption = (): Option =>
  oneOf(
    new Option('--data <name>', 'digits: drawn by Gradus, offline; mnist: local or downloaded'),
    datasetNames,
  ).default('digits')

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

const firstOf = (samples: LabelledImages, count: number): LabelledImages => samplesFrom(samples, 0, count)

/** Some of the samples from one on, not copied; fewer where there are no more. */
export const samplesFrom = (
  { images, labels }: LabelledImages,
  begin: number,
  count: number,
): LabelledImages => ({
  images: rows(images, begin, count),
  labels: rows(labels, begin, count),
})

/** Rows of loaded data, not copied. */
function rows(tensor: Tensor, begin: number, most: number): Tensor {
  const [all, ...row] = tensor.shape
  const count = Math.min(all - begin, most)
  const size = sizeOf(row)
  const data = tensor.knownData().subarray(begin * size, (begin + count) * size)
  return constant(data as TypedArray, [count, ...row], tensor.dtype)
}
