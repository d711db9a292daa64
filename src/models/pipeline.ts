/** Steps handed to the executor before the first one's results are awaited: one runs while the next is prepared. */
const IN_FLIGHT = 2

/** Milliseconds after which timers, input and drawing get their turn, on an executor that does not wait for workers. */
const LONGEST_TURN = 50
let turnBegan = 0

async function letOthersRun(): Promise<void> {
  if (performance.now() - turnBegan < LONGEST_TURN) return
  await new Promise((resolve) => setTimeout(resolve))
  turnBegan = performance.now()
}

export interface PipelineOptions<R> {
  readonly steps: number
  /** Prepares and starts a step. */
  launch(step: number): Promise<R>
  /** Takes a step's results, in order. Returning `false` ends the run after the steps under way. */
  land(step: number, results: R): Promise<boolean> | Promise<void>
  readonly signal?: AbortSignal
}

/**
 * Runs steps in order, each prepared while the one before is running. Whatever happens, no step is under way any more
 * when this returns.
 * @throws the signal's reason, if it is aborted between steps
 */
export async function runPipelined<R>({ steps, launch, land, signal }: PipelineOptions<R>): Promise<void> {
  const flying: Promise<R>[] = []
  let landed = 0
  let goesOn = true
  const landNext = async () => {
    const results = await flying[0]
    flying.shift()
    if ((await land(landed++, results)) === false) goesOn = false
    await letOthersRun()
  }
  try {
    for (let step = 0; step < steps && goesOn; step++) {
      signal?.throwIfAborted()
      const flight = launch(step)
      // Its error is thrown when its turn comes to land; until then it must not count as unhandled.
      flight.catch(() => {})
      flying.push(flight)
      if (flying.length === IN_FLIGHT) await landNext()
    }
    while (flying.length > 0) await landNext()
    if (goesOn) signal?.throwIfAborted()
  } finally {
    await Promise.allSettled(flying)
  }
}
