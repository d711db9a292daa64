import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build, type OutputChunk } from 'rolldown'
import { describe, expect, it } from 'vitest'
import { builtFolder, runNode } from './runNode.js'

interface LockedPackage {
  readonly dev?: boolean
  readonly optional?: boolean
  readonly hasInstallScript?: boolean
}

describe('The package', () => {
  it('requires nothing that has an install script', () => {
    const lock = JSON.parse(readFileSync(new URL('../package-lock.json', builtFolder), 'utf8')) as {
      packages: Record<string, LockedPackage>
    }
    const required = Object.entries(lock.packages).filter(([name, { optional }]) => name !== '' && !optional)
    expect(required.length).toBeGreaterThan(0)
    expect(required.filter(([, { hasInstallScript }]) => hasInstallScript)).toEqual([])
  })

  it('has for Node, in one folder, all that is loaded by a file name', () => {
    const root = new URL('../', builtFolder)
    const sources = (readdirSync(new URL('src/', root), { recursive: true }) as string[]).filter(
      (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
    )
    const names = sources.flatMap((file) => {
      const text = readFileSync(new URL(`src/${file.replaceAll('\\', '/')}`, root), 'utf8')
      return [...text.matchAll(/'\.\/([^'/]+\.node\.js)'/g)].map(([, name]) => name)
    })
    expect(names).toContain('worker.node.js')
    expect(names.filter((name) => !existsSync(new URL(`node/${name}`, builtFolder)))).toEqual([])
  })

  it('gives Node the same names as others', async () => {
    const [whole, bundled] = await Promise.all(
      ['index.js', 'node/index.js'].map((file) => import(new URL(file, builtFolder).href)),
    )
    expect(Object.keys(bundled).sort()).toEqual(Object.keys(whole).sort())
  })

  it('does nothing when it is imported: no output, no thread, no timer', async () => {
    const { code, stdout, stderr } = await runNode(`
      await import('gradus')
      // Node may still be closing the files that it read.
      console.log(process.getActiveResourcesInfo().filter((name) => name !== 'CloseReq').join())
    `)
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '\n', stderr: '' })
  })

  it('makes a page that trains the LeNet, of parts named by their classes, no larger than 150 KB', async () => {
    const page = `
      import { layers, losses, metrics, models, optimizers } from 'gradus'
      const model = new models.Sequential([
        new layers.InputLayer([28, 28, 1]),
        new layers.Rescaling(1 / 255),
        new layers.Conv2D(20, 5, { activation: 'relu' }),
        new layers.MaxPooling2D(2),
        new layers.Conv2D(50, 5, { activation: 'relu' }),
        new layers.MaxPooling2D(2),
        new layers.Flatten(),
        new layers.Dense(500, { activation: 'relu' }),
        new layers.Dense(10, { activation: 'softmax' }),
      ])
      model.compile({
        optimizer: new optimizers.Adam(),
        loss: new losses.SparseCategoricalCrossentropy(),
        metrics: [new metrics.SparseCategoricalAccuracy()],
      })
      model.fit(globalThis.images, globalThis.labels)
    `
    const { output } = await build({
      input: 'page',
      platform: 'browser',
      write: false,
      output: { format: 'esm', minify: true },
      plugins: [
        {
          name: 'page',
          resolveId: (id) => {
            if (id === 'page') return 'page'
            return id === 'gradus' ? fileURLToPath(new URL('index.js', builtFolder)) : null
          },
          load: (id) => (id === 'page' ? page : null),
        },
      ],
    })
    const chunks = new Map(
      output.flatMap((part) => (part.type === 'chunk' ? [[part.fileName, part] as const] : [])),
    )
    const needed = new Set<OutputChunk>()
    const need = (chunk: OutputChunk | undefined): void => {
      if (!chunk || needed.has(chunk)) return
      needed.add(chunk)
      for (const name of chunk.imports) need(chunks.get(name))
    }
    const all = [...chunks.values()]
    need(all.find(({ isEntry }) => isEntry))
    // What a page loads when it trains. Files, and looking into a model, are loaded by those who ask for them.
    need(all.find(({ name }) => name === 'createExecutor'))
    const bytes = [...needed].reduce((sum, { code }) => sum + gzipSync(code).length, 0)
    expect(needed.size).toBeGreaterThan(1)
    expect(bytes).toBeLessThan(150_000)
    expect([...needed].some(({ code }) => code.includes('Bidirectional'))).toBe(false)
  })
})
