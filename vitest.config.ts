import { defineConfig } from 'vitest/config'

// Tests run on the built files: what is tested is what ships, worker entry points included.
export default defineConfig(({ mode }) => ({
  test: {
    include: ['dist/**/*.test.js'],
    testTimeout: 60_000,
    maxWorkers: 2,
    // `npm run verify` runs the checks that take minutes too.
    env: mode === 'verify' ? { GRADUS_VERIFY: '1' } : {},
  },
}))
