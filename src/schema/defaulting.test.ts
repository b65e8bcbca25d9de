import assert from 'node:assert/strict'
import { test } from 'node:test'
import { applyConstantDefaults } from './defaulting.ts'
import { declarations, field, inline, int32, list, map, optional, ref, required, string } from './schema.ts'

const { message } = declarations('test.v1')
class Leaf extends message('Leaf', { mode: field(1, string, { default: 'On' }), size: optional(2, int32) }) {}
class Plain extends message('Plain', { name: field(1, string) }) {}
class Inlined extends message('Inlined', { scheme: field(1, string, { default: 'HTTP' }), leaf: optional(2, Leaf) }) {}
class Tree extends message('Tree', {
  leaf: optional(1, Leaf),
  leaves: list(2, Leaf),
  byName: map(3, Leaf),
  words: list(4, string),
  inlined: inline(5, Inlined),
  count: optional(6, int32, { default: 3 }),
  label: optional(7, string, { default: 'x' }),
  kind: required(8, string, { default: '' }),
  disk: field(9, string, { default: 'ref(AzureSharedBlobDisk)' }),
  cache: field(10, string, { default: 'ref(AzureDataDiskCachingReadWrite)' }),
  below: optional(11, ref<Tree>('Tree')),
  plain: optional(12, Plain),
}) {}

const defaulted = (object: object): object => {
  applyConstantDefaults(Tree, object)
  return object
}
const TOP = { scheme: 'HTTP', count: 3, label: 'x', disk: 'Shared', cache: 'ReadWrite' }

test('what is absent gets the constant that its table declares, at any depth, and what is set stays', () => {
  const cases: readonly (readonly [object, object])[] = [
    [{}, {}],
    [{ leaf: {} }, { leaf: { mode: 'On' } }],
    [{ leaf: { mode: '', size: 0 } }, { leaf: { mode: 'On', size: 0 } }],
    [{ leaf: { mode: 'Off' } }, { leaf: { mode: 'Off' } }],
    [{ leaf: null }, { leaf: null }],
    [{ leaves: [{}, { mode: 'Off' }, null] }, { leaves: [{ mode: 'On' }, { mode: 'Off' }, null] }],
    [{ byName: { a: {}, b: null } }, { byName: { a: { mode: 'On' }, b: null } }],
    [{ words: ['', 'a'] }, { words: ['', 'a'] }],
    [{ scheme: '', leaf: { size: 1 } }, { leaf: { size: 1, mode: 'On' } }],
    [
      { count: 0, label: '' },
      { count: 0, label: '' },
    ],
    [{ count: null, label: null }, {}],
    [
      { kind: '', plain: { name: '' } },
      { kind: '', plain: { name: '' } },
    ],
    [
      { disk: 'Managed', cache: 'None' },
      { disk: 'Managed', cache: 'None' },
    ],
  ]
  for (const [object, expected] of cases) assert.deepEqual(defaulted(structuredClone(object)), { ...TOP, ...expected })
  assert.deepEqual(Object.keys(defaulted({})), ['scheme', 'count', 'label', 'disk', 'cache'])
})
