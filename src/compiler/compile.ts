import type { CanonicalTrace } from '../graph/canonical.js'
import { bytesPerElement, type DType } from '../graph/dtype.js'
import { reachable } from '../graph/graph.js'
import type { Node } from '../graph/node.js'
import type { Shape } from '../graph/shape.js'
import { simplify } from '../graph/simplify.js'
import type { Tensor } from '../graph/tensor.js'
import type { Variable } from '../graph/variable.js'
import type { LoopFunction } from '../loops/ir.js'
import { keyOf } from '../loops/key.js'
import type { TargetTraits } from '../loops/traits.js'
import { assemble } from './assemble.js'
import { LaunchRecorder } from './launches.js'
import { type CutOf, cutByModel, GraphLowering } from './lowerGraph.js'
import type { BufferView, DeviceBuffer } from './lowering.js'
import { type Lifetime, lifetimes, type TimedLaunch, timeline } from './memoryPlan.js'
import { splitPreparation } from './preparation.js'
import type { BaseType, EmittedFunction, Program, ProgramFunction } from './program.js'
import { lowerCopy } from './templates/copy.cpu.js'

/** What is asked about what one stage hands to the next: each throws if it is not well formed. */
export interface Checks {
  graph(results: readonly Tensor[], stage: string): void
  loops(fn: LoopFunction): void
}

export interface CompileOptions {
  /** Default: nothing is checked. */
  readonly checks?: Checks
  /** Make each buffer of the arena a base of its own, so that no access can stray from one into another unnoticed. Default: false. */
  readonly apart?: boolean
  /** Take what follows from constants, and from variables that no run changes, out of the runs: see `Preparation`. Default: false. */
  readonly prepares?: boolean
  /** Is told of each function that is built. */
  readonly onFunction?: (fn: LoopFunction) => void
  /** How micro-kernels are cut, where measurements say. Default: the cost model decides. */
  readonly cutOf?: CutOf
}

/** Makes code of a function that was just built, whose key is given. */
export type Emit = (fn: LoopFunction, key: string) => EmittedFunction

/**
 * Compiles a trace for a target: fusion, lowering to loops, memory plan, barriers. Pure.
 *
 * With `emit` each function becomes code as soon as it is built, so that the loops of one function at a time are in memory.
 */
export function compile(
  canonical: CanonicalTrace,
  traits: TargetTraits,
  options: CompileOptions & { readonly emit: Emit },
): Program<EmittedFunction>
export function compile(
  canonical: CanonicalTrace,
  traits: TargetTraits,
  options?: CompileOptions & { readonly emit?: undefined },
): Program
export function compile(
  canonical: CanonicalTrace,
  traits: TargetTraits,
  options?: CompileOptions & { readonly emit?: Emit },
): Program<ProgramFunction>
export function compile(
  { trace, variables, constants }: CanonicalTrace,
  traits: TargetTraits,
  options: CompileOptions & { readonly emit?: Emit } = {},
): Program<ProgramFunction> {
  const functions = new Map<string, ProgramFunction>()
  const keep = (fn: LoopFunction): string => {
    const key = keyOf(fn)
    if (functions.has(key)) return key
    options.onFunction?.(fn)
    options.checks?.loops(fn)
    functions.set(key, options.emit?.(fn, key) ?? fn)
    return key
  }
  const { parameters, results } = trace.graph
  const homes = new Map<DeviceBuffer, number>()
  const fixed = new Set<DeviceBuffer>()
  const recorder = new LaunchRecorder(traits.width, keep, fixed)
  const fed = [...parameters, ...variables, ...constants].map((fedIn, i) => {
    const view = recorder.view(fedIn.dtype, elements(fedIn.shape))
    homes.set(view.buffer, i + 1)
    const changes = i < parameters.length || trace.assignments.has(fedIn as Variable)
    if (options.prepares && !changes) fixed.add(view.buffer)
    return view
  })
  const variableView = (i: number): BufferView => fed[parameters.length + i]
  const bindings = new Map<Node, BufferView>()
  parameters.forEach((tensor, i) => bindings.set(tensor.node, fed[i]))
  constants.forEach((tensor, i) => bindings.set(tensor.node, fed[parameters.length + variables.length + i]))
  const assignedVariables = [...trace.assignments.keys()].map((variable) => variables.indexOf(variable))
  const wanted = simplify([...results, ...trace.assignments.values()])
  options.checks?.graph([...results, ...trace.assignments.values()], 'tracing')
  options.checks?.graph(wanted, 'simplification')
  for (const node of reachable(wanted)) {
    if (node.type === 'variable') bindings.set(node, variableView(variables.indexOf(node.variable)))
  }

  const lowering = new GraphLowering(wanted, bindings, recorder, traits, options.cutOf ?? cutByModel)
  const copy = (from: BufferView, tensor: Tensor): BufferView => {
    const to = recorder.view(tensor.dtype, tensor.size)
    lowerCopy(from, to, tensor.dtype, tensor.size, lowering.lowering('copy'))
    return to
  }
  /** A result in a buffer of its own, which may become an output or a variable's storage. */
  const taken = new Set<DeviceBuffer>(homes.keys())
  const own = (tensor: Tensor): BufferView => {
    const view = lowering.view(tensor)
    const whole =
      view.offset === 0 && view.buffer.elements === tensor.size && view.buffer.dtype === tensor.dtype
    const mine = whole && !taken.has(view.buffer) ? view : copy(view, tensor)
    taken.add(mine.buffer)
    return mine
  }
  const outputViews = wanted.slice(0, results.length).map(own)
  const newValues = assignedVariables.map((at, i) => {
    const value = wanted[results.length + i]
    return { at, value, view: own(value) }
  })
  const firstOutput = 1 + fed.length
  outputViews.forEach(({ buffer }, i) => homes.set(buffer, firstOutput + i))
  let launches = timeline(recorder.steps)
  let lives = lifetimes(launches)
  for (const { at, value, view } of newValues) {
    const home = 1 + parameters.length + at
    if (mayReplace(launches, lives, variableView(at).buffer, view.buffer)) {
      homes.set(view.buffer, home)
      continue
    }
    homes.set(copy(view, value).buffer, home)
    launches = timeline(recorder.steps)
    lives = lifetimes(launches)
  }
  const bases = {
    inputs: parameters.map(baseType),
    variables: variables.map(baseType),
    constants: constants.map(baseType),
    outputs: results.map(baseType),
    assigned: assignedVariables,
  }
  const steps = options.prepares
    ? splitPreparation(recorder.steps, fixed, homes)
    : { preparation: [], run: recorder.steps }
  return assemble(steps, functions, homes, bases, traits.width, options)
}

/** Whether a variable's new value may be written over the old one: nobody reads the old one afterwards. */
function mayReplace(
  launches: readonly TimedLaunch[],
  lives: ReadonlyMap<DeviceBuffer, Lifetime>,
  old: DeviceBuffer,
  value: DeviceBuffer,
): boolean {
  const last = lives.get(old)?.last
  const first = lives.get(value)?.first
  if (last === undefined || first === undefined || last < first) return true
  if (last !== first) return false
  // Launches are numbered by their places in the list; the first of a repeat, from which it counts, too.
  const writer = launches[first]
  return (
    writer.from === writer.to &&
    writer.launch.inPlace.some(({ output, input }) => output === value && input === old)
  )
}

const elements = (shape: Shape): number => shape.reduce((size, axis) => size * axis, 1)

const baseType = ({ shape, dtype }: { readonly shape: Shape; readonly dtype: DType }): BaseType => ({
  shape,
  dtype,
  bytes: elements(shape) * bytesPerElement[dtype],
})
