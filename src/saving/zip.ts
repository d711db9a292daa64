import type { ZipInputFile } from 'fflate'
import { ArgumentError, DataError } from '../errors.js'
import { crc32 } from './crc32.js'
import { Source } from './cursor.js'

/** The files in a ZIP file, by their names; each is unpacked and checked when it is asked for. */
export type ZipFiles = ReadonlyMap<string, () => Promise<Uint8Array<ArrayBuffer>>>

/** What is unpacked may have this size, whatever is stored of it; beyond, at most `LARGEST_EXPANSION` times what is stored. */
const SMALL = 2 ** 26
const LARGEST_EXPANSION = 100

/** How the file begins at its end: with the last record, in which a comment of 64 KiB at most stands. */
const END = 0x06054b50
const END_SIZE = 22
const END64 = 0x06064b50
const LOCATOR64 = 0x07064b50
const ENTRY = 0x02014b50
const FILE = 0x04034b50
/** In a field of 32 or 16 bits: the number stands elsewhere, with 64 bits. */
const [ELSEWHERE, ELSEWHERE_16] = [0xffffffff, 0xffff]

/** Whether a file begins as ZIP files do. */
export const isZip = (bytes: Uint8Array): boolean => [0x50, 0x4b, 3, 4].every((byte, i) => bytes[i] === byte)

/**
 * A ZIP file of these files, which are stored as they are, dated the first day that the format knows: the same files give the same bytes.
 * Given as pieces to be written one after another, of which those of the files are not copied.
 * @param files each as pieces that follow each other
 * @throws ArgumentError for more than the format's 32 bits can count
 */
export async function writeZip(
  files: ReadonlyMap<string, readonly Uint8Array<ArrayBuffer>[]>,
): Promise<Uint8Array[]> {
  const { Zip } = await import('fflate')
  const pieces: Uint8Array[] = []
  const zip = new Zip((error, piece) => {
    if (error) throw error
    pieces.push(piece)
  })
  for (const [filename, parts] of files) {
    // With a checksum that is known: fflate would count it byte by byte, 24 ms for 5 MB.
    const crc = parts.reduce((before, part) => crc32(part, before), 0)
    const [size, mtime] = [lengthOf(parts), new Date(1980, 0, 1)]
    const file: ZipInputFile = { filename, size, crc, compression: 0, mtime }
    zip.add(file)
    for (const part of parts) file.ondata?.(null, part, false)
    file.ondata?.(null, new Uint8Array(0), true)
  }
  zip.end()
  const size = lengthOf(pieces)
  if (size > ELSEWHERE) {
    throw new ArgumentError(
      `A ZIP file, as .keras files are, holds 4 GiB, received ${size} bytes in ${files.size} files. Save the weights as .safetensors.`,
    )
  }
  return pieces
}

const lengthOf = (parts: readonly Uint8Array[]): number => parts.reduce((sum, part) => sum + part.length, 0)

/**
 * The files in a ZIP file. Names that lead out of a folder, lists that do not fit their file, and files that would take absurdly
 * more than what is stored of them are refused.
 *
 * Source: .ZIP File Format Specification, version 6.3.10.
 *
 * @param file what errors call it
 * @throws DataError if it is no ZIP file, cut off or damaged
 */
export function openZip(bytes: Uint8Array<ArrayBuffer>, file: string): ZipFiles {
  const source = new Source(bytes, file)
  const { count, size, at } = readEnd(source)
  const list = source.at(at, 'list of files', size)
  const files = new Map<string, () => Promise<Uint8Array<ArrayBuffer>>>()
  for (let i = 0; i < count; i++) {
    const entry = readEntry(list, file)
    checkName(entry.name, files, file)
    files.set(entry.name, () => unpack(source, entry))
  }
  return files
}

/** Where the list of files lies, how many bytes it has, and how many files it names. */
function readEnd(source: Source): { readonly count: number; readonly size: number; readonly at: number } {
  const { bytes, file } = source
  const last = bytes.length - END_SIZE
  for (let at = last; at >= Math.max(0, last - 2 ** 16); at--) {
    if (bytes[at] !== 0x50 || source.at(at, 'end of list').u32() !== END) continue
    const end = source.at(at, 'end of list').skip(10)
    const [count, size, start] = [end.u16(), end.u32(), end.u32()]
    if (end.u16() !== end.left) continue
    return [size, start].includes(ELSEWHERE) || count === ELSEWHERE_16
      ? readEnd64(source, at)
      : { count, size, at: start }
  }
  throw new DataError(
    `${file}: ${isZip(bytes) ? 'is cut off: the list of files at its end is missing' : 'is no ZIP file'}. Get it once more.`,
  )
}

