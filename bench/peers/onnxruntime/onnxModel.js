/** Writes ONNX models, as far as the benchmark needs them. Numbers of fields and types are those of onnx.proto. */

const varint = (value) => {
  const bytes = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest]
    bytes.push((rest % 128) + 128)
  }
}

/** A protobuf message of fields `[number, value]`: whole numbers, texts, or bytes, such as other messages. */
function message(...fields) {
  const pieces = fields.flatMap(([number, value]) => {
    if (typeof value === 'number') return [Uint8Array.from([...varint(8 * number), ...varint(value)])]
    const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value
    return [Uint8Array.from([...varint(8 * number + 2), ...varint(bytes.length)]), bytes]
  })
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

const float = 1
const integers = 7

const attribute = (name, value) =>
  Array.isArray(value)
    ? message([1, name], ...value.map((i) => [8, i]), [20, 7])
    : message([1, name], [3, value], [20, 2])

const valueInfo = (name, shape) =>
  message(
    [1, name],
    [2, message([1, message([1, float], [2, message(...shape.map((d) => [1, message([1, d])]))])])],
  )

/** A graph under construction. Names of values are numbers in order. */
export class OnnxModel {
  nodes = []
  initializers = []
  count = 0

  /** Random weights. Their values do not change the work. */
  weight(shape, scale = 0.1) {
    const size = shape.reduce((a, b) => a * b)
    const data = Float32Array.from({ length: size }, () => scale * (2 * Math.random() - 1))
    return this.initializer(shape, float, new Uint8Array(data.buffer))
  }

  /** A vector of equal numbers. */
  constant(size, value) {
    return this.initializer([size], float, new Uint8Array(new Float32Array(size).fill(value).buffer))
  }

  shape(...sizes) {
    return this.initializer(
      [sizes.length],
      integers,
      new Uint8Array(BigInt64Array.from(sizes.map(BigInt)).buffer),
    )
  }

  node(op, inputs, attributes = {}) {
    const output = `v${this.count++}`
    const attributeFields = Object.entries(attributes).map(([name, value]) => [5, attribute(name, value)])
    this.nodes.push(message(...inputs.map((name) => [1, name]), [2, output], [4, op], ...attributeFields))
    return output
  }

  /** The model's bytes, with one input called `x`. */
  bytes(inputShape, output, outputShape) {
    const graph = message(
      ...this.nodes.map((node) => [1, node]),
      [2, 'benchmark'],
      ...this.initializers.map((tensor) => [5, tensor]),
      [11, valueInfo('x', inputShape)],
      [12, valueInfo(output, outputShape)],
    )
    return message([1, 8], [8, message([1, ''], [2, 17])], [7, graph])
  }

  initializer(shape, type, data) {
    const name = `w${this.initializers.length}`
    this.initializers.push(message(...shape.map((d) => [1, d]), [2, type], [8, name], [9, data]))
    return name
  }
}
