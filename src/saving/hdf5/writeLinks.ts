import { aligned, encodeText, type FileLayout, Record } from './record.js'

/** How wide nodes are: tables of links hold twice the first number of them, nodes above them twice the second. */
export const LEAF_K = 4
export const INTERNAL_K = 16

/** What a group holds: a name, and where the object header lies. */
export interface Link {
  readonly name: string
  readonly header: number
}

/** The links of a group as a symbol table: where its B-tree and its heap of names lie. */
export function writeLinks(
  file: FileLayout,
  links: readonly Link[],
): { readonly tree: number; readonly heap: number } {
  const named = links
    .map(({ name, header }) => ({ name: encodeText(name), header }))
    .sort((a, b) => compareBytes(a.name, b.name))
  let size = 8
  const entries = named.map(({ name, header }) => {
    const offset = size
    size += aligned(name.length + 1)
    return { name: offset, header }
  })
  // An empty name comes first; each ends with a zero byte.
  const names = new Uint8Array(size)
  named.forEach(({ name }, i) => names.set(name, entries[i].name))
  // 1 stands for: no free space.
  const heap = new Record(32).letters('HEAP').u32(0).u64(size).u64(1).u64(file.add(names))
  return { tree: writeTree(file, entries), heap: file.add(heap) }
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, i) => byte !== b[i])
  return at < 0 ? a.length - b.length : a[at] - (b[at] ?? -1)
}

/** A link whose name is given by its place in the heap. */
interface Entry {
  readonly name: number
  readonly header: number
}

/** A table of links, or a node above some, and its last name. */
interface Node {
  readonly address: number
  readonly last: number
}

/** A version 1 B-tree over tables of links, which stand in the order of their names. */
function writeTree(file: FileLayout, entries: readonly Entry[]): number {
  let nodes = pieces(entries, 2 * LEAF_K).map((piece): Node => {
    const table = new Record(8 + 2 * LEAF_K * 40).letters('SNOD').u8(1, 0).u16(piece.length)
    for (const { name, header } of piece) table.u64(name).u64(header).u64(0).u64(0).u64(0)
    return { address: file.add(table), last: piece[piece.length - 1].name }
  })
  let level = 0
  do {
    nodes = writeLevel(file, nodes, level++)
  } while (nodes.length > 1)
  return nodes[0].address
}

/** The nodes above some nodes. A child has the names behind that on its left, up to that on its right. */
function writeLevel(file: FileLayout, below: readonly Node[], level: number): Node[] {
  const size = 24 + (4 * INTERNAL_K + 1) * 8
  const groups = below.length === 0 ? [[]] : pieces(below, 2 * INTERNAL_K)
  const first = file.size
  let left = 0
  return groups.map((children, i): Node => {
    const node = new Record(size).letters('TREE').u8(0, level).u16(children.length)
    node.address(i === 0 ? undefined : first + (i - 1) * size)
    node.address(i === groups.length - 1 ? undefined : first + (i + 1) * size)
    node.u64(left)
    for (const { address, last } of children) node.u64(address).u64(last)
    left = children.at(-1)?.last ?? 0
    return { address: file.add(node), last: left }
  })
}

/** A list cut into lists of at most `size`. */
export const pieces = <T>(list: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size))
