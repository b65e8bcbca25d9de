import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { noteLife, readLives } from '../state/lives.ts'
import { statePaths } from '../state/state.ts'
import { findState } from '../state/state-folder.ts'
import { missingObjects, setObjectsAside } from './set-aside.ts'

const NOW = new Date('2026-01-02T03:04:05.678Z')

const scratch = () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-aside-'))
  return { stateDir: folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
}

test('a file that cannot be read gets another name, with its log, and keeps what it holds; none is overwritten', async () => {
  using one = scratch()
  const { stateDir } = one
  const { objects } = statePaths(stateDir)
  for (const [text, name] of [
    ['no database', 'set-aside-20260102T030405Z.db'],
    ['another one', 'set-aside-20260102T030405Z-2.db'],
  ] as const) {
    writeFileSync(objects, text)
    writeFileSync(`${objects}-wal`, `log of ${text}`)
    noteLife(stateDir, NOW.toISOString())
    assert.equal(await setObjectsAside(stateDir, NOW), join(stateDir, name))
    assert.equal(existsSync(objects), false)
    assert.equal(readFileSync(join(stateDir, name), 'utf8'), text)
    assert.equal(readFileSync(join(stateDir, `${name}-wal`), 'utf8'), `log of ${text}`)
    assert.deepEqual(readLives(stateDir).startedAt, [], 'what comes next is a first life')
  }
  assert.equal(readFileSync(join(stateDir, 'set-aside-20260102T030405Z.db'), 'utf8'), 'no database')
  rmSync(join(stateDir, 'objects.db'), { force: true })
  assert.throws(() => findState('other', stateDir), { code: 'STATE_FOREIGN' })
})

test('a file that can be read stays where it is, and so does one that is not there', async () => {
  using one = scratch()
  const { objects } = statePaths(one.stateDir)
  assert.equal(await setObjectsAside(one.stateDir, NOW), undefined)
  new DatabaseSync(objects).close()
  writeFileSync(objects, '')
  assert.equal(await setObjectsAside(one.stateDir, NOW), undefined)
  assert.deepEqual(readdirSync(one.stateDir), ['objects.db'])
})

test('a cluster whose objects are gone says so, and what is no file of objects is set aside like any other', async () => {
  using one = scratch()
  const { stateDir } = one
  const { objects } = statePaths(stateDir)
  const gone = `the objects of before are gone, since nothing is in ${objects}: it begins without any`
  assert.equal(missingObjects(stateDir), gone)
  writeFileSync(objects, '')
  assert.equal(missingObjects(stateDir), gone)
  writeFileSync(`${objects}-wal`, 'log')
  assert.equal(missingObjects(stateDir), undefined)
  rmSync(`${objects}-wal`)
  for (const make of [() => mkdirSync(objects), () => symlinkSync('/nonexistent/x', objects)]) {
    rmSync(objects, { recursive: true })
    make()
    assert.equal(missingObjects(stateDir), undefined)
    assert.ok(await setObjectsAside(stateDir, NOW))
    writeFileSync(objects, '')
  }
})
