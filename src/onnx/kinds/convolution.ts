import { InternalError } from '../../errors.js'
import type { OperationNode } from '../../graph/node.js'
import type { ConvolutionGeometry } from '../../graph/op.js'
import type { Shape } from '../../graph/shape.js'
import { ExportError } from '../exportError.js'
import type { FileGraph } from '../fileGraph.js'
import type { OnnxAttributes } from '../format.js'
import { channelsFirst, orderedView, ownOrder, type View } from '../view.js'
import { padsOf } from './window.js'

/**
 * `Conv`, and `ConvTranspose` for the gradient to the image, which transposed convolutions are. ONNX has channels first, and kernels
 * `[filters, channels / groups, ...kernelSize]`.
 */
export function exportConvolution(
  { op, attributes, outputs: [output] }: OperationNode,
  [image, kernel]: readonly View[],
  graph: FileGraph,
): View[] {
  const { kind } = op
  if (kind.kind !== 'convolution') throw new InternalError(`${op.name} is no convolution`)
  if (kind.form === 'kernelGradient') throw new ExportError("gradients of a convolution's kernel")
  const rank = output.shape.length
  const order = channelsFirst(rank)
  const geometry = kind.geometry(attributes)
  const size = kernel.shape.slice(0, -2)
  const inputs = [graph.value(image, order), graph.value(kernel, [rank - 1, rank - 2, ...ownOrder(rank - 2)])]
  const type = { dtype: output.dtype, sizes: order.map((axis) => output.shape[axis]) }
  const settings = convolutionSettings(geometry, size)
  const name =
    kind.form === 'forward'
      ? graph.one('Conv', inputs, type, settings)
      : graph.one('ConvTranspose', inputs, type, {
          ...settings,
          output_padding: outputPadding(geometry, size, image.shape, output.shape),
        })
  return [orderedView({ name, graph }, output, order)]
}

function convolutionSettings(
  { strides, padding, dilation, groups }: ConvolutionGeometry,
  size: Shape,
): OnnxAttributes {
  return {
    kernel_shape: size,
    strides,
    pads: padsOf(padding),
    dilations: dilation,
    group: groups,
  }
}

/** How much longer the image is than the shortest one that the convolution maps to as many places. */
function outputPadding(
  { strides, padding, dilation }: ConvolutionGeometry,
  size: Shape,
  from: Shape,
  to: Shape,
): number[] {
  return strides.map((stride, axis) => {
    const extent = dilation[axis] * (size[axis] - 1) + 1
    const shortest = (from[axis + 1] - 1) * stride + extent - padding[axis][0] - padding[axis][1]
    return to[axis + 1] - shortest
  })
}
