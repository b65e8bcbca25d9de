import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { holderSpec } from './holder.ts'
import { updateLimits } from './limits.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-limits-'))
after(() => rmSync(folder, { recursive: true }))
const runc = join(folder, 'runc')
const answers = (script: string): void => {
  writeFileSync(runc, `#!/bin/sh\necho "$@" >'${folder}/words'\ncat >'${folder}/given'\n${script}\n`)
  chmodSync(runc, 0o755)
}
const limits = { cpuShares: 2, memoryLimitBytes: 1 << 20 }
const update = (program = runc) =>
  updateLimits({ runc: program, runcRoot: '/root', id: 'c1', unlimited: ['cpu'] }, limits)

test('runc is told the limits that this machine can keep, and what it refuses is told in its words', async () => {
  answers('')
  await update()
  assert.equal(readFileSync(join(folder, 'words'), 'utf8'), '--root /root update --resources - c1\n')
  assert.deepEqual(JSON.parse(readFileSync(join(folder, 'given'), 'utf8')), { memory: { limit: 1 << 20 } })
  answers('echo " it is busy " >&2; exit 1')
  await assert.rejects(update(), { code: 'CONTAINER_LIMITS_REFUSED', message: /container 'c1': it is busy$/ })
  answers(`echo 'time="x" level=error msg="unable to set \\"it\\""' >&2; exit 1`)
  await assert.rejects(update(), { code: 'CONTAINER_LIMITS_REFUSED', message: /container 'c1': unable to set "it"$/ })
  answers('exit 1')
  await assert.rejects(update(), { code: 'CONTAINER_LIMITS_REFUSED', message: /container 'c1': Command failed/ })
  await assert.rejects(update(join(folder, 'none')), { code: 'CONTAINER_LIMITS_REFUSED', message: /ENOENT/ })
})

test('what holds a pod’s process namespace may do nothing, is nobody’s, and asks for as little as there is', () => {
  const spec = {
    id: 'h',
    namespaces: { network: '/n', ipc: '/i', uts: '/u' },
    cgroup: 'a/b',
    logPath: '/l',
    annotations: {},
  }
  const { command, ...rest } = holderSpec(spec)
  assert.deepEqual(command?.slice(0, 2), ['sh', '-c'])
  assert.deepEqual(rest, {
    ...spec,
    image: 'fairlead/echo',
    env: [],
    mounts: [],
    tty: false,
    stdin: false,
    user: { uid: 65_535, gid: 65_535 },
    capabilities: { add: [], drop: ['ALL'] },
    readOnlyRootFilesystem: true,
    noNewPrivileges: true,
    resources: { cpuShares: 2 },
  })
})
