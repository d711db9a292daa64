import type { Edge, EdgeLabel, NodeLabel } from '@dagrejs/dagre'
import type { LayerNode } from '../tensorboard/graphDef.js'
import { ink } from './palette.js'
import { element, textAt } from './svg.js'
import { fitText, textWidth } from './textWidth.js'

/** Where the first layers stand: top, bottom, left or right (Graphviz's `rankdir`). */
export type RankDirection = 'TB' | 'BT' | 'LR' | 'RL'

export interface NetworkGraphOptions {
  readonly showShapes: boolean
  readonly showLayerNames: boolean
  readonly rankdir: RankDirection
  readonly expandNested: boolean
}

/** A drawing without its frame. */
export interface NetworkGraph {
  readonly width: number
  readonly height: number
  readonly elements: readonly string[]
}

/** A layer as a box: what is written in it. */
interface Box {
  readonly id: string
  readonly node: LayerNode
  readonly lines: readonly Line[]
  readonly width: number
  readonly height: number
}

interface Line {
  readonly text: string
  readonly size: number
  readonly colour: string
  readonly weight?: 'bold'
}

/** A nested model that is drawn with its layers: a frame around them. */
interface Frame {
  readonly id: string
  readonly label: string
}

const padding = { x: 14, y: 9 } as const
const lineHeight = 17
const widestText = 360
const shapeSize = 12
const gaps = { ranks: 34, boxes: 28, frame: 22, ranksWithFrames: 44 } as const

/** Layers as boxes, with arrows along which their values go, in layers of their own (Sugiyama's method, by dagre). */
export async function networkGraph(
  nodes: readonly LayerNode[],
  options: NetworkGraphOptions,
): Promise<NetworkGraph> {
  const { Graph, layout } = await import('@dagrejs/dagre')
  const { boxes, frames, parents, edges } = flattened(nodes, options)
  const graph = new Graph({ compound: frames.length > 0, multigraph: true })
  const ranksep = frames.length > 0 ? gaps.ranksWithFrames : gaps.ranks
  graph.setGraph({ rankdir: options.rankdir, ranksep, nodesep: gaps.boxes, marginx: 2, marginy: 2 })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const { id } of frames) graph.setNode(id, {})
  for (const { id, width, height } of boxes) graph.setNode(id, { width, height })
  for (const [child, parent] of parents) graph.setParent(child, parent)
  edges.forEach(({ from, to }, i) => graph.setEdge(from, to, {}, `${i}`))
  layout(graph)
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number }
  const nodeAt = (id: string) => graph.node(id) as NodeLabel & Place
  const route = router(
    boxes.map(({ id }) => nodeAt(id)),
    options.rankdir,
  )
  const arrows = graph.edges().map((edge: Edge) => {
    const { points = [] } = graph.edge(edge) as EdgeLabel
    const isOnlyOne = {
      outOf: edges.filter(({ from }) => from === edge.v).length === 1,
      into: edges.filter(({ to }) => to === edge.w).length === 1,
    }
    const ends = { from: nodeAt(edge.v), to: nodeAt(edge.w) }
    return drawArrow(route({ ...ends, between: points.slice(1, -1), isOnlyOne }), options.rankdir)
  })
  const placedFrames = frames.map(({ id, label }) => ({ label, place: nodeAt(id) }))
  return {
    width,
    height,
    elements: [
      ...placedFrames.map(({ place }) => drawFrame(place)),
      ...arrows,
      ...boxes.map((box) => drawBox(box, nodeAt(box.id))),
      ...placedFrames.map(({ label, place }) => drawFrameLabel(label, place)),
    ],
  }
}

interface Flattened {
  readonly boxes: Box[]
  readonly frames: Frame[]
  /** The frame that a box or frame stands in. */
  readonly parents: [child: string, parent: string][]
  readonly edges: { readonly from: string; readonly to: string }[]
}

/** Boxes of all layers, those of nested models too if these are expanded: their names are then paths. */
function flattened(nodes: readonly LayerNode[], options: NetworkGraphOptions): Flattened {
  const found: Flattened = { boxes: [], frames: [], parents: [], edges: [] }
  const visit = (inner: readonly LayerNode[], path: string, frame: string | undefined) => {
    const shapes = new Map(inner.map(({ name, outputShapes }) => [name, outputShapes]))
    for (const node of inner) {
      const id = path + node.name
      if (frame !== undefined) found.parents.push([id, frame])
      if (options.expandNested && node.inside) {
        found.frames.push({ id, label: `${node.name} (${node.className})` })
        visit(node.inside.nodes, `${id}/`, id)
      } else {
        const inputs = node.inputs.map((input) => shapeOf(input, shapes))
        found.boxes.push(boxOf(id, node, inputs, options))
      }
      const byName = new Map(inner.map((each) => [each.name, each]))
      node.inputs.forEach((input, place) => {
        const from = endOf(byName, path, nameOf(input), 'outputs', outputOf(input), options)
        const to = endOf(byName, path, node.name, 'inputs', place, options)
        found.edges.push({ from, to })
      })
    }
  }
  visit(nodes, '', undefined)
  return found
}

