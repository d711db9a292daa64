import { describe, expect, it } from 'vitest'
import { nativeRunner } from '../nativeRunner.js'
import { runGradus } from './runNode.js'

const withMachineCode = typeof (await nativeRunner()) !== 'string'

/** Flags for Node under which the package koffi is another module, or none. */
function koffiReplaced(source: string | undefined): string[] {
  const resolved =
    source === undefined
      ? "throw new Error('Cannot find package')"
      : `return { url: ${JSON.stringify(`data:text/javascript,${encodeURIComponent(source)}`)}, shortCircuit: true }`
  const hooks = `export function resolve(name, context, next) { if (name === 'koffi') { ${resolved} } return next(name, context) }`
  const url = `data:text/javascript,${encodeURIComponent(hooks)}`
  const register = `import { register } from 'node:module'; register(${JSON.stringify(url)})`
  return ['--import', `data:text/javascript,${encodeURIComponent(register)}`]
}

/** A koffi in which one call of the operating system fails, and the others seem to work. */
const koffiRefusing = (name: string): string => `
  const answers = { mmap: 65536n, mprotect: 0, munmap: 0, memcpy: 0n }
  const failure = -1
  const func = (definition) => () => {
    const name = Object.keys(answers).find((known) => definition.includes(known + '('))
    return name === '${name}' ? (name === 'mmap' ? BigInt(failure) : failure) : answers[name]
  }
  export default { load: () => ({ func }), proto: () => 0, decode: () => () => {}, address: () => 65536n }`

interface Hindrance {
  readonly name: string
  readonly flags?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly reason: RegExp
}

const hindrances: readonly Hindrance[] = [
  {
    name: 'without koffi',
    flags: koffiReplaced(undefined),
    reason: /The optional package koffi, .* is not installed or does not load here: npm install koffi/,
  },
  {
    name: 'where mmap is refused',
    flags: koffiReplaced(koffiRefusing('mmap')),
    reason: /The operating system refuses memory for machine code \(mmap failed\)/,
  },
  {
    name: 'where memory may not become executable',
    flags: koffiReplaced(koffiRefusing('mprotect')),
    reason: /The operating system refuses memory for machine code \(mprotect failed\)/,
  },
  {
    name: 'on a processor without AVX2, as GRADUS_SIMD pretends',
    env: { GRADUS_SIMD: 'none' },
    reason: /Vectors of the processor are not to be used \(GRADUS_SIMD is "none"\)/,
  },
]

describe.runIf(withMachineCode && process.platform === 'linux')('Without machine code', () => {
  it.each(hindrances)(
    '$name, doctor says so and WebAssembly trains',
    async ({ flags, env, reason }) => {
      const doctor = await runGradus('doctor', { flags, env })
      expect(doctor).toMatchObject({ code: 0, stderr: '' })
      const said = doctor.stdout.replace(/\s+/g, ' ')
      expect(said).toMatch(new RegExp(`Gradus takes wasm .*no machine code here: ${reason.source}`))
      expect(said).toMatch(new RegExp(`x64 no: ${reason.source}`))

      const training = 'train lenet --limit 64 --batch-size 32 --epochs 1 --validation-split 0 --json'
      const trained = await runGradus(training, { flags, env })
      expect(trained.code).toBe(0)
      expect(JSON.parse(trained.stdout)).toMatchObject({ target: 'wasm', train_samples: 64 })

      const asked = await runGradus(`${training} --target x64`, { flags, env })
      expect(asked.code).toBe(1)
      expect(asked.stderr).toMatch(new RegExp(`The target "x64" was asked for, but: .*${reason.source}`))
      expect(asked.stderr).toContain('Use "auto" or "wasm".')
    },
    5 * 60_000,
  )
})
