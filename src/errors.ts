/** Base of every error that Gradus throws on purpose: what was expected, what came, and what to do about it. */
export class GradusError extends Error {
  override readonly name: string = 'GradusError'
}

/** A shape or rank that does not fit. */
export class ShapeError extends GradusError {
  override readonly name = 'ShapeError'
}

/** An argument outside its range or of the wrong kind. */
export class ArgumentError extends GradusError {
  override readonly name = 'ArgumentError'
}

/** Something used before it was built, compiled or loaded, or in a place where it cannot be used. */
export class StateError extends GradusError {
  override readonly name = 'StateError'
}

/** A loss or gradient that became NaN or infinite. */
export class NumericError extends GradusError {
  override readonly name = 'NumericError'

  /** @param loss the loss of the step that failed; finite if it is a gradient that was not */
  constructor(
    message?: string,
    readonly loss?: number,
  ) {
    super(message)
  }
}

/** A file that is missing, truncated, corrupt or of another format. */
export class DataError extends GradusError {
  override readonly name = 'DataError'
}

/** A defect of Gradus itself: an invariant between two of its stages does not hold. */
export class InternalError extends GradusError {
  override readonly name = 'InternalError'
}
