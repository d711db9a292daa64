import { gunzip, isGzip } from '../../data/datasets/gunzip.js'
import { parseIdx } from '../../data/datasets/idx.js'
import { DataError } from '../../errors.js'
import { showShape } from '../../graph/shape.js'
import { readFile } from '../../saving/files.js'
import { decodePicture } from './decode.js'
import type { Picture } from './picture.js'
import { isPnm, parsePnm } from './pnm.js'

/**
 * The pictures in a file: one, or of an IDX file (such as MNIST's, as it is or with `.gz`) all, in any format by its content.
 * @throws DataError if the file holds no pictures
 */
export async function readPictures(path: string): Promise<Picture[]> {
  const found = await readFile(path)
  const bytes = isGzip(found) ? await gunzip(found, path) : found
  if (isPnm(bytes)) return [parsePnm(bytes, path)]
  if (isIdx(bytes)) return fromIdx(bytes, path)
  return [await decodePicture(bytes, path)]
}

const isIdx = (bytes: Uint8Array): boolean => bytes[0] === 0 && bytes[1] === 0 && bytes[2] === 8

function fromIdx(bytes: Uint8Array<ArrayBuffer>, path: string): Picture[] {
  const images = parseIdx(bytes, path)
  const [count, height, width, channels = 1] = images.shape
  if (images.rank < 3 || images.rank > 4 || (channels !== 1 && channels !== 3)) {
    throw new DataError(
      `${path}: expected pictures [n, height, width] or [n, height, width, channels], found ${showShape(images.shape)}.`,
    )
  }
  const data = images.knownData() as Uint8Array
  const size = height * width * channels
  return Array.from({ length: count }, (_, i) => ({
    ...{ name: `${path}[${i}]`, width, height, channels },
    data: data.subarray(i * size, (i + 1) * size),
  }))
}
