import { expect, it } from 'vitest'
import { parseCpuInfo } from './cpu.js'

it('reads x86', () => {
  const text = `processor\t: 0
vendor_id\t: AuthenticAMD
model name\t: AMD EPYC 9B45
flags\t\t: fpu vme sse4_2 avx f16c fma avx2 avx512f
bugs\t\t: sysret_ss_attrs

processor\t: 1
model name\t: AMD EPYC 9B45
`
  expect(parseCpuInfo(text)).toEqual({
    model: 'AMD EPYC 9B45',
    features: ['sse4_2', 'avx', 'f16c', 'fma', 'avx2', 'avx512f'],
  })
})

it('reads ARM, which has no name of the model', () => {
  const text =
    'processor\t: 0\nBogoMIPS\t: 243.75\nFeatures\t: fp asimd evtstrm aes asimddp i8mm\nCPU part\t: 0xd40\n'
  expect(parseCpuInfo(text)).toEqual({ model: undefined, features: ['asimd', 'asimddp', 'i8mm'] })
})

it('knows nothing elsewhere', () => {
  expect(parseCpuInfo('')).toEqual({ model: undefined, features: undefined })
})
