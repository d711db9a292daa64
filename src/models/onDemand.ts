/** What few runs need, loaded when one does. In one piece, as bundlers cut a page into fewer pieces so. */
export { explainFailure } from './guards/explainFailure.js'
export { checkIndices } from './guards/indices.js'
export { inspectInPlace, inspectModel } from './inspect.js'
export { layerNodes } from './layerNodes.js'
export { refuseBesideStream, StreamSupply } from './streamSupply.js'
