import type { OpCase } from '../opCase.js'
import { contractionCases } from './contraction.js'
import { convolutionCases } from './convolution.js'
import { elementwiseCases } from './elementwise.js'
import { indexingCases } from './indexing.js'
import { loopCases } from './loop.js'
import { movementCases } from './movement.js'
import { reductionCases } from './reduction.js'

/** Every op on shapes that hit every tail: checked on the references, and on each target. */
export const opCases: readonly OpCase[] = [
  ...elementwiseCases,
  ...contractionCases,
  ...convolutionCases,
  ...reductionCases,
  ...movementCases,
  ...indexingCases,
  ...loopCases,
]
