import { describe, expect, it } from 'vitest'
import * as layers from '../layers/index.js'
import { resetNames } from '../utils/naming.js'
import { sequential } from './sequential.js'

const lenet = () => {
  resetNames()
  return sequential([
    layers.input([28, 28, 1]),
    layers.conv2d(20, 5, { activation: 'relu' }),
    layers.maxPooling2d(2),
    layers.conv2d(50, 5, { activation: 'relu' }),
    layers.maxPooling2d(2),
    layers.flatten(),
    layers.dense(500, { activation: 'relu' }),
    layers.dense(10, { activation: 'softmax' }),
  ])
}
const printed = (...[options, model = lenet()]: [object?, ReturnType<typeof lenet>?]) => {
  const lines: string[] = []
  model.summary({ lineLength: 80, ...options, printFn: (line: string) => lines.push(line) })
  return lines
}

describe('summary', () => {
  it("has the course's rows, number for number", () => {
    const rows = printed()
      .filter((line) => line.startsWith('│'))
      .map((line) => line.split('│').map((cell) => cell.trim()))
      .map(([, layer, shape, params]) => [layer, shape, params])
    expect(rows).toEqual([
      ['conv2d (Conv2D)', '(None, 24, 24, 20)', '520'],
      ['max_pooling2d (MaxPooling2D)', '(None, 12, 12, 20)', '0'],
      ['conv2d_1 (Conv2D)', '(None, 8, 8, 50)', '25,050'],
      ['max_pooling2d_1 (MaxPooling2D)', '(None, 4, 4, 50)', '0'],
      ['flatten (Flatten)', '(None, 800)', '0'],
      ['dense (Dense)', '(None, 500)', '400,500'],
      ['dense_1 (Dense)', '(None, 10)', '5,010'],
    ])
    expect(printed().slice(-3)).toEqual([
      ' Total params: 431,080 (1.64 MB)',
      ' Trainable params: 431,080 (1.64 MB)',
      ' Non-trainable params: 0 (0.00 B)',
    ])
  })

  it('is a table of the length asked for', () => {
    const lines = printed()
    expect(lines[0]).toBe('Model: "sequential"')
    expect(lines[1]).toMatch(/^┏━+┳━+┳━+┓$/)
    expect(lines[3]).toMatch(/^┡━+╇━+╇━+┩$/)
    expect(new Set(lines.filter((line) => /^[┏┃┡│├└]/.test(line)).map((line) => line.length))).toEqual(
      new Set([80]),
    )
  })

  it('breaks long names over lines', () => {
    const model = sequential([
      layers.input([2]),
      layers.dense(1, { name: 'a_layer_with_a_rather_long_name' }),
    ])
    const rows = printed({ lineLength: 48 }, model).filter((line) => line.startsWith('│'))
    expect(rows.length).toBeGreaterThan(1)
    expect(rows.map((row) => row.split('│')[1].trim()).join('')).toContain('a_layer_with_a_rather_long_name')
  })

  it('counts frozen weights and the optimizer', () => {
    const model = lenet()
    model.layers[5].trainable = false
    model.compile({ loss: 'mse', optimizer: 'adam' })
    model.optimizer?.build(model.trainableWeights)
    const slots = 2 * (431_080 - 400_500) + 2
    expect(printed({}, model).slice(-4)).toEqual([
      ` Total params: ${(431_080 + slots).toLocaleString('en-US')} (1.88 MB)`,
      ' Trainable params: 30,580 (119.45 KB)',
      ' Non-trainable params: 400,500 (1.53 MB)',
      ` Optimizer params: ${slots.toLocaleString('en-US')} (238.91 KB)`,
    ])
  })

  it('says which layers are trainable, not built, or inside others', () => {
    const inner = sequential([layers.input([4]), layers.dense(3, { name: 'd' })], { name: 'inner' })
    inner.trainable = false
    const lines = printed(
      { showTrainable: true, expandNested: true },
      sequential([inner, layers.flatten({ name: 'f' })]),
    )
    const cells = (start: string) =>
      lines
        .find((line) => line.includes(start))
        ?.split('│')
        .map((cell) => cell.trim())
    expect(cells('inner (Seq')?.at(-2)).toBe('N')
    expect(cells('└ d (Dense)')?.[3]).toBe('15')
    expect(cells('f (Flatten)')?.at(-2)).toBe('-')
    expect(printed({}, sequential([layers.dense(2)])).join()).toContain('0 (unbuilt)')
  })
})
