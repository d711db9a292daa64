/** A symmetric matrix's eigenvalues, and an orthonormal eigenvector for each. */
export interface Eigen {
  readonly values: Float64Array
  readonly vectors: readonly Float64Array[]
}

/** How often the QL steps may be tried for one eigenvalue; two are usual. */
const MOST_STEPS = 60

/**
 * The eigenvalues, in no particular order, and eigenvectors of a symmetric matrix, in about 9 n^3 operations: reflections
 * make it tridiagonal, QL steps with implicit shifts diagonal.
 *
 * Source: Bowdler, Martin, Reinsch and Wilkinson, The QR and QL algorithms for symmetric matrices, 1968.
 *
 * @param matrix its rows, which are not changed; only the lower triangle is read
 */
export function symmetricEigen(matrix: readonly Float64Array[]): Eigen {
  const { diagonal, beside, basis } = tridiagonal(matrix)
  for (let first = 0; first < diagonal.length; first++) {
    for (let step = 0; ; step++) {
      const last = blockEnd(diagonal, beside, first)
      if (last === first) break
      if (step === MOST_STEPS) throw new RangeError('symmetricEigen: expected finite numbers.')
      shiftedStep(diagonal, beside, basis, first, last)
    }
  }
  return { values: diagonal, vectors: basis }
}

interface Tridiagonal {
  readonly diagonal: Float64Array
  /** `beside[i]` stands beside `diagonal[i]` and `diagonal[i + 1]`; the last is 0. */
  readonly beside: Float64Array
  /** The vectors in which the matrix has this form: rows `q` with `q[i] . A q[j]` the element i, j. */
  readonly basis: Float64Array[]
}

/** Reflections `H = 1 - factor v v'` make all below the second diagonal zero, a column at a time: `A` becomes `H A H`. */
function tridiagonal(matrix: readonly Float64Array[]): Tridiagonal {
  const n = matrix.length
  const a = matrix.map((row) => Float64Array.from(row))
  const [diagonal, beside] = [new Float64Array(n), new Float64Array(n)]
  const reflections: { readonly v: Float64Array; readonly factor: number }[] = []
  for (let k = 0; k < n; k++) {
    diagonal[k] = a[k][k]
    if (k === n - 1) break
    const v = Float64Array.from({ length: n - k - 1 }, (_, i) => a[k + 1 + i][k])
    const norm = Math.sqrt(dot(v, v))
    // The sign that adds, so that nothing cancels.
    const reflected = v[0] > 0 ? -norm : norm
    v[0] -= reflected
    beside[k] = reflected
    const length = dot(v, v)
    const factor = length === 0 ? 0 : 2 / length
    reflections.push({ v, factor })
    reflectBothSides(a, v, factor, k + 1)
  }
  const basis = Array.from({ length: n }, (_, i) => {
    const row = new Float64Array(n)
    row[i] = 1
    return row
  })
  // Row i of the basis is H1 H2 ... applied to the i-th unit vector: the last reflection first.
  for (let k = n - 2; k >= 0; k--) {
    const { v, factor } = reflections[k]
    for (let i = k + 1; i < n; i++) {
      const tail = basis[i].subarray(k + 1)
      addScaled(tail, v, -factor * dot(tail, v))
    }
  }
  return { diagonal, beside, basis }
}

/** `A - v w' - w v'` on the rows from `first` on, which is `H A H` there; `w = p - (factor / 2) (p . v) v` with `p = factor A v`. */
function reflectBothSides(a: readonly Float64Array[], v: Float64Array, factor: number, first: number): void {
  const w = new Float64Array(v.length)
  for (let i = 0; i < v.length; i++) {
    const row = a[first + i].subarray(first, first + i + 1)
    let sum = 0
    for (let j = 0; j < i; j++) {
      sum += row[j] * v[j]
      w[j] += row[j] * v[i]
    }
    w[i] += sum + row[i] * v[i]
  }
  for (let i = 0; i < w.length; i++) w[i] *= factor
  addScaled(w, v, (-factor / 2) * dot(w, v))
  for (let i = 0; i < v.length; i++) {
    const row = a[first + i].subarray(first, first + i + 1)
    for (let j = 0; j <= i; j++) row[j] -= v[i] * w[j] + w[i] * v[j]
  }
}

/** The end of the block from `first` on whose elements beside the diagonal do not vanish. */
function blockEnd(diagonal: Float64Array, beside: Float64Array, first: number): number {
  for (let i = first; i < diagonal.length - 1; i++) {
    const size = Math.abs(diagonal[i]) + Math.abs(diagonal[i + 1])
    if (Math.abs(beside[i]) <= Number.EPSILON * size) return i
  }
  return diagonal.length - 1
}

/** One QL step on a block, shifted by the eigenvalue of its first two rows that is nearer to the first; rotations chase the bulge. */
function shiftedStep(
  diagonal: Float64Array,
  beside: Float64Array,
  basis: readonly Float64Array[],
  first: number,
  last: number,
): void {
  const half = (diagonal[first + 1] - diagonal[first]) / (2 * beside[first])
  const root = Math.sqrt(half ** 2 + 1)
  let g = diagonal[last] - diagonal[first] + beside[first] / (half + (half < 0 ? -root : root))
  let [sine, cosine, moved] = [1, 1, 0]
  for (let i = last - 1; i >= first; i--) {
    const f = sine * beside[i]
    const b = cosine * beside[i]
    const r = Math.sqrt(f * f + g * g)
    beside[i + 1] = r
    if (r === 0) {
      // The block has come apart here.
      diagonal[i + 1] -= moved
      beside[last] = 0
      return
    }
    sine = f / r
    cosine = g / r
    const d = diagonal[i + 1] - moved
    const t = (diagonal[i] - d) * sine + 2 * cosine * b
    moved = sine * t
    diagonal[i + 1] = d + moved
    g = cosine * t - b
    rotate(basis[i], basis[i + 1], cosine, sine)
  }
  diagonal[first] -= moved
  beside[first] = g
  beside[last] = 0
}

function rotate(a: Float64Array, b: Float64Array, cosine: number, sine: number): void {
  for (let k = 0; k < a.length; k++) {
    const x = a[k]
    const y = b[k]
    a[k] = cosine * x - sine * y
    b[k] = sine * x + cosine * y
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i]
  return sum
}

function addScaled(target: Float64Array, other: Float64Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i] += factor * other[i]
}
