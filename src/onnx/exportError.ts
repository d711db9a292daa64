import { GradusError } from '../errors.js'

/** What a layer computes has no counterpart in ONNX. Caught where the layer is known, and told with its name. */
export class ExportError extends GradusError {
  /** @param missing what ONNX has not: `random numbers` */
  constructor(readonly missing: string) {
    super(missing)
  }
}
