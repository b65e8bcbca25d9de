import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JsonPatchError } from '#schema/patch/json-patch-error.ts'
import { PatchError } from './asking/mutate.ts'
import { Connections } from './client/connections.ts'
import { patching } from './patching.ts'

type Loose = any
const machinery: Loose = { messageOf: () => undefined, catalogue: { find: () => undefined } }
const form: Loose = { kind: { group: 'g', version: 'v1', kind: 'K' }, resource: {} }
const patched = (patch: unknown) =>
  patching(machinery)(
    { apiVersion: 'g/v1', kind: 'K', spec: { a: 1 } } as Loose,
    typeof patch === 'string' ? patch : JSON.stringify(patch),
    form,
  )

test('a patch is applied to an object as it is told of, which stays what it is', () => {
  const path = '/spec/b'
  assert.deepEqual(patched([{ op: 'add', path, value: 2 }]), { apiVersion: 'g/v1', kind: 'K', spec: { a: 1, b: 2 } })
  assert.throws(() => patched([{ op: 'replace', path: '/kind', value: 'Other' }]), {
    message: 'Internal error occurred: converting (g/v1.Other) to (g/v1.K): unknown conversion',
  })
})

test('a patch that cannot be read is told apart from one that does not fit', () => {
  for (const bad of ['[', { op: 'add' }, [1]]) assert.throws(() => patched(bad), PatchError, JSON.stringify(bad))
  for (const unfit of [
    [{ op: 'remove', path: '/none' }],
    [{ op: 'test', path: '/spec/a', value: 2 }],
    [{ op: 'odd', path: '/x' }],
  ])
    assert.throws(
      () => patched(unfit),
      (error) => error instanceof JsonPatchError && !(error instanceof PatchError),
    )
})

test('connections of two hundred webhooks are kept; the one that was asked longest ago gives way', () => {
  const connections = new Connections(
    () => assert.fail(),
    () => assert.fail(),
  )
  const at = (number: number): Loose => ({ host: 'h', port: number, path: '/', url: '' })
  const bundle = Buffer.from('x').toString('base64')
  const first = connections.agentFor(at(0), bundle)
  const second = connections.agentFor(at(1), bundle)
  assert.notEqual(connections.agentFor(at(0), ''), first, 'another bundle')
  for (let number = 2; number < 199; number++) connections.agentFor(at(number), bundle)
  assert.equal(connections.agentFor(at(0), bundle), first)
  for (const number of [199, 200]) connections.agentFor(at(number), bundle)
  assert.equal(connections.agentFor(at(0), bundle), first, 'it was asked since')
  assert.notEqual(connections.agentFor(at(1), bundle), second)
  connections.close()
  assert.notEqual(connections.agentFor(at(0), bundle), first)
  connections.close()
})
