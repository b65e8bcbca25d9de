import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { clearFault, noteFault, readFault, unreadableHint } from './control-plane-fault.ts'

test('why a control plane does not start is known to others until it serves', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-fault-'))
  try {
    assert.equal(readFault(folder), undefined)
    noteFault(folder, Object.assign(new Error('it is damaged'), { code: 'DATABASE_DAMAGED' }))
    assert.deepEqual(readFault(folder), { code: 'DATABASE_DAMAGED', message: 'it is damaged' })
    noteFault(folder, 'a text')
    assert.deepEqual(readFault(folder), { message: 'a text' })
    clearFault(folder)
    clearFault(folder)
    assert.equal(readFault(folder), undefined)
    noteFault(join(folder, 'gone'), new Error('nobody can note it'))
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('where the objects cannot be read, what is to be done is said, and that they can be done without', () => {
  const hint = (code?: string) => unreadableHint({ code, message: '' }, 'ci')
  for (const code of ['DATABASE_DAMAGED', 'DATABASE_NEWER', 'DATABASE_FOREIGN'])
    assert.match(hint(code)!, /fairlead up ci --set-aside$/, code)
  // Nothing is wrong with the file: nobody is led to give it up.
  for (const code of ['DATABASE_IN_USE', 'DATABASE_UNUSABLE']) assert.doesNotMatch(hint(code)!, /set-aside/, code)
  assert.equal(hint('EACCES'), undefined)
  assert.equal(hint(), undefined)
})
