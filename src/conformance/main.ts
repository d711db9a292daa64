import { readArguments } from './arguments.js'
import { suites } from './cases/index.js'
import { runConformance } from './runConformance.js'

process.exitCode = await runConformance(suites, readArguments(process.argv.slice(2)))
