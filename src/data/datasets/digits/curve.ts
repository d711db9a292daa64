import type { PenPath } from './penPath.js'

/** The curve is drawn in lines of about this length, in units of the digit's height: two pixels. */
const lineLength = 0.09
export const mostLines = 12

/**
 * Adds to `path` the curve through the points (x[k], y[k]): smooth everywhere but in the corners.
 *
 * Between neighbours runs a cubic Hermite curve. Its tangents are those of the centripetal Catmull-Rom spline (Yuksel,
 * Schaefer and Keyser 2011), in which the step of the parameter is the square root of the distance: it neither
 * overshoots nor makes a cusp where the points lie unevenly.
 */
export function addCurve(
  path: PenPath,
  x: Float64Array,
  y: Float64Array,
  corner: readonly boolean[],
  count: number,
): void {
  path.add(x[0], y[0], true)
  for (let k = 0; k + 1 < count; k++) {
    const dx = x[k + 1] - x[k]
    const dy = y[k + 1] - y[k]
    const step = parameterStep(dx, dy)
    let leaveX = dx
    let leaveY = dy
    if (k > 0 && !corner[k]) {
      const beforeX = x[k] - x[k - 1]
      const beforeY = y[k] - y[k - 1]
      const before = parameterStep(beforeX, beforeY)
      leaveX = tangent(beforeX, before, dx, step) * step
      leaveY = tangent(beforeY, before, dy, step) * step
    }
    let arriveX = dx
    let arriveY = dy
    if (k + 2 < count && !corner[k + 1]) {
      const afterX = x[k + 2] - x[k + 1]
      const afterY = y[k + 2] - y[k + 1]
      const after = parameterStep(afterX, afterY)
      arriveX = tangent(dx, step, afterX, after) * step
      arriveY = tangent(dy, step, afterY, after) * step
    }
    const lines = Math.min(mostLines, Math.max(2, Math.ceil((step * step) / lineLength)))
    for (let line = 1; line <= lines; line++) {
      const t = line / lines
      // Hermite basis: the end point, the tangent at the start, the tangent at the end.
      const end = t * t * (3 - 2 * t)
      const leave = t * (1 - t) * (1 - t)
      const arrive = t * t * (t - 1)
      path.add(
        x[k] + end * dx + leave * leaveX + arrive * arriveX,
        y[k] + end * dy + leave * leaveY + arrive * arriveY,
        false,
      )
    }
  }
}

/** The step of the spline's parameter: the square root of the distance, kept from zero for points that coincide. */
const parameterStep = (dx: number, dy: number): number => Math.sqrt(Math.sqrt(dx * dx + dy * dy) + 1e-6)

/** One coordinate of the derivative at the point between two steps: the parabola through three points. */
const tangent = (before: number, beforeStep: number, after: number, afterStep: number): number =>
  before / beforeStep - (before + after) / (beforeStep + afterStep) + after / afterStep
