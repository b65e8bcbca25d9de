import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ClusterError } from '../cluster-error.ts'
import { faultWords, readFaultWords, stateFault } from './state-fault.ts'

const fault = (code: string, path?: string): unknown =>
  stateFault(Object.assign(new Error(code), { code, syscall: 'write', path }), '/state/a')

test('an error of the system about a file says which file, and what to do', () => {
  const full = fault('ENOSPC') as ClusterError
  assert.ok(full instanceof ClusterError)
  assert.equal(full.code, 'STATE_UNUSABLE')
  assert.equal(full.message, '/state/a: the disk is full (ENOSPC)')
  assert.match(full.hint!, /FAIRLEAD_STATE/)
  assert.match((fault('EROFS', '/state/a/pki') as Error).message, /^\/state\/a\/pki: the disk is read-only/)
  assert.match((fault('EMFILE', '/x') as ClusterError).hint!, /ulimit -n/)
})

test('any other error stays what it is', () => {
  for (const error of [
    new TypeError('ours'),
    new ClusterError('NOT_ROOT', 'no'),
    Object.assign(new Error('x'), { code: 'ECONNRESET', syscall: 'read' }),
    Object.assign(new Error('not of the system, though it has a code of its'), { code: 'EACCES' }),
  ])
    assert.equal(stateFault(error, '/state'), error)
})

test('a file that is to be read and is not there is told so, and not that no folder can be made', () => {
  const absent = Object.assign(new Error('x'), { code: 'ENOENT', syscall: 'open' })
  assert.equal(readFaultWords(absent), 'there is no such file (ENOENT)')
  assert.equal(faultWords(absent), 'no folder can be made there (ENOENT)')
  const folder = Object.assign(new Error('x'), { code: 'EISDIR', syscall: 'read' })
  assert.equal(readFaultWords(folder), 'it is a folder (EISDIR)')
  assert.equal(readFaultWords(new Error('ours')), undefined)
})
