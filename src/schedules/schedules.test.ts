import { describe, expect, it } from 'vitest'
import * as schedules from './index.js'

const rates = (schedule: schedules.ScheduleFunction, steps: readonly number[]) => steps.map(schedule)
const near = (received: readonly number[], expected: readonly number[]) => {
  expect(received.length).toBe(expected.length)
  received.forEach((rate, i) => expect(Math.abs(rate - expected[i]), `${i}`).toBeLessThan(1e-15))
}

describe('power schedule', () => {
  it('is a half after s steps, a third after 2s, a quarter after 3s', () => {
    near(rates(schedules.powerDecay(0.12, 50), [0, 50, 100, 150]), [0.12, 0.06, 0.04, 0.03])
  })

  it('has an exponent', () => {
    near(rates(schedules.powerDecay(0.12, 50, { power: 2 }), [50, 100]), [0.12 / 4, 0.12 / 9])
  })
})

describe('ExponentialDecay', () => {
  it('is a tenth every s steps', () => {
    near(rates(schedules.exponentialDecay(0.1, 20, 0.1), [0, 10, 20, 40]), [
      0.1,
      0.1 * Math.sqrt(0.1),
      0.01,
      0.001,
    ])
  })

  it('falls in stairs if asked to', () => {
    const schedule = schedules.exponentialDecay(1, 3, 0.5, { staircase: true })
    near(rates(schedule, [0, 1, 2, 3, 4, 5, 6]), [1, 1, 1, 0.5, 0.5, 0.5, 0.25])
  })
})

describe('InverseTimeDecay', () => {
  it('divides by 1 + decayRate p', () => {
    near(rates(schedules.inverseTimeDecay(0.1, 10, 0.5), [0, 10, 25]), [0.1, 0.1 / 1.5, 0.1 / 2.25])
    near(rates(schedules.inverseTimeDecay(0.1, 10, 0.5, { staircase: true }), [9, 25]), [0.1, 0.05])
  })
})

describe('PiecewiseConstantDecay', () => {
  it('changes after each boundary', () => {
    const schedule = schedules.piecewiseConstantDecay([2, 4], [1, 0.5, 0.1])
    expect(rates(schedule, [0, 1, 2, 3, 4, 5, 100])).toEqual([1, 1, 1, 0.5, 0.5, 0.1, 0.1])
  })

  it('refuses lists that do not fit', () => {
    expect(() => schedules.piecewiseConstantDecay([2, 4], [1, 0.5])).toThrow(/one value more than boundaries/)
    expect(() => schedules.piecewiseConstantDecay([4, 2], [1, 0.5, 0.1])).toThrow(/boundaries that increase/)
  })
})

describe('PolynomialDecay', () => {
  it('falls in a straight line and stays', () => {
    const schedule = schedules.polynomialDecay(0.5, 4, { endLearningRate: 0.1 })
    near(rates(schedule, [0, 1, 2, 4, 9]), [0.5, 0.4, 0.3, 0.1, 0.1])
  })

  it('has a power', () => {
    const schedule = schedules.polynomialDecay(1, 4, { endLearningRate: 0, power: 2 })
    near(rates(schedule, [1, 2, 3]), [9 / 16, 1 / 4, 1 / 16])
  })

  it('falls again over longer times, if it cycles', () => {
    const schedule = schedules.polynomialDecay(1, 4, { endLearningRate: 0, cycle: true })
    near(rates(schedule, [0, 4, 5, 8, 9]), [1, 0, 3 / 8, 0, 3 / 12])
  })
})

describe('CosineDecay', () => {
  it('falls along half a cosine to a fraction', () => {
    const schedule = schedules.cosineDecay(0.2, 10, { alpha: 0.1 })
    near(rates(schedule, [0, 5, 10, 20]), [0.2, 0.2 * (0.9 * 0.5 + 0.1), 0.02, 0.02])
  })

  it('warms up to its target first', () => {
    const schedule = schedules.cosineDecay(0.1, 10, { warmupTarget: 0.5, warmupSteps: 4 })
    near(rates(schedule, [0, 1, 4, 9, 14, 99]), [0.1, 0.2, 0.5, 0.25, 0, 0])
  })
})

