import type { OperationNode } from '../../graph/node.js'
import type { KindName } from '../../graph/op.js'
import type { GroupLowering } from '../lowerGraph.js'
import type { Epilogue } from '../lowering.js'
import { contractionTemplate } from './contraction.cpu.js'
import { convolutionTemplate } from './convolution.cpu.js'
import { gatherTemplate } from './gather.cpu.js'
import { kindOf } from './kindOf.js'
import { lowerLoop } from './loop.cpu.js'
import { prefixScanTemplate } from './prefixScan.cpu.js'
import { lowerReduce } from './reduce.cpu.js'
import { scatterTemplate } from './scatter.cpu.js'
import { sortTemplate } from './sort.cpu.js'
import { windowGradientTemplate } from './windowGradient.cpu.js'
import { lowerWindowReduce } from './windowReduce.cpu.js'

/** Kinds that are computed inside bodies, wherever they are used; all others have launches of their own. */
export type FusedKind = 'elementwise' | 'random' | 'movement'
export type AnchorKind = Exclude<KindName, FusedKind>

interface AnchorTemplate {
  takesEpilogue(node: OperationNode): boolean
  lower(node: OperationNode, lowering: GroupLowering, epilogue: Epilogue): void
}

const plain = (lower: AnchorTemplate['lower']): AnchorTemplate => ({ takesEpilogue: () => false, lower })

/** How each kind of op becomes launches on CPUs. */
export const templates: Record<AnchorKind, AnchorTemplate> = {
  contraction: contractionTemplate,
  convolution: convolutionTemplate,
  window: {
    takesEpilogue: (node) =>
      kindOf(node, 'window').form === 'gradient' && windowGradientTemplate.takesEpilogue(node),
    lower(node, lowering, epilogue) {
      if (kindOf(node, 'window').form === 'reduce') lowerWindowReduce(node, lowering)
      else windowGradientTemplate.lower(node, lowering, epilogue)
    },
  },
  reduction: plain(lowerReduce),
  gather: gatherTemplate,
  scatter: scatterTemplate,
  prefixScan: prefixScanTemplate,
  sort: sortTemplate,
  loop: plain(lowerLoop),
}

/** The template of a node that has launches of its own. */
export function templateOf(node: OperationNode): AnchorTemplate | undefined {
  const { kind } = node.op.kind
  return kind === 'elementwise' || kind === 'random' || kind === 'movement' ? undefined : templates[kind]
}
