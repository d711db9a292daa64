import { execFile } from 'node:child_process'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const root = resolve(fileURLToPath(import.meta.url), '../../..')
const compiler = join(root, 'node_modules/typescript/bin/tsc')

/** What the compiler says of a project. */
async function errorsOf(project: string): Promise<string> {
  const words = [compiler, '-p', join(root, 'src/testing/types', project), '--pretty', 'false']
  try {
    return (await promisify(execFile)(process.execPath, words)).stdout
  } catch (error) {
    return (error as { readonly stdout: string }).stdout
  }
}

/**
 * The programs in `types/` import `gradus` as users do, through the `exports` of the package, and assert types of what they
 * get. Declarations are checked too (`skipLibCheck` is off), with the strictest options there are.
 */
describe('The types of the built package', () => {
  it('serve programs for browsers, without the types of Node', async () => {
    expect(await errorsOf('tsconfig.json')).toBe('')
  })

  it('serve programs for Node, without the types of browsers', async () => {
    expect(await errorsOf('tsconfig.node.json')).toBe('')
  })
})
