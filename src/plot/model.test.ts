import { describe, expect, it } from 'vitest'
import { layers, models, type Tensor } from '../index.js'
import { lookAtSvg } from '../testing/lookAtSvg.js'
import { type ModelOptions, model as plotModel } from './model.js'

interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** The boxes, frames and arrows of a model's drawing. */
async function look(model: Parameters<typeof plotModel>[0], options?: ModelOptions) {
  const { all, texts } = lookAtSvg(await plotModel(model, options).toSVG())
  const numbers = (text: string | null) => (text?.match(/-?[\d.]+/g) ?? []).map(Number)
  const boxOf = (rect: ReturnType<typeof all>[number]): Box => {
    const [x, y, width, height] = ['x', 'y', 'width', 'height'].map((name) => Number(rect.getAttribute(name)))
    return { left: x, top: y, right: x + width, bottom: y + height }
  }
  const rects = all('rect').filter((rect) => rect.getAttribute('stroke') !== null)
  const arrows = all('path').filter((path) => path.getAttribute('marker-end') !== null)
  return {
    texts,
    boxes: rects.filter((rect) => rect.getAttribute('fill') !== 'none').map(boxOf),
    frames: rects.filter((rect) => rect.getAttribute('fill') === 'none').map(boxOf),
    arrows: arrows.map((path) => pointsOf(path.getAttribute('d') ?? '', numbers)),
  }
}

