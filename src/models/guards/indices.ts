import { ArgumentError } from '../../errors.js'
import { arrayOf } from '../../graph/dtype.js'
import { getExecutor } from '../../graph/executor.js'
import { sizeOf } from '../../graph/shape.js'
import type { Tensor } from '../../graph/tensor.js'
import { trace } from '../../graph/trace.js'
import { contextFor, inContext } from '../../layers/callContext.js'
import type { AnyLayer, Layer } from '../../layers/layer.js'
import { flatTensors, type Tensors } from '../../layers/tensors.js'
import { cast, castOp } from '../../ops/cast.js'
import { pack } from '../../utils/structure.js'
import type { DataSource } from '../dataSource.js'
import type { AnyModel } from '../model.js'
import { requirePlaces } from '../places.js'
import { batchInputs, type FeedType } from '../stepBatch.js'

/** A layer that takes numbers of a model's input, as they are, for rows of its table. */
export interface IndexUse {
  readonly layer: AnyLayer
  readonly rows: number
  /** Which of the model's inputs. */
  readonly input: number
  /** Which elements of each sample reach the layer. Absent: all. */
  readonly elements?: readonly number[]
}

/**
 * @throws ArgumentError if data hold a number of a row that an embedding does not have. Numbers that a model computes are not looked at:
 * the layer takes them as the nearest row.
 */
export async function checkIndices(model: AnyModel, x: readonly DataSource[]): Promise<void> {
  for (const { layer, rows, input, elements } of await indexUses(model, x)) {
    const { name, data, sampleSize, samples } = x[input]
    const at = elements
      ? firstOutside(data, rows, samples, sampleSize, elements)
      : data.findIndex((value: number) => !isRow(value, rows))
    if (at < 0) continue
    const value = data[at]
    const advice =
      value >= rows
        ? `Numbers count from 0, so that there must be more than the largest: give the layer at least ${Math.trunc(value) + 1}.`
        : 'Numbers count from 0.'
    throw new ArgumentError(
      `${model.title}: layer '${layer.name}' (${layer.className}) takes numbers from 0 to ${rows - 1}, received ${value} in ${name}, sample ` +
        `${Math.floor(at / sampleSize)}. ${advice} (To take such numbers as the nearest inside: compile({ guards: { indices: false } }).)`,
    )
  }
}

/** Fractions are cut off. */
const isRow = (value: number, rows: number) => value > -1 && value < rows

function firstOutside(
  data: ArrayLike<number>,
  rows: number,
  samples: number,
  sampleSize: number,
  elements: readonly number[],
): number {
  for (let sample = 0; sample < samples; sample++) {
    for (const element of elements) {
      const at = sample * sampleSize + element
      if (!isRow(data[at], rows)) return at
    }
  }
  return -1
}

/** The model's layers that take numbers of rows, for data of these shapes; found once for each. */
async function indexUses(model: AnyModel, x: readonly DataSource[]): Promise<readonly IndexUse[]> {
  const known = model.runState.indexUses
  const key = JSON.stringify(x.map(({ shape, dtype }) => [dtype, shape.slice(1)]))
  if (known?.key === key) return known.uses
  const batch = model.fixedBatchSize ?? 1
  const types = x.map(({ shape, dtype }) => ({ shape: [batch, ...shape.slice(1)], dtype }))
  const uses = await findUses(model, types)
  model.runState.indexUses = { key, uses }
  return uses
}

async function findUses(model: AnyModel, given: readonly FeedType[]): Promise<IndexUse[]> {
  // Bytes could not hold positions.
  const types = given.map(
    ({ shape, dtype }) => ({ shape, dtype: dtype === 'uint8' ? 'int32' : dtype }) as const,
  )
  const entries: { readonly layer: AnyLayer; readonly rows: number; readonly indices: Tensor }[] = []
  const enter = (layer: AnyLayer, inputs: Tensors) => {
    const rows = layer.tableRows
    if (rows !== undefined) entries.push({ layer, rows, indices: flatTensors(inputs)[0] })
  }
  const { graph } = trace(batchInputs({ x: types, y: [], weights: [] }), (...tensors) => {
    const inputs = pack(tensors, requirePlaces(model).inputs.layout)
    const context = { ...contextFor({ training: false }), observer: { enter } }
    inContext(context, () => (model as unknown as Layer<Tensors, Tensors>).invoke(inputs))
    return entries.map(({ indices }) => cast(indices, 'float32'))
  })
  const found = entries.flatMap((entry, result) => {
    const input = movedFrom(entry.indices, graph.parameters)
    return input === undefined ? [] : [{ ...entry, result, input }]
  })
  if (found.every(({ indices, input }) => indices === graph.parameters[input])) {
    return found.map(({ layer, rows, input }) => ({ layer, rows, input }))
  }
  // Which elements they are: the model's inputs are their own positions.
  const program = await (await getExecutor()).compile({ graph, assignments: new Map() })
  const positions = types.map(
    ({ shape, dtype }) => new arrayOf[dtype](Array.from({ length: sizeOf(shape) }, (_, i) => i)),
  )
  const results = await program.run(positions)
  return found.map(({ layer, rows, input, result }) => {
    const sampleSize = sizeOf(types[input].shape.slice(1))
    const elements = new Set(Array.from(results[result], (position) => position % sampleSize))
    return { layer, rows, input, elements: [...elements] }
  })
}

/** The parameter whose elements a tensor holds, merely moved; `undefined` if they are computed with. */
function movedFrom(tensor: Tensor, parameters: readonly Tensor[]): number | undefined {
  const { node } = tensor
  if (node.type !== 'operation') {
    const at = parameters.findIndex((parameter) => parameter.node === node)
    return at < 0 ? undefined : at
  }
  const isMoved = node.op.kind.kind === 'movement' || node.op === castOp
  return isMoved && node.inputs.length === 1 ? movedFrom(node.inputs[0], parameters) : undefined
}
