import { describe, expect, it } from 'vitest'
import { optimizers } from '../index.js'
import { lookAtSvg } from '../testing/lookAtSvg.js'
import { learningRate } from './learningRate.js'

const look = async (...given: Parameters<typeof learningRate>) => {
  const { all, texts, tooltips } = lookAtSvg(await learningRate(...given).toSVG())
  const labels = all('path').map((path) => path.getAttribute('aria-label'))
  return { texts, tooltips, curves: labels.filter((label) => label !== null) }
}

describe('plot.learningRate', () => {
  it('draws schedules and functions by step', async () => {
    const rate = optimizers.schedules.exponentialDecay(0.1, 10, 0.5)
    expect((await look(rate, { steps: 20 })).tooltips).toEqual(
      expect.arrayContaining(['learning rate, 0: 0.1', 'learning rate, 10: 0.05']),
    )
    const { texts, curves } = await look({ halving: rate, constant: () => 0.1 }, { steps: 5000 })
    expect(curves).toEqual(['halving', 'constant'])
    expect(texts).toEqual(expect.arrayContaining(['step', 'halving', 'constant', '4,000']))
  })

  it('draws what callbacks logged, by epoch', async () => {
    const history = { epoch: [0, 1], history: { loss: [2, 1], learning_rate: [0.5, 0.25] } }
    const { texts, tooltips } = await look(history)
    expect(texts).toContain('epoch')
    expect(tooltips).toEqual(expect.arrayContaining(['learning rate, 1: 0.5', 'learning rate, 2: 0.25']))
  })

  it.each([
    [{ epoch: [0], history: { loss: [1] } }, 'this history has no learning_rate'],
    [{}, 'expected a schedule, a History, or up to 24'],
    [0.1, 'expected a schedule, a History, or up to 24'],
    [{ a: 0.1 }, 'received 0.1'],
    [undefined, 'received undefined'],
    [{ a: () => 1, b: { epoch: [], history: {} } }, 'received both'],
  ])('refuses %j', async (source, message) => {
    await expect(learningRate(source as never).toSVG()).rejects.toThrow(message)
  })
})
