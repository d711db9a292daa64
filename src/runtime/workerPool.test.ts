import { describe, expect, it } from 'vitest'
import { StateError } from '../errors.js'
import type { TypedArray } from '../graph/dtype.js'
import { AloneMemory } from './aloneMemory.js'
import { word } from './control.js'
import type { FromWorker, ToWorker } from './messages.js'
import { SharedTeam } from './sharedTeam.js'
import type { Team } from './team.js'
import { WorkerPool } from './workerPool.js'
import type { WorkerHandle } from './workerPort.js'

class FakeTeam implements Team {
  ended = false
  readonly posted: string[] = []
  readonly ran: number[] = []
  post({ type }: { readonly type: string }): void {
    this.posted.push(type)
  }
  async run(program: number): Promise<void> {
    this.ran.push(program)
  }
  async end(): Promise<void> {
    this.ended = true
  }
}

const program = (id: number) => ({ type: 'program', id, steps: [], baseCount: 1 }) as const

describe('WorkerPool', () => {
  const setUp = () => {
    const teams: FakeTeam[] = []
    const pool = new WorkerPool(async () => {
      const team = new FakeTeam()
      teams.push(team)
      return team
    })
    return { teams, pool }
  }

  it('starts one team at the first use and keeps the order', async () => {
    const { teams, pool } = setUp()
    pool.addProgram(program(0))
    expect(teams).toHaveLength(0)
    const first = pool.use((team) => team.run(1))
    void pool.use((team) => team.run(2))
    await first.then(() => pool.use((team) => team.run(3)))
    expect(teams).toHaveLength(1)
    expect(teams[0]).toMatchObject({ posted: ['program'], ran: [1, 2, 3] })
  })

  it('hands a new team all code in use, after close and after an accident', async () => {
    const { teams, pool } = setUp()
    pool.addProgram(program(0))
    pool.addProgram(program(1))
    await pool.use((team) => team.run(0))
    pool.release([1], [])
    const parted: string[] = []
    const closed = pool.close(async (team) => void parted.push(team.ended ? 'late' : 'in time'))
    await pool.use((team) => team.run(0))
    await closed
    expect(parted).toEqual(['in time'])
    expect(teams[0]).toMatchObject({ ended: true, posted: ['program', 'program', 'release'], ran: [0] })
    teams[1].ended = true
    await pool.use((team) => team.run(0))
    expect(teams).toHaveLength(3)
    expect(teams[2]).toMatchObject({ posted: ['program'], ran: [0] })
  })

  it('tries again after a start that failed', async () => {
    let attempts = 0
    const pool = new WorkerPool(async () => {
      if (attempts++ === 0) throw new Error('no threads')
      return new FakeTeam()
    })
    const uses = [pool.use((team) => team.run(0)), pool.use((team) => team.run(0))]
    for (const { status } of await Promise.allSettled(uses)) expect(status).toBe('rejected')
    await pool.use((team) => team.run(0))
    expect(attempts).toBe(2)
  })
})

/** A worker that does what the test says. */
class FakeWorker implements WorkerHandle {
  readonly posted: ToWorker[] = []
  message: (message: FromWorker) => void = () => {}
  fail: (error: Error) => void = () => {}
  alive = false
  terminated = false
  post(message: ToWorker): void {
    this.posted.push(message)
  }
  onMessage(handler: (message: FromWorker) => void): void {
    this.message = handler
  }
  onFailure(handler: (error: Error) => void): void {
    this.fail = handler
  }
  keepAlive(keep: boolean): void {
    this.alive = keep
  }
  async terminate(): Promise<void> {
    this.terminated = true
  }
}

describe('SharedTeam', () => {
  const setUp = () => {
    const workers = [new FakeWorker(), new FakeWorker()]
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
    const team = new SharedTeam(workers, memory)
    team.post(program(7))
    const start = workers[0].posted[0]
    if (start.type !== 'startShared') throw new Error('the first message starts the worker')
    const words = new Int32Array(start.control)
    const complete = (run: number, failed: boolean) => {
      Atomics.store(words, word.failed + run, failed ? 1 : 0)
      Atomics.store(words, word.completed, run + 1)
      workers[1].message({ type: 'completed' })
    }
    return { workers, team, complete }
  }
  const failed = { type: 'failed', run: 0, failure: { function: 'sum', thread: 1, reason: 'trap' } } as const

  it('keeps the process alive while a run is under way', async () => {
    const { workers, team, complete } = setUp()
    expect(workers[0].alive).toBe(false)
    const run = team.run(7, [64])
    expect(workers[0].alive).toBe(true)
    complete(0, false)
    await run
    expect(workers[0].alive).toBe(false)
  })

  it.each(['before', 'after'])('hears why a run failed %s it hears that it is complete', async (order) => {
    const { workers, team, complete } = setUp()
    const run = team.run(7, [64])
    const next = team.run(7, [64])
    if (order === 'before') workers[1].message(failed)
    complete(0, true)
    if (order === 'after') workers[1].message(failed)
    // A second worker that failed in the same run is late.
    workers[0].message(failed)
    complete(1, false)
    await expect(run).rejects.toThrow('Loop function sum failed on thread 1: trap')
    await next
  })

  it('ends when a worker dies, and tells every caller', async () => {
    const { workers, team } = setUp()
    const runs = [team.run(7, [64]), team.run(7, [64])]
    workers[1].fail(new Error('out of memory'))
    for (const run of runs) await expect(run).rejects.toThrow('ended unexpectedly: out of memory')
    expect(team.ended).toBe(true)
    expect(workers.map(({ terminated }) => terminated)).toEqual([true, true])
  })
})

describe('AloneMemory', () => {
  it('says that variables are lost when its worker has died', async () => {
    const workers: FakeWorker[] = []
    const startWorker = () => {
      const worker = new FakeWorker()
      workers.push(worker)
      return worker
    }
    const memory = new AloneMemory({ startWorker }, 2 ** 20)
    const data: TypedArray = Float32Array.of(1)
    memory.write(0, data)
    const read = memory.read(0, 'float32', 1)
    await expect.poll(() => workers[0]?.posted.length).toBe(3)
    workers[0].fail(new Error('out of memory'))
    await expect(read).rejects.toThrow('ended unexpectedly')
    await expect(memory.read(0, 'float32', 1)).rejects.toThrow(StateError)
    expect(workers).toHaveLength(1)
  })
})
