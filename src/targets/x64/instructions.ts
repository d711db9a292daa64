/** What an operand of an instruction may be. */
export type OperandKind =
  /** General register, of the instruction's width; of 8, 32 and 64 bits. */
  | 'r'
  | 'r8'
  | 'r32'
  | 'r64'
  /** Vector register: of the instruction's width; 128 and 256 bits; half and a quarter of the width, at least 128 bits. */
  | 'v'
  | 'x'
  | 'y'
  | 'half'
  | 'quarter'
  /** Mask register. */
  | 'k'
  | 'none'

/** Where an operand stands in the encoding. */
export type OperandPlace = 'reg' | 'vvvv' | 'rm' | 'opcode' | 'is4' | 'imm8' | 'imm32' | 'mask'

export interface OperandRule {
  readonly place: OperandPlace
  readonly kind: OperandKind
  /** Whether memory may stand here. With kind `none`, only memory. */
  readonly memory: boolean
  /** Whether the memory has a vector of indices. */
  readonly indexed: boolean
  readonly access: 'read' | 'write' | 'update'
}

/**
 * What lies behind a memory operand, which decides the unit of EVEX's 8-bit displacements: a whole vector, of which one
 * element may be broadcast (`full`), half of one with the same (`half`), a whole vector (`mem`), a quarter of one, or that many bytes.
 */
export type Tuple = 'full' | 'half' | 'mem' | 'quarter' | 1 | 2 | 4 | 8 | 16 | 32

/** What a CPU must have: bits of CPUID, by their usual names. */
export type Feature = 'base' | 'bmi2' | 'avx' | 'avx2' | 'fma' | 'avx512f' | 'avx512bw' | 'avx512dq'

/** One form of an instruction. */
export interface Form {
  readonly mnemonic: string
  /** Mandatory prefix as the two bits of VEX and EVEX: none, 66, F3, F2. */
  readonly prefix: 0 | 1 | 2 | 3
  /** Opcode map: one byte, 0F, 0F38, 0F3A. */
  readonly map: 0 | 1 | 2 | 3
  /** Bit W: fixed, or that of a 64-bit width; `evex` is 0 in VEX and 1 in EVEX. */
  readonly w: 0 | 1 | 'width' | 'evex'
  readonly opcode: number
  /** What stands in ModRM.reg where no operand does. */
  readonly extension: number | undefined
  /** Bits of vector length where the width does not decide: 0, 1 or 2. */
  readonly length: number | undefined
  readonly operands: readonly OperandRule[]
  /** The same with a mask behind them, which EVEX instructions may have: the lanes to compute. */
  readonly masked: readonly OperandRule[]
  /** Features for the encoding without EVEX (legacy or VEX) and with EVEX, where there is one. */
  readonly legacy: Feature | undefined
  readonly vex: Feature | undefined
  readonly evex: Feature | undefined
  readonly tuple: Tuple | undefined
}

const prefixes: Record<string, Form['prefix']> = { NP: 0, 66: 1, F3: 2, F2: 3 }
const maps: Record<string, Form['map']> = { '0F': 1, '0F38': 2, '0F3A': 3 }
const widths: Record<string, Form['w']> = { W0: 0, W1: 1, Wwidth: 'width', Wevex: 'evex' }

interface Encodings {
  readonly legacy?: Feature
  readonly vex?: Feature
  readonly evex?: Feature
  readonly tuple?: Tuple
}

/**
 * A form as the manual writes it: prefix, map, W, length (`L0` to `L2`), opcode, `/digit`; then its operands, the result
 * first: `=` before what is written, `+` before what is read and written; place, colon, kind; `m` for memory, `g` for
 * memory with a vector of indices.
 */
function form(code: string, operands: string, encodings: Encodings): Omit<Form, 'mnemonic'> {
  let prefix: Form['prefix'] = 0
  let map: Form['map'] = 0
  let w: Form['w'] = 0
  let opcode = -1
  let extension: number | undefined
  let length: number | undefined
  for (const token of code.split(' ')) {
    if (opcode < 0 && token in prefixes && !(token === '66' && map > 0)) prefix = prefixes[token]
    else if (opcode < 0 && map === 0 && token in maps) map = maps[token]
    else if (token in widths) w = widths[token]
    else if (token.startsWith('L')) length = Number(token[1])
    else if (token.startsWith('/')) extension = Number(token[1])
    else opcode = Number.parseInt(token, 16)
  }
  const rules = operands === '' ? [] : operands.split(' ').map(operandRule)
  return {
    prefix,
    map,
    w,
    opcode,
    extension,
    length,
    operands: rules,
    masked: [...rules, maskRule(rules)],
    legacy: encodings.legacy,
    vex: encodings.vex,
    evex: encodings.evex,
    tuple: encodings.tuple,
  }
}

