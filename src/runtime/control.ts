import { maximumInFlight } from './backend.js'
import { Barrier } from './barrier.js'
import { Shares } from './shares.js'

const lineWords = 16

/** Runs that may be under way or waiting in workers' hands: a power of two. */
export const ringSlots = maximumInFlight

/**
 * Words of the memory that the caller's thread and its workers steer each other by, apart from device memory. Run
 * numbers count from 0 and wrap around at 2^32; run r uses slot r mod `ringSlots` of the ring.
 */
export const word = {
  /** Changes with each of the next two and when help is wanted: what idle workers but the first sleep on. */
  signal: 0,
  /** Number of the next run to be submitted. */
  submitted: 1,
  /** How many code messages were posted to each worker. */
  mail: 2,
  /** Changes with the same two: what the first worker sleeps on, which helps nobody. */
  firstSignal: 3,
  /** How many workers but the first sleep, or are about to. */
  asleep: 4,
  /** Number of the next run to be completed. */
  completed: lineWords,
  /** For each slot, the id of the program to run. */
  program: 2 * lineWords,
  /** For each slot, whether the run failed. */
  failed: 2 * lineWords + ringSlots,
  /** Where threads meet between launches; aborted when one of them fails. */
  launchBarrier: 3 * lineWords,
  /** Where threads meet after each run, failed or not. */
  runBarrier: 3 * lineWords + Barrier.words,
  /** The launch that the caller's thread lets workers help with: its number and 1, or 0 for none. See `Crew`. */
  offered: 3 * lineWords + 2 * Barrier.words,
  /** The program of that launch, and its place among the program's steps. */
  offeredProgram: 3 * lineWords + 2 * Barrier.words + 1,
  offeredStep: 3 * lineWords + 2 * Barrier.words + 2,
  /** Whether a helper failed. */
  helpFailed: 3 * lineWords + 2 * Barrier.words + 3,
  /** How many workers are about to help, or do. */
  helpers: 4 * lineWords + 2 * Barrier.words,
  /** Which parts of launches were taken: behind it, the same for launches that are offered. */
  shares: 5 * lineWords + 2 * Barrier.words,
} as const

/** Where it is noted which parts of offered launches were taken. */
export const offeredShares = (threads: number): number => word.shares + Shares.words(threads)

/** Words of control memory for so many threads. */
export const controlWords = (threads: number): number => word.shares + 2 * Shares.words(threads)

export const slotOf = (run: number): number => run & (ringSlots - 1)

/** Bytes of shared memory for the base addresses of the runs in the ring. */
export const basesBytes = (baseCount: number): number => 4 * ringSlots * baseCount
