import { ArgumentError } from '../errors.js'

/** @throws ArgumentError unless the focusing exponent is 0 or more */
export function checkGamma(loss: string, gamma: number): number {
  if (gamma >= 0) return gamma
  throw new ArgumentError(
    `${loss}: expected a gamma of 0 or more, received ${String(gamma)}. 0 gives plain cross-entropy, larger ones weigh easy ` +
      'samples less.',
  )
}
