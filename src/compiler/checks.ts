import { verifyGraph } from '../graph/verify.js'
import { verify } from '../loops/verify.js'
import type { Checks } from './compile.js'

/** All checks of what a stage of the compiler hands to the next. They cost about as much as compiling, so only tests ask for them. */
export const checks: Checks = { graph: verifyGraph, loops: verify }
