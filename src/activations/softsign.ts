export { softsign } from '../ops/softsign.js'
