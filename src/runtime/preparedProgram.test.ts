import { describe, expect, it } from 'vitest'
import type { Step } from '../compiler/program.js'
import { Barrier } from './barrier.js'
import { controlWords, word } from './control.js'
import { Crew } from './crew.js'
import { type Callable, PreparedProgram, type Sharing } from './preparedProgram.js'
import { Shares } from './shares.js'

/** A launch on one base; in repeats it moves by a byte with each iteration. */
const launch = (name: string, { solo = true, barrier = false, depth = 0 } = {}): Step => ({
  type: 'launch',
  function: name,
  arguments: [{ base: 0, offset: 0, strides: new Array(depth).fill(1) }],
  grid: 4,
  barrier,
  solo,
})

const repeat = (count: number, ...steps: Step[]): Step => ({ type: 'repeat', count, barrier: false, steps })

/** What a run does: the calls that reach the code, joined by a `+` where they do so together. */
function calls(steps: readonly Step[], sharing?: Sharing, shares = false): string[] {
  const done: string[] = []
  let left: string[] = []
  const callable = (name: string): Callable => {
    const text = ([pointer, begin, end]: readonly number[]) => `${name}@${pointer}[${begin},${end})`
    return {
      name,
      leave: (values) => void left.push(text(values)),
      share: shares ? (values) => void left.push(`${text(values)} shared`) : undefined,
      call(values) {
        left.push(text(values))
        settle()
      },
    }
  }
  const settle = () => {
    if (left.length > 0) done.push(left.join('+'))
    left = []
  }
  const functions = new Map(['a', 'b', 'c'].map((name) => [name, callable(name)]))
  new PreparedProgram(steps, functions, { left: { settle, keep() {}, again: () => false } }).run(
    [100],
    0,
    sharing,
  )
  expect(left).toEqual([])
  return done
}

const words = () => new Int32Array(new SharedArrayBuffer(4 * controlWords(1)))

const team = (thread = 0): Sharing => {
  const control = words()
  return {
    type: 'team',
    barrier: new Barrier(control, word.launchBarrier, 1),
    shares: new Shares(control, word.shares, 0, 1),
    thread,
  }
}

describe('A prepared program', () => {
  it('hands calls over together that one thread does after each other', () => {
    expect(calls([launch('a'), launch('b', { solo: false }), launch('c')])).toEqual([
      'a@100[0,4)+b@100[0,4)+c@100[0,4)',
    ])
  })

  it('goes through repeats without a stop', () => {
    const steps = [launch('a'), repeat(2, launch('b', { depth: 1 }), repeat(2, launch('c', { depth: 2 })))]
    expect(calls([...steps, launch('a')])).toEqual([
      'a@100[0,4)+b@100[0,4)+c@100[0,4)+c@101[0,4)+b@101[0,4)+c@101[0,4)+c@102[0,4)+a@100[0,4)',
    ])
    expect(calls([launch('a'), repeat(0, launch('b')), launch('c')])).toEqual(['a@100[0,4)+c@100[0,4)'])
    expect(calls([launch('a'), repeat(2)])).toEqual(['a@100[0,4)'])
  })

  it('stops where threads meet, and for what they share', () => {
    const steps = [launch('a'), launch('b'), launch('c', { barrier: true }), launch('a')]
    expect(calls(steps, team())).toEqual(['a@100[0,4)+b@100[0,4)', 'c@100[0,4)+a@100[0,4)'])
    expect(calls([launch('a'), launch('b', { solo: false }), launch('c')], team())).toEqual([
      'a@100[0,4)',
      'b@100[0,4)',
      'c@100[0,4)',
    ])
    expect(calls([launch('a'), repeat(3, launch('b'))], team(1))).toEqual([])
  })

  it('stops for what workers may help with, unless they help with whole runs', () => {
    const steps = [launch('a'), launch('b', { solo: false }), repeat(2, launch('c', { solo: false }))]
    const crew: Sharing = { type: 'crew', crew: new Crew(words(), 1) }
    // Only launches outside of repeats are offered.
    expect(calls(steps, crew)).toEqual(['a@100[0,4)', 'b@100[0,4)', 'c@100[0,4)+c@100[0,4)'])
    expect(calls(steps, crew, true)).toEqual([
      'a@100[0,4)+b@100[0,4) shared+c@100[0,4) shared+c@100[0,4) shared',
    ])
  })
})
