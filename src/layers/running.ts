import { StateError } from '../errors.js'
import type { AnyLayer } from './layer.js'

interface Running {
  readonly layer: AnyLayer
  readonly what: 'build' | 'call'
}

/** What layers do at present, each inside of the one before. */
const running: Running[] = []
/** The layers with weights that were built inside of the outermost call. */
const built: AnyLayer[] = []

/** What a layer does at present, inside of all else. */
export const innermost = (): Running | undefined => running.at(-1)

const isCalling = (): boolean => running.some(({ what }) => what === 'call')

function during<T>(layer: AnyLayer, what: Running['what'], body: () => T): T {
  running.push({ layer, what })
  try {
    return body()
  } finally {
    running.pop()
  }
}

/** Runs `build` of a layer. */
export function duringBuild(layer: AnyLayer, build: () => void): void {
  during(layer, 'build', build)
  if (isCalling() && layer.ownWeights.length > 0) built.push(layer)
}

/**
 * Runs `call` of a layer.
 * @throws StateError if a layer with weights was built in it that is no part of it
 */
export function duringCall<T>(layer: AnyLayer, call: () => T): T {
  if (isCalling()) return during(layer, 'call', call)
  try {
    const outputs = during(layer, 'call', call)
    if (built.length > 0) refuseStrays(layer)
    return outputs
  } finally {
    built.length = 0
  }
}

function refuseStrays(outermost: AnyLayer): void {
  const parts = new Set<AnyLayer>()
  const visit = (layer: AnyLayer): void => {
    if (parts.has(layer)) return
    parts.add(layer)
    layer.sublayers().forEach(visit)
  }
  visit(outermost)
  const stray = built.find((layer) => !parts.has(layer))
  if (!stray) return
  throw new StateError(
    `${outermost.title}: call builds ${stray.title}, which is no part of it: nobody would train or save its weights. Make layers in the ` +
      'constructor, and hold them in properties, or in lists in properties.',
  )
}
