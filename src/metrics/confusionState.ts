import type { Tensor } from '../graph/tensor.js'
import type { Variable } from '../graph/variable.js'
import { divideNoNaN } from '../losses/divideNoNaN.js'
import { add } from '../ops/add.js'
import type { ConfusionCount, ConfusionCounts } from './thresholds.js'

/** The four counts of right and wrong predictions over batches, and the rates made of them. */
export class ConfusionState implements ConfusionCounts {
  private readonly variables: Readonly<Record<ConfusionCount, Variable>>

  /** @param makeState makes a state variable of a metric */
  constructor(makeState: (name: string) => Variable) {
    this.variables = {
      truePositives: makeState('true_positives'),
      falsePositives: makeState('false_positives'),
      trueNegatives: makeState('true_negatives'),
      falseNegatives: makeState('false_negatives'),
    }
  }

  add(counts: ConfusionCounts): void {
    for (const count of Object.keys(this.variables) as ConfusionCount[]) {
      const variable = this.variables[count]
      variable.assign(add(variable.value(), counts[count]))
    }
  }

  get truePositives(): Tensor {
    return this.variables.truePositives.value()
  }

  get falsePositives(): Tensor {
    return this.variables.falsePositives.value()
  }

  get trueNegatives(): Tensor {
    return this.variables.trueNegatives.value()
  }

  get falseNegatives(): Tensor {
    return this.variables.falseNegatives.value()
  }

  /** Which share of the positives is found: recall, sensitivity, the true positive rate. */
  get recall(): Tensor {
    return divideNoNaN(this.truePositives, add(this.truePositives, this.falseNegatives))
  }

  /** Which share of the predicted positives is right. */
  get precision(): Tensor {
    return divideNoNaN(this.truePositives, add(this.truePositives, this.falsePositives))
  }

  /** Which share of the negatives is predicted: the true negative rate. */
  get specificity(): Tensor {
    return divideNoNaN(this.trueNegatives, add(this.trueNegatives, this.falsePositives))
  }

  /** Which share of the negatives raises an alarm: 1 - specificity. */
  get falsePositiveRate(): Tensor {
    return divideNoNaN(this.falsePositives, add(this.falsePositives, this.trueNegatives))
  }
}
