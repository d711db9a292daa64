import { defineConfig } from 'vitest/config'

// Tests run on the built files: what is tested is what ships, worker entry points included.
export default defineConfig({
  test: {
    include: ['dist/**/*.test.js'],
    testTimeout: 60_000,
    maxWorkers: 2,
  },
})
