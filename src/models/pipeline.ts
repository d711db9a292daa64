/** Steps handed to the executor before the first one's results are awaited: one runs while the next is prepared. */
const IN_FLIGHT = 2

/** Milliseconds after which timers, input and drawing get their turn, on an executor that does not wait for workers. */
const LONGEST_TURN = 50
let turnBegan = 0

const isTurnOver = (): boolean => performance.now() - turnBegan >= LONGEST_TURN

async function letOthersRun(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve))
  turnBegan = performance.now()
}

/** A step that was started. */
export interface Flight<R> {
  readonly results: Promise<R>
}

export interface PipelineOptions<F extends Flight<unknown>> {
  /** How many steps there are at most. */
  readonly steps: number
  /** The number of the first one: those before it were taken earlier. Default: 0. */
  readonly first?: number
  /**
   * Prepares and starts a step; `undefined` if there is none any more. Steps are started one after another. Throwing the signal's
   * reason, where the signal ended waiting for a batch, ends the run after the steps under way.
   */
  launch(step: number): Promise<F | undefined>
  /** Takes a step's results, in order. Returning `false` ends the run after the steps under way. */
  land(step: number, results: Awaited<F['results']>, flight: F): Promise<boolean> | Promise<void> | undefined
  /** Whether a step that was started lands before the next one is: what it leaves is then looked at. Default: none. */
  landsAlone?(step: number): boolean
  readonly signal?: AbortSignal
}

/**
 * Runs steps in order, each prepared while the one before is running. Whatever happens, no step is under way any more
 * when this returns. Gives the number of the step that would be next.
 * @throws the signal's reason, if it is aborted between steps or while one is prepared; those under way have landed then
 */
export async function runPipelined<F extends Flight<unknown>>(options: PipelineOptions<F>): Promise<number> {
  const { steps, first = 0, launch, land, landsAlone, signal } = options
  const flying: F[] = []
  let landed = first
  let goesOn = true
  const landNext = async () => {
    const [flight] = flying
    const results = (await flight.results) as Awaited<F['results']>
    flying.shift()
    if ((await land(landed++, results, flight)) === false) goesOn = false
    if (isTurnOver()) await letOthersRun()
  }
  const launchUnlessAborted = async (step: number) => {
    try {
      return await launch(step)
    } catch (error) {
      if (signal?.aborted && error === signal.reason) return undefined
      throw error
    }
  }
  try {
    for (let step = first; step < steps && goesOn && !signal?.aborted; step++) {
      const flight = await launchUnlessAborted(step)
      if (!flight) break
      // Its error is thrown when its turn comes to land; until then it must not count as unhandled.
      flight.results.catch(() => {})
      flying.push(flight)
      if (landsAlone?.(step)) while (flying.length > 0) await landNext()
      else if (flying.length === IN_FLIGHT) await landNext()
    }
    while (flying.length > 0) await landNext()
    if (goesOn) signal?.throwIfAborted()
    return landed
  } finally {
    if (flying.length > 0) await Promise.allSettled(flying.map(({ results }) => results))
  }
}
