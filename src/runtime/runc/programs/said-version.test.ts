import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { foundPrograms } from './found-programs.ts'
import { versionAsker } from './said-version.ts'
import { whyNoSeccomp } from './seccomp-support.ts'
import { toldVersion } from './told-version.ts'

const folder = mkdtempSync(join(tmpdir(), 'said-version-'))
after(() => rmSync(folder, { recursive: true }))
const asked = join(folder, 'asked')
/** How often programs were asked since the last time that this was. */
const askings = (): number => {
  const count = existsSync(asked) ? readFileSync(asked, 'utf8').length : 0
  rmSync(asked, { force: true })
  return count
}
const program = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, `#!/bin/sh\nprintf x >> ${asked}\n${text}\n`, { mode: 0o755 })
  return path
}

test('who wants to know of runc’s version asks it once, all together', async () => {
  const runc = program('runc', 'printf "runc version 1.1.5\\nlibseccomp: 2.5.4\\n"')
  const conmon = program('conmon', 'echo "conmon version 2.1.6"')
  const programs = foundPrograms({ runc, conmon })
  const told = toldVersion(programs.runcVersion)
  const first = await Promise.all([told(), whyNoSeccomp(programs), programs.check()])
  assert.deepEqual(first, ['1.1.5', undefined, undefined])
  // Once conmon, too.
  assert.equal(askings(), 2)
  assert.deepEqual([await told(), await whyNoSeccomp(programs), await programs.check()], first)
  assert.equal(askings(), 0)
})

test('a program is asked again where it failed to answer, and where another one lies at its path', async () => {
  const ask = versionAsker()
  const path = program('one', 'echo half; exit 1')
  for (const _ of [1, 2]) assert.equal(await ask(path), 'half\n')
  assert.equal(askings(), 2)
  program('one', 'echo runc version 1.1.0')
  for (const _ of [1, 2]) assert.equal(await ask(path), 'runc version 1.1.0\n')
  assert.equal(askings(), 1)
  rmSync(path)
  for (const _ of [1, 2])
    await assert.rejects(ask(path), { code: 'RUNTIME_PROGRAM_MISSING', message: /one does not start: .*ENOENT/ })
  program('one', 'echo runc version 1.2.10-newer')
  assert.equal(await ask(path), 'runc version 1.2.10-newer\n')
  assert.equal(askings(), 1)
})

test('that a program could not even be tried, as without memory, is not kept', async () => {
  const ask = versionAsker()
  const first = ask('no\0path')
  await assert.rejects(first, { code: 'ERR_INVALID_ARG_VALUE' })
  const second = ask('no\0path')
  assert.notEqual(second, first)
  await assert.rejects(second)
})
