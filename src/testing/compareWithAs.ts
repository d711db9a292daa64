import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CodeBytes, type Encodable, encode } from '../targets/x64/encoder.js'
import { intelText } from '../targets/x64/intelText.js'

/** Whether GNU as and objdump are installed, for x86-64. */
export function hasBinutils(): boolean {
  try {
    const text = execFileSync('as', ['--64', '--version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    execFileSync('objdump', ['--version'], { stdio: 'ignore' })
    return text.includes('GNU')
  } catch {
    return false
  }
}

/** An instruction that was encoded otherwise than GNU as does it. */
export interface Mismatch {
  readonly text: string
  readonly expected: string
  readonly received: string
}

/**
 * Encodes instructions here and with GNU as. Where the bytes differ, what objdump makes of them must not, and ours may be
 * one byte longer: for eax, as knows some shorter forms.
 */
export function compareWithAs(list: readonly Encodable[]): Mismatch[] {
  const folder = mkdtempSync(join(tmpdir(), 'gradus-fuzz-'))
  try {
    const assembled = (name: string, lines: readonly string[]): Line[] => {
      const [source, object] = [join(folder, `${name}.s`), join(folder, `${name}.o`)]
      writeFileSync(source, `.intel_syntax noprefix\n${lines.join('\n')}\n`)
      execFileSync('as', ['--64', '-o', object, source], { stdio: ['ignore', 'ignore', 'inherit'] })
      const limits = { encoding: 'utf8', maxBuffer: 2 ** 30 } as const
      return linesOf(execFileSync('objdump', ['-d', '-w', '-M', 'intel', object], limits))
    }
    // With {load}, as does not swap operands to save a byte.
    const theirs = assembled(
      'theirs',
      list.map((instruction) => `{load} ${intelText(instruction)}`),
    )
    const ours = assembled(
      'ours',
      list.map((instruction) => `.byte ${bytesOf(instruction).join()}`),
    )
    if (theirs.length !== list.length)
      throw new Error(`as made ${theirs.length} of ${list.length} instructions`)
    return list.flatMap((instruction, i) => {
      const [expected, received] = [theirs[i], ours[i]]
      const alike =
        received !== undefined &&
        (expected.bytes === received.bytes ||
          (expected.text === received.text && received.bytes.length <= expected.bytes.length + 3))
      if (alike) return []
      const show = (line: Line | undefined): string => `${line?.bytes}: ${line?.text}`
      return [{ text: intelText(instruction), expected: show(expected), received: show(received) }]
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function bytesOf(instruction: Encodable): Uint8Array {
  const out = new CodeBytes()
  encode(out, instruction)
  return out.slice()
}

interface Line {
  readonly bytes: string
  readonly text: string
}

/** Objdump's lines: address, bytes, instruction. */
function linesOf(listing: string): Line[] {
  const lines: Line[] = []
  for (const line of listing.split('\n')) {
    const [address, bytes, text] = line.split('\t')
    if (bytes === undefined || !/^\s*[0-9a-f]+:$/.test(address)) continue
    lines.push({ bytes: bytes.trim(), text: (text ?? '').trim().replace(/\s+/g, ' ') })
  }
  return lines
}
