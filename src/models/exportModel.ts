import { ArgumentError, StateError } from '../errors.js'
import type { DType } from '../graph/dtype.js'
import { freshNodeId } from '../graph/node.js'
import { type TraceInput, trace } from '../graph/trace.js'
import { type CallContext, inContext } from '../layers/callContext.js'
import type { AnyLayer, Layer } from '../layers/layer.js'
import { flatTensors, type Tensors } from '../layers/tensors.js'
import { encodeModel } from '../onnx/encode.js'
import type { OnnxGraph } from '../onnx/format.js'
import type { Scope } from '../onnx/graphWriter.js'
import { type ModelTrace, onnxGraph } from '../onnx/onnxGraph.js'
import { tensor } from '../ops/tensor.js'
import { writeFile } from '../saving/files.js'
import { checkOptions, type OptionKeys } from '../utils/checkOptions.js'
import { oneOf } from '../utils/oneOf.js'
import { pack } from '../utils/structure.js'
import type { AnyModel } from './model.js'
import { requirePlaces } from './places.js'
import { Sequential } from './sequential.js'

/** Files that other programs run a model from. */
export type ExportFormat = 'onnx'

export interface ExportOptions {
  /** Default: what the path ends in. */
  readonly format?: ExportFormat
  /** Whether an existing file may be replaced. Default: true. */
  readonly overwrite?: boolean
}

const exportOptions: OptionKeys<ExportOptions> = { format: true, overwrite: true }

/** See `Model.export`. */
export async function exportModel(model: AnyModel, path: string, options: ExportOptions): Promise<void> {
  checkOptions(options, 'export', "{ format: 'onnx' }", exportOptions)
  if (options.format !== undefined) oneOf(options.format, ['onnx'], 'export: format')
  if (typeof path !== 'string' || !path.endsWith('.onnx')) {
    throw new ArgumentError(
      `export: expected a path that ends in .onnx, received '${path}'. Files that Gradus and Keras read again are written by save(...).`,
    )
  }
  await writeFile(path, await onnxFile(model), { overwrite: options.overwrite })
}

/** The model as an ONNX file, in pieces. */
export const onnxFile = async (model: AnyModel): Promise<Uint8Array[]> => encodeModel(await modelGraph(model))

/** The model as ONNX has it. */
export async function modelGraph(model: AnyModel): Promise<OnnxGraph> {
  if (!model.built) {
    throw new StateError(
      `${model.title} is not built, so there is nothing to export yet. Call it on data, call build(inputShape), or start it with ` +
        'layers.input(shape).',
    )
  }
  const { inputs, outputs } = requirePlaces(model)
  const types = inputTypes(model, inputs.names.length)
  return onnxGraph({
    name: model.name,
    title: model.title,
    inputs: inputs.names.map((name, i) => ({ name, dtype: types[i], shape: inputs.shapes[i] })),
    outputs: outputs.names.map((name) => (inputs.names.includes(name) ? `${name}_output` : name)),
    trace: (placeholders) => traceModel(model, placeholders),
  })
}

/** The types that inputs are declared with; models that are no graph take numbers. */
function inputTypes(model: AnyModel, count: number): DType[] {
  const isGraph = model.graph !== undefined || model instanceof Sequential
  return isGraph ? model.inputs.map(({ dtype }) => dtype) : new Array<DType>(count).fill('float32')
}

/** A model in inference on inputs of these types, and which layer made what. */
function traceModel(model: AnyModel, placeholders: readonly TraceInput[]): ModelTrace {
  const outside: Scope = { path: '', title: model.title }
  const entered: Scope[] = []
  const changes: { readonly id: number; readonly scope: Scope }[] = []
  const change = () => changes.push({ id: freshNodeId(), scope: entered.at(-1) ?? outside })
  const observer = {
    enter(layer: AnyLayer) {
      const around = entered.at(-1)?.path
      // The model's own name says nothing: everything lies in it.
      const path = (layer as unknown) === model ? '' : around ? `${around}/${layer.name}` : layer.name
      entered.push({ path, title: layer.title })
      change()
    },
    leave() {
      entered.pop()
      change()
    },
  }
  const context: CallContext = { training: false, random: { next: () => fixedKey }, observer }
  const { layout } = requirePlaces(model).inputs
  const traced = trace(placeholders, (...tensors) =>
    flatTensors(
      inContext(context, () =>
        (model as unknown as Layer<Tensors, Tensors>).invoke(pack(tensors, layout), { training: false }),
      ),
    ),
  )
  return {
    trace: traced,
    scopeOf: ({ id }) => changes.findLast((each) => each.id <= id)?.scope ?? outside,
  }
}

/** In inference nothing should be random, and what is is refused. */
const fixedKey = tensor(new Int32Array(2))
