/** How near to 0 and 1 a probability may come before a logarithm is taken of it: Keras's `backend.epsilon()`. */
export const EPSILON = 1e-7
