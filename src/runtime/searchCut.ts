import { type Cut, modelCut } from '../compiler/cut.js'
import type { Program } from '../compiler/program.js'
import { cutCandidates } from '../compiler/templates/cutCandidates.js'
import { type Device, TimedOp, type TimedProgram } from './timedOp.js'

/** The quickest cut of an op that was found, and what was measured. */
export interface FoundCut {
  readonly cut: Cut
  /** Milliseconds of the op by itself, so cut and as the cost model cuts it. */
  readonly ms: number
  readonly modelMs: number
}

/** A cut is another's better if it takes less than this part of its time: differences below are the clock's, or other work's. */
const better = 0.97
/** One that takes more than this part is not looked at again. */
const hopeless = 1.05
/** Samples of each of two that are compared, in turns: the quickest counts, as other work only makes them longer. */
const [fewestSamples, mostSamples, samplesToConfirm] = [3, 6, 9]
/** Of the time for an op, that is left to compare the cut which is found with the model's once more. */
const timeToConfirm = 0.25

/**
 * Looks for the quickest cut of an op: measures candidates in turns with the quickest so far, beginning with the cost model's, and
 * in the end that one with the model's once more. `compileWith` compiles the op alone. Undefined if there is no time to compare anything,
 * or nothing to be cut.
 */
export async function searchCut(
  device: Device,
  compileWith: (cut: Cut) => Program,
  milliseconds: number,
): Promise<FoundCut | undefined> {
  const end = performance.now() + milliseconds
  const searchEnd = end - timeToConfirm * milliseconds
  const byModel = compileWith(modelCut)
  const matrix = byModel.report.launches.find((launch) => launch.matrix)?.matrix
  if (!matrix) return undefined
  const op = new TimedOp(device, byModel)
  const loaded: TimedProgram[] = []
  const load = (program: Program): TimedProgram => {
    const timed = op.load(program)
    loaded.push(timed)
    return timed
  }
  try {
    await op.calibrate(byModel)
    const model = { cut: modelCut, program: load(byModel) }
    const known = new Set([textOf(byModel)])
    let compared = false
    let best = model
    for (const group of cutCandidates(matrix, device.backend.traits)) {
      const { cut: soFar } = best
      for (const choice of group) {
        if (performance.now() >= searchEnd) break
        const cut = { ...soFar, ...choice }
        const compiled = compileWith(cut)
        const text = textOf(compiled)
        if (known.has(text)) continue
        known.add(text)
        const candidate = { cut, program: load(compiled) }
        const times = await compare(candidate.program, best.program, mostSamples, searchEnd)
        if (!times) break
        compared = true
        if (times.first < better * times.second) best = candidate
      }
    }
    if (best !== model) {
      const times = await compare(best.program, model.program, samplesToConfirm, end)
      if (!times) return undefined
      if (times.first < better * times.second)
        return { cut: best.cut, ms: times.first, modelMs: times.second }
    } else if (!compared && known.size > 1) return undefined
    const ms = await model.program.sample()
    return { cut: modelCut, ms, modelMs: ms }
  } finally {
    for (const program of loaded) program.release()
    op.release()
  }
}

/** The quickest of each one's samples, which are taken in turns; undefined if the time does not suffice for a few. */
async function compare(
  first: TimedProgram,
  second: TimedProgram,
  samples: number,
  end: number,
): Promise<{ readonly first: number; readonly second: number } | undefined> {
  let times = { first: Number.POSITIVE_INFINITY, second: Number.POSITIVE_INFINITY }
  let longest = 0
  for (let i = 0; i < samples; i++) {
    const begin = performance.now()
    // A sample that would end too late is not begun.
    if (begin + longest > end) return i < fewestSamples ? undefined : times
    times = {
      second: Math.min(times.second, await second.sample()),
      first: Math.min(times.first, await first.sample()),
    }
    longest = Math.max(longest, performance.now() - begin)
    if (i + 1 >= fewestSamples && times.first > hopeless * times.second) break
  }
  return times
}

/** Two cuts that lead to the same launches have the same text. */
const textOf = (program: Program): string => JSON.stringify(program.steps)
