/**
 * The loop IR: what every target compiles and the interpreter runs.
 *
 * A loop function is a list of structured statements over typed values in static single assignment form,
 * plus mutable variables. Vectors have one width for the whole function (`LoopFunction.width` lanes).
 * All memory is reached through pointers, each of which belongs to exactly one pointer parameter, so that a
 * target without pointers (WGSL) can turn it into (buffer, offset), and a checker can bound it.
 */

/** Types of values. A trailing `v` means a vector of `LoopFunction.width` lanes. */
export type ValueType = 'f32' | 'i32' | 'bool' | 'ptr' | 'f32v' | 'i32v' | 'boolv'

/** How elements lie in memory, apart from the type they are computed in: `u8` is loaded into `i32`. */
export type Storage = 'f32' | 'i32' | 'u8'

export const storageBytes: Record<Storage, number> = { f32: 4, i32: 4, u8: 1 }

/** The scalar type into which a storage type is loaded. */
export const storageType: Record<Storage, 'f32' | 'i32'> = { f32: 'f32', i32: 'i32', u8: 'i32' }

/** A value: the result of one instruction, a parameter, or a loop's counter. Ids are unique in a function. */
export interface Value<T extends ValueType = ValueType> {
  readonly id: number
  readonly type: T
}

/** A mutable variable, read and written by `get` and `set`. */
export interface Variable<T extends ValueType = ValueType> {
  readonly id: number
  readonly type: T
}

/**
 * Float operations, scalar or by lane, each rounded once to float32.
 * `min(a, b)` is `b < a ? b : a` and `max(a, b)` is `a < b ? b : a` (so a NaN in `a` stays).
 * `nearest` rounds to the nearest integer, ties to even.
 */
export type FloatUnary = 'neg' | 'abs' | 'sqrt' | 'floor' | 'ceil' | 'trunc' | 'nearest'
export type FloatBinary = 'add' | 'sub' | 'mul' | 'div' | 'min' | 'max'

/**
 * Integer operations wrap modulo 2^32. Shifts take their count modulo 32. `div` and `rem` are signed and truncate
 * toward zero; their divisor must not be zero (guard with `select`), and `-2^31 / -1` wraps. `divU`, `remU` are
 * unsigned. `min`, `max` are signed.
 */
export type IntegerUnary = 'neg' | 'abs' | 'not'
export type IntegerBinary =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'rem'
  | 'divU'
  | 'remU'
  | 'min'
  | 'max'
  | 'and'
  | 'or'
  | 'xor'
  | 'shl'
  | 'shr'
  | 'shrU'

/** `ltU` and `leU` compare integers as unsigned; the others are signed on integers and ordered on floats
 *  (false with a NaN), except `ne`, which is true with a NaN. */
export type Comparison = 'eq' | 'ne' | 'lt' | 'le' | 'ltU' | 'leU'

/**
 * Conversions by lane. `toFloat`: i32 to f32, rounded to nearest; `toFloatU`: the same from unsigned;
 * `toInt`: f32 to i32, truncated and saturated, NaN to 0; `bitsToFloat`, `floatToBits`: reinterpretation;
 * `boolToInt`: true to 1, false to 0.
 */
export type Conversion = 'toFloat' | 'toFloatU' | 'toInt' | 'bitsToFloat' | 'floatToBits' | 'boolToInt'

