import type { BenchExecutor } from './benchExecutor.js'
import type { Subject } from './measureInTurns.js'

/** One piece of work, to be measured on executors with different numbers of threads. */
export interface Benchmark {
  readonly name: string
  /** Floating-point operations that the work needs, by its definition and whatever is done. */
  readonly flops: number
  /** Gets ready to do the work. */
  prepare(executor: BenchExecutor): Promise<Subject>
}
