import { compile } from '../compiler/compile.js'
import { ArgumentError } from '../errors.js'
import type { ExecutorOptions, TuningOptions } from '../graph/executor.js'
import { environment } from './environment.js'
import { inNode } from './platform.js'
import type { Device } from './timedOp.js'
import type { Tuner } from './tuner.js'
import { tuningLine } from './tuningLine.js'

/** Makes the tuner of a device. */
export type MakeTuner = (device: Device) => Tuner

/** How to make the tuner that options and environment ask for; undefined if they ask for none. What it needs is loaded only then. */
export async function chosenTuner(options: ExecutorOptions): Promise<MakeTuner | undefined> {
  const chosen = chosenTuning(options)
  if (!chosen) return undefined
  const { Tuner } = await import('./tuner.js')
  const terminal = inNode && process.stderr.isTTY ? tuningLine(process.stderr) : undefined
  const tuning = { onProgress: terminal, ...chosen, compile }
  if (!inNode) return (device) => new Tuner(device, { ...tuning, machine: 'page' })
  // Out of bundlers' sight: a page has no use for it, and its imports would fail there.
  const nodeFile = './tuningFile.node.js'
  const { processorName, tuningFile } = (await import(
    /* webpackIgnore: true */ /* @vite-ignore */ nodeFile
  )) as typeof import('./tuningFile.node.js')
  return (device) =>
    new Tuner(device, { ...tuning, machine: processorName(device.backend), store: tuningFile() })
}

/** Whether to tune, and how: `GRADUS_TUNE` goes before `tune`. */
export function chosenTuning({ tune = false }: ExecutorOptions): TuningOptions | undefined {
  const text = environment('GRADUS_TUNE')
  if (text !== undefined && text !== '0' && text !== '1')
    throw new ArgumentError(`GRADUS_TUNE: expected 1 or 0; received "${text}".`)
  if (typeof tune !== 'boolean' && (typeof tune !== 'object' || tune === null))
    throw new ArgumentError(`tune: expected true, false or { budget, onProgress }; received ${String(tune)}.`)
  const asked = typeof tune === 'object' ? tune : {}
  const { budget } = asked
  if (budget !== undefined && !(budget > 0 && Number.isFinite(budget)))
    throw new ArgumentError(
      `tune: expected a budget of more than 0 milliseconds; received ${String(budget)}.`,
    )
  const isOn = text === undefined ? tune !== false : text === '1'
  return isOn ? asked : undefined
}
