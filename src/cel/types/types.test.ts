import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseType } from './parse-type.ts'
import { DURATION, ERROR, isSameType, listOf, NULL, TIMESTAMP, typeText, unwrapOptional } from './type.ts'

test('a type is read as declarations of functions write it', () => {
  const types = [
    'list(string)',
    'map(string, list(int))',
    'type(dyn)',
    'optional_type(double)',
    'bool',
    'uint',
    'bytes',
  ]
  const written = ['list(string)', 'map(string,list(int))', 'type', 'optional(double)', 'bool', 'uint', 'bytes']
  assert.deepEqual(
    written.map((text) => typeText(parseType(text))),
    types,
  )
  assert.equal(typeText(parseType('list(A)')), 'list(A)')
  assert.deepEqual(parseType('A'), { kind: 'param', name: 'A' })
  const own = ['Quantity', 'URL', 'Semver', 'NamedFormat', 'Authorizer', 'PathCheck', 'GroupCheck', 'ResourceCheck']
  const names = [...own, 'Decision', 'IP', 'CIDR'].map((name) => typeText(parseType(name)))
  assert.deepEqual(
    names.join(' ').replaceAll('kubernetes', 'k8s').replaceAll('authorization.', ''),
    [
      'k8s.Quantity k8s.URL k8s.Semver k8s.NamedFormat k8s.Authorizer k8s.PathCheck k8s.GroupCheck k8s.ResourceCheck',
      'k8s.Decision net.IP net.CIDR',
    ].join(' '),
  )
  assert.deepEqual([parseType('timestamp'), parseType('duration'), parseType('null')], [TIMESTAMP, DURATION, NULL])
  assert.throws(() => parseType('list(text)'), /no such type: list\(text\)/)
})

test('types are the same by their kind, name and parts', () => {
  const all = [
    'int',
    'list(int)',
    'list(uint)',
    'map(string, int)',
    'map(int, string)',
    'optional(int)',
    'optional(A)',
    'IP',
    'CIDR',
    'URL',
    'type(int)',
    'A',
    'B',
  ]
  for (const one of all)
    for (const other of all)
      assert.equal(isSameType(parseType(one), parseType(other)), one === other, `${one} ${other}`)
  assert.ok(isSameType({ kind: 'type' }, { kind: 'type' }) && !isSameType({ kind: 'type' }, parseType('type(int)')))
  assert.equal(typeText({ kind: 'type' }), 'type')
  assert.equal(typeText(listOf(ERROR)), 'list(!error!)')
  assert.equal(unwrapOptional(parseType('IP')), undefined)
  assert.equal(typeText(unwrapOptional(parseType('optional(int)'))!), 'int')
})
