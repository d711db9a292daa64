// Counts of the test run, and each test that failed with what it said, short enough to be read in a shortened log.
// An error outside of every test is in no test's result; it stands in the report, after its headings.
import { existsSync, readFileSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'

const lengthShown = 800
const [, , results, report] = process.argv
const text = stripVTControlCharacters(readFileSync(report, 'utf8'))

/** What a failure says, without the test runner's own lines of the stack. */
function withoutFrames(message) {
  return message.replaceAll(/\n +at .*node_modules.*/g, '')
}

if (existsSync(results)) {
  const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(
    readFileSync(results, 'utf8'),
  )
  console.log(`${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped`)
  for (const { name, status, message, assertionResults } of testResults) {
    if (status === 'failed' && message) console.log(`${name}: ${message.slice(0, lengthShown)}`)
    for (const { status, fullName, failureMessages } of assertionResults) {
      if (status === 'failed')
        console.log(
          `${name}: ${fullName}\n${withoutFrames(failureMessages.join('\n')).slice(0, lengthShown)}`,
        )
    }
  }
} else {
  console.log(`the test run left no results; its report ends so:\n${text.slice(-2 * lengthShown)}`)
}
const unhandled = text.indexOf('Unhandled Errors')
if (unhandled >= 0) console.log(text.slice(unhandled, unhandled + 2 * lengthShown))
