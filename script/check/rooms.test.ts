import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rooms } from './rooms.ts'
import { treeOf } from './tree.ts'

const page = (...lines: readonly string[]) =>
  ['# A house', '', '| `gone` | before | |', '', '## Rooms', '', ...lines, '', '## Later', '| `late` | after | |'].join(
    '\n',
  )
const files = { 'src/net/a.ts': '', 'src/dns/b.ts': '' }
const rules = { rooms: { net: [], dns: ['net'] }, pure: ['net'] }
const faults = (text: string, more: Record<string, string> = {}, by = rules) =>
  rooms(by)
    .find(treeOf({ ...files, ...more, 'ARCHITECTURE.md': text }))
    .map(({ subject, message }) => `${subject}: ${message}`)

const NET = '| `net` | addresses | have effects |'
const DNS = '| `dns` | names, with a `word` in it | |'

test('rooms of the rules, of the page and of the tree are the same, from the bottom up', () => {
  assert.deepEqual(faults(page(NET, DNS)), [])
  assert.deepEqual(faults(page(DNS, NET)), [
    'ARCHITECTURE.md: its rooms stand in another order than in layers.json: net, dns',
  ])
})

test('a room that one of them does not have is a fault', () => {
  assert.deepEqual(faults(page(NET)), ['dns: the room is not in the table of ARCHITECTURE.md'])
  assert.deepEqual(faults(page(NET, DNS), { 'src/cli/c.ts': '' }), [
    'cli: the room is not in layers.json and the table of ARCHITECTURE.md',
  ])
  assert.deepEqual(faults(page(NET, DNS, '| `cli` | verbs | |')), ['cli: the room is not in layers.json and src/'])
})

test('a room that is pure in one of them alone is a fault', () => {
  const differ = 'ARCHITECTURE.md and layers.json do not agree whether it is pure'
  assert.deepEqual(faults(page('| `net` | addresses | |', DNS)), [`net: ${differ}`])
  assert.deepEqual(faults(page(NET, '| `dns` | names | have effects |')), [`dns: ${differ}`])
})

test('a room that may import one which stands after it is a fault', () => {
  assert.deepEqual(faults(page(DNS, NET), {}, { rooms: { dns: ['net'], net: [] }, pure: ['net'] } as never), [
    "dns: it stands before 'net', which it may import, in layers.json",
  ])
})
