import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deadRules } from './dead-rules.ts'
import { treeOf } from './tree.ts'

const there = {
  'src/cli/front.ts': '',
  'src/cli/words/a.ts': '',
  'src/cli/walk/b.ts': "import '../front.ts'\nimport '../words/a.ts'",
  'src/cli/walk/hop/b.ts': "import '../b.ts'\nimport '#net/c.ts'",
  'src/dns/store.ts': '',
  'src/net/c.ts': '',
}
const faults = (rules: Partial<Parameters<typeof deadRules>[0]>, include: readonly string[] = [], files = there) =>
  deadRules({ rooms: {}, folders: {}, barred: {}, doors: {}, pure: [], pureFiles: [], ...rules })
    .find(treeOf({ ...files, 'src/net/c.test.ts': '', 'tsconfig.pure.json': JSON.stringify({ include }) }))
    .map(({ subject, message }) => `${subject}: ${message}`)
const gone = (place: string, subject = 'layers.json') => [
  `${subject}: it has a rule about ${place}, which is not there`,
]

test('a rule about folders and files that are there is no fault', () => {
  assert.deepEqual(
    faults({
      rooms: { net: [], dns: [], cli: ['net'] },
      folders: { cli: { words: [], walk: ['', 'words'] }, 'cli/walk': { hop: [''] } },
      barred: { 'src/cli/words/': ['dns'] },
      doors: { 'src/dns/store.ts': ['src/dns/', 'src/cli/walk/'] },
    }),
    [],
  )
})

test('a rule about what was renamed or taken away is a fault, wherever it names it', () => {
  assert.deepEqual(faults({ folders: { cli: { word: [] } } }), gone('src/cli/word/'))
  assert.deepEqual(faults({ folders: { cli: { words: ['clock'] } } }), [
    'layers.json: cli/words may import cli/clock, and does not',
    ...gone('src/cli/clock/'),
  ])
  assert.deepEqual(faults({ folders: { 'cli/walk': { hops: [] } } }), gone('src/cli/walk/hops/'))
  assert.deepEqual(faults({ barred: { 'src/cli/word/': ['dns'] } }), gone('src/cli/word/'))
  assert.deepEqual(faults({ doors: { 'src/dns/shop.ts': ['src/dns/'] } }), gone('src/dns/shop.ts'))
  assert.deepEqual(faults({ doors: { 'src/dns/store.ts': ['src/dns/registry/'] } }), gone('src/dns/registry/'))
  assert.deepEqual(faults({ pureFiles: ['dns/zone\\.ts$'] }), gone('dns/zone\\.ts$'))
})

test('leave to import that nobody takes is a fault; what a test takes does not count', () => {
  const files = { ...there, 'src/dns/zone.test.ts': "import '#net/c.ts'" }
  const told = (rules: Partial<Parameters<typeof deadRules>[0]>) => faults(rules, [], files)
  assert.deepEqual(told({ rooms: { net: [], dns: ['net'], cli: ['dns', 'net'] } }), [
    'layers.json: dns may import net, and does not',
    'layers.json: cli may import dns, and does not',
  ])
  const more = { ...files, 'src/cli/end/d.ts': '' }
  assert.deepEqual(faults({ folders: { cli: { walk: ['', 'words', 'end'] } } }, [], more), [
    'layers.json: cli/walk may import cli/end, and does not',
  ])
  assert.deepEqual(told({ folders: { cli: { words: ['', 'walk'] }, 'cli/walk': { hop: [''] } } }), [
    'layers.json: cli/words may import cli, and does not',
    'layers.json: cli/words may import cli/walk, and does not',
  ])
})

test('all pure files, and they alone, are compiled without Node’s types', () => {
  const rules = { pure: ['net'], pureFiles: ['dns/st[a-z]+\\.ts$'] }
  assert.deepEqual(faults(rules, ['src/net', 'src/dns/st*.ts']), [])
  assert.deepEqual(faults(rules, ['src/net']), [
    'src/dns/store.ts: it is pure, and tsconfig.pure.json does not have it',
  ])
  assert.deepEqual(
    faults(rules, ['src/net', 'src/dns/store.ts', 'src/dns/zone.ts']),
    gone('src/dns/zone.ts', 'tsconfig.pure.json'),
  )
})
