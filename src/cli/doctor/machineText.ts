import type { Tile } from '../../targets/wasm/tileProbe.js'
import { wrapWords } from '../wrapWords.js'
import type { ChosenTarget, DataFolder, Machine, TargetStatus, TuningStatus } from './machine.js'

type Row = readonly [label: string, value: string]

/** A machine as text for people: titles and rows of two columns. */
export function machineText(machine: Machine, columns: number, emphasize: (title: string) => string): string {
  const { system, cpu, chosen } = machine
  const sections: [string, Row[]][] = [
    [
      'Machine',
      [
        ['Gradus', machine.gradus],
        ['Node', `${machine.node} (V8 ${machine.v8})`],
        ['System', `${system.name} ${system.release}, ${system.architecture}`],
        ['CPU', cpu.model],
        ['Features', cpu.features?.join(' ') ?? 'not known on this system'],
        ['Cores', cpu.usable === cpu.cores ? `${cpu.cores}` : `${cpu.usable} usable of ${cpu.cores}`],
        ['Memory', binaryBytes(machine.memoryBytes)],
        ['Gradus takes', chosenText(chosen)],
        ['Tuning', tuningText(machine.tuning)],
      ],
    ],
    ['WebAssembly', wasmRows(machine.wasm)],
    ['Targets', machine.targets.map(targetRow)],
    ['Data', machine.folders.map(folderRow)],
  ]
  return sections
    .map(([title, rows]) => [emphasize(title), ...rows.flatMap((row) => rowLines(row, columns))].join('\n'))
    .join('\n\n')
}

const chosenText = ({ target, threads, why }: ChosenTarget): string =>
  target === undefined ? `nothing: ${why}` : `${target} on ${count(threads, 'thread')}, ${why}`

const tuningText = ({ on, path, kept }: TuningStatus): string =>
  `${on ? 'on, as GRADUS_TUNE says' : 'off (GRADUS_TUNE=1 or --tune turns it on)'}; ` +
  (kept === 0 ? `nothing kept in ${path}` : `${count(kept, 'measured cut')} in ${path}`)

function wasmRows(wasm: Machine['wasm']): Row[] {
  return [
    ['SIMD', wasm.simd ? 'yes' : 'no'],
    [
      'Fused',
      wasm.relaxedMadd
        ? 'yes, relaxed SIMD multiplies and adds in one step'
        : 'no, this engine has no relaxed SIMD',
    ],
    ['Shared', `${wasm.threads ? 'yes' : 'no, one worker'}, memory up to ${binaryBytes(wasm.maximumBytes)}`],
    ['Tile', tileText(wasm)],
  ]
}

function tileText({ tile, tileSpeeds }: Machine['wasm']): string {
  if (!tile) return 'none'
  const name = ({ rows, vectors }: Tile) => `${rows}x${vectors}`
  const speeds = tileSpeeds.map((speed) => `${name(speed.tile)} ${speed.gflops.toFixed(0)}`)
  if (speeds.length === 0) return `${name(tile)} (the clock is too coarse to compare)`
  return `${name(tile)} (GFLOP/s on one thread: ${speeds.join(', ')})`
}

const targetRow = ({ name, available, note }: TargetStatus): Row => [
  name,
  `${available ? 'yes, ' : 'no: '}${note}`,
]

function folderRow({ role, path, exists, contents }: DataFolder): Row {
  const label = role === 'data' ? 'GRADUS_DATA_DIR' : 'Cache'
  if (path === undefined) return [label, 'not set']
  if (!exists) return [label, `${path} (not there${role === 'cache' ? ' yet' : ''})`]
  return [label, `${path} (${contents.length > 0 ? contents.join(', ') : 'no data sets'})`]
}

const labelWidth = 17

/** A row in lines that fit: values go on under their beginning. */
function rowLines([label, value]: Row, columns: number): string[] {
  const lines = wrapWords(value, Math.max(20, columns - labelWidth - 2))
  return lines.map((text, i) => `  ${(i === 0 ? label : '').padEnd(labelWidth)}${text}`)
}

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`

/** `4 GiB`, `15.6 GiB`, `512 MiB`. */
function binaryBytes(bytes: number): string {
  const [size, unit] = bytes >= 2 ** 30 ? [bytes / 2 ** 30, 'GiB'] : [bytes / 2 ** 20, 'MiB']
  return `${Number(size.toFixed(1))} ${unit}`
}
