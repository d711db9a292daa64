import { type LoopFunction, type Storage, storageBytes } from '../loops/ir.js'
import { floatsOfInterest, integersOfInterest, RandomSource } from './randomLoopsSource.js'
import { RandomLoopWriter, type Region } from './randomLoopsWriter.js'

/** A random function with all that one run of it needs. */
export interface RandomLoops {
  readonly fn: LoopFunction
  /** What the memory holds before the run. Copy it: a run writes. Its size is a multiple of 16 bytes. */
  readonly memory: ArrayBuffer
  /** Byte address of each parameter. Addresses stay valid when memory and pointers are moved by 16 n bytes. */
  readonly pointers: readonly number[]
  /** Bytes `[low, high)` that the function may touch through each parameter. No two overlap. */
  readonly bounds: readonly (readonly [number, number])[]
  /** How the bytes within each parameter's bounds are to be read. */
  readonly storages: readonly Storage[]
  readonly begin: number
  readonly end: number
}

const fill = (memory: ArrayBuffer, low: number, high: number, storage: Storage, random: RandomSource) => {
  const view = new DataView(memory)
  for (let at = low; at < high; at += storageBytes[storage]) {
    if (storage === 'u8') view.setUint8(at, random.bits())
    else if (storage === 'i32') {
      const value = random.chance(0.3) ? random.pick(integersOfInterest) : random.bits() >>> random.below(32)
      view.setInt32(at, value, true)
    } else {
      const value = random.chance(0.2)
        ? random.pick(floatsOfInterest)
        : (random.below(2000) - 1000) / 2 ** random.below(12)
      view.setFloat32(at, value, true)
    }
  }
}

/** Bytes between two regions: a stray store shows there. */
const gap = 16

/**
 * A random loop function with `width` lanes and random memory for it: same seed and width, same function.
 * Over many seeds every instruction, statement, type and storage occurs.
 */
export const randomLoops = (seed: number, width: number): RandomLoops => {
  const random = new RandomSource(seed)
  const writer = new RandomLoopWriter(random, `random_${seed}`, width)
  const fn = writer.write()
  const pointers: number[] = []
  const bounds: [number, number][] = []
  let top = gap
  for (const { storage, before, after } of writer.regions) {
    const size = storageBytes[storage]
    bounds.push([top, top + (before + after) * size])
    pointers.push(top + before * size)
    top = Math.ceil((top + (before + after) * size) / 4) * 4 + gap
  }
  const memory = new ArrayBuffer(Math.ceil(top / 16) * 16)
  new Uint8Array(memory).fill(0xa5)
  writer.regions.forEach((region: Region, i) => {
    fill(memory, bounds[i][0], bounds[i][1], region.storage, random)
  })
  const begin = random.below(4)
  return {
    fn,
    memory,
    pointers,
    bounds,
    storages: writer.regions.map(({ storage }) => storage),
    begin,
    end: begin + random.below(5),
  }
}

/**
 * Compares two memories after runs of the same random function, bit for bit, but all NaNs as equal.
 * Returns a description of the first difference, or undefined if there is none.
 */
export const findDifference = (
  loops: RandomLoops,
  expected: ArrayBufferLike,
  received: ArrayBufferLike,
): string | undefined => {
  const words = [new DataView(expected), new DataView(received)]
  const bytes = [new Uint8Array(expected), new Uint8Array(received)]
  for (let at = 0; at < loops.memory.byteLength; at++) {
    if (bytes[0][at] === bytes[1][at]) continue
    const parameter = loops.bounds.findIndex(([low, high]) => at >= low && at < high)
    if (parameter < 0) return `byte ${at}, outside every region: ${bytes[0][at]} became ${bytes[1][at]}`
    const storage = loops.storages[parameter]
    const size = storageBytes[storage]
    const first = at - ((at - loops.bounds[parameter][0]) % size)
    const read = (view: DataView) =>
      storage === 'f32'
        ? view.getFloat32(first, true)
        : storage === 'i32'
          ? view.getInt32(first, true)
          : view.getUint8(first)
    const [a, b] = words.map(read)
    if (Number.isNaN(a) && Number.isNaN(b)) continue
    const { name } = loops.fn.parameters[parameter]
    const element = (first - loops.bounds[parameter][0]) / size
    const text = (value: number) => (Object.is(value, -0) ? '-0' : `${value}`)
    return `${name}, element ${element} of its region: expected ${text(a)}, received ${text(b)}`
  }
  return undefined
}
