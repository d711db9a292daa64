import { StateError } from '../errors.js'

/** Observable Plot, and a document for it to draw into. */
export interface PlotLibrary {
  readonly Plot: typeof import('@observablehq/plot')
  readonly document: Document
  /** The text of an element. */
  readonly serialize: (element: Node) => string
}

/** Loads it when the first diagram is drawn: a page's own document, or in Node one that has no more than drawings need. */
export async function plotLibrary(): Promise<PlotLibrary> {
  const Plot = await import('@observablehq/plot')
  if (typeof process === 'undefined' || process.versions?.node === undefined) {
    if (typeof document === 'undefined') {
      throw new StateError('A worker has no document to draw diagrams in. Draw them in the page.')
    }
    return { Plot, document, serialize: (element) => new XMLSerializer().serializeToString(element) }
  }
  // Out of bundlers' sight: a page has a document.
  const nodeFile = './svgDocument.node.js'
  const { svgDocument, serialize } = (await import(
    /* webpackIgnore: true */ /* @vite-ignore */ nodeFile
  )) as typeof import('./svgDocument.node.js')
  return { Plot, document: svgDocument(), serialize }
}
