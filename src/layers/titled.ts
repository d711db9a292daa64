import { ArgumentError, ShapeError } from '../errors.js'

/** Runs `body`; an error about what an op in it was given gets the title of the layer in which that happened. */
export function titled<T>(title: string, body: () => T): T {
  try {
    return body()
  } catch (error) {
    const hasTitle = error instanceof Error && /^(Layer|Model) '/.test(error.message)
    if (hasTitle || !(error instanceof ArgumentError || error instanceof ShapeError)) throw error
    const type = error instanceof ShapeError ? ShapeError : ArgumentError
    throw new type(`${title}: ${error.message}`, { cause: error })
  }
}
