import { CodeWriter } from './codeWriter.js'
import { encodeModule, type WasmType } from './encoder.js'
import { mostPages, pageBytes } from './module.js'

/** What the WebAssembly engine at hand can do. */
export interface WasmFeatures {
  /** Whether there are 128-bit vectors. Gradus needs them. */
  readonly simd: boolean
  /**
   * Whether `f32x4.relaxed_madd` exists and rounds once. Node 20 and 21 must first be asked for it: see
   * `enableRelaxedSimd.node.ts`.
   */
  readonly relaxedMadd: boolean
  /** Whether a memory can be shared with workers. In a browser, the page must be cross-origin isolated. */
  readonly threads: boolean
  /** The largest maximum that a memory can be made with: at most 4 GiB. */
  readonly maximumBytes: number
}

/** Looks at the engine. Costs less than a millisecond; nothing is kept. */
export function detectFeatures(): WasmFeatures {
  const simd = WebAssembly.validate(vectorFunction(['v128'], (code) => code.emit('f32x4.neg')))
  const threads = canShareMemory()
  return {
    simd,
    relaxedMadd: simd && relaxedMaddFuses(),
    threads,
    maximumBytes: largestMaximum(threads) * pageBytes,
  }
}

/** A module with one function: parameters are pushed in order, splatted if the function takes them as scalars. */
function vectorFunction(
  parameters: readonly WasmType[],
  body: (code: CodeWriter) => void,
  results: readonly WasmType[] = ['v128'],
): Uint8Array<ArrayBuffer> {
  const code = new CodeWriter(parameters.length)
  parameters.forEach((type, index) => {
    code.emit('local.get', index)
    if (type === 'f32') code.emit('f32x4.splat')
  })
  body(code)
  const debugName = 'probe'
  return encodeModule(
    [{ exportName: 'f0', debugName, parameters, results, locals: code.locals, code: code.finish() }],
    undefined,
  )
}

/**
 * With x = 1 + 2^-12, x * x = 1 + 2^-11 + 2^-24 lies halfway between two floats. Rounded, it loses its last term;
 * added to -(1 + 2^-11) before rounding, that term is all that remains.
 */
function relaxedMaddFuses(): boolean {
  const bytes = vectorFunction(
    ['f32', 'f32', 'f32'],
    (code) => {
      code.emit('f32x4.relaxed_madd')
      code.emit('f32x4.extract_lane', 0)
    },
    ['f32'],
  )
  if (!WebAssembly.validate(bytes)) return false
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes))
  const multiplyAdd = exports.f0 as (a: number, b: number, c: number) => number
  const x = 1 + 2 ** -12
  return multiplyAdd(x, x, -(1 + 2 ** -11)) === 2 ** -24
}

function canShareMemory(): boolean {
  if (typeof SharedArrayBuffer === 'undefined' || typeof Atomics === 'undefined') return false
  try {
    const { buffer } = new WebAssembly.Memory({ initial: 0, maximum: 1, shared: true })
    return buffer instanceof SharedArrayBuffer
  } catch {
    return false
  }
}

/** Pages of the largest memory that can be reserved, halving from 4 GiB. Nothing is committed. */
function largestMaximum(shared: boolean): number {
  for (let pages = mostPages; pages > 1; pages /= 2) {
    try {
      new WebAssembly.Memory({ initial: 0, maximum: pages, shared })
      return pages
    } catch {
      // The address space is limited: try less.
    }
  }
  return 1
}
