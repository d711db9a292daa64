/** `npm run fuzz:x64 -- --count N --seed S`: random instructions, encoded here and by GNU as. */
import { parseArgs } from 'node:util'
import { compareWithAs, hasBinutils } from './compareWithAs.js'
import { randomInstruction } from './randomInstruction.js'
import { RandomSource } from './randomLoopsSource.js'

/** Instructions that as is given at a time. */
const batch = 20_000

const { values } = parseArgs({
  options: { count: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
})
const [count, seed] = [Number(values.count), Number(values.seed)]
if (!Number.isInteger(count) || count < 1 || !Number.isInteger(seed)) {
  console.error('fuzz:x64: --count and --seed are whole numbers')
  process.exit(2)
}
if (!hasBinutils()) {
  console.error('fuzz:x64: GNU as and objdump are not installed')
  process.exit(2)
}
const random = new RandomSource(seed)
const forms = new Set<object>()
let wrong = 0
for (let done = 0; done < count; done += batch) {
  const list = Array.from({ length: Math.min(batch, count - done) }, () => randomInstruction(random))
  for (const { form } of list) forms.add(form)
  const mismatches = compareWithAs(list)
  wrong += mismatches.length
  for (const { text, expected, received } of mismatches.slice(0, 20)) {
    console.log(`${text}\n  as:   ${expected}\n  ours: ${received}`)
  }
}
console.log(`${count} instructions of ${forms.size} forms, seed ${seed}: ${wrong} differ from GNU as`)
process.exitCode = wrong === 0 ? 0 : 1
