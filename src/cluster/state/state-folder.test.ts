import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { findState, mayBeStateOf, removeState } from './state-folder.ts'

const scratch = () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-state-folder-'))
  const stateDir = join(folder, 'ci')
  return {
    folder,
    stateDir,
    /** Lays files into it; a name that ends in a slash is a folder. */
    lay: (...names: readonly string[]) => {
      mkdirSync(stateDir, { recursive: true })
      for (const name of names)
        if (name.endsWith('/')) mkdirSync(join(stateDir, name))
        else writeFileSync(join(stateDir, name), 'text')
    },
    configure: (config: object) => writeFileSync(join(stateDir, 'cluster.json'), JSON.stringify(config)),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  }
}
const FOREIGN = { code: 'STATE_FOREIGN' }

test('a cluster’s state is a folder that is called as the cluster, and no other path', () => {
  assert.ok(mayBeStateOf('ci', '/var/lib/fairlead/ci'))
  for (const path of ['/', '/var/lib/fairlead/other', '/ci/..', 'ci', 'rel/ci', '', 5, null, undefined])
    assert.equal(mayBeStateOf('ci', path), false, String(path))
})

test('a folder counts as a cluster’s state by its configuration, or by holding nothing else than a cluster does', () => {
  using one = scratch()
  assert.equal(findState('ci', one.stateDir), 'none')
  one.lay()
  assert.equal(findState('ci', one.stateDir), 'there')
  one.lay('logs/', 'pods/', 'machines', 'cluster.json.77.tmp')
  one.lay('cluster.json')
  assert.equal(findState('ci', one.stateDir), 'there', 'damaged, and nothing but a cluster’s')
  one.lay('notes')
  assert.throws(() => findState('ci', one.stateDir), {
    ...FOREIGN,
    message: /ci is not the state of cluster ci: it holds notes/,
  })
  one.configure({ name: 'ci', stateDir: one.stateDir })
  assert.equal(findState('ci', one.stateDir), 'there')
  for (const config of [
    { name: 'other', stateDir: one.stateDir },
    { name: 'ci', stateDir: '/elsewhere/ci' },
  ]) {
    one.configure(config)
    assert.throws(() => findState('ci', one.stateDir), FOREIGN)
  }
})

test('a registry is the cluster’s and goes with it; profiles that people brought are no state, and stay', () => {
  using one = scratch()
  one.lay('seccomp/')
  assert.equal(findState('ci', one.stateDir), 'none', 'profiles may lie there before the cluster is up')
  one.lay('registry/', 'cluster.json')
  assert.equal(findState('ci', one.stateDir), 'there')
  removeState(one.stateDir)
  assert.deepEqual(readdirSync(one.stateDir), ['seccomp'])
  assert.equal(findState('ci', one.stateDir), 'none', 'and it may be made anew')
  assert.throws(() => findState('other', one.stateDir), FOREIGN)
})

test('neither a folder of the machine, nor a link, nor a file is a cluster’s state', () => {
  using one = scratch()
  assert.throws(() => findState('usr', '/usr'), FOREIGN)
  assert.throws(() => findState('q', '/'), FOREIGN)
  symlinkSync(one.folder, one.stateDir)
  assert.throws(() => findState('ci', one.stateDir), { ...FOREIGN, message: /it is no folder/ })
  writeFileSync(join(one.folder, 'file'), '')
  assert.throws(() => findState('file', join(one.folder, 'file')), FOREIGN)
})

test('removeState() removes what a cluster has laid there, and nothing else', () => {
  using one = scratch()
  one.lay('logs/', 'pods/', 'cluster.json', 'stopping', 'notes')
  writeFileSync(join(one.stateDir, 'pods', 'deep'), '')
  removeState(one.stateDir)
  assert.deepEqual(readdirSync(one.stateDir), ['notes'])
  assert.equal(readFileSync(join(one.stateDir, 'notes'), 'utf8'), 'text')
  rmSync(join(one.stateDir, 'notes'))
  one.lay('pki/', 'api.sock')
  removeState(one.stateDir)
  assert.deepEqual(readdirSync(one.folder), [])
  removeState(one.stateDir)
})
