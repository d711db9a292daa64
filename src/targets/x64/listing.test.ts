import { expect, it } from 'vitest'
import { LoopBuilder } from '../../loops/builder.js'
import { compileFunction } from './compileFunction.js'

it('shows a loop as its instructions and labels', () => {
  const l = new LoopBuilder('scale', 16)
  const [input, output] = [l.pointer('input', 'read'), l.pointer('output', 'write')]
  l.for(l.begin, l.end, 16, (i) => {
    const scaled = l.mul(l.loadVector('f32', l.advance(input, i, 4)), l.float(3))
    l.store('f32', l.advance(output, i, 4), scaled)
  })
  expect(compileFunction(l.finish(), 'sysv').listing().split('\n')).toEqual([
    '  mov rax, QWORD PTR [rdi]',
    '  mov rcx, QWORD PTR [rdi+8]',
    '  mov edx, DWORD PTR [rdi+16]',
    '  mov edi, DWORD PTR [rdi+20]',
    '  cmp edx, edi',
    '  jge end0',
    'head1:',
    '  movsxd rsi, edx',
    '  {evex} vmovups zmm0, ZMMWORD PTR [rax+rsi*4]',
    '  {evex} vmulps zmm0, zmm0, DWORD PTR [rip+constant of 4 bytes]{1to16}',
    '  {evex} vmovups ZMMWORD PTR [rcx+rsi*4], zmm0',
    '  add edx, 16',
    '  cmp edx, edi',
    '  jl head1',
    'end0:',
    '  vzeroupper',
    '  ret',
  ])
})
