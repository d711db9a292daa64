import { HostTensor } from './hostTensor.js'

/** A setting of a case, under Keras's key: what Keras would be given as a keyword argument. */
export type Setting =
  | string
  | number
  | boolean
  | null
  | HostTensor
  | KerasObject
  | readonly Setting[]
  | { readonly [key: string]: Setting }

export type Settings = { readonly [key: string]: Setting }

/** Something of Keras's by its path, `losses.Huber`: an object to make from settings or, without them, a function. */
export class KerasObject {
  constructor(
    readonly path: string,
    readonly config?: Settings,
  ) {}
}

/** An object within settings: `object('regularizers.L2', { l2: 0.01 })`. */
export const object = (path: string, config: Settings = {}): KerasObject => new KerasObject(path, config)

/** How a case is called in tables: `Huber(delta=0.5)`. */
export function describe(name: string, settings: Settings = {}): string {
  const entries = Object.entries(settings).map(([key, value]) => `${key}=${describeSetting(value)}`)
  return `${name}(${entries.join(', ')})`
}

function describeSetting(value: Setting): string {
  if (value instanceof KerasObject) return describe(value.path.split('.').at(-1) ?? '', value.config)
  if (value instanceof HostTensor) return `[${value.shape}]`
  if (Array.isArray(value)) return `[${value.map(describeSetting).join(', ')}]`
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
