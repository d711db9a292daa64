import { describe, expect, it } from 'vitest'
import * as layers from '../layers/index.js'
import * as optimizers from '../optimizers/index.js'
import { sampleTensor } from '../testing/runLayerTest.js'
import * as models from './index.js'
import { weightsFile } from './weightsFile.js'

function makeModel() {
  const model = models.sequential([layers.input([3]), layers.dense(2)], { seed: 1 })
  const optimizer = optimizers.adam()
  model.compile({ loss: 'mse', optimizer })
  return { model, optimizer }
}
const anyOf = (model: ReturnType<typeof makeModel>['model']) => model as unknown as models.AnyModel

describe('weightsFile', () => {
  it('is made once for all who ask for it before anything in it changes', async () => {
    const { model, optimizer } = makeModel()
    const [x, y] = [sampleTensor([4, 3]), sampleTensor([4, 2], 2)]
    await model.fit(x, y, { seed: 1, verbose: 0 })
    const file = await weightsFile(anyOf(model), true)
    expect(await weightsFile(anyOf(model), true)).toBe(file)
    expect(await file()).toBe(await file())
    const without = await weightsFile(anyOf(model), false)
    expect((await without()).length).toBeLessThan((await file()).length)

    const changes = [
      () => model.weights[1].write([3, 4]),
      () => {
        optimizer.learningRate = 0.5
      },
      () => model.fit(x, y, { seed: 1, verbose: 0 }),
    ]
    let before = await weightsFile(anyOf(model), true)
    for (const change of changes) {
      await change()
      const after = await weightsFile(anyOf(model), true)
      expect(after).not.toBe(before)
      expect(Buffer.compare(await after(), await before())).not.toBe(0)
      before = after
    }
    expect(await weightsFile(anyOf(makeModel().model), true)).not.toBe(before)
  })
})