/** Points along a path of lines and cubic curves. */
function pointsOf(path: string, numbers: (text: string) => number[]): [number, number][] {
  const points: [number, number][] = []
  for (const [, command, text] of path.matchAll(/([MLC])([^MLC]+)/g)) {
    const [x0, y0] = points.at(-1) ?? [0, 0]
    const given = numbers(text)
    if (command === 'M') points.push([given[0], given[1]])
    else {
      const [x1, y1, x2, y2, x3, y3] =
        command === 'L' ? [x0, y0, given[0], given[1], given[0], given[1]] : given
      for (let t = 0.05; t < 1.01; t += 0.05) {
        const mix = (a: number, b: number, c: number, d: number) =>
          (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t * t * c + t ** 3 * d
        points.push([mix(x0, x1, x2, x3), mix(y0, y1, y2, y3)])
      }
    }
  }
  return points
}

const isInside = ([x, y]: readonly [number, number], { left, top, right, bottom }: Box) =>
  x > left + 1 && x < right - 1 && y > top + 1 && y < bottom - 1
const overlap = (a: Box, b: Box) =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom

/** What must hold of any drawing: boxes stand apart, arrows run from box to box and behind none. */
function expectTidy({ boxes, arrows }: Awaited<ReturnType<typeof look>>): void {
  boxes.forEach((box, i) => {
    expect(boxes.filter((other, j) => j !== i && overlap(box, other))).toEqual([])
  })
  const touches = ([x, y]: readonly [number, number], box: Box) =>
    x > box.left - 1 && x < box.right + 1 && y > box.top - 1 && y < box.bottom + 1
  for (const points of arrows) {
    for (const end of [points[0], points[points.length - 1]])
      expect(boxes.some((box) => touches(end, box))).toBe(true)
    expect(points.filter((point) => boxes.some((box) => isInside(point, box)))).toEqual([])
  }
}

function residual(stages: number) {
  const input = layers.input([32, 32, 3])
  const convolve = (x: layers.SymbolicTensor, filters: number, strides: number, size = 3) =>
    layers.batchNormalization()(layers.conv2d(filters, size, { strides, padding: 'same' })(x))
  let x = layers.activation('relu')(convolve(input.symbol, 16, 1))
  for (let stage = 0; stage < stages; stage++) {
    const [filters, strides] = [16 * 2 ** stage, stage === 0 ? 1 : 2]
    const branch = convolve(layers.activation('relu')(convolve(x, filters, strides)), filters, 1)
    const skip = strides === 1 ? x : convolve(x, filters, strides, 1)
    x = layers.activation('relu')(layers.add([skip, branch]))
  }
  const outputs = layers.dense(10)(layers.globalAveragePooling2d()(x))
  return models.functional({ inputs: input, outputs, name: 'residual' })
}

class Own extends models.Model {
  override call(x: Tensor) {
    return x
  }
}

describe('plot.model', () => {
  it('draws a chain with names, classes and shapes', async () => {
    const model = models.sequential(
      [
        layers.input([28, 28, 1]),
        layers.conv2d(20, 5, { name: 'first' }),
        layers.relu({ name: 'rectified' }),
        layers.flatten({ name: 'flat' }),
      ],
      { name: 'chain' },
    )
    const drawn = await look(model)
    expectTidy(drawn)
    expect(drawn.boxes).toHaveLength(4)
    expect(drawn.arrows).toHaveLength(3)
    expect(drawn.texts[0]).toBe('chain')
    expect(drawn.texts.slice(4)).toEqual([
      ...['Conv2D', 'first', '(None, 28, 28, 1) → (None, 24, 24, 20)'],
      ...['ReLU', 'rectified', '(None, 24, 24, 20)'],
      ...['Flatten', 'flat', '(None, 24, 24, 20) → (None, 11520)'],
    ])
    const bare = await look(model, { showShapes: false, showLayerNames: false, title: 'Bare' })
    expect(bare.texts).toEqual(['Bare', 'InputLayer', 'Conv2D', 'ReLU', 'Flatten'])
  })

  it.each(['TB', 'BT', 'LR', 'RL'] as const)(
    'leads arrows past boxes, however far they go: %s',
    async (rankdir) => {
      const drawn = await look(residual(3), { rankdir })
      expectTidy(drawn)
      expect(drawn.texts).toContain('2 × (None, 8, 8, 64) → (None, 8, 8, 64)')
      const [first, last] = [drawn.boxes[0], drawn.boxes[drawn.boxes.length - 1]]
      const comesFirst = {
        TB: first.top < last.top,
        BT: first.top > last.top,
        LR: first.left < last.left,
        RL: first.left > last.left,
      }
      expect(comesFirst[rankdir]).toBe(true)
    },
  )

  it('draws several inputs and outputs, and a layer as often as it is called', async () => {
    const [a, b] = [layers.input([4]), layers.input([4])]
    const shared = layers.dense(2, { name: 'shared' })
    const outputs = [layers.subtract([shared(a), shared(b)]), layers.concatenate([a, b])]
    const drawn = await look(models.functional({ inputs: [a, b], outputs }))
    expectTidy(drawn)
    expect(drawn.texts).toEqual(expect.arrayContaining(['shared', 'shared_1', 'Subtract', 'Concatenate']))
    expect([drawn.boxes.length, drawn.arrows.length]).toEqual([6, 6])
  })

  it('draws models inside a model as boxes, or with their layers in a frame', async () => {
    const innermost = models.sequential([layers.input([8]), layers.dense(8, { name: 'deep' })], {
      name: 'innermost',
    })
    const inner = models.sequential([layers.input([8]), innermost, layers.dense(8, { name: 'last' })], {
      name: 'inner',
    })
    const input = layers.input([8])
    const model = models.functional({ inputs: input, outputs: layers.add([input, inner(input)]) })
    const folded = await look(model)
    expect([folded.boxes.length, folded.frames.length]).toEqual([3, 0])
    const open = await look(model, { expandNested: true })
    expectTidy(open)
    expect([open.boxes.length, open.frames.length, open.arrows.length]).toEqual([6, 2, 6])
    expect(open.texts).toEqual(
      expect.arrayContaining(['inner (Sequential)', 'innermost (Sequential)', 'deep', 'last']),
    )
    const [around, within] = [...open.frames].sort((a, b) => b.bottom - b.top - (a.bottom - a.top))
    expect(within.top > around.top && within.bottom < around.bottom && within.left > around.left).toBe(true)
  })

  it.each([
    [models.sequential([layers.dense(3)]), /is not built.*layers\.input\(shape\)/],
    [new Own(), /is in no graph yet/],
    [{ name: 'model' }, /expected a model, received \{ name: 'model' \}/],
    [undefined, /expected a model, received undefined/],
  ])('refuses what cannot be drawn: %s', async (model, message) => {
    await expect(plotModel(model as never).toSVG()).rejects.toThrow(message)
  })

  it('refuses options that it does not know', async () => {
    const { model } = { model: residual(1) }
    await expect(plotModel(model, { rankdir: 'TD' as never }).toSVG()).rejects.toThrow(
      "'TB' or 'BT' or 'LR' or 'RL'",
    )
    await expect(plotModel(model, { show_shapes: true } as never).toSVG()).rejects.toThrow(
      "Write 'showShapes'",
    )
  })
})
