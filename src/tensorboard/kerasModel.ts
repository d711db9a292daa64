import { type SummaryValue, utf8 } from './summaryValue.js'

/** A model, for the page of graphs, which draws its layers (the conceptual graph). @param json Keras's config of it */
export const kerasModelSummary = (json: string): SummaryValue => ({
  ...{ tag: 'keras', plugin: 'graph_keras_model', pluginContent: utf8('1') },
  tensor: { dtype: 'string', shape: [], elements: [utf8(json)] },
})
