import { readFileSync } from 'node:fs'
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

  it('does nothing when it is imported: no output, no thread, no timer', async () => {
    const { code, stdout, stderr } = await runNode(`
      await import('gradus')
      // Node may still be closing the files that it read.
      console.log(process.getActiveResourcesInfo().filter((name) => name !== 'CloseReq').join())
    `)
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '\n', stderr: '' })
  })
})
