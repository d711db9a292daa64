import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ArgumentError } from '../../errors.js'
import { load } from './digits.js'
import type { LabelledImages } from './labelledImages.js'

const pixels = 28 * 28
const bytes = ({ images, labels }: LabelledImages) => ({
  images: images.knownData() as Uint8Array,
  labels: labels.knownData() as Uint8Array,
})
const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex')

describe('digits.load', () => {
  it('gives uint8 images [n, 28, 28, 1] and labels [n]', async () => {
    const { train, test } = await load({ train: 30, test: 0 })
    expect([train.images.shape, train.images.dtype]).toEqual([[30, 28, 28, 1], 'uint8'])
    expect([train.labels.shape, train.labels.dtype]).toEqual([[30], 'uint8'])
    expect([test.images.shape, test.labels.shape]).toEqual([[0, 28, 28, 1], [0]])
  })

  it('draws the same pictures as ever: their hash is part of the contract', async () => {
    const { train, test } = await load({ train: 2000, test: 500 })
    expect(sha256(bytes(train).images)).toBe(
      'd7694a8a299260d6d9c2faff31f89f65a078f38d620d590f5b64b0bf151de7b9',
    )
    expect(sha256(bytes(test).images)).toBe(
      '7116bdf496f47bb3d71d730c842981ce3ae428174d10d58f87d8eccae3f9bef0',
    )
    expect(Array.from(bytes(train).labels.subarray(0, 10))).toEqual([6, 7, 5, 9, 4, 8, 0, 1, 2, 3])
  })

  it('draws picture i alike, however many are drawn', async () => {
    const few = await load({ train: 37, test: 5, seed: 9 })
    const many = await load({ train: 2100, test: 64, seed: 9 })
    for (const part of ['train', 'test'] as const) {
      const small = bytes(few[part])
      const large = bytes(many[part])
      expect(large.images.subarray(0, small.images.length)).toEqual(small.images)
      expect(large.labels.subarray(0, small.labels.length)).toEqual(small.labels)
    }
  })

  it('never draws a picture twice: not in training, test or under another seed', async () => {
    const hashes = new Set<string>()
    for (const seed of [1, 2, 2 ** 40 + 1]) {
      const { train, test } = await load({ train: 1000, test: 1000, seed })
      for (const { images } of [bytes(train), bytes(test)]) {
        for (let k = 0; k < 1000; k++) hashes.add(sha256(images.subarray(k * pixels, (k + 1) * pixels)))
      }
    }
    expect(hashes.size).toBe(6000)
  })

  it('holds every class as often, in an order that varies', async () => {
    const { labels } = bytes((await load({ train: 1000, test: 0 })).train)
    const counts = new Array<number>(10).fill(0)
    for (const label of labels) counts[label]++
    expect(counts).toEqual(new Array(10).fill(100))
    const blocks = Array.from({ length: 100 }, (_, k) => labels.subarray(10 * k, 10 * k + 10).join())
    expect(new Set(blocks).size).toBe(100)
  })

  it('puts ink well inside the picture', async () => {
    const { images } = bytes((await load({ train: 1000, test: 0 })).train)
    let ink = 0
    let atEdge = 0
    for (let k = 0; k < images.length; k++) {
      const row = Math.floor((k % pixels) / 28)
      const column = k % 28
      if (images[k] < 128) continue
      ink++
      if (row === 0 || row === 27 || column === 0 || column === 27) atEdge++
    }
    // MNIST has ink in 13 % of its pixels.
    expect(ink / images.length).toBeGreaterThan(0.1)
    expect(ink / images.length).toBeLessThan(0.2)
    expect(atEdge / ink).toBeLessThan(0.01)
  })

  it('can be told apart by class means, yet not easily', async () => {
    const { train, test } = await load({ train: 3000, test: 1000 })
    const { images, labels } = bytes(train)
    const means = Array.from({ length: 10 }, () => new Float64Array(pixels))
    labels.forEach((label, k) => {
      for (let p = 0; p < pixels; p++) means[label][p] += images[k * pixels + p] / 300
    })
    const unseen = bytes(test)
    let right = 0
    unseen.labels.forEach((label, k) => {
      const distances = means.map((mean) =>
        mean.reduce((sum, value, p) => sum + (value - unseen.images[k * pixels + p]) ** 2, 0),
      )
      if (distances.indexOf(Math.min(...distances)) === label) right++
    })
    // MNIST: 82 %.
    expect(right / 1000).toBeGreaterThan(0.6)
    expect(right / 1000).toBeLessThan(0.9)
  })

  it('reports progress up to the whole', async () => {
    const seen: number[][] = []
    await load({ train: 1500, test: 10, onProgress: (drawn, total) => seen.push([drawn, total]) })
    expect(seen).toEqual([
      [1024, 1510],
      [1500, 1510],
      [1510, 1510],
    ])
  })

  it('ends when aborted', async () => {
    const abort = new AbortController()
    const drawing = load({
      train: 1e6,
      onProgress: () => abort.abort(new Error('enough')),
      signal: abort.signal,
    })
    await expect(drawing).rejects.toThrow('enough')
  })

  it.each([{ train: -1 }, { test: 1.5 }, { seed: -3 }, { seed: 2 ** 53 }, { train: Number.NaN }])(
    'refuses %o',
    async (options) => {
      const [[name, value]] = Object.entries(options)
      await expect(load(options)).rejects.toThrow(ArgumentError)
      await expect(load(options)).rejects.toThrow(`${name} must be a whole number from 0 to`)
      await expect(load(options)).rejects.toThrow(`received ${value}`)
    },
  )
})
