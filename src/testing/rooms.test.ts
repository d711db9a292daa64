import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../src')

const vocabulary = [
  'layers',
  'activations',
  'initializers',
  'regularizers',
  'constraints',
  'losses',
  'metrics',
  'optimizers',
  'schedules',
  'utils',
]

/** Which rooms a room may import besides itself and what lies beside the rooms. The table of docs/architecture.md, enforced. */
const mayImport: Record<string, readonly string[]> = {
  graph: [],
  loops: [],
  compiler: ['graph', 'loops'],
  'targets/wasm': ['loops'],
  'targets/x64': ['loops'],
  runtime: ['compiler', 'graph', 'loops', 'targets/wasm', 'targets/x64'],
  ops: ['graph'],
  data: ['graph', 'ops'],
  saving: ['graph', 'utils'],
  plot: ['graph', 'ops', 'saving', 'tensorboard', 'utils'],
  tensorboard: ['graph', 'ops', 'saving', 'utils'],
  callbacks: ['graph', 'ops', 'data', 'saving', 'plot', 'tensorboard', 'utils'],
  onnx: ['graph', 'ops', ...vocabulary],
  watch: ['plot', 'saving', 'tensorboard', 'utils'],
  utils: ['graph', 'ops', 'data'],
  layers: ['graph', 'ops', ...vocabulary],
  activations: ['graph', 'ops', ...vocabulary],
  initializers: ['graph', 'ops', ...vocabulary],
  regularizers: ['graph', 'ops', ...vocabulary],
  constraints: ['graph', 'ops', ...vocabulary],
  losses: ['graph', 'ops', ...vocabulary],
  metrics: ['graph', 'ops', ...vocabulary],
  optimizers: ['graph', 'ops', ...vocabulary],
  schedules: ['graph', 'ops', ...vocabulary],
  models: ['graph', 'ops', 'data', 'saving', 'callbacks', 'onnx', ...vocabulary],
}

/** What lies beside the rooms, and every room may import. */
const shared = [
  'errors.ts',
  'cacheFolder.node.ts',
  'utils/checkOptions.ts',
  'utils/later.ts',
  'utils/mapped.ts',
  'utils/numericArray.ts',
  'utils/show.ts',
]

/** Rooms that join all the others. */
const joinsEverything = ['cli', 'testing', 'bench', 'conformance', '']

const sources = (readdirSync(root, { recursive: true }) as string[])
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))

function roomOf(file: string): string {
  const folder = dirname(file) === '.' ? '' : dirname(file)
  const known = [...Object.keys(mayImport), ...joinsEverything.filter(Boolean)]
  return known.find((room) => folder === room || folder.startsWith(`${room}/`)) ?? folder
}

/** Static imports of a file that stay inside the project. Dynamic ones are decisions of their own. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8')
  return [...text.matchAll(/^(?:import|export)[^'"]*?from '(\.[^']+)'/gm)].map(([, path]) =>
    relative(root, resolve(root, dirname(file), path))
      .replaceAll('\\', '/')
      .replace(/\.js$/, '.ts'),
  )
}

describe('rooms', () => {
  it('each import more than one file', () => {
    expect(sources.length).toBeGreaterThan(50)
  })

  it('are held up by what imports none of them', () => {
    const below = new Set(shared)
    for (const file of below) for (const path of importsOf(file)) below.add(path)
    expect([...below].filter((file) => !['', 'utils'].includes(roomOf(file)))).toEqual([])
  })

  it.each(sources)('%s imports only what its room may', (file) => {
    const room = roomOf(file)
    if (joinsEverything.includes(room)) return
    const allowed = mayImport[room]
    expect(allowed, `room ${room} is not in the table`).toBeDefined()
    const strangers = importsOf(file).filter((path) => {
      const other = roomOf(path)
      return !shared.includes(path) && other !== room && !allowed.includes(other)
    })
    expect(strangers).toEqual([])
  })
})
