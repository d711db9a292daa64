export { type GeluOptions, gelu } from '../ops/gelu.js'
