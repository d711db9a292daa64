import type { PbfWriter } from 'pbf'
import { ArgumentError } from '../errors.js'
import { show } from '../utils/show.js'
import type { SummaryValue } from './summaryValue.js'

/** What was chosen for a run: `{ units: 128, optimizer: 'adam', augmented: true }`. */
export type HyperParameters = Readonly<Record<string, number | string | boolean>>

/** The beginning of a run: its hyper-parameters, for the page `HParams`. Runs with equal ones stand as trials of the same. */
export async function sessionStart(hparams: HyperParameters): Promise<SummaryValue> {
  const sorted = Object.fromEntries(Object.entries(hparams).sort(([a], [b]) => (a < b ? -1 : 1)))
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(sorted)))
  const groupName = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hparamsSummary('_hparams_/session_start_info', 3, (pbf) => {
    for (const entry of Object.entries(sorted)) pbf.writeMessage(1, writeEntry, entry)
    pbf.writeStringField(4, groupName)
    pbf.writeDoubleField(5, Date.now() / 1000)
  })
}

/** The end of a run, and whether it went well. */
export function sessionEnd(isSuccess: boolean): Promise<SummaryValue> {
  return hparamsSummary('_hparams_/session_end_info', 4, (pbf) => {
    pbf.writeVarintField(1, isSuccess ? 1 : 2)
    pbf.writeDoubleField(2, Date.now() / 1000)
  })
}

/** @throws ArgumentError unless each is a finite number, a text or a boolean */
export function checkHyperParameters(hparams: HyperParameters, title: string): void {
  const isValue = (value: unknown) =>
    typeof value === 'number'
      ? Number.isFinite(value)
      : typeof value === 'string' || typeof value === 'boolean'
  const isRecord = typeof hparams === 'object' && hparams !== null && !Array.isArray(hparams)
  if (isRecord && Object.values(hparams).every(isValue)) return
  throw new ArgumentError(
    `${title}: expected hyper-parameters that are numbers, texts or booleans, such as { units: 128, optimizer: 'adam' }, received ${show(hparams)}.`,
  )
}

/**
 * What the plugin is told stands in its own data, `HParamsPluginData` of `hparams/plugin_data.proto`; the tensor means nothing.
 * @param field the number of the message in it
 */
async function hparamsSummary(
  tag: string,
  field: number,
  write: (pbf: PbfWriter) => void,
): Promise<SummaryValue> {
  const { PbfWriter } = await import('pbf')
  const pbf = new PbfWriter()
  pbf.writeMessage(field, (_, inner) => write(inner), undefined)
  return {
    ...{ tag, plugin: 'hparams', pluginContent: pbf.finish() },
    tensor: { dtype: 'float', shape: [1], elements: new Float32Array(1) },
  }
}

/** An entry of `map<string, google.protobuf.Value>`. */
function writeEntry([name, value]: readonly [string, number | string | boolean], pbf: PbfWriter): void {
  pbf.writeStringField(1, name)
  pbf.writeMessage(2, writeProtobufValue, value)
}

function writeProtobufValue(value: number | string | boolean, pbf: PbfWriter): void {
  if (typeof value === 'number') pbf.writeDoubleField(2, value)
  else if (typeof value === 'string') pbf.writeStringField(3, value)
  else pbf.writeBooleanField(4, value)
}
