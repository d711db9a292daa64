import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { layers, models, ops } from '../index.js'
import { lookAtSvg } from '../testing/lookAtSvg.js'
import { featureMaps } from './featureMaps.js'
import { filters } from './filters.js'
import type { Picture } from './picture.js'
import { predictions } from './predictions.js'

/** A drawing's texts, and the pixels of its small pictures, the first channel of each, at the size that they had. */
async function look(picture: Picture, width: number) {
  const { all, texts } = lookAtSvg(await picture.toSVG())
  const images = await Promise.all(
    all('image').map(async (image) => {
      const bytes = Buffer.from(
        (image.getAttribute('href') ?? '').replace('data:image/png;base64,', ''),
        'base64',
      )
      const { info, data } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true })
      const factor = info.width / width
      const at = (x: number, y: number) =>
        data[((y + 0.5) * factor * info.width + (x + 0.5) * factor) * info.channels] ??
        data[(Math.floor((y + 0.5) * factor) * info.width + Math.floor((x + 0.5) * factor)) * info.channels]
      return Array.from({ length: width }, (_, y) => Array.from({ length: width }, (_, x) => at(x, y)))
    }),
  )
  return { texts, images }
}

async function network(kernel: number[][][][]) {
  const [inputs, outputs] = [kernel[0][0].length, kernel[0][0][0].length]
  const model = models.sequential([
    layers.input([3, 3, inputs]),
    layers.conv2d(outputs, 2, { name: 'edges', useBias: false }),
    layers.flatten({ name: 'flat' }),
  ])
  await model.setWeights([ops.tensor(kernel)])
  return model
}

/** Two filters of 2 x 2: one of left against right, one of a single weight. */
const kernel = [
  [[[1, 0]], [[-1, 0.5]]],
  [[[1, 0]], [[-1, 0]]],
]

describe('plot.filters', () => {
  it('draws each filter, 0 in grey, the greatest weight in white', async () => {
    const { texts, images } = await look(filters(await network(kernel)), 2)
    expect(texts).toEqual(['edges: 2 filters of 2 × 2 × 1', 'grey 0, black -1, white 1'])
    expect(images).toEqual([
      [
        [255, 0],
        [255, 0],
      ],
      [
        [128, 191],
        [128, 128],
      ],
    ])
  })

  it('has a row for each input channel, and leaves out what is more than asked for', async () => {
    const two = kernel.map((row) => row.map(([weights]) => [weights, weights.map((weight) => -weight)]))
    const { texts, images } = await look(filters(await network(two), { maxFilters: 1 }), 2)
    expect(texts[0]).toBe('edges: the first 1 of 2 filters of 2 × 2 × 2')
    expect(images).toEqual([
      [
        [255, 0],
        [255, 0],
      ],
      [
        [0, 255],
        [0, 255],
      ],
    ])
  })

  it('takes a layer itself', async () => {
    const { texts } = await look(filters((await network(kernel)).getLayer('edges')), 2)
    expect(texts[0]).toContain('edges')
  })

  it('refuses what has no filters', async () => {
    await expect(filters(await network(kernel), { layer: 'edge' }).toSVG()).rejects.toThrow(
      "Did you mean 'edges'?",
    )
    await expect(filters((await network(kernel)).getLayer('flat')).toSVG()).rejects.toThrow(
      'expected a layer with a kernel',
    )
    await expect(filters(layers.conv2d(3, 3)).toSVG()).rejects.toThrow('such as a built conv2d')
    await expect(filters(undefined as never).toSVG()).rejects.toThrow('received undefined')
    const broken = kernel.map((row) => row.map(([weights]) => [weights.map(() => Number.NaN)]))
    await expect(filters(await network(broken)).toSVG()).rejects.toThrow('numbers that are not finite')
  })
})

describe('plot.featureMaps', () => {
  const picture = [
    [
      [0, 0, 1],
      [0, 0, 1],
      [0, 0, 1],
    ],
  ].map((rows) => rows.map((row) => row.map((value) => [value])))

  it('draws what a layer makes of the first picture, beside it', async () => {
    const { texts, images } = await look(featureMaps(await network(kernel), [...picture, ...picture]), 2)
    // The right column less the left: 0 and -2; half the right neighbour: 0 and 0.5.
    expect(texts).toEqual(['edges: 2 maps of 2 × 2', 'input', '0', '1', 'black -2, white 0.5'])
    expect(images[1]).toEqual([
      [204, 0],
      [204, 0],
    ])
    expect(images[2]).toEqual([
      [204, 255],
      [204, 255],
    ])
  })

  it('refuses what it cannot draw', async () => {
    const model = await network(kernel)
    await expect(featureMaps(model, picture, { layer: 'edge' }).toSVG()).rejects.toThrow(
      "Did you mean 'edges'?",
    )
    await expect(featureMaps(model, picture, { layer: 'flat' }).toSVG()).rejects.toThrow(
      '[batch, height, width, channels]',
    )
    await expect(featureMaps(model, [1, 2]).toSVG()).rejects.toThrow('expected pictures')
    const dense = models.sequential([layers.input([2]), layers.dense(1)])
    await expect(featureMaps(dense, picture).toSVG()).rejects.toThrow(
      'has no convolution over two dimensions',
    )
    await expect(featureMaps({} as never, picture).toSVG()).rejects.toThrow('expected a model')
  })
})

describe('plot.predictions', () => {
  const images = [
    [
      [0, 1],
      [1, 0],
    ],
    [
      [1, 1],
      [0, 0],
    ],
    [
      [0, 0],
      [0, 1],
    ],
  ]
  const probabilities = [
    [0.999, 0.001],
    [0.25, 0.75],
    [0.625, 0.375],
  ]

  it('writes what is read, how sure that is, and what is right', async () => {
    const labels = [0, 1, 1]
    const drawn = await look(predictions(images, probabilities, { labels, classes: ['cat', 'dog'] }), 2)
    expect(drawn.texts.slice(1)).toEqual([
      'cat (99 %)',
      'dog (75 %)',
      'cat (62 %)',
      'is dog',
      '3 of 3 pictures; 1 misread',
    ])
    expect(drawn.images).toEqual(images.map((rows) => rows.map((row) => row.map((value) => 255 * value))))
    const wrong = await look(predictions(images, probabilities, { labels, onlyWrong: true }), 2)
    expect(wrong.images).toEqual([
      [
        [0, 0],
        [0, 255],
      ],
    ])
    expect(wrong.texts).toContain('1 of 1 misread pictures, of 3')
  })

  it('takes numbers of classes, and shows as many as asked for', async () => {
    const { texts, images: shown } = await look(predictions(images, [3, 1, 4], { maxImages: 2 }), 2)
    expect(shown).toHaveLength(2)
    expect(texts.slice(1)).toEqual(['3', '1', '2 of 3 pictures'])
  })

  it.each([
    [[1, 2, 3, 4], {}, 'expected a picture for each prediction'],
    [[1, 0, 1], { labels: [1, 0] }, 'expected as many labels as predictions'],
    [[1, 0, 1], { labels: [1, 0, 1], onlyWrong: true }, 'all are right'],
    [[1, 0, 1], { onlyWrong: true }, 'onlyWrong needs the labels'],
    [[0.5, 0, 1], {}, 'expected numbers of classes from 0'],
  ])('refuses %j, %j', async (read, options, message) => {
    await expect(predictions(images, read, options).toSVG()).rejects.toThrow(message)
  })
})
