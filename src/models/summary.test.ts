import { describe, expect, it } from 'vitest'
import * as layers from '../layers/index.js'
import { resetNames } from '../utils/naming.js'
import { functional } from './functional.js'
import type { Model } from './model.js'
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
const printed = (...[options, model = lenet()]: [object?, Model<never, layers.Tensors>?]) => {
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

  it("is Keras's table, character for character", () => {
    const net = () => {
      resetNames()
      return sequential(
        [layers.input([28, 28, 1]), layers.conv2d(20, 5), layers.flatten(), layers.dense(10)],
        { name: 'net' },
      )
    }
    // As Keras 3.15 printed it for lines of 60 and 91 characters.
    expect(printed({ lineLength: 60 }, net())).toEqual([
      'Model: "net"',
      '┏━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━┓',
      '┃ Layer (type)             ┃ Output Shape      ┃   Param # ┃',
      '┡━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━┩',
      '│ conv2d (Conv2D)          │ (None, 24, 24,    │       520 │',
      '│                          │ 20)               │           │',
      '├──────────────────────────┼───────────────────┼───────────┤',
      '│ flatten (Flatten)        │ (None, 11520)     │         0 │',
      '├──────────────────────────┼───────────────────┼───────────┤',
      '│ dense (Dense)            │ (None, 10)        │   115,210 │',
      '└──────────────────────────┴───────────────────┴───────────┘',
      ' Total params: 115,730 (452.07 KB)',
      ' Trainable params: 115,730 (452.07 KB)',
      ' Non-trainable params: 0 (0.00 B)',
    ])
    expect(printed({ lineLength: 91 }, net())[1]).toBe(
      '┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━┓',
    )
    expect(printed({ lineLength: 100, showTrainable: true }, net()).slice(1, 3)).toEqual([
      '┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━┳━━━━━━━━━┓',
      '┃ Layer (type)                          ┃ Output Shape                  ┃        Param # ┃ Traina… ┃',
    ])
  })

  it("shows a graph's connections, as Keras does", () => {
    resetNames()
    const wide = layers.input([5], { name: 'wide_input' })
    const deep = layers.input([6], { name: 'deep_input' })
    const first = layers.dense(30, { activation: 'relu' })(deep)
    const hidden = layers.dense(30, { activation: 'relu' })(first)
    const main = layers.dense(1, { name: 'main_output' })(layers.concatenate([wide, hidden]))
    const aux = layers.dense(1, { name: 'aux_output' })(hidden)
    const model = functional({ inputs: [wide, deep], outputs: [main, aux] })
    expect(printed({ lineLength: 80 }, model)).toEqual([
      'Model: "functional"',
      '┏━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━┓',
      '┃ Layer (type)          ┃ Output Shape      ┃     Param # ┃ Connected to       ┃',
      '┡━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━┩',
      '│ deep_input            │ (None, 6)         │           0 │ -                  │',
      '│ (InputLayer)          │                   │             │                    │',
      '├───────────────────────┼───────────────────┼─────────────┼────────────────────┤',
      '│ dense (Dense)         │ (None, 30)        │         210 │ deep_input[0][0]   │',
      '├───────────────────────┼───────────────────┼─────────────┼────────────────────┤',
      '│ wide_input            │ (None, 5)         │           0 │ -                  │',
      '│ (InputLayer)          │                   │             │                    │',
      '├───────────────────────┼───────────────────┼─────────────┼────────────────────┤',
      '│ dense_1 (Dense)       │ (None, 30)        │         930 │ dense[0][0]        │',
      '├───────────────────────┼───────────────────┼─────────────┼────────────────────┤',
      '│ concatenate           │ (None, 35)        │           0 │ wide_input[0][0],  │',
      '│ (Concatenate)         │                   │             │ dense_1[0][0]      │',
      '├───────────────────────┼───────────────────┼─────────────┼────────────────────┤',
      '│ main_output (Dense)   │ (None, 1)         │          36 │ concatenate[0][0]  │',
      '├───────────────────────┼───────────────────┼─────────────┼────────────────────┤',
      '│ aux_output (Dense)    │ (None, 1)         │          31 │ dense_1[0][0]      │',
      '└───────────────────────┴───────────────────┴─────────────┴────────────────────┘',
      ' Total params: 1,207 (4.71 KB)',
      ' Trainable params: 1,207 (4.71 KB)',
      ' Non-trainable params: 0 (0.00 B)',
    ])
    expect(printed({ lineLength: 108 }, model)[1]).toBe(
      '┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓',
    )
  })

  it('shows shared and nested models, and several outputs of one layer', () => {
    const inner = sequential([layers.input([4]), layers.dense(3, { name: 'd' })], { name: 'inner' })
    const [p, q] = [layers.input([4], { name: 'p' }), layers.input([4], { name: 'q' })]
    const difference = layers.subtract([inner(p), inner(q)], { name: 's' })
    const siamese = functional({ inputs: [p, q], outputs: difference, name: 'siam' })
    const options = { lineLength: 120, expandNested: true, showTrainable: true }
    expect(printed(options, siamese).filter((line) => line.startsWith('│'))).toEqual([
      '│ p (InputLayer)                │ (None, 4)                 │                0 │ -                         │     -     │',
      '│ q (InputLayer)                │ (None, 4)                 │                0 │ -                         │     -     │',
      '│ inner (Sequential)            │ (None, 3)                 │               15 │ p[0][0], q[0][0]          │     Y     │',
      '│    └ d (Dense)                │ (None, 3)                 │               15 │ -                         │     Y     │',
      '│ s (Subtract)                  │ (None, 3)                 │                0 │ inner[0][0], inner[1][0]  │     -     │',
    ])
    const f = layers.input([4], { name: 'f' })
    const outputs = [layers.dense(2, { name: 'dd' })(f), layers.dense(3, { name: 'de' })(f)] as const
    const g = functional({ inputs: f, outputs, name: 'g' })
    const z = layers.input([4], { name: 'z' })
    const rows = printed(
      { lineLength: 90, expandNested: true },
      functional({ inputs: z, outputs: g(z), name: 'k' }),
    )
    expect(rows.filter((line) => line.startsWith('│'))).toEqual([
      '│ z (InputLayer)                        │ (None, 4)                    │               0 │',
      '│ g (Functional)                        │ [(None, 2), (None, 3)]       │              25 │',
      '│    └ f (InputLayer)                   │ (None, 4)                    │               0 │',
      '│    └ dd (Dense)                       │ (None, 2)                    │              10 │',
      '│    └ de (Dense)                       │ (None, 3)                    │              15 │',
    ])
  })

  it('shows what a sample costs, if asked', () => {
    const lines = printed({ lineLength: 110, showFlops: true, showMemory: true })
    const cells = lines
      .filter((line) => line.startsWith('│'))
      .map((line) => line.split('│').map((cell) => cell.trim()))
    const costs = Object.fromEntries(
      cells.map(([, layer, , , flops, memory]) => [layer.split(' ')[0], [flops, memory]]),
    )
    // 2 for each of 25 products and sums of 24 x 24 x 20 outputs, 1 for the bias, 1 for the relu.
    expect(costs.conv2d).toEqual([(24 * 24 * 20 * 52).toLocaleString('en-US'), '45.00 KB'])
    expect(costs.max_pooling2d).toEqual([(12 * 12 * 20 * 4).toLocaleString('en-US'), '11.25 KB'])
    expect(costs.conv2d_1).toEqual([(8 * 8 * 50 * (2 * 500 + 2)).toLocaleString('en-US'), '12.50 KB'])
    expect(costs.flatten).toEqual(['0', '3.12 KB'])
    expect(costs.dense).toEqual([(500 * (2 * 800 + 2)).toLocaleString('en-US'), '1.95 KB'])
    expect(new Set(lines.slice(1, -3).map((line) => line.length))).toEqual(new Set([110]))
    expect(() => printed({ showFlops: true }, sequential([layers.dense(2)]))).toThrow(/is not built/)
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
