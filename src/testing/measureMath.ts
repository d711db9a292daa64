import { LoopBuilder } from '../loops/builder.js'
import { interpret } from '../loops/interpreter.js'
import type { LoopFunction, Value } from '../loops/ir.js'

const words = new Int32Array(1)
const floats = new Float32Array(words.buffer)

export const floatFromBits = (bits: number): number => {
  words[0] = bits
  return floats[0]
}

/** Numbers floats in order, with both zeros at 0: neighbours differ by 1. */
export const orderOf = (value: number): number => {
  floats[0] = value
  return words[0] < 0 ? -2147483648 - words[0] : words[0]
}

type Expression = (l: LoopBuilder, ...inputs: Value[]) => Value

/** A function that applies an expression to its grid's elements, as scalars or as vectors of 4. */
const elementwise = (inputs: number, expression: Expression, width: 1 | 4): LoopFunction => {
  const l = new LoopBuilder('measured', width)
  const pointers = Array.from({ length: inputs }, (_, i) => l.pointer(`input${i}`, 'read'))
  const output = l.pointer('output', 'write')
  l.for(l.begin, l.end, width, (i) => {
    const load = (pointer: Value<'ptr'>): Value => {
      const at = l.advance(pointer, i, 4)
      return width === 1 ? l.load('f32', at) : l.loadVector('f32', at)
    }
    l.store('f32', l.advance(output, i, 4), expression(l, ...pointers.map(load)))
  })
  return l.finish()
}

/** What an expression in loop IR gives for arrays of arguments; their length must be a multiple of `width`. */
export const evaluateMath = (
  expression: Expression,
  inputs: readonly Float32Array[],
  options: { fusedMulAdd: boolean; width?: 1 | 4 },
): Float32Array => {
  const count = inputs[0].length
  const memory = new ArrayBuffer(4 * count * (inputs.length + 1))
  inputs.forEach((input, i) => new Float32Array(memory, 4 * count * i, count).set(input))
  const pointers = Array.from({ length: inputs.length + 1 }, (_, i) => 4 * count * i)
  const fn = elementwise(inputs.length, expression, options.width ?? 4)
  interpret(fn, memory, pointers, 0, count, options)
  return new Float32Array(memory, 4 * count * inputs.length, count)
}

/** The largest error of results in steps between neighbouring floats, and the arguments where it occurs. */
export interface WorstCase {
  readonly steps: number
  readonly text: string
}

/**
 * Compares results with the correctly rounded values of a float64 reference. NaN must meet NaN, and the sign of
 * zero must agree; else the error is infinite. Arguments for which `skip` holds of the exact value are left out.
 */
export const worstCase = (
  results: Float32Array,
  inputs: readonly Float32Array[],
  reference: (...values: number[]) => number,
  skip: (exact: number) => boolean = () => false,
): WorstCase => {
  let worst: WorstCase = { steps: 0, text: 'exact everywhere' }
  results.forEach((result, i) => {
    const values = inputs.map((input) => input[i])
    const exact = reference(...values)
    if (skip(exact)) return
    const rounded = Math.fround(exact)
    if (Object.is(result, rounded)) return
    const comparable = !Number.isNaN(result) && !Number.isNaN(rounded) && (result !== 0 || rounded !== 0)
    const steps = comparable ? Math.abs(orderOf(result) - orderOf(rounded)) : Infinity
    if (steps > worst.steps) worst = { steps, text: `f(${values}) = ${result}, expected ${rounded}` }
  })
  return worst
}

/** `count` floats spread evenly over all bit patterns: every exponent and sign, infinities and NaNs. */
export const floatsEverywhere = (count: number): Float32Array => {
  const stride = Math.floor(2 ** 32 / count)
  // An odd offset from the stride's multiples, so that mantissas vary.
  return Float32Array.from({ length: count }, (_, i) =>
    floatFromBits((i * stride + ((i * 7919) % stride)) | 0),
  )
}

/** `count` floats spread evenly over an interval. */
export const floatsBetween = (low: number, high: number, count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => low + ((high - low) * (i + 0.37)) / count)

export const specialFloats: readonly number[] = [
  0,
  -0,
  1,
  -1,
  Infinity,
  -Infinity,
  Number.NaN,
  2 ** -149,
  -(2 ** -149),
  2 ** -126,
  -(2 ** -126),
  2 ** -127,
  3.4028234663852886e38,
  -3.4028234663852886e38,
  0.5,
  -0.5,
  2,
  -2,
  3,
  -3,
]

export interface AccuracyCase {
  /** Intervals that are sampled beside the whole range of floats. */
  readonly intervals: readonly (readonly [number, number])[]
  /** The most steps between neighbouring floats by which a result may differ from the correctly rounded one. */
  readonly steps: number
  /** Arguments that are left out, by the exact value there. */
  readonly skip?: (exact: number) => boolean
  /** False where the function is not accurate on all floats. Default true. */
  readonly everywhere?: boolean
}

const samples = 1 << 14

/**
 * The worst case of a function of one argument, fused and not fused, over all floats, special values and intervals.
 * Scalars must give what vectors give, bit for bit.
 */
export const worstOfUnary = (
  expression: (l: LoopBuilder, x: Value) => Value,
  reference: (x: number) => number,
  { intervals, skip, everywhere = true }: Omit<AccuracyCase, 'steps'>,
): WorstCase => {
  const inputs = intervals.map(([low, high]) => floatsBetween(low, high, samples))
  if (everywhere) inputs.push(floatsEverywhere(samples), Float32Array.from(specialFloats))
  let worst: WorstCase = { steps: 0, text: 'exact everywhere' }
  for (const input of inputs) {
    for (const fusedMulAdd of [true, false]) {
      const vectors = evaluateMath(expression, [input], { fusedMulAdd })
      const found = worstCase(vectors, [input], reference, skip)
      if (found.steps > worst.steps) worst = found
      const few = input.subarray(0, 256)
      const scalars = evaluateMath(expression, [few], { fusedMulAdd, width: 1 })
      const difference = scalars.findIndex((value, i) => !Object.is(value, vectors[i]))
      if (difference >= 0) return { steps: Infinity, text: `scalar and vector differ at ${few[difference]}` }
    }
  }
  return worst
}
