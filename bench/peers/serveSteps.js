/**
 * Runs a training step whenever the benchmark asks for one, and answers with its loss, which shows that it trains.
 *
 * @param {() => Promise<number>} step one step on the same batch each time; its loss
 */
export function serveSteps(step) {
  process.on('message', async () => process.send(await step()))
  process.on('disconnect', () => process.exit())
  // Ready.
  process.send(null)
}

export const batch = 128

/** Images `[batch, 28, 28, 1]` with elements from 0 to 1, and labels 0 to 9. Their values do not change the work. */
export function sampleBatch() {
  let state = 1
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  return {
    images: Float32Array.from({ length: batch * 28 * 28 }, random),
    labels: Int32Array.from({ length: batch }, (_, i) => i % 10),
  }
}