/** `name:1` is output 1 of a node. */
const nameOf = (input: string): string => input.replace(/:\d+$/, '')
const outputOf = (input: string): number => Number(/:(\d+)$/.exec(input)?.[1] ?? 0)
const shapeOf = (input: string, shapes: ReadonlyMap<string, LayerNode['outputShapes']>) =>
  shapes.get(nameOf(input))?.[outputOf(input)] ?? []

/** The box at an end of an arrow: of an expanded model, the one inside it that is fed or gives the value. */
function endOf(
  nodes: ReadonlyMap<string, LayerNode>,
  path: string,
  name: string,
  side: 'inputs' | 'outputs',
  place: number,
  options: NetworkGraphOptions,
): string {
  const inside = options.expandNested ? nodes.get(name)?.inside : undefined
  if (!inside) return path + name
  const within = new Map(inside.nodes.map((node) => [node.name, node]))
  return endOf(within, `${path + name}/`, inside[side][place] ?? inside[side][0], side, place, options)
}

function boxOf(
  id: string,
  node: LayerNode,
  inputs: LayerNode['outputShapes'],
  { showShapes: withShapes, showLayerNames }: NetworkGraphOptions,
): Box {
  const lines: Line[] = [{ text: node.className, size: 14, colour: ink.text, weight: 'bold' }]
  if (showLayerNames) lines.push({ text: node.name, size: 12, colour: ink.quiet })
  if (withShapes)
    lines.push({ text: shapesText(inputs, node.outputShapes), size: shapeSize, colour: ink.text })
  const cut = lines.map((line) => ({ ...line, text: fitText(line.text, line.size, widestText, line.weight) }))
  const widths = cut.map(({ text, size, weight }) => textWidth(text, size, weight))
  return {
    ...{ id, node, lines: cut },
    width: Math.ceil(Math.max(80, ...widths)) + 2 * padding.x,
    height: lines.length * lineHeight + 2 * padding.y,
  }
}

/** `(None, 28, 28, 1) → (None, 24, 24, 20)`; one shape where nothing changes it; `2 × (None, 8)` for two that are alike. */
function shapesText(inputs: LayerNode['outputShapes'], outputs: LayerNode['outputShapes']): string {
  const [before, after] = [showShapes(inputs), showShapes(outputs)]
  if (before === '' || before === after) return after
  const room = widestText - textWidth(` → ${after}`, shapeSize)
  return `${fitText(before, shapeSize, Math.max(room, widestText / 3))} → ${after}`
}

function showShapes(shapes: LayerNode['outputShapes']): string {
  const counts = new Map<string, number>()
  for (const shape of shapes) {
    const text = `(${shape.map((size) => size ?? 'None').join(', ')})`
    counts.set(text, (counts.get(text) ?? 0) + 1)
  }
  return [...counts].map(([text, count]) => (count === 1 ? text : `${count} × ${text}`)).join(', ')
}

/** Families of layers have a colour, so that a long graph can be surveyed: tints that are told apart, and print as light greys. */
const tints: readonly (readonly [RegExp, string])[] = [
  [/^InputLayer$/, '#e8e8e8'],
  [/Conv/, '#cfe3f3'],
  [/Dense|Embedding/, '#fbdcc4'],
  [/Pool|UpSampling|Cropping|ZeroPadding/, '#c9ebdf'],
  [/Normalization|Rescaling/, '#f3dcea'],
  [/LSTM|GRU|RNN|Bidirectional|Attention/, '#fbe8bf'],
]
const otherTint = '#ffffff'

const tintOf = (className: string): string =>
  tints.find(([pattern]) => pattern.test(className))?.[1] ?? otherTint

