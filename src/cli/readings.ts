import type { LabelledImages } from '../data/datasets/labelledImages.js'
import type { Tensor } from '../graph/tensor.js'
import { type DrawnDigit, drawDigits, terminalColors } from './drawDigits.js'
import { bold, type CliStream, columnsOf } from './streams.js'

/** What a network read on one picture. */
interface Reading {
  readonly image: Uint8Array
  readonly label: number
  readonly digit: number
  /** The probability that the network gives its reading. */
  readonly probability: number
}

const shownInEachRow = 5
const pictureWidth = 16

/**
 * Draws the first test pictures, and the first of those that were misread, beside what the network says of each.
 * @param probabilities float32 `[n, classes]`
 */
export async function writeReadings(
  stream: CliStream,
  { images, labels }: LabelledImages,
  probabilities: Tensor,
): Promise<void> {
  const readings = readingsOf(
    (await images.data()) as Uint8Array,
    await labels.data(),
    (await probabilities.data()) as Float32Array,
  )
  const wrong = readings.filter(({ digit, label }) => digit !== label)
  const perRow = Math.max(1, Math.min(shownInEachRow, Math.floor((columnsOf(stream) + 2) / pictureWidth)))
  write(
    stream,
    'What the network reads on the first test pictures, and how sure it is:',
    readings.slice(0, perRow),
  )
  if (wrong.length === 0) return
  write(stream, `Misread: ${wrong.length} of ${readings.length}, for example`, wrong.slice(0, perRow))
}

function readingsOf(images: Uint8Array, labels: ArrayLike<number>, probabilities: Float32Array): Reading[] {
  const pixels = images.length / labels.length
  const classes = probabilities.length / labels.length
  return Array.from(labels, (label, i) => {
    const row = probabilities.subarray(i * classes, (i + 1) * classes)
    const probability = Math.max(...row)
    const image = images.subarray(i * pixels, (i + 1) * pixels)
    return { image, label, digit: row.indexOf(probability), probability }
  })
}

function write(stream: CliStream, title: string, readings: readonly Reading[]): void {
  const options = { columns: columnsOf(stream), colors: terminalColors(stream) }
  stream.write(`\n${bold(stream, title)}\n\n`)
  for (const line of drawDigits(readings.map(drawn), options)) stream.write(`${line}\n`)
}

function drawn({ image, label, digit, probability }: Reading): DrawnDigit {
  const correct = digit === label
  // 99.96 % is not yet certain.
  const percent = `${Math.min(99.9, Math.floor(probability * 1000) / 10).toFixed(1)} %`
  return { image, correct, caption: correct ? `${digit}  ${percent}` : `${digit}, is ${label}` }
}
