import { parseArgs } from 'node:util'

export interface ConformanceArguments {
  /** Suites to run; all if empty. */
  readonly only: readonly string[]
  /** Only cases whose name contains this. */
  readonly filter: string | undefined
  /** Run a sample of each suite, drawn with this seed. */
  readonly sample: number | undefined
}

/** `--only losses,metrics --filter Huber --sample 7` */
export function readArguments(argv: readonly string[]): ConformanceArguments {
  const { values } = parseArgs({
    args: [...argv],
    options: { only: { type: 'string' }, filter: { type: 'string' }, sample: { type: 'string' } },
  })
  const sample = values.sample === undefined ? undefined : Number(values.sample)
  if (sample !== undefined && !Number.isSafeInteger(sample)) {
    throw new TypeError(`--sample: expected a whole number as seed, received ${values.sample}.`)
  }
  return { only: values.only?.split(',') ?? [], filter: values.filter, sample }
}
