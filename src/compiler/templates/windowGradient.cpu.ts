import type { OperationNode } from '../../graph/node.js'
import type { WindowGeometry } from '../../graph/op.js'
import { type Shape, sizeOf } from '../../graph/shape.js'
import { type BufferView, type Epilogue, type Lowering, storageOf, type Template } from '../lowering.js'
import { kindOf } from './kindOf.js'
import { divide, pointerTo, Runs, storeLanes } from './laneBlocks.js'
import {
  everyWindowInside,
  mostUnrolledPlaces,
  type WindowAxis,
  type WindowGradientLoops,
  windowRow,
} from './windowGradientLoops.js'

/** With fewer images than this, overlapping windows are shared among threads by channels too. */
const enoughImages = 16

/**
 * The gradient of pooling: what each window gives goes to all its places (`sum`) or to its first maximum (`max`).
 * Lanes are channels.
 *
 * - Windows that do not overlap: each place is written once, without a branch: the gradient where the place is the
 *   first maximum, else zero. The grid is rows of windows. Where windows cover the image and nothing else, the ops that
 *   follow are computed on the way.
 * - Overlapping windows: each adds to its places, which were set to zero just before the first window that reaches
 *   them. One thread owns an image, or a part of its channels.
 */
export const windowGradientTemplate: Template = {
  takesEpilogue: writesEachPlaceOnce,
  lower(node: OperationNode, lowering: Lowering, epilogue: Epilogue): void {
    const kind = kindOf(node, 'window')
    const geometry = kind.geometry(node.attributes)
    const image = node.outputs[0]
    const gradient = node.inputs[node.inputs.length - 1]
    const x = kind.combine === 'max' ? node.inputs[0] : undefined
    const xView = x && lowering.input(x)
    const gradientView = lowering.input(gradient)
    const finish = writesEachPlaceOnce(node) ? epilogue : undefined
    const imageView = finish ? undefined : lowering.output(image)
    if (imageView && sizeOf(gradient.shape) === 0) {
      launchZeros(lowering, imageView, sizeOf(image.shape))
      return
    }

    const images = image.shape[0]
    const channels = image.shape[image.shape.length - 1]
    const axes = windowAxes(image.shape, gradient.shape, geometry)
    const overlapping = axes.some(overlaps)
    const covered = axes.every(covers)
    const { width } = lowering.traits
    const split = overlapping && images < enoughImages
    const rows = images * (overlapping ? 1 : axes[0].windows)
    const runs = new Runs(rows, channels, width, split ? width : Math.max(channels, 1))
    lowering.launch({
      name: `windowGradient ${kind.combine} ${geometry.size.join('x')}/${geometry.strides.join('x')}`,
      grid: runs.grid,
      inPlace: [
        ...(finish?.inPlace ?? []),
        ...((xView && finish?.inPlaceOf?.(xView, x.dtype)) ?? []),
        ...(xView && imageView && x.dtype === image.dtype && !overlapping && covered
          ? [{ output: imageView, input: xView }]
          : []),
      ],
      report: {
        algorithm: overlapping
          ? `window gradient: overlapping windows add up within an image${runs.parts > 1 ? `, its channels in ${runs.parts} parts` : ''}`
          : 'window gradient: windows do not overlap, each place is written by one',
        flops: overlapping && image.dtype === 'float32' ? sizeOf(gradient.shape) * sizeOf(geometry.size) : 0,
        lanes: channels > 1 ? 'vector' : { scalar: 'lanes are channels, of which there is one' },
        ...(runs.grid === 1 ? { singleThreaded: 'overlapping windows of one image with few channels' } : {}),
      },
      build: (b, operands) => {
        const loops: WindowGradientLoops = {
          axes,
          channels,
          x: xView && { pointer: operands.read(xView), storage: storageOf[x.dtype] },
          gradient: { pointer: operands.read(gradientView), storage: storageOf[gradient.dtype] },
          image: imageView
            ? {
                pointer: overlapping ? operands.readWrite(imageView) : operands.write(imageView),
                storage: storageOf[image.dtype],
              }
            : epilogue.bind(b, operands),
          overlapping,
          covered,
          runs,
        }
        b.for(b.begin, b.end, 1, (item) => {
          const [row, part] = divide(b, item, runs.parts)
          if (overlapping) b.for(0, axes[0].windows, 1, (window) => windowRow(b, loops, row, window, part))
          else {
            const [number, window] = divide(b, row, axes[0].windows)
            windowRow(b, loops, number, window, part)
          }
        })
      },
    })
  },
}

const overlaps = ({ windows, stride, size }: WindowAxis): boolean => windows > 1 && stride < size

/** Whether windows reach all places along an axis. */
const covers = ({ length, windows, size, stride, before }: WindowAxis): boolean =>
  (windows === 1 || stride <= size) && (windows - 1) * stride + size - before >= length

/** Whether each place is written once and in straight code, so that more can be done to it there. */
function writesEachPlaceOnce(node: OperationNode): boolean {
  const kind = kindOf(node, 'window')
  const image = node.outputs[0]
  const gradient = node.inputs[node.inputs.length - 1]
  const axes = windowAxes(image.shape, gradient.shape, kind.geometry(node.attributes))
  const places = sizeOf(axes.map(({ size }) => size))
  return (
    image.dtype === 'float32' &&
    gradient.size > 0 &&
    places <= mostUnrolledPlaces &&
    axes.every((axis) => !overlaps(axis) && covers(axis) && everyWindowInside(axis))
  )
}

/** The spatial axes; one of length 1 stands before a single one, so that the inner loop runs along that. */
function windowAxes(
  image: Shape,
  gradient: Shape,
  { size, strides, padding }: WindowGeometry,
): readonly WindowAxis[] {
  const axes = size.map((size, i) => ({
    length: image[i + 1],
    windows: gradient[i + 1],
    size,
    stride: strides[i],
    before: padding[i][0],
  }))
  return axes.length > 1 ? axes : [{ length: 1, windows: 1, size: 1, stride: 1, before: 0 }, ...axes]
}

/** No window fits: nothing is passed on. */
function launchZeros(lowering: Lowering, view: BufferView, elements: number): void {
  const runs = new Runs(1, elements, lowering.traits.width, 1024)
  const storage = storageOf[view.buffer.dtype]
  lowering.launch({
    name: 'windowGradient without windows',
    grid: runs.grid,
    report: {
      algorithm: 'window gradient: no window, all zeros',
      flops: 0,
      lanes: 'vector',
      ...(runs.grid === 1 ? { singleThreaded: 'the image is small' } : {}),
    },
    build: (b, operands) => {
      const image = operands.write(view)
      const zero = storage === 'f32' ? b.float(0) : b.int(0)
      runs.each(b, () => (block) => storeLanes(b, storage, pointerTo(b, image, block, storage), block, zero))
    },
  })
}
