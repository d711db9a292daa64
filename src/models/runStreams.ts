/** The streams that a run takes batches from. */
export interface RunStreams {
  /** Ends the run, also where it waits for a batch. */
  readonly signal: AbortSignal | undefined
  readonly opened: { close(): Promise<void> }[]
}

/** Does a run, and closes the streams that it opened, whatever ended it. */
export async function withStreams<T>(
  { signal }: { readonly signal?: AbortSignal },
  run: (streams: RunStreams) => Promise<T>,
): Promise<T> {
  const streams: RunStreams = { signal, opened: [] }
  let result: T
  try {
    result = await run(streams)
  } catch (error) {
    // What ended the run is what its caller has to know, also where closing fails too.
    await closeAll(streams).catch(() => {})
    throw error
  }
  await closeAll(streams)
  return result
}

/** Closes all streams, also behind one that cannot be closed. */
async function closeAll({ opened }: RunStreams): Promise<void> {
  const results = await Promise.allSettled(opened.map((stream) => stream.close()))
  for (const result of results) if (result.status === 'rejected') throw result.reason
}
