import { execFileSync } from 'node:child_process'
import { chmod, chown, cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runGradus } from './command.js'
import { readRun } from './runContents.js'

/** LeNet for one epoch of a few steps. */
const short = ['train', 'lenet', '--limit', '300', '--batch-size', '100', '--run', 'a']
const longer = ['train', '--resume', '--run', 'a', '--epochs', '2']

let folder = ''
const runs = () => join(folder, 'runs')
const place = () => ['--runs', runs()]
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gradus-full-'))
  const { code, stderr } = await runGradus([...short, '--epochs', '1', ...place()])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
}, 120_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Runs `gradus` on a copy of the run, which it cannot write to; its files must then be what they were. */
async function expectUntouched(copy: string, run: () => Promise<{ code: number | null; stderr: string }>) {
  const before = await readRun(join(copy, 'a'))
  const { code, stderr } = await run()
  expect(code).toBe(1)
  const after = await readRun(join(copy, 'a'))
  // The number of epochs that were asked for, and what is said of one that was done before its network could not be written.
  const grows = (name: string) => /^(config\.json$|log\.csv$|events)/.test(name)
  const kept = ([name]: [string, unknown]) => !grows(name)
  expect(Object.entries(after).filter(kept)).toEqual(Object.entries(before).filter(kept))
  expect(String(after['log.csv']).startsWith(String(before['log.csv']))).toBe(true)
  for (const [name, said] of Object.entries(before)) {
    if (name.startsWith('events')) expect(after[name]).toEqual(expect.arrayContaining(said as string[]))
  }
  const hidden = (await readdir(copy, { recursive: true })).filter((name) => /(^|\/)\.[^/]*$/.test(name))
  expect(hidden).toEqual([])
  return stderr
}

const copyOf = async (name: string) => {
  const copy = join(folder, name)
  await cp(runs(), copy, { recursive: true })
  return copy
}

/** What the shell is asked before: whether a command works here. */
function works(...words: string[]): boolean {
  try {
    execFileSync(words[0], words.slice(1), { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

describe('A run that cannot write', () => {
  it.skipIf(!works('bash', '-c', 'ulimit -f 1'))(
    'says so where files may not grow; the old ones are as they were',
    async () => {
      const copy = await copyOf('limited')
      const stderr = await expectUntouched(copy, () =>
        runGradus([...longer, '--runs', copy], {
          wrapper: ['bash', '-c', 'ulimit -f 3000; exec "$@"', 'bash'],
        }),
      )
      expect(stderr).toMatch(
        /^gradus: .*limited\/a\/.*: the disk has no room for 5\d{6} bytes. If there was a file before, it is as it was./m,
      )
      // With room it goes on, and ends as a run of two epochs does.
      const whole = await runGradus([...short, '--epochs', '2', '--runs', join(folder, 'whole')])
      const again = await runGradus([...longer, '--runs', copy])
      expect([whole.code, again.code]).toEqual([0, 0])
      expect(await readRun(join(copy, 'a'))).toEqual(await readRun(join(folder, 'whole', 'a')))
    },
    180_000,
  )

  // A file system of its own needs a name space of its own, which some systems do not allow.
  it.skipIf(!works('unshare', '-rm', 'mount', '-t', 'tmpfs', 'tmpfs', '/tmp'))(
    'says so on a full disk',
    async () => {
      const [copy, disk] = [await copyOf('full'), await mkdtemp(join(folder, 'disk-'))]
      // There is room for the files that there are, and not for one more beside them.
      const onSmallDisk =
        `mount -t tmpfs -o size=18m tmpfs ${disk} && cp -r ${copy}/a ${disk} || exit 2; ` +
        `"$@"; code=$?; rm -r ${copy}/a; cp -r ${disk}/a ${copy}; exit $code`
      const stderr = await expectUntouched(copy, () =>
        runGradus([...longer, '--runs', disk], {
          wrapper: ['unshare', '-rm', 'bash', '-c', onSmallDisk, 'bash'],
        }),
      )
      expect(stderr).toMatch(
        /^gradus: .*: the disk has no room for 5\d{6} bytes. If there was a file before, it is as it was./m,
      )
    },
    120_000,
  )

  it('says so in a folder that is read-only', async () => {
    const copy = await copyOf('closed')
    // The super-user may write anywhere: somebody else is asked to.
    const isRoot = process.getuid?.() === 0
    const uid = isRoot ? 65_534 : undefined
    for (const path of [join(copy, 'a'), join(copy, 'a', 'backup')]) await chmod(path, 0o555)
    if (isRoot) await chown(folder, 65_534, 65_534)
    const stderr = await expectUntouched(copy, () => runGradus([...longer, '--runs', copy], { uid }))
    expect(stderr).toMatch(
      /^gradus: .*closed\/a: nothing can be written into this folder \(.*\). Change its permissions, or take another.\n$/,
    )
    for (const path of [join(copy, 'a'), join(copy, 'a', 'backup')]) await chmod(path, 0o755)
  }, 120_000)
})
