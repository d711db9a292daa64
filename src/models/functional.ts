import { ArgumentError, InternalError } from '../errors.js'
import type { Tensor } from '../graph/tensor.js'
import type { BatchShape } from '../layers/batchShape.js'
import type { CallContext } from '../layers/callContext.js'
import type { AnyLayer, Layer, LayerOptions } from '../layers/layer.js'
import type { LayerParts } from '../layers/parts.js'
import {
  isSymbolic,
  isType,
  type SymbolicLike,
  type SymbolicTensor,
  type SymbolicType,
  symbolsOf,
} from '../layers/symbolic.js'
import {
  type AnyLike,
  flatTensors,
  isShape,
  isTensor,
  type Like,
  type ShapesOf,
  type Tensors,
  toTensors,
} from '../layers/tensors.js'
import { asTensor, type TensorLike } from '../ops/tensor.js'
import type { OptionKeys } from '../utils/checkOptions.js'
import type { Config } from '../utils/config.js'
import { show } from '../utils/show.js'
import { arrange, flatten, layoutOf, mapStructure, pack, type Structure } from '../utils/structure.js'
import { functionalConfig } from './functionalConfig.js'
import { LayerGraph } from './layerGraph.js'
import { Model } from './model.js'
import type { Places } from './places.js'

export interface FunctionalOptions<
  Inputs extends Structure<SymbolicLike>,
  Outputs extends Structure<SymbolicLike>,
> extends Omit<LayerOptions, 'inputShape'> {
  /** Input layers, or what layers gave for some: one, a list, or an object of them. */
  readonly inputs: Inputs
  /** What layers gave: one, a list, or an object of them, the keys of which name them. */
  readonly outputs: Outputs
}

/** The tensors that are fed for symbolic ones. */
export type TensorsFor<S> = S extends SymbolicLike ? Tensor : { readonly [K in keyof S]: Tensor }

/**
 * A model of layers that were called on each other: any graph without cycles (Keras's `Functional`). See
 * `models.functional`.
 */
export class Functional<In extends Tensors = Tensor, Out extends Tensors = Tensor> extends Model<In, Out> {
  static override readonly className: string = 'Functional'
  static override readonly samplewise = true
  static override readonly kerasModule: string = 'keras.src.models.functional'
  static override readonly options: OptionKeys<FunctionalOptions<never, never>> & typeof Model.options = {
    ...Model.options,
    inputs: true,
    outputs: true,
    inputShape: false,
  }

  private readonly layerGraph: LayerGraph
  private readonly inputStructure: Structure<SymbolicTensor>
  private readonly outputStructure: Structure<SymbolicTensor>

  constructor(options: FunctionalOptions<Structure<SymbolicLike>, Structure<SymbolicLike>>) {
    super(withEnds(options))
    this.inputStructure = symbolsOf(options.inputs, `${this.title}: inputs`)
    this.outputStructure = symbolsOf(options.outputs, `${this.title}: outputs`)
    const [inputs, outputs] = [this.inputStructure, this.outputStructure].map((structure) =>
      flatten(structure, isSymbolic),
    )
    if (inputs.length === 0 || outputs.length === 0) {
      throw new ArgumentError(`${this.title}: expected at least one input and one output, received none.`)
    }
    this.layerGraph = new LayerGraph(this.title, inputs, outputs)
    // Told to train, batch normalisation takes the batch's statistics in inference too.
    this.couplesSamples ||= this.layerGraph.calls.some(({ options }) => options.training)
    this.build(mapStructure(this.inputStructure, isSymbolic, ({ shape }) => shape) as ShapesOf<In>)
  }

  override get graph(): LayerGraph {
    return this.layerGraph
  }

  /** The layers, those furthest from the outputs first; input layers too. */
  override parts(): LayerParts {
    return { layers: this.graph.layers }
  }

  override get input(): AnyLike<In, SymbolicTensor> {
    return this.inputStructure as AnyLike<In, SymbolicTensor>
  }

  override get output(): Like<Out, SymbolicTensor> {
    return this.outputStructure as Like<Out, SymbolicTensor>
  }

  override get inputPlaces(): Places {
    const names = this.graph.inputLayers.map(({ name }) => name)
    return this.places(this.inputStructure, names)
  }

  override get outputPlaces(): Places {
    return this.places(
      this.outputStructure,
      this.graph.outputs.map(({ name }) => name),
    )
  }

  private places(structure: Structure<SymbolicTensor>, names: readonly string[]): Places {
    const layout = layoutOf(structure, isSymbolic)
    return {
      layout,
      names: layout.kind === 'object' ? layout.keys : distinct(names),
      shapes: flatten(structure, isSymbolic).map(({ shape }) => shape),
    }
  }

  /** The layers in the graph were built when they were called. */
  override build(_inputShape: ShapesOf<In>): void {}

  protected override toTensors(inputs: unknown): Tensors {
    const { layout } = this.inputPlaces
    if (layout.kind !== 'list' || !Array.isArray(inputs)) return toTensors(inputs)
    return inputs.map((input: TensorLike) => asTensor(input))
  }

