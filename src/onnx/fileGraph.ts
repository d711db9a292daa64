import { arrayOf, type DType } from '../graph/dtype.js'
import { type Shape, sizeOf, stridesOf } from '../graph/shape.js'
import type { OnnxArray, OnnxAttributes, OnnxGraph, OnnxNode, OnnxType, OnnxValue } from './format.js'
import type { OpenSizes } from './openSizes.js'
import {
  type ComputedView,
  type ConstantSource,
  isComputed,
  labelsOf,
  orderedView,
  ownOrder,
  type View,
} from './view.js'

/** What all graphs of a file share. */
export interface FileParts {
  readonly sizes: OpenSizes
  readonly initializers: Map<string, OnnxArray>
  /** How often a name was asked for. */
  readonly names: Map<string, number>
  /** What nodes that are added now are called by: the layer. */
  scope: string
}

/** Type of a value, with primes for open sizes. */
interface ValueType {
  readonly dtype: OnnxType
  readonly sizes: Shape
}

/** A graph of the file under construction: the model's, or the body of a loop in it. */
export class FileGraph {
  readonly nodes: OnnxNode[] = []
  readonly inputs: string[] = []
  /** The types of the values that are fed or computed here. */
  readonly types = new Map<string, ValueType>()
  private readonly producers = new Map<string, OnnxNode>()
  private readonly prepared = new WeakMap<View, Map<string, string>>()
  private readonly shapes = new Map<string, string>()
  private readonly mirrors = new Map<string, string>()

  constructor(
    readonly parts: FileParts,
    /** The graph around that of a loop's body. */
    readonly around?: FileGraph,
  ) {}

  /** A name that nothing else in the file has. */
  freshName(wanted: string): string {
    const { names } = this.parts
    const count = names.get(wanted) ?? 0
    names.set(wanted, count + 1)
    return count === 0 ? wanted : this.freshName(`${wanted}_${count}`)
  }

  /** A name in the layer that is being written. */
  private scopedName(name: string): string {
    const { scope } = this.parts
    return this.freshName(scope === '' ? name : `${scope}/${name}`)
  }

  /** Declares a value that is fed. */
  input(name: string, dtype: OnnxType, sizes: Shape): string {
    this.inputs.push(name)
    this.types.set(name, { dtype, sizes })
    return name
  }

  /** Adds a call of an operator; the names of its outputs, as many as types are given. */
  add(
    operator: string,
    inputs: readonly string[],
    outputs: readonly ValueType[],
    attributes: OnnxAttributes = {},
  ): string[] {
    const name = this.scopedName(operator)
    const names = outputs.map((_, i) => (i === 0 ? name : this.freshName(`${name}:${i}`)))
    const node = { name, operator, inputs, outputs: names, attributes }
    this.nodes.push(node)
    outputs.forEach((type, i) => {
      this.types.set(names[i], type)
      this.producers.set(names[i], node)
    })
    return names
  }

  /** Adds a call of an operator with one output. */
  one(
    operator: string,
    inputs: readonly string[],
    output: ValueType,
    attributes: OnnxAttributes = {},
  ): string {
    return this.add(operator, inputs, [output], attributes)[0]
  }

  /** The node that computes a value, if it is in this graph. */
  producer(value: string): OnnxNode | undefined {
    return this.producers.get(value)
  }

  /** Remembers that a value is another one in reverse along one axis of it. */
  keepMirror(value: string, place: number, of: string): void {
    this.mirrors.set(`${place} ${value}`, of)
  }

  /** What a value was before it was reversed along one axis of it, if that was the last that happened to it. */
  mirrorOf(value: string, place: number): string | undefined {
    return this.mirrors.get(`${place} ${value}`)
  }

  /** The type of a value, here or in a graph around. */
  typeOf(value: string): ValueType | undefined {
    const array = this.parts.initializers.get(value)
    if (array) return { dtype: array.dtype, sizes: array.shape }
    return this.types.get(value) ?? this.around?.typeOf(value)
  }

  /** Puts numbers into the file; equal ones of one name are one value. */
  constant(array: OnnxArray, hint: string): string {
    const { initializers } = this.parts
    const known = initializers.get(hint)
    if (known && sameArray(known, array)) return hint
    const name = this.freshName(hint)
    initializers.set(name, array)
    return name
  }

  /** A list of integers, as operators take axes and shapes. */
  integers(values: readonly number[], hint: string): string {
    const data = BigInt64Array.from(values, BigInt)
    return this.constant({ dtype: 'int64', shape: [values.length], data }, this.scopedHint(hint))
  }

  scopedHint(hint: string): string {
    return this.parts.scope === '' ? hint : `${this.parts.scope}/${hint}`
  }

  /** A shape as a value: numbers, if at most one size is open; else open sizes are taken from the inputs. */
  shape(sizes: Shape): string {
    const open = sizes.filter((size) => this.parts.sizes.isOpen(size))
    if (open.length > 1 || sizes.includes(0)) return this.computedShape(sizes)
    return this.integers(
      sizes.map((size) => (open.includes(size) ? -1 : size)),
      'shape',
    )
  }

