/** What a worker needs that helps in a test. */
export { Helper } from '../runtime/crew.js'
export { loadNative } from '../runtime/loadNative.node.js'
export { NativeGate } from '../runtime/nativeGate.node.js'
