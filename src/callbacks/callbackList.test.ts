import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Variable } from '../graph/variable.js'
import { Callback, type CallbackLike, type CallbackModel, type LoggedMetric, type Logs } from './callback.js'
import { CallbackList } from './callbackList.js'
import { History } from './history.js'

const model: CallbackModel = {
  name: 'm',
  className: 'Model',
  title: "Model 'm'",
  stopTraining: false,
  optimizer: undefined,
  weights: [],
  trainableWeights: [],
  inspect: async () => ({ activations: [], gradients: [] }),
  inspectInPlace: async (_x, _y, look) => look({ activations: [], gradients: [] }),
  predict: async () => undefined,
  layerNodes: async () => [],
  toJson: async () => '{}',
}
const params = { epochs: 1, steps: 1, verbose: 0, output: { isTerminal: false, write: () => {} } } as const

let warnings: unknown[][] = []
beforeEach(() => {
  warnings = []
  vi.spyOn(console, 'warn').mockImplementation((...words) => void warnings.push(words))
})
afterEach(() => vi.restoreAllMocks())

/** A callback that writes down what it is told. */
const recorder = (told: string[], name: string, fails?: string): CallbackLike => ({
  onTrainBegin: () => {
    told.push(`${name} begin`)
    if (fails === 'begin') throw new Error(`${name} fails`)
  },
  onTrainEnd: (logs, failure) => {
    told.push(`${name} end ${JSON.stringify(logs)} ${failure === undefined ? 'well' : String(failure)}`)
    if (fails === 'end') throw new Error(`${name} fails`)
  },
})

describe('a list of callbacks', () => {
  it('tells them in order, each when the one before is done', async () => {
    const told: string[] = []
    const slow: CallbackLike = {
      onEpochBegin: async (epoch) => {
        await new Promise((resolve) => setTimeout(resolve, 5))
        told.push(`slow ${epoch}`)
      },
    }
    const quick: CallbackLike = { onEpochBegin: (epoch) => void told.push(`quick ${epoch}`) }
    await new CallbackList([slow], [quick]).tell('onEpochBegin', 3)
    expect(told).toEqual(['slow 3', 'quick 3'])
  })

  it('gives model and parameters to callbacks of a class, once they are in use', () => {
    class Own extends Callback {}
    const own = new Own()
    expect(() => own.model).toThrow(/Own: has no model yet. Pass it to a run/)
    expect(() => own.params).toThrow(/Own: has no params yet/)
    new CallbackList([own]).begin(model, params)
    expect(own.model).toBe(model)
    expect(own.params).toBe(params)
  })

  it('gives all the same logs, to which each may add', async () => {
    const adds: CallbackLike = { onEpochEnd: (_, logs) => (logs.extra = 1) }
    const seen: Logs[] = []
    await new CallbackList([adds, { onEpochEnd: (_, logs) => void seen.push(logs) }]).tell('onEpochEnd', 0, {
      loss: 2,
    })
    expect(seen).toEqual([{ loss: 2, extra: 1 }])
  })

  it('tells of the metrics, and of keys that other callbacks add', async () => {
    let seen: readonly LoggedMetric[] = []
    const asks: CallbackLike = { setMetrics: (metrics) => (seen = metrics) }
    const list = new CallbackList([{ logKeys: ['learning_rate'] }, asks])
    expect(list.asksForMetrics).toBe(true)
    await list.setMetrics([{ key: 'loss', direction: 'down' }])
    expect(seen.map(({ key }) => key)).toEqual(['loss', 'learning_rate'])
    expect(new CallbackList([{}]).asksForMetrics).toBe(false)
  })

  it('is in lockstep with batches only for those who need it', () => {
    const batches: CallbackLike = { onTrainBatchEnd: () => {} }
    expect(new CallbackList([{ onEpochEnd: () => {} }]).inLockstep('Train')).toBe(false)
    expect(new CallbackList([{ ...batches, asyncSafe: true }]).inLockstep('Train')).toBe(false)
    expect(new CallbackList([batches]).inLockstep('Train')).toBe(true)
    expect(new CallbackList([batches]).inLockstep('Test')).toBe(false)
  })
})