  /** A shape without a place that is left to be found out. */
  computedShape(sizes: Shape): string {
    const key = String(sizes)
    const value = this.shapes.get(key) ?? this.computeShape(sizes)
    this.shapes.set(key, value)
    return value
  }

  private computeShape(sizes: Shape): string {
    const isOpen = (size: number) => this.parts.sizes.isOpen(size)
    if (!sizes.some(isOpen)) return this.integers(sizes, 'shape')
    const parts: string[] = []
    for (let at = 0; at < sizes.length; ) {
      const end = sizes.findIndex((size, i) => i >= at && isOpen(size))
      const known = sizes.slice(at, end < 0 ? sizes.length : end)
      if (known.length > 0) parts.push(this.integers(known, 'sizes'))
      at += known.length
      if (at < sizes.length) parts.push(this.openSize(sizes[at++]))
    }
    const type = { dtype: 'int64', sizes: [sizes.length] } as const
    return parts.length === 1 ? parts[0] : this.one('Concat', parts, type, { axis: 0 })
  }

  /** An open size, as a list of one integer. */
  private openSize(size: number): string {
    const { known, open } = this.parts.sizes.factors(size)
    const type = { dtype: 'int64', sizes: [1] } as const
    const root = this.root
    const factors = open.map(({ input, axis }) =>
      this.one('Shape', [root.inputs[input]], type, { start: axis, end: axis + 1 }),
    )
    const all = known === 1 ? factors : [...factors, this.integers([known], 'factor')]
    return all.reduce((a, b) => this.one('Mul', [a, b], type))
  }

  private get root(): FileGraph {
    return this.around?.root ?? this
  }

  /**
   * The value of a tensor with its axes in this order, each of its full size. Axes along which the tensor repeats may be left out.
   * @param repeats whether the value may lack repetition: size 1 along axes along which the tensor repeats. Default: false
   */
  value(view: View, order: readonly number[] = ownOrder(view.shape.length), repeats = false): string {
    const home = isComputed(view) ? view.source.graph : this
    const known = home.prepared.get(view) ?? new Map<string, string>()
    home.prepared.set(view, known)
    const key = `${order} ${repeats}`
    const name = known.get(key) ?? home.prepare(view, order, repeats)
    known.set(key, name)
    return name
  }

  private prepare(view: View, order: readonly number[], repeats: boolean): string {
    const { source } = view
    const name =
      'array' in source
        ? this.constant(arranged(view, source, order), source.hint)
        : this.arrange(view, source.name, order)
    const sizes = order.map((axis) => view.shape[axis])
    const isRepeated = (axis: number) => view.axes[axis] === null && view.shape[axis] !== 1
    if (repeats || !order.some(isRepeated)) return name
    // Where nothing is repeated, a size of 1 stands for whatever there is.
    const wanted = order.map((axis) => (isRepeated(axis) ? view.shape[axis] : 1))
    return this.one('Expand', [name, this.computedShape(wanted)], { dtype: view.dtype, sizes })
  }

  /** The value with its axes in this order, of size 1 where the tensor repeats. */
  private arrange(view: View, source: string, order: readonly number[]): string {
    const { dtype, sizes } = view
    const labels = labelsOf(view)
    const fits = (label: number | null, i: number) =>
      label === null ? view.axes[order[i]] === null : label === order[i]
    if (labels.length === order.length && labels.every(fits)) return source

    // Axes that stand for none go where they are wanted, if there are as many.
    const idle = labels.flatMap((label, place) => (label === null ? [place] : []))
    const wanted = order.filter((axis) => view.axes[axis] !== null).map((axis) => Number(view.axes[axis]))
    const isFull = labels.length === order.length
    const target = isFull
      ? order.map((axis) => view.axes[axis] ?? (idle.shift() as number))
      : [...wanted, ...idle]
    const isMoved = target.some((place, i) => place !== i)
    const moved = isMoved && (isFull || wanted.some((place, i) => i > 0 && place < wanted[i - 1]))
    const perm = moved ? target : ownOrder(sizes.length)
    let at = perm.map((place) => sizes[place])
    let value = moved ? this.one('Transpose', [source], { dtype, sizes: at }, { perm: target }) : source
    if (isFull && moved) return value

    const dropped = perm.flatMap((place, i) => (labels[place] === null ? [i] : []))
    if (dropped.length > 0) {
      at = at.filter((_, i) => !dropped.includes(i))
      value = this.one('Squeeze', [value, this.integers(dropped, 'axes')], { dtype, sizes: at })
    }
    const added = order.flatMap((axis, i) => (view.axes[axis] === null ? [i] : []))
    if (added.length === 0) return value
    at = order.map((axis) => (view.axes[axis] === null ? 1 : view.shape[axis]))
    return this.one('Unsqueeze', [value, this.integers(added, 'axes')], { dtype, sizes: at })
  }

