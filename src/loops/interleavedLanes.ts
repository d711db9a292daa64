import type { Instruction } from './ir.js'

/** Which lane each lane of an `interleave` comes from; those of the second vector are numbered on from those of the first. */
export function interleavedLanes(
  { run, odd }: Pick<Extract<Instruction, { readonly op: 'interleave' }>, 'run' | 'odd'>,
  width: number,
): number[] {
  const first = odd ? run : 0
  return Array.from({ length: width }, (_, lane) => lane + first + ((lane & run) === 0 ? 0 : width - run))
}
