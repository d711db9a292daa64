import { expect, it } from 'vitest'
import { constant } from '../graph/node.js'
import { writeReadings } from './readings.js'

const images = (count: number) =>
  constant(new Uint8Array(count * 28 * 28).fill(255), [count, 28, 28, 1], 'uint8')

async function written(
  labels: readonly number[],
  probabilities: readonly (readonly number[])[],
  columns = 80,
) {
  let text = ''
  const stream = { columns, write: (part: string) => (text += part) }
  const data = {
    images: images(labels.length),
    labels: constant(Uint8Array.from(labels), [labels.length], 'uint8'),
  }
  const classes = probabilities[0].length
  const table = constant(Float32Array.from(probabilities.flat()), [labels.length, classes], 'float32')
  await writeReadings(stream, data, table)
  return text.split('\n').map((line) => line.trim().split(/\s{3,}/))
}

it('shows readings, how sure the network is, and what it misread', async () => {
  const lines = await written(
    [2, 0, 1],
    [
      [0, 0.25, 0.75],
      [0.1, 0.2, 0.7],
      [0, 0.9999, 0.0001],
    ],
  )
  expect(lines).toContainEqual(['2  75.0 %', '2, is 0', '1  99.9 %'])
  expect(lines).toContainEqual(['Misread: 1 of 3, for example'])
  expect(lines).toContainEqual(['2, is 0'])
})

it('shows as many as fit, five at most', async () => {
  const sure = Array.from({ length: 9 }, () => [1, 0])
  const zeros = new Array<number>(9).fill(0)
  expect(await written(zeros, sure, 50)).toContainEqual(new Array(3).fill('0  99.9 %'))
  expect(await written(zeros, sure, 300)).toContainEqual(new Array(5).fill('0  99.9 %'))
})