  /** A tensor as a value that has these axes, and may repeat along others: as it stands, if that has them. */
  computed(view: View, needed: readonly number[]): ComputedView {
    if (isComputed(view) && needed.every((axis) => view.axes[axis] !== null)) return view
    const order = ownOrder(view.shape.length).filter(
      (axis) => view.axes[axis] !== null || needed.includes(axis),
    )
    return orderedView({ name: this.value(view, order), graph: this }, view, order)
  }

  /** A number that an operator takes. */
  number(value: number, dtype: DType, hint: string): string {
    const data = new arrayOf[dtype]([value])
    return this.constant({ dtype, shape: [], data }, this.scopedHint(hint))
  }

  /**
   * The value of a tensor for an operator that broadcasts: axes in this order, of which the first may be missing, and sizes
   * of 1 where the tensor repeats.
   */
  broadcastable(view: View, order: readonly number[]): { readonly name: string; readonly rank: number } {
    const first = order.findIndex((axis) => view.axes[axis] !== null)
    const needed = first < 0 ? [] : order.slice(first)
    const labels = labelsOf(view)
    const fits = (label: number | null, i: number) => {
      const axis = order[order.length - labels.length + i]
      return label === null ? view.axes[axis] === null : label === axis
    }
    if (isComputed(view) && labels.length <= order.length && labels.every(fits)) {
      return { name: view.source.name, rank: labels.length }
    }
    return { name: this.value(view, needed, true), rank: needed.length }
  }

  /** Gives a value that is computed here another name, everywhere. */
  rename(from: string, to: string): void {
    const type = this.types.get(from)
    if (type) this.types.set(to, type)
    const replace = (names: readonly string[]) => names.map((name) => (name === from ? to : name))
    const renamed = (node: OnnxNode): OnnxNode => ({
      ...node,
      inputs: replace(node.inputs),
      outputs: replace(node.outputs),
      attributes: Object.fromEntries(
        Object.entries(node.attributes).map(([key, value]) => [
          key,
          typeof value === 'object' && 'nodes' in value
            ? { ...value, nodes: value.nodes.map(renamed) }
            : value,
        ]),
      ),
    })
    this.nodes.splice(0, this.nodes.length, ...this.nodes.map(renamed))
  }

  /** The graph as it goes into the file, without nodes that nothing depends on. */
  finish(name: string, outputs: readonly string[]): OnnxGraph {
    const used = new Set(outputs)
    const nodes: OnnxNode[] = []
    for (const node of this.nodes.toReversed()) {
      if (!node.outputs.some((output) => used.has(output))) continue
      nodes.unshift(node)
      for (const input of inputsOf(node)) used.add(input)
    }
    const declarationOf = (value: string): OnnxValue => {
      const type = this.types.get(value) ?? { dtype: 'float32', sizes: [] }
      return {
        name: value,
        dtype: type.dtype,
        shape: type.sizes.map((size) => this.parts.sizes.dimension(size)),
      }
    }
    const between = nodes.flatMap((node) => node.outputs).filter((value) => !outputs.includes(value))
    const initializers = [...this.parts.initializers].filter(([value]) => used.has(value))
    return {
      name,
      nodes,
      inputs: this.inputs.map(declarationOf),
      outputs: outputs.map(declarationOf),
      values: between.filter((value) => value !== '').map(declarationOf),
      initializers: this.around ? new Map() : new Map(initializers),
    }
  }
}

/** The values that a node takes, those of the graphs inside it too. */
export function inputsOf({ inputs, attributes }: OnnxNode): string[] {
  const inside = Object.values(attributes).flatMap((attribute) =>
    typeof attribute === 'object' && 'nodes' in attribute
      ? [...attribute.nodes.flatMap(inputsOf), ...attribute.outputs.map(({ name }) => name)]
      : [],
  )
  return [...inputs, ...inside].filter((value) => value !== '')
}

/** The numbers of a constant with their axes in this order, of size 1 where the tensor repeats. */
function arranged({ axes }: View, { array }: ConstantSource, order: readonly number[]): OnnxArray {
  const places = order.map((axis) => axes[axis])
  const shape = places.map((place) => (place === null ? 1 : array.shape[place]))
  const moved = places.filter((place) => place !== null)
  if (moved.every((place, i) => i === 0 || place > moved[i - 1])) return { ...array, shape }
  const strides = stridesOf(array.shape)
  const steps = places.map((place) => (place === null ? 0 : strides[place]))
  const data = array.data.slice()
  const at = new Array<number>(shape.length).fill(0)
  let from = 0
  for (let i = 0; i < sizeOf(shape); i++) {
    data[i] = array.data[from]
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += steps[axis]
      if (++at[axis] < shape[axis]) break
      from -= steps[axis] * shape[axis]
      at[axis] = 0
    }
  }
  return { ...array, shape, data }
}

const sameArray = (a: OnnxArray, b: OnnxArray): boolean =>
  a.dtype === b.dtype &&
  a.shape.length === b.shape.length &&
  a.shape.every((size, axis) => size === b.shape[axis]) &&
  (a.data === b.data || a.data.every((value, i) => Object.is(value, b.data[i])))