function readEnd64(source: Source, end: number) {
  const locator = source.at(end - 20, 'locator of the list of files')
  if (locator.u32() !== LOCATOR64) throw damaged(locator.where)
  const record = source.at(locator.skip(4).size(), 'end of list')
  if (record.u32() !== END64) throw damaged(record.where)
  const [count, size, at] = [record.skip(28).size(), record.size(), record.size()]
  return { count, size, at }
}

const damaged = (where: string): DataError =>
  new DataError(`${where}: is not what should stand there. The file is damaged; get it once more.`)

/** What the list says of one file. */
interface Entry {
  readonly name: string
  readonly flags: number
  readonly method: number
  readonly checksum: number
  readonly storedSize: number
  readonly size: number
  readonly at: number
}

function readEntry(list: ReturnType<Source['at']>, file: string): Entry {
  if (list.u32() !== ENTRY) throw damaged(list.where)
  const [flags, method] = [list.skip(4).u16(), list.u16()]
  const [checksum, storedSize, size] = [list.skip(4).u32(), list.u32(), list.u32()]
  const [nameSize, extraSize, commentSize] = [list.u16(), list.u16(), list.u16()]
  const at = list.skip(8).u32()
  const name = list.text(nameSize)
  const extra = list.part(extraSize)
  list.skip(commentSize)
  const entry = { name, flags, method, checksum, storedSize, size, at }
  while (extra.left >= 4) {
    const [id, length] = [extra.u16(), extra.u16()]
    const field = extra.part(length)
    if (id !== 1) continue
    // The numbers that had no room, in this order.
    const wide = (number: number) => (number === ELSEWHERE ? field.size() : number)
    return { ...entry, size: wide(size), storedSize: wide(storedSize), at: wide(at) }
  }
  if ([size, storedSize, at].includes(ELSEWHERE))
    throw new DataError(`${file}: '${name}': has no size. The file is damaged.`)
  return entry
}

function checkName(name: string, files: ReadonlyMap<string, unknown>, file: string): void {
  const steps = name.split(/[/\\]/)
  if (steps.includes('..') || steps[0] === '' || steps[0].includes(':') || name.includes('\\')) {
    throw new DataError(
      `${file}: names a file '${name}', which leads out of its folder. No model file does; Gradus reads none of it.`,
    )
  }
  if (files.has(name)) throw new DataError(`${file}: names the file '${name}' twice. It is damaged.`)
}

async function unpack(source: Source, entry: Entry): Promise<Uint8Array<ArrayBuffer>> {
  const { name, flags, method, size, storedSize } = entry
  const where = `${source.file}: '${name}'`
  if (flags & 1)
    throw new DataError(
      `${where}: is encrypted, which Gradus does not read. Unpack and pack it without a password.`,
    )
  const head = source.at(entry.at, `head of '${name}'`)
  if (head.u32() !== FILE) throw damaged(head.where)
  const [nameSize, extraSize] = [head.skip(22).u16(), head.u16()]
  const stored = head
    .skip(nameSize + extraSize)
    .part(storedSize)
    .bytes(storedSize)
  const bytes = method === 0 ? stored : await inflate(stored, size, method, where)
  if (bytes.length !== size) {
    throw new DataError(
      `${where}: should have ${size} bytes, but has ${bytes.length}. The file is damaged; get it once more.`,
    )
  }
  if (crc32(bytes) !== entry.checksum) {
    throw new DataError(
      `${where}: its checksum is not that of its bytes. The file is damaged; get it once more.`,
    )
  }
  return bytes
}

async function inflate(
  stored: Uint8Array,
  size: number,
  method: number,
  where: string,
): Promise<Uint8Array<ArrayBuffer>> {
  if (method !== 8) {
    throw new DataError(
      `${where}: is compressed by method ${method}, which Gradus does not read. Store or deflate it.`,
    )
  }
  if (size > Math.max(SMALL, LARGEST_EXPANSION * stored.length)) {
    throw new DataError(
      `${where}: would take ${size} bytes out of ${stored.length} that are stored. Gradus does not unpack so much out of so little.`,
    )
  }
  const { inflateSync } = await import('fflate')
  try {
    const out = new Uint8Array(size)
    return out.subarray(0, inflateSync(stored, { out }).length)
  } catch (error) {
    throw new DataError(
      `${where}: is not what was compressed (${(error as Error).message}). The file is damaged.`,
      {
        cause: error,
      },
    )
  }
}
