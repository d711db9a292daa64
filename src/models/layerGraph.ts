import { ArgumentError } from '../errors.js'
import { showBatchShape } from '../layers/batchShape.js'
import { InputLayer } from '../layers/input.js'
import type { AnyLayer } from '../layers/layer.js'
import type { LayerCall, SymbolicTensor } from '../layers/symbolic.js'

/**
 * The calls of layers between a model's inputs and outputs. Calls and layers are in Keras's order, on which that of weights
 * depends.
 */
export class LayerGraph {
  /** An input layer for each input. Where the input is what a layer gives, this one stands in its place. */
  readonly inputLayers: readonly InputLayer[]
  /** The calls, each after those that it depends on; those of input layers too. */
  readonly calls: readonly LayerCall[]
  /** The layers by their distance from the outputs, the furthest first. */
  readonly layers: readonly AnyLayer[]
  private readonly depths: ReadonlyMap<LayerCall, number>

  /**
   * @throws ArgumentError if an output depends on an input that is not given, or two layers have one name
   */
  constructor(
    private readonly title: string,
    readonly inputs: readonly SymbolicTensor[],
    readonly outputs: readonly SymbolicTensor[],
  ) {
    this.inputLayers = inputs.map(inputLayerFor)
    if (new Set(inputs).size < inputs.length) {
      throw new ArgumentError(`${title}: expected inputs that differ, received one of them twice.`)
    }
    const { calls, firstSeen } = this.walk()
    this.calls = calls
    this.depths = this.measure()
    this.layers = sortedLayers(this.depths, firstSeen)
    this.checkNames()
  }

  /** The call that gives a value in this graph. */
  producer(tensor: SymbolicTensor): LayerCall {
    const place = this.inputs.indexOf(tensor)
    return place < 0 ? tensor.call : this.inputLayers[place].symbol.call
  }

  /** What a call takes, as the calls that give it and the places among their outputs. */
  sources(call: LayerCall): readonly { readonly call: LayerCall; readonly index: number }[] {
    return call.flatInputs.map((tensor) => {
      const producer = this.producer(tensor)
      return { call: producer, index: producer === tensor.call ? tensor.index : 0 }
    })
  }

  /** The calls of a layer that are in this graph, in the order in which they were made. */
  callsOf(layer: AnyLayer): readonly LayerCall[] {
    return layer.calls.filter((call) => this.depths.has(call))
  }

  /** Whether each layer takes what the one before it gives: no branches, no layer called twice. */
  get isChain(): boolean {
    const perDepth = new Map<number, number>()
    for (const depth of this.depths.values()) perDepth.set(depth, (perDepth.get(depth) ?? 0) + 1)
    return (
      [...perDepth.values()].every((count) => count === 1) &&
      this.calls.every((call) => call.flatInputs.length <= 1) &&
      this.layers.every((layer) => this.callsOf(layer).length === 1)
    )
  }

  /** Goes from the outputs back to the inputs, depth first. */
  private walk(): { calls: LayerCall[]; firstSeen: ReadonlyMap<AnyLayer, number> } {
    const finished = new Set<LayerCall>()
    const firstSeen = new Map<AnyLayer, number>()
    const visit = (tensor: SymbolicTensor, reader: string) => {
      const call = this.producer(tensor)
      if (finished.has(call)) return
      if (call.inputs === undefined && !this.inputLayers.some((layer) => layer.symbol.call === call)) {
        throw new ArgumentError(
          `${this.title}: the graph is disconnected. ${reader} depends on the input '${tensor.name}' ` +
            `${showBatchShape(tensor.shape)}, which is not among the inputs (${this.inputLayers.map(({ name }) => name).join(', ')}). ${this.remedyFor(tensor)}`,
        )
      }
      if (!firstSeen.has(call.layer)) firstSeen.set(call.layer, firstSeen.size)
      for (const input of call.flatInputs) visit(input, `Layer '${call.layer.name}'`)
      finished.add(call)
    }
    this.outputs.forEach((output, i) => visit(output, `Output ${i}`))
    return { calls: [...finished], firstSeen }
  }

  private remedyFor({ name }: SymbolicTensor): string {
    return this.inputLayers.some((layer) => layer.name === name)
      ? `The input that was given is another one of the name '${name}': make it once, and use it in both places.`
      : 'Add it to them.'
  }

  /** The distance of each call from the outputs; a layer called several times is as far as its furthest call. */
  private measure(): ReadonlyMap<LayerCall, number> {
    const ofCall = new Map<LayerCall, number>()
    const ofLayer = new Map<AnyLayer, number>()
    for (const call of this.calls.toReversed()) {
      const depth = Math.max(ofCall.get(call) ?? 0, ofLayer.get(call.layer) ?? 0)
      ofLayer.set(call.layer, depth)
      ofCall.set(call, depth)
      for (const { call: source } of this.sources(call)) {
        ofCall.set(source, Math.max(depth + 1, ofCall.get(source) ?? 0))
      }
    }
    // Inputs that no output depends on: losses and metrics may still use them.
    for (const { symbol } of this.inputLayers) if (!ofCall.has(symbol.call)) ofCall.set(symbol.call, 0)
    return ofCall
  }

  private checkNames(): void {
    const names = this.layers.map(({ name }) => name)
    const twice = names.find((name, i) => names.indexOf(name) !== i)
    if (twice === undefined) return
    throw new ArgumentError(
      `${this.title}: two layers have the name '${twice}'. Names must differ, since files and errors go by them; give one with { name }.`,
    )
  }
}

function inputLayerFor(tensor: SymbolicTensor): InputLayer {
  const { layer, inputs } = tensor.call
  if (inputs === undefined && layer instanceof InputLayer) return layer
  const [batchSize, ...shape] = tensor.shape
  const name = tensor.call.flatOutputs.length > 1 ? `${tensor.name}_${tensor.index}` : tensor.name
  return new InputLayer(shape, {
    name: `${name}_input`,
    dtype: tensor.dtype,
    batchSize: batchSize ?? undefined,
  })
}

function sortedLayers(
  depths: ReadonlyMap<LayerCall, number>,
  firstSeen: ReadonlyMap<AnyLayer, number>,
): AnyLayer[] {
  const ofLayer = new Map<AnyLayer, number>()
  for (const [{ layer }, depth] of depths) ofLayer.set(layer, Math.max(depth, ofLayer.get(layer) ?? 0))
  const seen = (layer: AnyLayer) => firstSeen.get(layer) ?? -1
  return [...ofLayer]
    .sort(([a, depthA], [b, depthB]) => depthB - depthA || seen(a) - seen(b))
    .map(([layer]) => layer)
}