/** Gathers clear their mask as they go. */
const maskRule = (rules: readonly OperandRule[]): OperandRule => ({
  place: 'mask',
  kind: 'k',
  memory: false,
  indexed: false,
  access: rules.some(({ indexed }) => indexed) ? 'update' : 'read',
})

function operandRule(text: string): OperandRule {
  const access = text[0] === '=' ? 'write' : text[0] === '+' ? 'update' : 'read'
  const [place, kinds = ''] = text.replace(/^[=+]/, '').split(':')
  const [, kind, suffix] = /^(.*?)([mg]?)$/.exec(kinds) ?? ['', '', '']
  return {
    place: place as OperandPlace,
    kind: kind === '' ? 'none' : (kind as OperandKind),
    memory: suffix !== '',
    indexed: suffix === 'g',
    access,
  }
}

/** On general registers; W follows the width. */
const integer = (code: string, operands: string) => form(`Wwidth ${code}`, operands, { legacy: 'base' })
/** VEX and EVEX alike. */
const vector = (code: string, operands: string, tuple: Tuple, vex: Feature, evex: Feature) =>
  form(code, operands, { vex, evex, tuple })
const vexOnly = (code: string, operands: string, vex: Feature, tuple?: Tuple) =>
  form(code, operands, { vex, tuple })
const evexOnly = (code: string, operands: string, tuple: Tuple, evex: Feature = 'avx512f') =>
  form(code, operands, { evex, tuple })

const two = '=reg:v rm:vm'
const three = '=reg:v vvvv:v rm:vm'
const packed = (code: string) => vector(code, three, 'full', 'avx', 'avx512f')
const packedInteger = (code: string) => vector(code, three, 'full', 'avx2', 'avx512f')
const scalar = (code: string) => vector(`F3 0F W0 L0 ${code}`, '=reg:x vvvv:x rm:xm', 4, 'avx', 'avx512f')
const fused = (code: string) => vector(`66 0F38 W0 ${code}`, '+reg:v vvvv:v rm:vm', 'full', 'fma', 'avx512f')
const fusedScalar = (code: string) =>
  vector(`66 0F38 W0 L0 ${code}`, '+reg:x vvvv:x rm:xm', 4, 'fma', 'avx512f')
const shiftImmediate = (code: string) => evexOnly(`66 0F W0 ${code}`, '=vvvv:v rm:vm imm8', 'full')
const shiftImmediateVex = (code: string) => vexOnly(`66 0F W0 ${code}`, '=vvvv:v rm:v imm8', 'avx2')
const masks = (code: string) => vexOnly(`NP 0F W0 ${code}`, '=reg:k vvvv:k rm:k', 'avx512f')
const conditionalMove = (code: string) => integer(`0F ${code}`, '+reg:r rm:rm')
const setByte = (code: string) => form(`0F ${code}`, '=rm:r8', { legacy: 'base' })

/**
 * Every instruction that Gradus emits. A name is the assembler's mnemonic; what follows an underscore tells its forms
 * apart. Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2.
 */
