import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createProgram } from '../cli/createProgram.js'
import { runNode } from './acceptance/runNode.js'

const built = resolve(fileURLToPath(import.meta.url), '../..')
const root = resolve(built, '..')
const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
  'examples/course/README.md',
]

interface Block {
  /** Where it stands: page and line. */
  readonly name: string
  readonly language: string
  /** Why it is type-checked only: what follows `not run:` behind the language. */
  readonly notRun: string | undefined
  readonly text: string
}

function blocksOf(page: string): Block[] {
  const text = readFileSync(join(root, page), 'utf8')
  return [...text.matchAll(/^```(\w+)(?: not run: (.+))?\n([\s\S]*?)^```$/gm)].map((match) => ({
    name: `${page}:${text.slice(0, match.index).split('\n').length}`,
    language: match[1],
    notRun: match[2],
    text: match[3],
  }))
}

/** What the lines of a table may speak of. */
const surroundings = `
import {
  activations, callbacks, constraints, datasets, grad, initializers, layers, losses, metrics, models, ops, optimizers,
  plot, regularizers, summary, type Tensor, utils,
} from 'gradus'
declare const model: models.Sequential
declare const layer: layers.Layer
declare const optimizer: optimizers.Optimizer
declare const input: layers.InputLayer
declare const output: layers.SymbolicTensor
declare const tensor: Tensor
declare const x: number[][]
declare const y: number[]
declare const batches: () => Iterable<readonly [number[][], number[]]>
export const used = [activations, callbacks, constraints, datasets, grad, initializers, losses, metrics, plot, regularizers]
`

/** The lines of Gradus in a page's tables of Keras and Gradus, as programs that are type-checked only. */
function linesOf(page: string): Block[] {
  const lines = readFileSync(join(root, page), 'utf8').split('\n')
  return lines.flatMap((line, i) => {
    const [, cell] = line.startsWith('| `') ? line.split(' | ') : []
    const code = [...(cell?.matchAll(/`([^`]+)`/g) ?? [])].map((match) => match[1])
    if (code.length === 0 || code[0].startsWith('import ')) return []
    const text = `${surroundings}${code.map((each) => `{\n;${each}\n}`).join('\n')}\n`
    return [{ name: `${page}:${i + 1}`, language: 'ts', notRun: 'a line of a table', text }]
  })
}

const blocks = [...pages.flatMap(blocksOf), ...linesOf('docs/from-keras.md')]
const programs = blocks.filter(({ language }) => language === 'ts')
const fileOf = (block: Block) => `block${programs.indexOf(block)}`

let folder: string
let typeErrors = ''

/** Compiles all programs at once, as users do, against the declarations of the built package. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradus-docs-'))
  mkdirSync(join(folder, 'src'))
  // Where programs find other packages.
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
  for (const block of programs) writeFileSync(join(folder, 'src', `${fileOf(block)}.ts`), block.text)
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        target: 'es2022',
        lib: ['es2023', 'dom'],
        module: 'nodenext',
        strict: true,
        noUncheckedIndexedAccess: true,
        exactOptionalPropertyTypes: true,
        moduleDetection: 'force',
        rootDir: 'src',
        outDir: 'out',
        types: ['node'],
        typeRoots: [join(root, 'node_modules/@types')],
        paths: { gradus: [join(built, 'index.d.ts')] },
      },
      include: ['src'],
    }),
  )
  try {
    execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], {
      encoding: 'utf8',
    })
  } catch (error) {
    typeErrors = (error as { stdout: string }).stdout
  }
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true }))

describe('Programs in the documentation', () => {
  it('are found', () => {
    expect(programs.length).toBeGreaterThan(5)
    expect(programs.filter(({ notRun }) => notRun === undefined).length).toBeGreaterThan(5)
  })

  it.each(programs)('$name has the right types', (block) => {
    const errors = typeErrors.split('\n').filter((line) => line.includes(`${fileOf(block)}.ts`))
    expect(errors).toEqual([])
  })

  it('have no errors elsewhere', () => {
    expect(typeErrors).toBe('')
  })

  it.each(programs.filter(({ notRun }) => notRun === undefined))(
    '$name runs, and ends by itself',
    async (block) => {
      const source = readFileSync(join(folder, 'out', `${fileOf(block)}.js`), 'utf8')
      // What a program writes, it writes into a folder of its own; what earlier versions kept in the cache is none of its business.
      const cwd = join(folder, 'run', fileOf(block))
      mkdirSync(cwd, { recursive: true })
      const env = { GRADUS_CACHE_DIR: join(folder, 'cache') }
      const { code, stdout, stderr } = await runNode(source, { cwd, env })
      // It warns of what it says that it does, in comments such as `// Warning: 1 layer stays as it is: ...`, and of nothing else.
      const warnings = [...block.text.matchAll(/^ *\/\/ (Warning: .*) \.\.\.$/gm)].map(([, text]) => text)
      expect({ code, warnings: stderr.match(/^Warning: .*$/gm) ?? [] }).toEqual({ code: 0, warnings })
      if (warnings.length === 0) expect(stderr).toBe('')
      // What a program says of its output in comments such as `// [3, 12, 27]` is true.
      for (const [, promised] of block.text.matchAll(/console\.log\(.*\/\/ (\[[\d, ]+\].*)$/gm)) {
        expect(stdout.replaceAll(/[\s']+/g, '')).toContain(promised.replaceAll(/\s+/g, ''))
      }
    },
  )
})

describe('Links in the documentation', () => {
  const links = pages.flatMap((page) =>
    [...readFileSync(join(root, page), 'utf8').matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, target]) => ({
      page,
      target,
    })),
  )
  /** The anchors of a page's headings, as GitHub writes them. */
  const anchorsOf = (file: string) =>
    [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    )

  it.each(links)('$page: $target', ({ page, target }) => {
    const [path, anchor] = target.split('#')
    const file = path === '' ? join(root, page) : resolve(root, page, '..', path)
    expect(existsSync(file)).toBe(true)
    if (anchor !== undefined) expect(anchorsOf(file)).toContain(anchor)
  })
})

describe('Commands in the documentation', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  const { stdout, stderr } = process
  const { signal } = new AbortController()
  const command = createProgram({ stdout, stderr, signal, endAtOnceWhenInterrupted: () => {} })
  const lines = blocks
    .filter(({ language }) => language === 'sh')
    .flatMap(({ name, text }) =>
      text
        .split(/\n|&&/)
        .map((line) => line.trim())
        .filter((line) => line !== '')
        .map((line) => ({ name, line })),
    )

  /** Checks `NAME ARGUMENTS` of the `gradus` command. */
  function expectCommand(words: readonly string[]): void {
    const known = command.commands.find((candidate) => candidate.name() === words[0])
    expect(known, `gradus ${words[0]}`).toBeDefined()
    for (const word of words.filter((each) => each.startsWith('--'))) {
      expect(known?.options.map(({ long }) => long)).toContain(word)
    }
  }

  it.each(lines)('$name: $line', ({ line }) => {
    const [program, ...words] = line.split(/\s+/)
    if (program === 'npx') {
      expect(words[0]).toBe('gradus')
      expectCommand(words.slice(1))
      return
    }
    expect(program).toBe('npm')
    if (words[0] === 'ci') return
    const script = words[0] === 'run' ? words[1] : words[0]
    expect(Object.keys(scripts)).toContain(script)
    // `npm run bench -- NAME` passes what follows to `gradus bench`.
    const passed = words.indexOf('--')
    if (passed >= 0) expectCommand([script, ...words.slice(passed + 1)])
  })
})
