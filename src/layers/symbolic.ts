import { ArgumentError } from '../errors.js'
import type { DType } from '../graph/dtype.js'
import { inspected } from '../graph/inspected.js'
import { symbolic } from '../graph/symbolic.js'
import { Tensor } from '../graph/tensor.js'
import { show } from '../utils/show.js'
import { flatten, layoutOf, mapStructure, pack, type Structure } from '../utils/structure.js'
import { type BatchShape, showBatchShape } from './batchShape.js'
import type { CallOptions } from './callContext.js'
import type { AnyLayer } from './layer.js'

/** What is known of a value before there is any data. */
export interface SymbolicType {
  readonly shape: BatchShape
  readonly dtype: DType
}

/**
 * A value of which only shape and type are known: what a layer gives for another one, or an input (Keras's `KerasTensor`).
 * It remembers the call that it came from; `models.functional` makes a model of such calls.
 */
export class SymbolicTensor implements SymbolicType {
  readonly [symbolic] = true
  readonly shape: BatchShape
  readonly dtype: DType

  constructor(
    { shape, dtype }: SymbolicType,
    /** The call that gives this value, and the place among its outputs. */
    readonly call: LayerCall,
    readonly index: number,
  ) {
    this.shape = shape
    this.dtype = dtype
  }

  /** The name of the layer that gives it. */
  get name(): string {
    return this.call.layer.name
  }

  toString(): string {
    return `SymbolicTensor('${this.name}' ${this.dtype} ${showBatchShape(this.shape)})`
  }

  /** What Node's console shows. */
  [inspected](): string {
    return `${this}`
  }
}

/** What stands for one symbolic tensor: an input layer stands for its output. */
export interface SymbolicSource {
  readonly symbol: SymbolicTensor
}

export type SymbolicLike = SymbolicTensor | SymbolicSource

/** One call of a layer on symbolic tensors (Keras's `Node`). A layer called several times is shared. */
export class LayerCall {
  readonly outputs: Structure<SymbolicTensor>

  constructor(
    readonly layer: AnyLayer,
    /** `undefined` for an input layer, which is given its value. */
    readonly inputs: Structure<SymbolicTensor> | undefined,
    types: Structure<SymbolicType>,
    /** The options of the call, which hold whenever the model runs. */
    readonly options: CallOptions,
  ) {
    const outputs = flatten(types, isType).map((type, index) => new SymbolicTensor(type, this, index))
    this.outputs = pack(outputs, layoutOf(types, isType))
  }

  get flatInputs(): SymbolicTensor[] {
    return this.inputs === undefined ? [] : flatten(this.inputs, isSymbolic)
  }

  get flatOutputs(): SymbolicTensor[] {
    return flatten(this.outputs, isSymbolic)
  }
}

export const isSymbolic = (value: unknown): value is SymbolicTensor => value instanceof SymbolicTensor

/** Whether it is one type, rather than a list or an object of types. */
export const isType = (value: Structure<SymbolicType>): value is SymbolicType =>
  'shape' in value && 'dtype' in value && typeof value.dtype === 'string'

/** The symbolic tensor that a value stands for, if it stands for one. */
export function symbolOf(value: unknown): SymbolicTensor | undefined {
  if (value instanceof SymbolicTensor) return value
  if (typeof value !== 'function' || !('symbol' in value)) return undefined
  return value.symbol instanceof SymbolicTensor ? value.symbol : undefined
}

/**
 * What a layer was called on as symbolic tensors; `undefined` if it was called on data.
 * @throws ArgumentError if symbolic tensors stand beside data
 */
export function toSymbolic(inputs: unknown, title: string): Structure<SymbolicTensor> | undefined {
  const one = symbolOf(inputs)
  if (one) return one
  const isData = typeof inputs !== 'object' || inputs === null || inputs instanceof Tensor
  if (isData || ArrayBuffer.isView(inputs)) return undefined
  const places = Object.entries(inputs)
  if (!places.some(([, value]) => symbolOf(value))) return undefined
  const symbols = places.map(([place, value]) => {
    const symbol = symbolOf(value)
    if (symbol) return symbol
    throw new ArgumentError(
      `${title}: expected all inputs to be outputs of layers, received ${describe(value)} at '${place}'. A model's graph holds no ` +
        'data: make it an input, or use it in layers.lambda(...).',
    )
  })
  const isList = Array.isArray(inputs)
  return isList ? symbols : Object.fromEntries(places.map(([place], i) => [place, symbols[i]]))
}

/** A structure of symbolic tensors out of what may stand for them. */
export function symbolsOf(given: Structure<SymbolicLike>, what: string): Structure<SymbolicTensor> {
  const isOne = (value: Structure<SymbolicLike>): value is SymbolicLike => symbolOf(value) !== undefined
  if (!isOne(given) && (typeof given !== 'object' || given === null || given instanceof Tensor)) {
    throw new ArgumentError(`${what}: expected outputs of layers, received ${describe(given)}.`)
  }
  return mapStructure(given, isOne, (value) => {
    const symbol = symbolOf(value)
    if (symbol) return symbol
    throw new ArgumentError(
      `${what}: expected layers.input(...) or what a layer gives for it, received ${describe(value)}.`,
    )
  })
}

const describe = (value: unknown): string =>
  typeof value === 'function' && 'invoke' in value ? `${String(value)} (is a call missing?)` : show(value)
