import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { Tensor } from '../graph/tensor.js'
import { full } from '../ops/tensor.js'
import * as models from './index.js'

/** Files that the real Keras wrote; `makeOperatorFiles.py` in this folder made them. */
const folder = resolve(fileURLToPath(import.meta.url), '../../../src/testing/kerasFiles')
const expected = JSON.parse(readFileSync(join(folder, 'operators.json'), 'utf8'))
const inputs: Record<string, unknown> = {
  masks: [expected.words, expected.series],
  operators: expected.series,
}

type AnyInputs = models.Functional<readonly Tensor[]>

/** The furthest that predictions are from those of Keras. */
async function distance(model: AnyInputs, name: string, when: 'before' | 'after'): Promise<number> {
  const received = await (await model.predict(inputs[name] as readonly Tensor[])).data()
  const wanted = expected[name][when] as readonly number[]
  expect(received.length).toBe(wanted.length)
  return Math.max(...wanted.map((value, i) => Math.abs(value - received[i])))
}

describe("Keras's operators in a functional model", () => {
  it.each(['masks', 'operators'])('%s: give its predictions, and train on as in Keras', async (name) => {
    const model = await models.loadModel<AnyInputs>(join(folder, `operators-${name}.keras`))
    expect(await distance(model, name, 'before')).toBeLessThan(1e-6)
    const again = await models.loadModel<AnyInputs>(await model.toBytes('keras'))
    expect(await distance(again, name, 'before')).toBeLessThan(1e-6)
    for (let step = 0; step < 3; step++) {
      await model.trainOnBatch(inputs[name] as readonly Tensor[], full(expected[name].shape, 1))
    }
    expect(await distance(model, name, 'after')).toBeLessThan(1e-5)
  })

  it('are told from layers of your own, where no layer computes the same', async () => {
    await expect(models.loadModel(join(folder, 'operators-item.keras'))).rejects.toThrow(
      /'get_item', an operator of Keras \(GetItem\).*In Keras, put other computations into a layer/s,
    )
  })

  it('are refused as a mask that no layer gives', async () => {
    await expect(models.loadModel(join(folder, 'operators-other_mask.keras'))).rejects.toThrow(
      /Layer 'lstm\w*' \(LSTM\): its config gives it a mask that operators of Keras compute \('not_equal\w*'\)/,
    )
  })
})
