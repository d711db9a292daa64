import { describe, expect, it } from 'vitest'
import { readFeatures } from './detect.js'

const bits = (...numbers: number[]): number => numbers.reduce((word, bit) => word | (1 << bit), 0)
const none = { eax: 0, ebx: 0, ecx: 0, edx: 0 }

/** A processor with all that is asked for, but for the bits of leaf 7 that are left out. */
function features({
  leaf7 = [5, 8, 16, 17, 30, 31],
  kept = [1, 2, 5, 6, 7],
  basic = [12, 27, 28],
  leaves = 7,
}) {
  const caches = [
    // 32 KiB of data, 32 KiB of code, 1 MiB of both: ways - 1, partitions - 1, line - 1; sets - 1.
    { ...none, eax: 1 | (1 << 5), ebx: (7 << 22) | 63, ecx: 63 },
    { ...none, eax: 2 | (1 << 5), ebx: (7 << 22) | 63, ecx: 63 },
    { ...none, eax: 3 | (2 << 5), ebx: (15 << 22) | 63, ecx: 1023 },
  ]
  return readFeatures(
    (leaf, subleaf) => {
      if (leaf === 0) return { ...none, eax: leaves }
      if (leaf === 1) return { ...none, ecx: bits(...basic) }
      if (leaf === 4) return caches[subleaf] ?? none
      return leaf === 7 ? { ...none, ebx: bits(...leaf7) } : none
    },
    () => bits(...kept),
  )
}

describe('readFeatures', () => {
  it('finds AVX2, AVX-512 and the caches', () => {
    expect(features({})).toEqual({ avx2: true, avx512: true, l1: 32 * 1024, l2: 1024 * 1024 })
  })

  it.each([
    ['BMI2', { leaf7: [5, 16, 17, 30, 31] }],
    ['FMA', { basic: [27, 28] }],
    ['an operating system that keeps registers', { basic: [12, 28] }],
    ['registers of 256 bits kept', { kept: [1] }],
    ['leaf 7', { leaves: 4 }],
  ])('finds nothing without %s', (_, lacking) => {
    expect(features(lacking)).toMatchObject({ avx2: false, avx512: false })
  })

  it.each([
    ['AVX-512 BW', { leaf7: [5, 8, 16, 17, 31] }],
    ['AVX-512 VL', { leaf7: [5, 8, 16, 17, 30] }],
    ['mask registers kept', { kept: [1, 2, 6, 7] }],
  ])('finds AVX2 alone without %s', (_, lacking) => {
    expect(features(lacking)).toMatchObject({ avx2: true, avx512: false })
  })
})
