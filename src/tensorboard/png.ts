import { crc32 } from '../saving/crc32.js'
import { joinBytes } from '../saving/storedArray.js'
import { utf8 } from './summaryValue.js'

/** A picture of bytes in rows, from the top left. */
export interface Picture {
  readonly width: number
  readonly height: number
  /** 1 grey, 2 grey and opacity, 3 red, green and blue, 4 these and opacity. */
  readonly channels: 1 | 2 | 3 | 4
  /** `height * width * channels` bytes. */
  readonly pixels: Uint8Array<ArrayBuffer>
  /** Whether nothing in it repeats but runs of one byte, as in weights. Default: false. */
  readonly isNoise?: boolean
}

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
/** PNG's number for pixels of 1 to 4 channels. */
const colourTypes = { 1: 0, 2: 4, 3: 2, 4: 6 } as const

/** The picture as a PNG file (ISO/IEC 15948), its rows deflated as they are. */
export async function encodePng({ width, height, channels, pixels, isNoise }: Picture): Promise<Uint8Array> {
  const header = new Uint8Array(13)
  const view = new DataView(header.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  header[8] = 8 // bits of a channel
  header[9] = colourTypes[channels]

  // Each row begins with the number of its filter: 0, none.
  const stride = width * channels
  const rows = new Uint8Array(height * (stride + 1))
  for (let row = 0; row < height; row++) {
    rows.set(pixels.subarray(row * stride, (row + 1) * stride), row * (stride + 1) + 1)
  }
  return joinBytes([
    signature,
    ...chunk('IHDR', header),
    ...chunk('IDAT', await deflated(rows, isNoise)),
    ...chunk('IEND'),
  ])
}

/**
 * In zlib's format, beside what this thread does. In Node streams would double what a small picture takes. Of noise the quickest level makes
 * as little as the best, and to look for runs alone no more than that, in a third of the time.
 */
function deflated(bytes: Uint8Array<ArrayBuffer>, isNoise = false): Promise<Uint8Array> {
  const zlib = globalThis.process?.getBuiltinModule?.('node:zlib')
  if (!zlib) {
    const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'))
    return new Response(stream).arrayBuffer().then((buffer) => new Uint8Array(buffer))
  }
  const { Z_RLE, Z_DEFAULT_STRATEGY } = zlib.constants
  const options = {
    ...{ level: 1, strategy: isNoise ? Z_RLE : Z_DEFAULT_STRATEGY },
    // In one piece, or a few: for each the thread would be called back.
    chunkSize: isNoise ? bytes.length + 1024 : 2 ** 16,
  }
  return new Promise((resolve, reject) => {
    zlib.deflate(bytes, options, (error, result) => (error ? reject(error) : resolve(result)))
  })
}

/** Length, name, data, and the CRC-32 of name and data. */
function chunk(name: string, data: Uint8Array = new Uint8Array()): Uint8Array[] {
  const bytes = utf8(name)
  return [uint32(data.length), bytes, data, uint32(crc32(data, crc32(bytes)))]
}

function uint32(number: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, number)
  return bytes
}
