/** Whether checks that take minutes are run: `npm run verify` does. */
export const verifying = process.env.GRADUS_VERIFY === '1'

/** Whether a folder with real data sets was given, as continuous integration does. */
export const hasData = Boolean(process.env.GRADUS_DATA_DIR)

declare module 'vitest' {
  interface TaskMeta {
    /** What a check measured, for the page that `npm run verify` writes. */
    figure?: string
  }
}