describe('CosineDecayRestarts', () => {
  it('starts anew after 1, 3, 7, ... times the first period', () => {
    const schedule = schedules.cosineDecayRestarts(1, 10)
    near(rates(schedule, [0, 5, 10, 20, 30, 50, 70]), [1, 0.5, 1, 0.5, 1, 0.5, 1])
  })

  it('lowers each start, and can keep its period', () => {
    const schedule = schedules.cosineDecayRestarts(1, 10, { tMul: 1, mMul: 0.5, alpha: 0.2 })
    near(rates(schedule, [0, 10, 15, 20]), [1, 0.8 * 0.5 + 0.2, 0.8 * 0.25 + 0.2, 0.8 * 0.25 + 0.2])
  })

  it('finds each restart, though logarithms are rounded', () => {
    for (const tMul of [2, 3, 5, 10]) {
      const schedule = schedules.cosineDecayRestarts(1, 1, { tMul })
      for (let period = 0, begin = 0; period < 7; begin += tMul ** period++) {
        expect(schedule(begin), `restart ${period} of ${tMul}`).toBe(1)
      }
    }
  })
})

describe('OneCycle', () => {
  it('rises, falls, and fades out', () => {
    const schedule = schedules.oneCycle(1, 100, { lastSteps: 20 })
    near(rates(schedule, [0, 20, 40, 60, 80, 90, 100, 200]), [
      0.1,
      0.55,
      1,
      0.55,
      0.1,
      (0.1 + 0.0001) / 2,
      0.0001,
      0.0001,
    ])
  })
})

describe('every schedule', () => {
  const all = [
    schedules.cosineDecay(0.1, 10, { warmupTarget: 0.5, warmupSteps: 4, alpha: 0.01 }),
    schedules.cosineDecayRestarts(0.1, 7, { tMul: 1.5, mMul: 0.9, alpha: 0.01, name: 'mine' }),
    schedules.exponentialDecay(0.1, 10, 0.96, { staircase: true }),
    schedules.inverseTimeDecay(0.1, 10, 0.5, { staircase: true }),
    schedules.oneCycle(0.1, 50, { startLearningRate: 0.02 }),
    schedules.piecewiseConstantDecay([5, 9], [0.3, 0.2, 0.1]),
    schedules.polynomialDecay(0.1, 10, { power: 2, cycle: true }),
    schedules.powerDecay(0.1, 10, { power: 1.5 }),
  ]

  it.each(all.map((one) => [one.className, one] as const))(
    '%s is a function that comes back from its config',
    (_, schedule) => {
      const again = schedules.deserialize(JSON.parse(JSON.stringify(schedules.serialize(schedule))))
      expect(again.constructor).toBe(schedule.constructor)
      expect(again.getConfig()).toEqual(schedule.getConfig())
      const steps = [0, 1, 5, 10, 30, 60]
      expect(rates(again, steps)).toEqual(steps.map((step) => schedule.call(step)))
    },
  )

  it("has Keras's default name", () => {
    expect(schedules.piecewiseConstantDecay([], [1]).name).toBe('PiecewiseConstant')
    expect(schedules.cosineDecayRestarts(1, 1).name).toBe('SGDRDecay')
    expect(schedules.cosineDecay(1, 1).name).toBe('CosineDecay')
  })

  it('refuses what makes no sense', () => {
    expect(() => schedules.exponentialDecay(0.1, 0, 0.5)).toThrow(
      /decaySteps: expected a number above 0, received 0/,
    )
    expect(() => schedules.deserialize({ class_name: 'CosinDecay' })).toThrow(/Did you mean 'CosineDecay'/)
    expect(() => schedules.oneCycle(0.1, 2)).toThrow(/at least 2 steps/)
  })
})