const rows = {
  // ---- general registers ----
  mov: integer('8B', '=reg:r rm:rm'),
  mov_store: integer('89', '=rm:m reg:r'),
  mov_imm: form('W0 B8', '=opcode:r32 imm32', { legacy: 'base' }),
  mov_store8: form('W0 88', '=rm:m reg:r8', { legacy: 'base' }),
  movzx_byte: form('0F W0 B6', '=reg:r32 rm:r8m', { legacy: 'base' }),
  movsxd: form('W1 63', '=reg:r64 rm:r32m', { legacy: 'base' }),
  lea: integer('8D', '=reg:r rm:m'),
  add: integer('03', '+reg:r rm:rm'),
  or: integer('0B', '+reg:r rm:rm'),
  and: integer('23', '+reg:r rm:rm'),
  sub: integer('2B', '+reg:r rm:rm'),
  xor: integer('33', '+reg:r rm:rm'),
  cmp: integer('3B', 'reg:r rm:rm'),
  test: integer('85', 'reg:r rm:r'),
  add_imm8: integer('83 /0', '+rm:r imm8'),
  or_imm8: integer('83 /1', '+rm:r imm8'),
  and_imm8: integer('83 /4', '+rm:r imm8'),
  sub_imm8: integer('83 /5', '+rm:r imm8'),
  xor_imm8: integer('83 /6', '+rm:r imm8'),
  cmp_imm8: integer('83 /7', 'rm:rm imm8'),
  add_imm32: integer('81 /0', '+rm:r imm32'),
  or_imm32: integer('81 /1', '+rm:r imm32'),
  and_imm32: integer('81 /4', '+rm:r imm32'),
  sub_imm32: integer('81 /5', '+rm:r imm32'),
  xor_imm32: integer('81 /6', '+rm:r imm32'),
  cmp_imm32: integer('81 /7', 'rm:rm imm32'),
  imul: integer('0F AF', '+reg:r rm:rm'),
  imul_imm8: integer('6B', '=reg:r rm:rm imm8'),
  imul_imm32: integer('69', '=reg:r rm:rm imm32'),
  not: integer('F7 /2', '+rm:r'),
  neg: integer('F7 /3', '+rm:r'),
  shl_imm: integer('C1 /4', '+rm:r imm8'),
  shr_imm: integer('C1 /5', '+rm:r imm8'),
  sar_imm: integer('C1 /7', '+rm:r imm8'),
  shlx: vexOnly('66 0F38 Wwidth L0 F7', '=reg:r rm:rm vvvv:r', 'bmi2'),
  sarx: vexOnly('F3 0F38 Wwidth L0 F7', '=reg:r rm:rm vvvv:r', 'bmi2'),
  shrx: vexOnly('F2 0F38 Wwidth L0 F7', '=reg:r rm:rm vvvv:r', 'bmi2'),
  cmove: conditionalMove('44'),
  cmovne: conditionalMove('45'),
  cmovb: conditionalMove('42'),
  cmovae: conditionalMove('43'),
  cmovbe: conditionalMove('46'),
  cmova: conditionalMove('47'),
  cmovs: conditionalMove('48'),
  cmovns: conditionalMove('49'),
  cmovl: conditionalMove('4C'),
  cmovge: conditionalMove('4D'),
  cmovle: conditionalMove('4E'),
  cmovg: conditionalMove('4F'),
  sete: setByte('94'),
  setne: setByte('95'),
  setb: setByte('92'),
  setae: setByte('93'),
  setbe: setByte('96'),
  seta: setByte('97'),
  sets: setByte('98'),
  setns: setByte('99'),
  setl: setByte('9C'),
  setge: setByte('9D'),
  setle: setByte('9E'),
  setg: setByte('9F'),
  /** With memory, one step that no other thread comes between. */
  xchg: integer('87', '+reg:r +rm:m'),
  push: form('W0 50', 'opcode:r64', { legacy: 'base' }),
  pop: form('W0 58', '=opcode:r64', { legacy: 'base' }),
  call: form('W0 FF /2', 'rm:r64', { legacy: 'base' }),
  ret: form('W0 C3', '', { legacy: 'base' }),
  cpuid: form('0F W0 A2', '', { legacy: 'base' }),
  /** Its operand is always register 0: the rest of the opcode. */
  xgetbv: form('0F W0 01 /2', 'rm:r32', { legacy: 'base' }),
  ldmxcsr: form('0F W0 AE /2', 'rm:m', { legacy: 'base' }),
  stmxcsr: form('0F W0 AE /3', '=rm:m', { legacy: 'base' }),
  /** Lets the other thread of the core go on, and saves power, while this one waits. */
  pause: form('F3 W0 90', '', { legacy: 'base' }),
  /** Asks for a line to write to. */
  prefetchw: form('0F W0 0D /1', 'rm:m', { legacy: 'base' }),
  prefetcht0: form('0F W0 18 /1', 'rm:m', { legacy: 'base' }),

  // ---- moves ----
  vmovups: vector('NP 0F W0 10', two, 'mem', 'avx', 'avx512f'),
  vmovups_store: vector('NP 0F W0 11', '=rm:m reg:v', 'mem', 'avx', 'avx512f'),
  vmovaps: vector('NP 0F W0 28', '=reg:v rm:v', 'mem', 'avx', 'avx512f'),
  vmovss: vector('F3 0F W0 L0 10', '=reg:x rm:m', 4, 'avx', 'avx512f'),
  vmovss_store: vector('F3 0F W0 L0 11', '=rm:m reg:x', 4, 'avx', 'avx512f'),
  vmovd: vector('66 0F W0 L0 6E', '=reg:x rm:r32m', 4, 'avx', 'avx512f'),
  vmovd_from: vector('66 0F W0 L0 7E', '=rm:r32m reg:x', 4, 'avx', 'avx512f'),
  vmovq: vector('F3 0F Wevex L0 7E', '=reg:x rm:xm', 8, 'avx', 'avx512f'),
  vmovq_store: vector('66 0F Wevex L0 D6', '=rm:m reg:x', 8, 'avx', 'avx512f'),
  vmaskmovps: vexOnly('66 0F38 W0 2C', '=reg:v vvvv:v rm:m', 'avx'),
  vmaskmovps_store: vexOnly('66 0F38 W0 2E', '=rm:m vvvv:v reg:v', 'avx'),
  vbroadcastss: vector('66 0F38 W0 18', '=reg:v rm:xm', 4, 'avx2', 'avx512f'),
  vpbroadcastd: vector('66 0F38 W0 58', '=reg:v rm:xm', 4, 'avx2', 'avx512f'),
  vpbroadcastd_general: evexOnly('66 0F38 W0 7C', '=reg:v rm:r32', 4),
  vpmovzxbd: vector('66 0F38 W0 31', '=reg:v rm:quarterm', 'quarter', 'avx2', 'avx512f'),
  vpmovdb: evexOnly('F3 0F38 W0 31', '=rm:quarterm reg:v', 'quarter'),
  vgatherdps: evexOnly('66 0F38 W0 92', '+reg:v rm:g', 4),
  vgatherdps_vex: vexOnly('66 0F38 W0 92', '+reg:v rm:g +vvvv:v', 'avx2', 4),

  // ---- floats ----
  vaddps: packed('NP 0F W0 58'),
  vmulps: packed('NP 0F W0 59'),
  vsubps: packed('NP 0F W0 5C'),
  vminps: packed('NP 0F W0 5D'),
  vdivps: packed('NP 0F W0 5E'),
  vmaxps: packed('NP 0F W0 5F'),
  vsqrtps: vector('NP 0F W0 51', two, 'full', 'avx', 'avx512f'),
  vaddss: scalar('58'),
  vmulss: scalar('59'),
  vsubss: scalar('5C'),
  vminss: scalar('5D'),
  vdivss: scalar('5E'),
  vmaxss: scalar('5F'),
  vsqrtss: scalar('51'),
  vandps: vector('NP 0F W0 54', three, 'full', 'avx', 'avx512dq'),
  vandnps: vector('NP 0F W0 55', three, 'full', 'avx', 'avx512dq'),
  vorps: vector('NP 0F W0 56', three, 'full', 'avx', 'avx512dq'),
  vxorps: vector('NP 0F W0 57', three, 'full', 'avx', 'avx512dq'),
  vroundps: vexOnly('66 0F3A W0 08', '=reg:v rm:vm imm8', 'avx'),
  vroundss: vexOnly('66 0F3A W0 L0 0A', '=reg:x vvvv:x rm:xm imm8', 'avx', 4),
  vroundpd: vexOnly('66 0F3A W0 09', '=reg:v rm:vm imm8', 'avx'),
  vrndscaleps: evexOnly('66 0F3A W0 08', '=reg:v rm:vm imm8', 'full'),
  vrndscaless: evexOnly('66 0F3A W0 L0 0A', '=reg:x vvvv:x rm:xm imm8', 4),
  vfmadd132ps: fused('98'),
  vfmadd213ps: fused('A8'),
  vfmadd231ps: fused('B8'),
  vfmadd132ss: fusedScalar('99'),
  vfmadd213ss: fusedScalar('A9'),
  vfmadd231ss: fusedScalar('B9'),
  vcmpps: vexOnly('NP 0F W0 C2', '=reg:v vvvv:v rm:vm imm8', 'avx'),
  vcmpps_mask: evexOnly('NP 0F W0 C2', '=reg:k vvvv:v rm:vm imm8', 'full'),
  vcmpss: vexOnly('F3 0F W0 L0 C2', '=reg:x vvvv:x rm:xm imm8', 'avx', 4),
  vcmpss_mask: evexOnly('F3 0F W0 L0 C2', '=reg:k vvvv:x rm:xm imm8', 4),
  vaddpd: vector('66 0F Wevex 58', three, 'mem', 'avx', 'avx512f'),
  vsubpd: vector('66 0F Wevex 5C', three, 'mem', 'avx', 'avx512f'),
  vdivpd: vector('66 0F Wevex 5E', three, 'mem', 'avx', 'avx512f'),
  vdivsd: vector('F2 0F Wevex L0 5E', '=reg:x vvvv:x rm:xm', 8, 'avx', 'avx512f'),

  // ---- integers ----
  vpaddd: packedInteger('66 0F W0 FE'),
  vpsubd: packedInteger('66 0F W0 FA'),
  vpmulld: packedInteger('66 0F38 W0 40'),
  vpminsd: packedInteger('66 0F38 W0 39'),
  vpmaxsd: packedInteger('66 0F38 W0 3D'),
  vpminud: packedInteger('66 0F38 W0 3B'),
  vpabsd: vector('66 0F38 W0 1E', two, 'full', 'avx2', 'avx512f'),
  vpcmpeqd: vexOnly('66 0F W0 76', three, 'avx2'),
  vpcmpgtd: vexOnly('66 0F W0 66', three, 'avx2'),
  vpcmpd: evexOnly('66 0F3A W0 1F', '=reg:k vvvv:v rm:vm imm8', 'full'),
  vpcmpud: evexOnly('66 0F3A W0 1E', '=reg:k vvvv:v rm:vm imm8', 'full'),
  vpslld: shiftImmediateVex('72 /6'),
  vpsrld: shiftImmediateVex('72 /2'),
  vpsrad: shiftImmediateVex('72 /4'),
  vpslld_evex: shiftImmediate('72 /6'),
  vpsrld_evex: shiftImmediate('72 /2'),
  vpsrad_evex: shiftImmediate('72 /4'),
  vpsllvd: packedInteger('66 0F38 W0 47'),
  vpsrlvd: packedInteger('66 0F38 W0 45'),
  vpsravd: packedInteger('66 0F38 W0 46'),

  // ---- conversions ----
  vcvtdq2ps: vector('NP 0F W0 5B', two, 'full', 'avx', 'avx512f'),
  vcvttps2dq: vector('F3 0F W0 5B', two, 'full', 'avx', 'avx512f'),
  vcvtudq2ps: evexOnly('F2 0F W0 7A', two, 'full'),
  vcvtdq2pd: vector('F3 0F W0 E6', '=reg:v rm:half', 'half', 'avx', 'avx512f'),
  vcvttpd2dq: vector('66 0F Wevex E6', '=reg:half rm:v', 'mem', 'avx', 'avx512f'),
  vcvtudq2pd: evexOnly('F3 0F W0 7A', '=reg:v rm:half', 'half'),
  vcvttpd2udq: evexOnly('NP 0F W1 78', '=reg:half rm:v', 'mem'),
  vcvtsi2ss: vector('F3 0F Wwidth L0 2A', '=reg:x vvvv:x rm:r', 4, 'avx', 'avx512f'),
  vcvtsi2sd: vector('F2 0F Wwidth L0 2A', '=reg:x vvvv:x rm:r', 4, 'avx', 'avx512f'),
  vcvttsd2si: vector('F2 0F Wwidth L0 2C', '=reg:r rm:x', 8, 'avx', 'avx512f'),

  // ---- lanes ----
  vblendvps: vexOnly('66 0F3A W0 4A', '=reg:v vvvv:v rm:vm is4:v', 'avx'),
  vblendmps: evexOnly('66 0F38 W0 65', three, 'full'),
  vextractf128: vexOnly('66 0F3A W0 L1 19', '=rm:xm reg:y imm8', 'avx'),
  vextractf32x4: evexOnly('66 0F3A W0 19', '=rm:xm reg:v imm8', 16),
  vextractf64x4: evexOnly('66 0F3A W1 L2 1B', '=rm:ym reg:v imm8', 32),
  vinsertf128: vexOnly('66 0F3A W0 L1 18', '=reg:y vvvv:y rm:xm imm8', 'avx'),
  vinsertf64x4: evexOnly('66 0F3A W1 L2 1A', '=reg:v vvvv:v rm:ym imm8', 32),
  vpermilps: vector('66 0F3A W0 04', '=reg:v rm:vm imm8', 'full', 'avx', 'avx512f'),
  valignd: evexOnly('66 0F3A W0 03', '=reg:v vvvv:v rm:vm imm8', 'full'),
  vblendps: vexOnly('66 0F3A W0 0C', '=reg:v vvvv:v rm:vm imm8', 'avx'),
  vmovsldup: vexOnly('F3 0F W0 12', two, 'avx'),
  vmovshdup: vexOnly('F3 0F W0 16', two, 'avx'),
  vunpcklpd: vector('66 0F Wevex 14', three, 'mem', 'avx', 'avx512f'),
  vunpckhpd: vector('66 0F Wevex 15', three, 'mem', 'avx', 'avx512f'),
  vperm2f128: vexOnly('66 0F3A W0 L1 06', '=reg:y vvvv:y rm:ym imm8', 'avx'),
  vshuff32x4: evexOnly('66 0F3A W0 L2 23', '=reg:v vvvv:v rm:vm imm8', 'full'),
  /** Its result stands where the indices did. */
  vpermi2ps: evexOnly('66 0F38 W0 77', '+reg:v vvvv:v rm:vm', 'full'),
  vpshufb: vector('66 0F38 W0 00', three, 'mem', 'avx2', 'avx512bw'),
  vpunpckldq: packedInteger('66 0F W0 62'),
  vpunpcklqdq: vector('66 0F Wevex 6C', three, 'mem', 'avx2', 'avx512f'),
  vpextrb: vector('66 0F3A W0 L0 14', '=rm:r32m reg:x imm8', 1, 'avx', 'avx512bw'),
  vpextrw: vector('66 0F3A W0 L0 15', '=rm:r32m reg:x imm8', 2, 'avx', 'avx512bw'),
  vpextrd: vector('66 0F3A W0 L0 16', '=rm:r32m reg:x imm8', 4, 'avx', 'avx512dq'),
  vpinsrb: vector('66 0F3A W0 L0 20', '=reg:x vvvv:x rm:r32m imm8', 1, 'avx', 'avx512bw'),
  vpinsrw: vector('66 0F W0 L0 C4', '=reg:x vvvv:x rm:r32m imm8', 2, 'avx', 'avx512bw'),
  vpinsrd: vector('66 0F3A W0 L0 22', '=reg:x vvvv:x rm:r32m imm8', 4, 'avx', 'avx512dq'),
  vmovmskps: vexOnly('NP 0F W0 50', '=reg:r32 rm:v', 'avx'),

  // ---- masks ----
  kmovw: vexOnly('NP 0F W0 L0 90', '=reg:k rm:km', 'avx512f'),
  kmovw_store: vexOnly('NP 0F W0 L0 91', '=rm:m reg:k', 'avx512f'),
  kmovw_general: vexOnly('NP 0F W0 L0 92', '=reg:k rm:r32', 'avx512f'),
  kmovw_from: vexOnly('NP 0F W0 L0 93', '=reg:r32 rm:k', 'avx512f'),
  kandw: masks('L1 41'),
  kandnw: masks('L1 42'),
  korw: masks('L1 45'),
  kxnorw: masks('L1 46'),
  kxorw: masks('L1 47'),
  knotw: vexOnly('NP 0F W0 L0 44', '=reg:k rm:k', 'avx512f'),
  vzeroupper: vexOnly('NP 0F W0 L0 77', '', 'avx'),
} as const satisfies Record<string, Omit<Form, 'mnemonic'>>

export type InstructionName = keyof typeof rows

const mnemonicOf = (name: string): string => name.replace(/_.*/, '')

export const instructions = Object.fromEntries(
  // All forms get the same fields in the same way: V8 then reads them without asking which they have. A spread would give each a hidden class of its own.
  Object.entries(rows).map(([name, row]) => [name, Object.assign(row, { mnemonic: mnemonicOf(name) })]),
) as Record<InstructionName, Form>

/** Conditions of jumps, moves and byte sets, with their number and their opposite. Those with `b` and `a` are unsigned. */
export const conditions = {
  b: { code: 2, opposite: 'ae' },
  ae: { code: 3, opposite: 'b' },
  e: { code: 4, opposite: 'ne' },
  ne: { code: 5, opposite: 'e' },
  be: { code: 6, opposite: 'a' },
  a: { code: 7, opposite: 'be' },
  s: { code: 8, opposite: 'ns' },
  ns: { code: 9, opposite: 's' },
  l: { code: 12, opposite: 'ge' },
  ge: { code: 13, opposite: 'l' },
  le: { code: 14, opposite: 'g' },
  g: { code: 15, opposite: 'le' },
} as const satisfies Record<string, { readonly code: number; readonly opposite: string }>

export type Condition = keyof typeof conditions