interface Place {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

function drawBox({ node, lines, width, height }: Box, { x, y }: Place): string {
  const [left, top] = [x - width / 2, y - height / 2]
  return element(
    'g',
    {},
    element('rect', {
      ...{ x: left, y: top, width, height, rx: 5 },
      ...{ fill: tintOf(node.className), stroke: ink.quiet, 'stroke-width': 1 },
    }),
    ...lines.map((line, i) =>
      textAt(x, top + padding.y + (i + 0.78) * lineHeight, line.text, { ...line, anchor: 'middle' }),
    ),
  )
}

function drawFrame({ x, y, width, height }: Place): string {
  return element('rect', {
    ...{ x: x - width / 2, y: y - height / 2 - gaps.frame, width, height: height + gaps.frame, rx: 8 },
    ...{ fill: 'none', stroke: ink.quiet, 'stroke-dasharray': '5 4' },
  })
}

/** On paper of its own, since arrows pass behind. */
function drawFrameLabel(label: string, { x, y, width, height }: Place): string {
  const text = fitText(label, 12, width - 20)
  const [left, base] = [x - width / 2 + 10, y - height / 2 - 6]
  const paper = { x: left - 3, y: base - 12, width: textWidth(text, 12) + 6, height: 16, fill: ink.paper }
  return element('g', {}, element('rect', paper), textAt(left, base, text, { size: 12, colour: ink.quiet }))
}

interface Point {
  readonly x: number
  readonly y: number
}

/**
 * Where an arrow passes: it leaves a box on the side towards the next rank, and where it passes ranks between its ends it goes straight
 * through the place that dagre keeps free for it there, so that it never runs behind a box.
 */
function router(boxes: readonly Place[], rankdir: RankDirection) {
  const isVertical = rankdir === 'TB' || rankdir === 'BT'
  const forward = rankdir === 'TB' || rankdir === 'LR' ? 1 : -1
  /** Along the ranks, and across them. */
  const turned = ({ x, y }: Point) => (isVertical ? { along: y, across: x } : { along: x, across: y })
  const point = (along: number, across: number): Point =>
    isVertical ? { x: across, y: along } : { x: along, y: across }
  const depthOf = ({ width, height }: Place) => (isVertical ? height : width)
  const breadthOf = ({ width, height }: Place) => (isVertical ? width : height)
  const depths = new Map<number, number>()
  for (const box of boxes) {
    const rank = Math.round(turned(box).along)
    depths.set(rank, Math.max(depths.get(rank) ?? 0, depthOf(box)))
  }
  const end = (box: Place, across: number, side: 1 | -1): Point =>
    point(turned(box).along + side * forward * (depthOf(box) / 2), across)
  /** The place on a box's side that is nearest to another. */
  const nearest = (box: Place, towards: number): number => {
    const { across } = turned(box)
    const reach = Math.max(0, breadthOf(box) / 2 - 18)
    return Math.max(across - reach, Math.min(across + reach, towards))
  }
  return ({ from, to, between, isOnlyOne }: Passage): Point[] => {
    const passed = between.flatMap((each) => {
      const { along, across } = turned(each)
      const depth = depths.get(Math.round(along))
      return depth === undefined
        ? []
        : [point(along - (forward * depth) / 2, across), point(along + (forward * depth) / 2, across)]
    })
    // Alone on a side, an arrow is in its middle.
    const [start, finish] = [turned(from).across, turned(to).across]
    const last = turned(passed.at(-1) ?? from).across
    const into = isOnlyOne.into ? finish : nearest(to, last)
    const out = isOnlyOne.outOf ? start : nearest(from, passed[0] ? turned(passed[0]).across : into)
    return [end(from, out, 1), ...passed, end(to, into, -1)]
  }
}

/** An arrow's ends, and the places that dagre keeps free for it between them. */
interface Passage {
  readonly from: Place
  readonly to: Place
  readonly between: readonly Point[]
  /** Whether no other arrow leaves the one, or comes to the other. */
  readonly isOnlyOne: { readonly outOf: boolean; readonly into: boolean }
}

/** A line that runs along the ranks at each of its points. */
function drawArrow(points: readonly Point[], rankdir: RankDirection): string {
  const at = ({ x, y }: Point) => `${round(x)},${round(y)}`
  const isVertical = rankdir === 'TB' || rankdir === 'BT'
  const path = points.map((to, i) => {
    const from = points[i - 1]
    if (!from) return `M${at(to)}`
    const middle = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 }
    const [out, into] = isVertical
      ? [
          { x: from.x, y: middle.y },
          { x: to.x, y: middle.y },
        ]
      : [
          { x: middle.x, y: from.y },
          { x: middle.x, y: to.y },
        ]
    const isStraight = isVertical ? from.x === to.x : from.y === to.y
    return isStraight ? `L${at(to)}` : `C${at(out)} ${at(into)} ${at(to)}`
  })
  return element('path', {
    ...{ d: path.join(''), fill: 'none', stroke: ink.quiet },
    ...{ 'stroke-width': 1.3, 'marker-end': 'url(#arrow)' },
  })
}

const round = (value: number): number => Math.round(value * 10) / 10

/** What `marker-end` points to. */
export const arrowHead: string = element(
  'defs',
  {},
  element(
    'marker',
    {
      ...{ id: 'arrow', viewBox: '0 0 10 10', refX: 9, refY: 5, orient: 'auto' },
      ...{ markerWidth: 7, markerHeight: 7, markerUnits: 'userSpaceOnUse' },
    },
    element('path', { d: 'M0,1 L10,5 L0,9 z', fill: ink.quiet }),
  ),
)
