import { InternalError } from '../../errors.js'
import { CodeBytes, type Encodable, encode } from './encoder.js'
import { expand } from './expand.js'
import { conditions } from './instructions.js'
import type { Item, Label } from './machineCode.js'
import type { Constant } from './operands.js'

/** A spot between encoded bytes whose own length depends on where it and its target come to lie. */
type Spot =
  | { readonly at: number; readonly kind: 'label'; readonly label: Label; readonly alignment: number }
  | {
      readonly at: number
      readonly kind: 'jump'
      readonly condition: keyof typeof conditions | undefined
      readonly label: Label
      long: boolean
    }

/** No-operations of 1 to 9 bytes, as Intel recommends them. */
const noOperations = [
  [0x90],
  [0x66, 0x90],
  [0x0f, 0x1f, 0x00],
  [0x0f, 0x1f, 0x40, 0x00],
  [0x0f, 0x1f, 0x44, 0x00, 0x00],
  [0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00],
  [0x0f, 0x1f, 0x80, 0x00, 0x00, 0x00, 0x00],
  [0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00],
  [0x66, 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00],
]

/** Bytes that an instruction takes, at most, as a rule. */
const usualLength = 8

/**
 * Items whose registers all have numbers, as bytes: instructions, then their constants. The code runs at any address that
 * is a multiple of `codeAlignment`. Jumps are short where they reach.
 */
export function assemble(items: readonly Item[]): Uint8Array<ArrayBuffer> {
  const body = new CodeBytes(usualLength * items.length)
  const spots: Spot[] = []
  const out = (instruction: Encodable): void => encode(body, instruction)
  for (let i = 0; i < items.length; i++) {
    const item = items[i]
    if (item.kind === 'instruction') encode(body, item)
    else if (item.kind === 'pseudo') expand(out, item)
    else if (item.kind === 'label') {
      const { label, alignment } = item
      spots.push({ kind: 'label', at: body.length, label, alignment })
    } else if (item.kind === 'jump') {
      const { label, condition } = item
      spots.push({ kind: 'jump', at: body.length, label, condition, long: false })
    }
  }
  const lengths = layOut(spots)
  return join(body, spots, lengths)
}

/** Lengths of the spots. Jumps start short and become long where they do not reach, until all do. */
function layOut(spots: readonly Spot[]): number[] {
  const lengths = new Array<number>(spots.length).fill(0)
  for (;;) {
    const targets = new Map<Label, number>()
    const ends: number[] = []
    let moved = 0
    spots.forEach((spot, i) => {
      if (spot.kind === 'jump') lengths[i] = spot.long ? (spot.condition ? 6 : 5) : 2
      else lengths[i] = -(spot.at + moved) & (spot.alignment - 1)
      moved += lengths[i]
      ends.push(spot.at + moved)
      if (spot.kind === 'label') targets.set(spot.label, spot.at + moved)
    })
    let changed = false
    spots.forEach((spot, i) => {
      if (spot.kind !== 'jump' || spot.long) return
      const distance = targetOf(targets, spot.label) - ends[i]
      if (distance < -128 || distance > 127) changed = spot.long = true
    })
    if (!changed) return lengths
  }
}

function targetOf(targets: ReadonlyMap<Label, number>, label: Label): number {
  const target = targets.get(label)
  if (target === undefined) throw new InternalError(`A jump to the label ${label.name}, which was not placed`)
  return target
}

function join(body: CodeBytes, spots: readonly Spot[], lengths: readonly number[]): Uint8Array<ArrayBuffer> {
  const bytes = body.slice()
  const out = new CodeBytes(2 * bytes.length)
  const targets = new Map<Label, number>()
  /** How far the bytes up to each spot have moved. */
  const moves: { readonly upTo: number; readonly by: number }[] = []
  let moved = 0
  spots.forEach((spot, i) => {
    moves.push({ upTo: spot.at, by: moved })
    moved += lengths[i]
    if (spot.kind === 'label') targets.set(spot.label, spot.at + moved)
  })
  moves.push({ upTo: bytes.length, by: moved })
  let copied = 0
  const copyTo = (end: number): void => {
    out.append(bytes.subarray(copied, end))
    copied = end
  }
  spots.forEach((spot, i) => {
    copyTo(spot.at)
    if (spot.kind === 'label') pad(out, lengths[i])
    else writeJump(out, spot, targetOf(targets, spot.label))
  })
  copyTo(bytes.length)

  const placed = placeConstants(out, body)
  const code = out.slice()
  const view = new DataView(code.buffer)
  let piece = 0
  for (const { at, end, constant } of body.fixups) {
    while (moves[piece].upTo <= at) piece++
    const { by } = moves[piece]
    view.setInt32(at + by, (placed.get(constant) ?? 0) - (end + by), true)
  }
  return code
}

function pad(out: CodeBytes, bytes: number): void {
  for (let left = bytes; left > 0; ) {
    const length = Math.min(left, noOperations.length)
    const noOperation = noOperations[length - 1]
    for (let i = 0; i < length; i++) out.byte(noOperation[i])
    left -= length
  }
}

function writeJump(out: CodeBytes, { condition, long }: Spot & { kind: 'jump' }, target: number): void {
  if (!long) {
    out.byte(condition ? 0x70 | conditions[condition].code : 0xeb)
    out.byte((target - out.length - 1) & 255)
    return
  }
  if (condition) {
    out.byte(0x0f)
    out.byte(0x80 | conditions[condition].code)
  } else out.byte(0xe9)
  out.int32(target - out.length - 4)
}

/** Appends the constants that are used, the longest first, each aligned to its length. */
function placeConstants(out: CodeBytes, { fixups }: CodeBytes): Map<Constant, number> {
  const used = [...new Set(fixups.map(({ constant }) => constant))]
  used.sort((a, b) => b.bytes.length - a.bytes.length)
  const placed = new Map<Constant, number>()
  for (const constant of used) {
    while (out.length % constant.bytes.length !== 0) out.byte(0)
    placed.set(constant, out.length)
    out.append(constant.bytes)
  }
  return placed
}