describe('a stage', () => {
  it('has a beginning and an end, which is told the logs', async () => {
    const told: string[] = []
    const list = new CallbackList([recorder(told, 'a'), recorder(told, 'b')])
    expect(await list.during('Train', async () => ({ loss: 1 }))).toEqual({ loss: 1 })
    expect(told).toEqual(['a begin', 'b begin', 'a end {"loss":1} well', 'b end {"loss":1} well'])
  })

  it('is ended for all who saw its beginning, if it fails', async () => {
    const told: string[] = []
    const list = new CallbackList([recorder(told, 'a'), recorder(told, 'b')])
    const failure = new Error('broken')
    await expect(
      list.during('Train', async () => {
        throw failure
      }),
    ).rejects.toBe(failure)
    expect(told.slice(2)).toEqual(['a end {} Error: broken', 'b end {} Error: broken'])
  })

  it('is not ended for those behind one whose beginning fails', async () => {
    const told: string[] = []
    const list = new CallbackList([recorder(told, 'a'), recorder(told, 'b', 'begin'), recorder(told, 'c')])
    await expect(list.during('Train', async () => ({}))).rejects.toThrow('b fails')
    expect(told).toEqual(['a begin', 'b begin', 'a end {} Error: b fails', 'b end {} Error: b fails'])
  })

  it('fails with what its end throws, which those behind are told', async () => {
    const told: string[] = []
    const list = new CallbackList([recorder(told, 'a', 'end'), recorder(told, 'b')])
    await expect(list.during('Train', async () => ({ loss: 1 }))).rejects.toThrow('a fails')
    expect(told.at(-1)).toBe('b end {"loss":1} Error: a fails')
    expect(warnings).toEqual([])
  })

  it('keeps its first error, and prints those that follow from it', async () => {
    const list = new CallbackList([recorder([], 'a', 'end')])
    await expect(list.during('Train', async () => Promise.reject(new Error('first')))).rejects.toThrow(
      'first',
    )
    expect(warnings).toEqual([[expect.stringContaining('callback failed at the end'), new Error('a fails')]])
  })
})

describe('states', () => {
  class Counter extends Callback {
    count = 0
    override getState() {
      return { count: this.count, best: Number.POSITIVE_INFINITY, data: new Float32Array([1, 2]) }
    }
    override setState(state: { readonly count: number }) {
      this.count = state.count
    }
  }

  it('stand under stable names, numbered where one comes again', () => {
    const named: CallbackLike = { name: 'mine' }
    class Renamed extends Callback {
      static override readonly className = 'EarlyStopping'
    }
    const list = new CallbackList([new Counter(), {}, new Renamed(), new Counter(), {}, named])
    expect(list.names).toEqual(['counter', 'callback', 'early_stopping', 'counter_1', 'callback_1', 'mine'])
  })

  it('are copies, and are given back by name', async () => {
    const [first, second] = [new Counter(), new Counter()]
    const list = new CallbackList([first, second])
    second.count = 5
    const states = await list.getStates()
    second.count = 6
    expect(states).toEqual({
      counter: { count: 0, best: Number.POSITIVE_INFINITY, data: new Float32Array([1, 2]) },
      counter_1: { count: 5, best: Number.POSITIVE_INFINITY, data: new Float32Array([1, 2]) },
    })
    const others = [new Counter(), new Counter()]
    await new CallbackList(others).setStates({ ...states, gone: 1 })
    expect(others.map(({ count }) => count)).toEqual([0, 5])
  })

  it('share what variables had at some time, which nobody changes', async () => {
    const weights = await new Variable([1, 2], [2]).snapshot()
    const list = new CallbackList([
      { name: 'mine', getState: () => ({ best: [weights, Float32Array.of(3)] }) },
    ])
    const { mine } = await list.getStates()
    expect(mine).toEqual({ best: [Float32Array.of(1, 2), Float32Array.of(3)] })
    expect((mine as { best: unknown[] }).best[0]).toBe(weights)
  })

  it('that an older version wrote are refused by the name of the callback', async () => {
    const list = new CallbackList([new History()])
    await expect(list.setStates({ history: { epoch: [0], history: { loss: [1] } } })).rejects.toThrow(
      /history: setState cannot read what the backup holds .*Resume with the version that wrote it/,
    )
  })

  it('must be plain data', async () => {
    const list = new CallbackList([{ name: 'mine', getState: () => ({ f: () => {} }) }])
    await expect(list.getStates()).rejects.toThrow(/expected getState of mine to give plain data/)
    const round: unknown[] = []
    round.push(round)
    const endless = new CallbackList([{ name: 'mine', getState: () => round }])
    await expect(endless.getStates()).rejects.toThrow(/expected getState of mine to give plain data/)
  })
})

describe('wrong callbacks', () => {
  const make = (callbacks: unknown) => () => new CallbackList(callbacks as CallbackLike[])

  it('are named', () => {
    expect(make({ onEpochEnd: () => {} })).toThrow(/callbacks: expected a list, received \{ onEpochEnd: /)
    expect(make(new Callback())).toThrow(/expected a list, received Callback. Write callbacks: \[callback\]/)
    expect(make([{}, 'earlyStopping'])).toThrow(/received 'earlyStopping' at position 1/)
    expect(make([{ onEpochEnds: () => {} }])).toThrow(
      /callback, at position 0, has a method onEpochEnds, which is never called. Did you mean 'onEpochEnd'/,
    )
    class Mine extends Callback {
      on_epoch_end() {}
    }
    expect(make([Mine])).toThrow(/received the class Mine \(is new missing\?\) at position 0/)
    expect(make([new Mine()])).toThrow(
      /mine, at position 0, has a method on_epoch_end.*Did you mean 'onEpochEnd'/,
    )
    class Sound extends Callback {
      override onEpochEnd() {}
      once() {}
    }
    expect(make([new Sound(), { once: () => {} } as object])).not.toThrow()
  })
})
