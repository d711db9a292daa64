import { readFile } from 'node:fs/promises'
import { cpus } from 'node:os'

export interface CpuDescription {
  readonly model: string
  /** Extensions of the instruction set that speed up arithmetic; undefined where the system does not say. */
  readonly features: readonly string[] | undefined
}

/** The extensions that matter to a numerical program, in the names of Linux. */
const arithmeticFeatures: ReadonlySet<string> = new Set([
  // x86
  ...['sse4_2', 'avx', 'f16c', 'fma', 'avx2', 'avx_vnni'],
  ...['avx512f', 'avx512dq', 'avx512bw', 'avx512vl', 'avx512_vnni', 'avx512_bf16', 'avx512_fp16'],
  ...['amx_tile', 'amx_int8', 'amx_bf16'],
  // ARM
  ...['asimd', 'asimdhp', 'asimddp', 'fphp', 'i8mm', 'bf16', 'sve', 'sve2', 'sme'],
])

/** The processor, by `/proc/cpuinfo` where that exists. */
export async function describeCpu(): Promise<CpuDescription> {
  const named = cpus()[0]?.model.trim()
  const info = process.platform === 'linux' ? await readFile('/proc/cpuinfo', 'utf8').catch(() => '') : ''
  const { model, features } = parseCpuInfo(info)
  return { model: (named && named !== 'unknown' ? named : model) ?? 'unknown', features }
}

/** The first processor's fields of Linux's `/proc/cpuinfo`; ARM has `Features` where x86 has `flags`. */
export function parseCpuInfo(text: string): Partial<CpuDescription> {
  const field = (name: string) => text.match(new RegExp(`^${name}\\s*:\\s*(.+)$`, 'm'))?.[1].trim()
  const flags = field('flags') ?? field('Features')
  return {
    model: field('model name'),
    features: flags?.split(/\s+/).filter((flag) => arithmeticFeatures.has(flag)),
  }
}
