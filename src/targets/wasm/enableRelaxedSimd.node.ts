import { setFlagsFromString } from 'node:v8'

/**
 * Turns on relaxed SIMD, which Node has behind a flag up to version 21 and always later (then this does nothing).
 * Call it before the first module that needs it is compiled. The flag holds for the whole process: for workers too,
 * also for those that run already.
 */
export function enableRelaxedSimd(): void {
  setFlagsFromString('--experimental-wasm-relaxed-simd')
}
