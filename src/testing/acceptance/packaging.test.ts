import { existsSync, readdirSync, readFileSync } from 'node:fs'
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
})
