import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RuntimeError } from '../../runtime-error.ts'
import { whyNoSeccomp } from './seccomp-support.ts'

const RUNC = '/usr/sbin/runc'
const answer = (said: () => string): Promise<string | undefined> =>
  whyNoSeccomp({ find: () => ({ runc: RUNC, conmon: '/usr/bin/conmon' }), runcVersion: async () => said() })

test('a runtime that was built without filters is told by its path, and one that does not start in its own words', async () => {
  assert.equal(await answer(() => 'runc version 1.1.5\nlibseccomp: 2.5.4\n'), undefined)
  assert.equal(await answer(() => '+SYSTEMD +SELINUX +SECCOMP +EBPF'), undefined)
  const bare = `seccomp is not supported: ${RUNC} was built without libseccomp`
  assert.equal(await answer(() => 'runc version 1.1.5'), bare)
  assert.equal(await answer(() => ''), bare)
  const missing = new RuntimeError('RUNTIME_PROGRAM_MISSING', `${RUNC} does not start`)
  await assert.rejects(
    answer(() => {
      throw missing
    }),
    missing,
  )
})