  override checkInput(inputShape: Structure<BatchShape>): void {
    const shapes = this.arrange(inputShape, isShape)
    this.graph.inputLayers.forEach((layer, i) => layer.checkInput(shapes[i]))
  }

  override call(inputs: In, _context: CallContext): Out {
    const given = this.arrange<Tensor>(inputs, isTensor)
    const outputs = this.run<Tensor>(
      this.graph.inputLayers.map((layer, i) => layer.invoke(given[i])),
      (layer, values, { options }) =>
        flatTensors((layer as unknown as Layer<Tensors, Tensors>).invoke(values, options)),
    )
    return pack(outputs, layoutOf(this.outputStructure, isSymbolic)) as Out
  }

  override computeOutputShape(inputShape: ShapesOf<In>): ShapesOf<Out> {
    const given = this.arrange(inputShape, isShape)
    const { inputs, outputs } = this.graph
    const isKnown = inputs.every(({ shape }, i) => shape.slice(1).join() === given[i].slice(1).join())
    const shapes = isKnown
      ? outputs.map(({ shape }) => shape)
      : this.run(given, (layer, values) =>
          flatten((layer as unknown as Layer<Tensors, Tensors>).computeOutputShape(values), isShape),
        )
    return pack(shapes, layoutOf(this.outputStructure, isSymbolic)) as ShapesOf<Out>
  }

  protected override computeOutputTypes(inputs: Structure<SymbolicType>): Structure<SymbolicType> {
    const shapes = mapStructure(inputs, isType, ({ shape }) => shape) as ShapesOf<In>
    const outputShapes = flatten(this.computeOutputShape(shapes), isShape)
    const types = this.graph.outputs.map(({ dtype }, i) => ({ dtype, shape: outputShapes[i] }))
    return pack(types, layoutOf(this.outputStructure, isSymbolic))
  }

  /** What someone gave for the inputs, in their order. */
  private arrange<T>(given: Structure<T>, isValue: (value: Structure<T>) => boolean): T[] {
    const { layout, names } = this.inputPlaces
    return arrange(given, layout, names, isValue, `${this.title}: inputs`)
  }

  /** Goes through the calls with values of any kind in place of the symbolic tensors. */
  private run<T>(
    given: readonly T[],
    apply: (layer: AnyLayer, inputs: Structure<T>, call: LayerGraph['calls'][number]) => readonly T[],
  ): T[] {
    const values = new Map<SymbolicTensor, T>()
    this.graph.inputs.forEach((input, i) => values.set(input, given[i]))
    const tensorFor = (tensor: SymbolicTensor): T => {
      const value = values.get(tensor)
      if (value === undefined) throw new InternalError(`${this.title}: ${tensor} is not computed yet`)
      return value
    }
    for (const call of this.graph.calls) {
      if (call.inputs === undefined) continue
      const outputs = apply(call.layer, mapStructure(call.inputs, isSymbolic, tensorFor), call)
      call.flatOutputs.forEach((output, i) => {
        if (!values.has(output)) values.set(output, outputs[i])
      })
    }
    return this.graph.outputs.map(tensorFor)
  }

  override getConfig(): Config {
    return functionalConfig(this)
  }

  /** Not here: see `models.deserialize`, which knows every layer there is. */
  static override fromConfig(): never {
    throw new ArgumentError(
      "Functional.fromConfig: a config may name any layer, which a model's class does not know. " +
        "Write models.deserialize({ class_name: 'Functional', config }).",
    )
  }
}

/** @throws ArgumentError unless inputs and outputs are among the options */
function withEnds<T extends object>(options: T): T {
  if (typeof options === 'object' && options !== null && 'inputs' in options && 'outputs' in options)
    return options
  throw new ArgumentError(
    `models.functional: expected { inputs, outputs }, received ${show(options)}. Write models.functional({ inputs, outputs }).`,
  )
}

/** Names, numbered where one comes again. */
function distinct(names: readonly string[]): string[] {
  return names.map((name, i) => {
    const before = names.slice(0, i).filter((other) => other === name).length
    return before === 0 ? name : `${name}_${before}`
  })
}

/**
 * A model of layers that were called on each other, from inputs to outputs (Keras's `keras.Model(inputs, outputs)`).
 *
 * Layers may be called several times: they are shared. Models are layers too. Inputs and outputs are one, a list, or an
 * object, and data is fed in the same form.
 *
 * @throws ArgumentError if an output depends on an input that is not given, or two layers have one name
 * @example
 * const wide = layers.input([5])
 * const deep = layers.input([6])
 * const hidden = layers.dense(30, { activation: 'relu' })(deep)
 * const output = layers.dense(1)(layers.concatenate([wide, hidden]))
 * const model = models.functional({ inputs: [wide, deep], outputs: output })
 */
export function functional<
  const Inputs extends Structure<SymbolicLike>,
  const Outputs extends Structure<SymbolicLike>,
>(options: FunctionalOptions<Inputs, Outputs>): Functional<TensorsFor<Inputs>, TensorsFor<Outputs>> {
  return new Functional(options)
}
