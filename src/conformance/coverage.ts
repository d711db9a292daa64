import { type Reason, reasons } from './notDone.js'
import type { Suite } from './suite.js'

/** Keras's public entries, each once, with all the names that it goes by. */
export interface Inventory {
  readonly entries: readonly { readonly names: readonly string[]; readonly isClass: boolean }[]
}

/** Where one of Keras's entries stands. */
export interface EntryState {
  /** The name it is listed under, and its other names. */
  readonly name: string
  readonly aliases: readonly string[]
  readonly state: 'done' | 'differs' | 'later' | 'out'
  /** Why there is no numeric case. */
  readonly reason?: string
}

export interface Coverage {
  readonly entries: readonly EntryState[]
  /** Entries that are not accounted for, and reasons that are not true any more, by Keras's module. */
  readonly faults: readonly { readonly module: string; readonly text: string }[]
}

/**
 * Puts each of Keras's entries down as done, if there is a case for it, or with the reason why there is none.
 * @param differing entries of cases that ran and went wrong
 */
export function accountFor(
  inventory: Inventory,
  suites: readonly Suite[],
  differing: ReadonlySet<string>,
): Coverage {
  const covered = new Set(suites.flatMap(({ cases }) => cases.flatMap(({ entries }) => entries)))
  const known = new Set(inventory.entries.flatMap(({ names }) => names))
  const faults: Coverage['faults'][number][] = []
  const fault = (name: string, text: string): void => void faults.push({ module: moduleOf(name), text })
  const entries: EntryState[] = []
  for (const { names } of inventory.entries) {
    const isDone = names.some((name) => covered.has(name))
    const reason = names.map((name) => reasons[name]).find((found) => found !== undefined)
    if (isDone && reason)
      fault(names[0], `${names[0]}: there is a case for it, so its reason in notDone.ts must go.`)
    if (!isDone && !reason) {
      fault(names[0], `${names.join(' = ')}: not accounted for. Write a case, or a reason in notDone.ts.`)
    } else entries.push(entryState(names, { covered, differing, reason }))
  }
  for (const name of [...covered, ...Object.keys(reasons)]) {
    if (!known.has(name)) fault(name, `${name}: Keras has no such entry.`)
  }
  return { entries, faults }
}

/** `layers` of `layers.Dense`. */
export const moduleOf = (name: string): string => name.slice(0, name.lastIndexOf('.'))

interface Findings {
  readonly covered: ReadonlySet<string>
  readonly differing: ReadonlySet<string>
  readonly reason: Reason | undefined
}

function entryState(names: readonly string[], { covered, differing, reason }: Findings): EntryState {
  const name = names.find((each) => covered.has(each) || each in reasons) ?? names[0]
  const aliases = names.filter((each) => each !== name)
  if (reason) return { name, aliases, state: reason.state, reason: reason.why }
  return differing.has(name)
    ? { name, aliases, state: 'differs', reason: 'its cases do not all agree: see above' }
    : { name, aliases, state: 'done' }
}
