import { DataError } from '../errors.js'
import { type DatasetName, datasetNames } from './datasets.js'

/** What a run of training was started with, as it stands in its `config.json`. */
export interface RunConfig {
  /** The version of Gradus that began it. */
  readonly gradus: string
  /** `lenet`, or the model file that the run began with, by the path that was given. */
  readonly model: string
  readonly data: DatasetName
  readonly epochs: number
  readonly batch_size: number
  readonly validation_split: number
  /** Training samples that were taken; null for all. */
  readonly limit: number | null
  readonly seed: number
  /** Steps after which the state is saved; null for once an epoch. */
  readonly checkpoint_every: number | null
}

/**
 * The config in a file.
 * @throws DataError naming what is missing or wrong
 */
export function readConfig(bytes: Uint8Array, file: string): RunConfig {
  const config = parse(bytes, file)
  const isCount = (value: unknown, least: number) => Number.isSafeInteger(value) && (value as number) >= least
  const checks: Record<keyof RunConfig, (value: unknown) => boolean> = {
    gradus: (value) => typeof value === 'string',
    model: (value) => typeof value === 'string' && value !== '',
    data: (value) => datasetNames.includes(value as DatasetName),
    epochs: (value) => isCount(value, 1),
    batch_size: (value) => isCount(value, 1),
    validation_split: (value) => typeof value === 'number' && value >= 0 && value < 1,
    limit: (value) => value === null || isCount(value, 1),
    seed: (value) => isCount(value, 0),
    checkpoint_every: (value) => value === null || isCount(value, 1),
  }
  for (const [key, fits] of Object.entries(checks)) {
    if (!fits(config[key])) {
      throw new DataError(
        `${file}: ${JSON.stringify(config[key])} is no value for '${key}'. The run cannot be resumed.`,
      )
    }
  }
  return config as unknown as RunConfig
}

function parse(bytes: Uint8Array, file: string): Record<string, unknown> {
  try {
    return { ...(JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>) }
  } catch (error) {
    throw new DataError(`${file}: is no JSON (${(error as Error).message}). The run cannot be resumed.`)
  }
}
