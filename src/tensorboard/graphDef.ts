import type { PbfWriter } from 'pbf'

/** A layer in a drawing of a model. */
export interface LayerNode {
  readonly name: string
  readonly className: string
  /** The names of the nodes that it takes from; of one with several outputs `name:1`. */
  readonly inputs: readonly string[]
  /** The shape of each output; null where it is open. */
  readonly outputShapes: readonly (readonly (number | null)[])[]
  /** How many numbers its weights have; 0 where the layer stood before. */
  readonly params: number
  /** What a model is made of that is a layer itself. */
  readonly inside?: LayerNodes
}

/** The layers of a model, each after those that it takes from. */
export interface LayerNodes {
  readonly nodes: readonly LayerNode[]
  /** The names of the nodes that are fed, and of those that give the outputs, in order. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
}

/** Layers as a TensorFlow graph (`graph.proto`), whose operations are the layers; edges bear shapes. */
export async function encodeGraphDef(nodes: readonly LayerNode[]): Promise<Uint8Array> {
  const { PbfWriter } = await import('pbf')
  const pbf = new PbfWriter()
  for (const node of nodes) pbf.writeMessage(1, writeNode, node)
  return pbf.finish()
}

function writeNode({ name, className, inputs, outputShapes, params }: LayerNode, pbf: PbfWriter): void {
  pbf.writeStringField(1, name)
  pbf.writeStringField(2, className)
  for (const input of inputs) pbf.writeStringField(3, input)
  pbf.writeMessage(5, writeShapesAttribute, outputShapes)
  pbf.writeMessage(5, writeParamsAttribute, params)
}

/** An entry of `map<string, AttrValue>`. */
function writeShapesAttribute(shapes: LayerNode['outputShapes'], pbf: PbfWriter): void {
  pbf.writeStringField(1, '_output_shapes')
  pbf.writeMessage(2, (_, value) => value.writeMessage(1, writeShapes, shapes), undefined)
}

function writeParamsAttribute(params: number, pbf: PbfWriter): void {
  pbf.writeStringField(1, 'params')
  pbf.writeMessage(2, (_, value) => value.writeVarintField(3, params), undefined)
}

function writeShapes(shapes: LayerNode['outputShapes'], pbf: PbfWriter): void {
  for (const shape of shapes) pbf.writeMessage(7, writeShape, shape)
}

function writeShape(shape: readonly (number | null)[], pbf: PbfWriter): void {
  for (const size of shape)
    pbf.writeMessage(2, (_, inner) => inner.writeVarintField(1, size ?? -1), undefined)
}
