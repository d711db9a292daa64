import { FOOTER, frameRecord, HEADER } from '../tensorboard/record.js'

/** A record of an event file, of any bytes. */
export function recordOf(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(HEADER + data.length + FOOTER)
  record.set(data, HEADER)
  frameRecord(record)
  return record
}
