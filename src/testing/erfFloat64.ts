const twoOverRootPi = 2 / Math.sqrt(Math.PI)

/** `erf(t) = 2 / sqrt(pi) * sum over k of (-1)^k t^(2k + 1) / (k! (2k + 1))`, for small t. */
const series = (t: number): number => {
  let sum = 0
  let power = t
  for (let k = 0; k < 80; k++) {
    sum += power / (2 * k + 1)
    power *= (-t * t) / (k + 1)
  }
  return sum * twoOverRootPi
}

/** The continued fraction of Laplace, for t from 2 on. */
const fraction = (t: number): number => {
  let tail = 0
  for (let k = 120; k >= 1; k--) tail = k / 2 / (t + tail)
  return Math.exp(-t * t) / (Math.sqrt(Math.PI) * (t + tail))
}

/** `1 - erf(t)` for positive t, in float64. */
export const erfcFloat64 = (t: number): number => (t < 2 ? 1 - series(t) : fraction(t))

/** The error function in float64, to about 15 digits: JavaScript's Math has none. */
export const erfFloat64 = (x: number): number => {
  const t = Math.abs(x)
  if (!(t > 0)) return x
  const value = t < 2 ? series(t) : t > 6 ? 1 : 1 - fraction(t)
  return x < 0 ? -value : value
}
