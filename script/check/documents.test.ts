import assert from 'node:assert/strict'
import { test } from 'node:test'
import { documents } from './documents.ts'
import { treeOf } from './tree.ts'

const subjects = (files: Record<string, string>) => documents.find(treeOf(files)).map(({ subject }) => subject)
const code = { 'src/dns/zone.ts': 'export const answer = () => 1\nclass ZoneStore {}\nwrite("state.json")' }

test('a document may name files and folders by any end of their path, and files that the code makes', () => {
  assert.deepEqual(
    subjects({
      ...code,
      'docs/dns.md': '`src/dns/zone.ts` `dns/zone.ts` `zone.ts` `src/dns/` `STATE/NAME/state.json` `state.json`',
    }),
    [],
  )
})

test('a file or a folder that a document names and that is not there is a fault', () => {
  assert.deepEqual(subjects({ ...code, 'docs/dns.md': '`zones.ts` and `src/dns/zones/`, `src/dns/gone.ts`' }), [
    'docs/dns.md: zones.ts',
    'docs/dns.md: src/dns/zones',
    'docs/dns.md: src/dns/gone.ts',
  ])
})

test('a function or a class that a document names and that no code has is a fault', () => {
  assert.deepEqual(
    subjects({ ...code, 'README.md': '`answer()` `ZoneStore` `zone.answer(name)` `ask()` `ZoneKeeper`' }),
    ['README.md: ask', 'README.md: ZoneKeeper'],
  )
})

test('a comment is held to the same: its file by name alone is one of the room', () => {
  assert.deepEqual(
    subjects({
      ...code,
      'src/dns/server.ts': '// as answer() of zone.ts does\n/* gone() was in gone.ts, and docs/lost.md tells of it */',
      'src/net/ip.ts': '// see zone.ts, that is dns/zone.ts',
    }),
    [
      'src/dns/server.ts: gone.ts',
      'src/dns/server.ts: docs/lost.md',
      'src/dns/server.ts: gone',
      'src/net/ip.ts: zone.ts',
    ],
  )
})

test('a decision may be named by its number, if it is there', () => {
  const files = { 'docs/adr/0007-names.md': '', 'src/net/ip.ts': '// docs/adr/0007 says why; docs/adr/0008 does not' }
  assert.deepEqual(subjects(files), ['src/net/ip.ts: docs/adr/0008'])
})

test('a fault is told with its line, in a document as in a comment', () => {
  const told = documents
    .find(
      treeOf({ 'docs/dns.md': '# Names\n\nsee `gone.ts`', 'src/dns/a.ts': 'a\nb /* one\n two lost.ts\n gone() */' }),
    )
    .map(({ subject, message }) => `${subject}: ${message.split(' ').slice(0, 2).join(' ')}`)
  assert.deepEqual(told, [
    'docs/dns.md: gone.ts: line 3',
    'src/dns/a.ts: lost.ts: line 3',
    'src/dns/a.ts: gone: line 4',
  ])
})

test('data and shell scripts say what they like', () => {
  assert.deepEqual(subjects({ ...code, 'src/dns/a.json': '{"`gone.ts`": 1}', 'script/tool': 'echo `gone.ts`' }), [])
})

test('names of all our files and folders are looked at, also from where the document stands, and what is made by `new`', () => {
  const files = { 'docs/adr/0001-one.md': '', 'docs/brief.md': '`../docs/adr/0001-one.md` `./adr/0001-one.md`' }
  assert.deepEqual(subjects({ ...files, 'docs/adr/0002-two.md': '`../brief.md` `../0001-one.md`' }), [
    'docs/adr/0002-two.md: ../0001-one.md',
  ])
  const names = [
    'a.ts',
    'a.json',
    'a.md',
    'a.sh',
    'a.mjs',
    'test/kernel',
    'docs/adr',
    'script/check',
    'bench/a',
    'bin/a',
    'examples/a',
  ]
  for (const name of names) assert.deepEqual(subjects({ 'README.md': `\`${name}\`` }), [`README.md: ${name}`])
  assert.deepEqual(subjects({ ...code, 'README.md': '`new ZoneStore(…)` `new ZoneKeeper(…)`' }), [
    'README.md: ZoneKeeper',
  ])
})
