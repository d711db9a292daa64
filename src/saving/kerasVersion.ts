import { DataError } from '../errors.js'
import type { ConfigValue } from '../utils/config.js'

/** The version of Keras whose files Gradus writes. */
export const KERAS_VERSION = '3.15.1'

/** @throws DataError if a file says that a newer Keras wrote it, whose form is unknown */
export function checkVersion(version: ConfigValue | undefined, file: string): void {
  const [known] = partsOf(KERAS_VERSION)
  if (!(partsOf(version)[0] > known)) return
  throw new DataError(
    `${file}: was written by Keras ${String(version)}, but Gradus reads the files of Keras ${known} and before. Use a newer Gradus, or ` +
      `save the model with Keras ${known}.`,
  )
}

/** Whether a version is before another one. Files that do not say theirs are the oldest. */
export function isBefore(version: ConfigValue | undefined, major: number, minor = 0): boolean {
  const [a, b] = partsOf(version)
  return !(a > major || (a === major && b >= minor))
}

const partsOf = (version: ConfigValue | undefined): readonly [major: number, minor: number] => {
  const [major, minor] = String(version ?? '')
    .split('.')
    .map((part) => Number(part || Number.NaN))
  return [major, minor]
}