export type Instruction =
  | { readonly op: 'constant'; readonly value: number }
  /** The lane numbers 0, 1, ..., width-1 as an i32v. */
  | { readonly op: 'lanes' }
  | { readonly op: 'unary'; readonly name: FloatUnary | IntegerUnary; readonly a: Value }
  | {
      readonly op: 'binary'
      readonly name: FloatBinary | IntegerBinary
      readonly a: Value
      readonly b: Value
    }
  /** `a * b + c` on floats; fused (one rounding) or not (two) as the target prefers. */
  | { readonly op: 'mulAdd'; readonly a: Value; readonly b: Value; readonly c: Value }
  | { readonly op: 'compare'; readonly name: Comparison; readonly a: Value; readonly b: Value }
  | { readonly op: 'logic'; readonly name: 'and' | 'or'; readonly a: Value; readonly b: Value }
  | { readonly op: 'logicNot'; readonly a: Value }
  /** `condition ? a : b`, by lane for vectors. Both sides are evaluated. */
  | { readonly op: 'select'; readonly condition: Value; readonly a: Value; readonly b: Value }
  | { readonly op: 'convert'; readonly name: Conversion; readonly a: Value }
  /** A scalar copied into every lane. */
  | { readonly op: 'splat'; readonly a: Value }
  | { readonly op: 'extract'; readonly a: Value; readonly lane: number }
  /**
   * All lanes of a vector combined into a scalar by halves: lane i with lane i + width/2, and so on.
   */
  | { readonly op: 'reduce'; readonly name: 'add' | 'min' | 'max' | 'mul'; readonly a: Value }
  /**
   * Runs of so many lanes (1, 2, 4, ... width/2) of two vectors in turns: a's first, b's first, a's third, b's third, and so on; or the second, the
   * fourth, ... if `odd`.
   */
  | {
      readonly op: 'interleave'
      readonly run: number
      readonly odd: boolean
      readonly a: Value
      readonly b: Value
    }
  | { readonly op: 'get'; readonly variable: Variable }
  /** `base` moved by `index` elements of `bytes` bytes. */
  | {
      readonly op: 'advance'
      readonly base: Value<'ptr'>
      readonly index: Value<'i32'>
      readonly bytes: number
    }
  /**
   * Loads at `base + offset` bytes. As a vector, the first `count` lanes come from consecutive elements and the
   * others are zero; memory past them is not touched. Loads need no alignment beyond that of one element.
   */
  | {
      readonly op: 'load'
      readonly storage: Storage
      readonly base: Value<'ptr'>
      readonly offset: number
      readonly count: number
    }
  /** One element loaded into every lane. */
  | {
      readonly op: 'loadSplat'
      readonly storage: Storage
      readonly base: Value<'ptr'>
      readonly offset: number
    }
  /** Lane i is loaded from `base + offset + index[i] * size of an element`. All lanes are read. */
  | {
      readonly op: 'loadIndexed'
      readonly storage: Storage
      readonly base: Value<'ptr'>
      readonly offset: number
      readonly index: Value<'i32v'>
    }

export type Statement =
  | { readonly kind: 'let'; readonly result: Value; readonly instruction: Instruction }
  | { readonly kind: 'declare'; readonly variable: Variable; readonly value: Value }
  | { readonly kind: 'set'; readonly variable: Variable; readonly value: Value }
  /** Stores at `base + offset` bytes: a scalar, or the first `count` lanes of a vector. Into `u8`, the low 8 bits. */
  | {
      readonly kind: 'store'
      readonly storage: Storage
      readonly base: Value<'ptr'>
      readonly offset: number
      readonly value: Value
      readonly count: number
    }
  /** Asks for the line of the cache at `base + offset` bytes, which need not be memory: it will be read soon. A hint, with no effect on values. */
  | { readonly kind: 'prefetch'; readonly base: Value<'ptr'>; readonly offset: number }
  /** `for (counter = from; counter < to; counter += step)`, signed, step > 0. */
  | {
      readonly kind: 'for'
      readonly counter: Value<'i32'>
      readonly from: Value<'i32'>
      readonly to: Value<'i32'>
      readonly step: number
      readonly body: readonly Statement[]
    }
  | {
      readonly kind: 'if'
      readonly condition: Value<'bool'>
      readonly whenTrue: readonly Statement[]
      readonly whenFalse: readonly Statement[]
    }

export interface Parameter {
  readonly value: Value<'ptr'>
  readonly name: string
  /** What the function does through this pointer: the planner and the barrier placement rely on it. */
  readonly access: 'read' | 'write' | 'readwrite'
}

/**
 * One compiled unit. It is called with its pointers and a half-open range `[begin, end)` of its grid, which the
 * runtime splits between threads; different parts of the grid write different memory, or the same values.
 */
export interface LoopFunction {
  /** A name for people: shown in reports, profiles and disassembly. */
  readonly name: string
  readonly width: number
  readonly parameters: readonly Parameter[]
  readonly begin: Value<'i32'>
  readonly end: Value<'i32'>
  readonly body: readonly Statement[]
  /** Number of values and variables: all ids lie below it. */
  readonly idCount: number
}

export const laneCount = (type: ValueType, width: number): number => (type.endsWith('v') ? width : 1)

/** The scalar type of a value: `f32v` to `f32`, and so on. */
export const scalarOf = (type: ValueType): 'f32' | 'i32' | 'bool' | 'ptr' =>
  (type.endsWith('v') ? type.slice(0, -1) : type) as 'f32' | 'i32' | 'bool' | 'ptr'
