import { DataError } from '../../errors.js'
import type { Cursor, Source } from '../cursor.js'
import { readRecords } from './btreeV2.js'
import { FractalHeap } from './fractalHeap.js'
import type { ObjectHeader } from './objectHeader.js'
import { unsupported } from './unsupported.js'

/** Where the object of a link lies; `undefined` for links by path or into other files, which are never followed. */
type Target = number | undefined

/** The members of a group: names, and where their object headers lie. `undefined` if the object is no group. */
export function readLinks(source: Source, header: ObjectHeader): ReadonlyMap<string, Target> | undefined {
  const table = header.find('symbolTable')
  if (table) return new Map(symbolTable(table))
  const info = header.find('linkInfo')
  if (!info) return undefined
  return new Map([...header.all('link'), ...denseLinks(source, info)].map(readLink))
}

/** Links of a group that has many of them. */
function denseLinks(source: Source, info: Cursor): Cursor[] {
  const flags = info.skip(1).u8()
  if (flags & 1) info.skip(8)
  const heapAddress = info.address()
  if (heapAddress === undefined) return []
  const heap = new FractalHeap(source, heapAddress)
  return readRecords(source, info.requiredAddress('index of links')).map((record) =>
    heap.object(record.skip(4)),
  )
}

function readLink(cursor: Cursor): readonly [string, Target] {
  const version = cursor.u8()
  if (version !== 1) unsupported(cursor, `a link of version ${version}`)
  const flags = cursor.u8()
  const type = flags & 8 ? cursor.u8() : 0
  if (flags & 4) cursor.skip(8)
  if (flags & 16) cursor.skip(1)
  const name = cursor.text(cursor.unsigned(2 ** (flags & 3)))
  return [name, type === 0 ? cursor.requiredAddress(`object '${name}'`) : undefined]
}

/** The older form: a B-tree of tables of names, which lie in a heap. */
function symbolTable(message: Cursor): (readonly [string, Target])[] {
  const { source } = message
  const tree = message.requiredAddress('B-tree of links')
  const heap = source.at(message.requiredAddress('heap of names'), 'local heap').signature('HEAP').skip(4)
  const size = heap.size()
  heap.skip(8)
  const names = heap.requiredAddress('names')
  const nameAt = (offset: number) =>
    source.at(names, 'names of a local heap', size).skip(offset).terminatedText()
  const links: (readonly [string, Target])[] = []
  for (const node of leaves(source, tree)) {
    const table = source.at(node, 'table of links').signature('SNOD').skip(2)
    for (let left = table.u16(); left > 0; left--) {
      const nameOffset = table.size()
      const target = table.address()
      const isSoft = table.u32() === 2
      table.skip(20)
      links.push([nameAt(nameOffset), isSoft ? undefined : target])
    }
  }
  return links
}

/** Where the children of the lowest nodes of a version 1 B-tree of links lie, in order. */
function leaves(source: Source, root: number): number[] {
  const seen = new Set<number>()
  const visit = (address: number, expectedLevel: number | undefined): number[] => {
    const node = source.at(address, 'node of a B-tree').signature('TREE')
    const [type, level, count] = [node.u8(), node.u8(), node.u16()]
    if (type !== 0 || seen.has(address) || (expectedLevel !== undefined && level !== expectedLevel)) {
      throw new DataError(`${node.where}: does not belong where it stands. The file is damaged.`)
    }
    seen.add(address)
    node.skip(16)
    const children = Array.from({ length: count }, () => node.skip(8).requiredAddress('child'))
    return level === 0 ? children : children.flatMap((child) => visit(child, level - 1))
  }
  return visit(root, undefined)
}
