import { classOf } from '../classWeights.js'
import type { DataSource } from '../dataSource.js'
import type { ModelData } from '../modelData.js'
import type { Objective } from '../objective.js'
import { warn } from './warn.js'

/** Losses whose labels are classes. */
const classifying = /crossentropy|hinge/
const MOST_CLASSES = 1000

/** Warns of classes that are among the labels to train on, but not among those to validate with. */
export function checkClasses(
  title: string,
  objective: Objective,
  train: ModelData,
  validation: ModelData,
): void {
  objective.outputs.forEach(({ name, loss }, i) => {
    const [trained, validated] = [train.y[i], validation.y[i]]
    if (!loss || !classifying.test(loss.name) || !trained || !validated) return
    const known = classesIn(validated)
    const missing = [...classesIn(trained)].filter((label) => !known.has(label)).sort((a, b) => a - b)
    if (missing.length === 0 || missing.length > MOST_CLASSES) return
    const shown = missing.slice(0, 10).join(', ')
    warn(
      `${title}: ${missing.length === 1 ? 'class' : 'classes'} ${shown}${missing.length > 10 ? ', ...' : ''} of output '${name}' ${missing.length === 1 ? 'is' : 'are'} ` +
        'trained on but missing in the validation part, so that its metrics say nothing of it. The data may be sorted: shuffle it, or set ' +
        "validationSplitBy: 'stratified'. (To silence: compile({ guards: { classes: false } }).)",
    )
  })
}

function classesIn(labels: DataSource): Set<number> {
  const found = new Set<number>()
  for (let sample = 0; sample < labels.samples; sample++) found.add(classOf(labels, sample))
  return found
}
