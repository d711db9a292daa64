import { DataError } from '../errors.js'
import type { Config } from '../utils/config.js'
import { type Hdf5Group, openHdf5 } from './hdf5/openHdf5.js'
import { readJson, writeJson } from './json.js'
import { checkVersion, KERAS_VERSION } from './kerasVersion.js'
import { currentConfig } from './olderConfig.js'
import { openZip, writeZip } from './zip.js'

/** What a `.keras` file holds: the model with what it was compiled for, and its arrays. */
export interface KerasArchive {
  readonly config: Config
  /** Reads the arrays: after the config, which may be wrong, and once, since the file's bytes are handed over for it. */
  readWeights(): Promise<Hdf5Group>
}

const METADATA = 'metadata.json'
const CONFIG = 'config.json'
const WEIGHTS = 'model.weights.h5'

/**
 * Reads a `.keras` file (Keras 3's own format).
 * @param bytes handed over when weights are read; see `openHdf5`
 * @param file what errors call it
 * @throws DataError if it is cut off, damaged, no model file, or of a newer form
 */
export async function readKerasArchive(bytes: Uint8Array<ArrayBuffer>, file: string): Promise<KerasArchive> {
  const files = openZip(bytes, file)
  const read = (name: string): Promise<Uint8Array<ArrayBuffer>> => {
    const unpack = files.get(name)
    if (unpack) return unpack()
    const instead = files.has('model.weights.npz') && name === WEIGHTS
    throw new DataError(
      instead
        ? `${file}: its weights are in NumPy's format (weights_format="npz"). Save the model in Keras without that option.`
        : `${file}: is a ZIP file without '${name}', so it is no model of Keras. In it: ${[...files.keys()].slice(0, 10).join(', ')}.`,
    )
  }
  const { keras_version: version } = readJson(await read(METADATA), `${file}: ${METADATA}`)
  checkVersion(version, file)
  const config = readJson(await read(CONFIG), `${file}: ${CONFIG}`)
  return {
    config: currentConfig(config, version),
    readWeights: async () => openHdf5(await read(WEIGHTS), `${file}: ${WEIGHTS}`),
  }
}

/** A `.keras` file, piece by piece, with the HDF5 file of its weights, in pieces too. */
export async function writeKerasArchive({
  config,
  weights,
}: {
  readonly config: Config
  readonly weights: readonly Uint8Array<ArrayBuffer>[]
}): Promise<Uint8Array[]> {
  const json = (value: Config) => [new TextEncoder().encode(writeJson(value))]
  return writeZip(
    new Map([
      [METADATA, json({ keras_version: KERAS_VERSION, date_saved: timestamp(new Date()) })],
      [CONFIG, json(config)],
      [WEIGHTS, weights],
    ]),
  )
}

/** As Keras writes it: `2025-01-31@09:05:00`. */
function timestamp(date: Date): string {
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 19).replace('T', '@')
}
