import { setFlagsFromString } from 'node:v8'
import { detectFeatures } from './features.js'

/**
 * Makes relaxed SIMD usable in Node 20 and 21, which have it behind a flag of V8; later versions have it anyway, and
 * nothing is done. Call it before the first module that needs it is compiled. The flag holds for the whole process:
 * once one thread has called this, new workers and those already running compile such modules too.
 */
export function enableRelaxedSimd(): void {
  // V8 prints a message when it does not know a flag.
  if (detectFeatures().relaxedMadd) return
  if (Number(process.versions.node.split('.')[0]) < 22) setFlagsFromString('--experimental-wasm-relaxed-simd')
}
