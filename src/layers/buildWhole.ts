/** What takes back each build that was finished inside the one under way, in order. */
const finished: (() => void)[] = []
let depth = 0

/**
 * Builds a layer with all the layers inside it, or none: if `build` throws, it is taken back, and so are the builds that were
 * finished inside it. A model that did not fit its first input can then be given another one.
 * @param takeBack makes the layer what it was before
 */
export function buildWhole(build: () => void, takeBack: () => void): void {
  const begin = finished.length
  depth++
  try {
    build()
    finished.push(takeBack)
  } catch (error) {
    for (const undo of finished.splice(begin).reverse()) undo()
    takeBack()
    throw error
  } finally {
    depth--
    if (depth === 0) finished.length = 0
  }
}
