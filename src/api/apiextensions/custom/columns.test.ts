import assert from 'node:assert/strict'
import { test } from 'node:test'
import { customColumns } from './columns.ts'
import { compareVersions } from './version-order.ts'

const NOW = Date.parse('2026-01-02T00:00:00Z')
const object: any = {
  metadata: { name: 'a', creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: {
    text: 'x',
    list: [1, 'a'],
    map: { b: 1, a: 2 },
    none: null,
    whole: 7,
    big: 9007199254740993n,
    part: 1.5,
    yes: true,
    when: '2026-01-01T23:00:00Z',
    empty: '',
    odd: 'yesterday',
  },
}
const column = (jsonPath: string, type = 'string', more: object = {}) => ({ name: 'C', type, jsonPath, ...more })
const cell = (path: string, type?: string) => customColumns([column(path, type)])[1]!.cell(object, NOW)

test('a definition without columns has the age', () => {
  for (const none of [undefined, []])
    assert.deepEqual(
      customColumns(none).map(({ name, type }) => `${name} ${type}`),
      ['Name string', 'Age date'],
    )
})

test('a column is what its definition says, and described by its path where that says nothing', () => {
  const [name, own, plain] = customColumns([
    column('.spec.text', 'string', { format: 'byte', description: 'Words.', priority: 1 }),
    column('.spec.whole', 'integer', { description: '' }),
  ])
  assert.equal(name!.name, 'Name')
  const { cell: _, ...said } = own!
  assert.deepEqual(said, { name: 'C', type: 'string', format: 'byte', description: 'Words.', priority: 1 })
  const description = 'Custom resource definition column (in JSONPath format): .spec.whole'
  assert.deepEqual([plain!.format, plain!.priority, plain!.description], ['', 0, description])
})

test('a cell is what stands at its path, if it is of the type', () => {
  const cells: readonly (readonly [path: string, type: string, cell: unknown])[] = [
    ['.spec.text', 'string', 'x'],
    ['.spec.list', 'string', '[1,"a"]'],
    ['.spec.map', 'string', '{"a":2,"b":1}'],
    ['.spec.none', 'string', '<no value>'],
    ['.spec.whole', 'string', '7'],
    ['.spec.part', 'string', '1.5'],
    ['.spec.yes', 'string', 'true'],
    ['.spec.missing', 'string', null],
    ['.spec.whole', 'integer', 7],
    ['.spec.part', 'integer', 1],
    ['.spec.big', 'integer', 9007199254740992],
    ['.spec.text', 'integer', null],
    ['.spec.part', 'number', 1.5],
    ['.spec.big', 'number', 9007199254740992],
    ['.spec.text', 'number', null],
    ['.spec.yes', 'boolean', true],
    ['.spec.text', 'boolean', null],
    ['.spec.when', 'date', '60m'],
    ['.spec.empty', 'date', '<unknown>'],
    ['.spec.odd', 'date', '<invalid>'],
    ['.spec.whole', 'date', null],
    ['.spec.text', 'odd', null],
  ]
  for (const [path, type, value] of cells) assert.deepEqual(cell(path, type), value, `${type} ${path}`)
})

test('what stands behind a column whose path cannot be read is not printed', () => {
  const columns = [column('.spec.text'), column('.spec['), column('.spec.whole')]
  assert.deepEqual(
    customColumns(columns).map(({ name }) => name),
    ['Name', 'C'],
  )
})

test('versions are preferred as Kubernetes does', () => {
  const sorted = 'v10 v2 v1 v11beta2 v10beta3 v3beta1 v12alpha1 v11alpha2 v11alpha1 foo1 foo10 v1gamma1'.split(' ')
  assert.deepEqual([...sorted].reverse().sort(compareVersions), sorted)
  for (const name of ['v1', 'v1beta1', 'foo']) assert.equal(compareVersions(name, name), 0)
  assert.ok(compareVersions('v1beta2', 'v1beta1') < 0 && compareVersions('a', 'b') < 0 && compareVersions('b', 'a') > 0)
})
