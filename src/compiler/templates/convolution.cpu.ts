import type { OperationNode } from '../../graph/node.js'
import type { Convolution } from '../../graph/op.js'
import type { BufferView, Epilogue, Lowering, Template } from '../lowering.js'
import {
  isDepthwise,
  lowerDepthwiseForward,
  lowerDepthwiseImageGradient,
  lowerDepthwiseKernelGradient,
} from './convolutionDepthwise.cpu.js'
import { lowerForward } from './convolutionForward.cpu.js'
import { lowerImageGradient } from './convolutionImageGradient.cpu.js'
import { lowerKernelGradient } from './convolutionKernelGradient.cpu.js'
import { type ConvolutionShape, convolutionShape } from './convolutionShape.js'
import { kindOf } from './kindOf.js'

type Form = Convolution<never>['form']

type Lower = (
  shape: ConvolutionShape,
  first: BufferView,
  second: BufferView,
  lowering: Lowering,
  epilogue: Epilogue,
) => void

const lowerings: Record<Form, Lower> = {
  forward: lowerForward,
  imageGradient: lowerImageGradient,
  kernelGradient: lowerKernelGradient,
}

const depthwiseLowerings: Record<Form, Lower> = {
  forward: lowerDepthwiseForward,
  imageGradient: lowerDepthwiseImageGradient,
  kernelGradient: lowerDepthwiseKernelGradient,
}

/** Lowers convolutions over one to three spatial axes, and their gradients, each form by loops of its own. */
export const convolutionTemplate: Template = {
  takesEpilogue: () => true,
  lower(node: OperationNode, lowering: Lowering, epilogue: Epilogue): void {
    const { form, geometry } = kindOf(node, 'convolution')
    const shape = convolutionShape(node, form, geometry(node.attributes))
    const [first, second] = node.inputs.map((tensor) => lowering.input(tensor))
    const forms = isDepthwise(shape) ? depthwiseLowerings : lowerings
    forms[form](shape, first, second, lowering, epilogue)
  },
}
