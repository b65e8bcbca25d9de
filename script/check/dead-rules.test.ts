import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deadRules } from './dead-rules.ts'
import { treeOf } from './tree.ts'

const there = { 'src/cli/words/a.ts': '', 'src/cli/walk/hop/b.ts': '', 'src/dns/store.ts': '' }
const faults = (rules: Partial<Parameters<typeof deadRules>[0]>) =>
  deadRules({ folders: {}, barred: {}, doors: {}, ...rules })
    .find(treeOf(there))
    .map(({ subject, message }) => `${subject}: ${message}`)

test('a rule about folders and files that are there is no fault', () => {
  assert.deepEqual(
    faults({
      folders: { cli: { words: [], walk: ['', 'words'] }, 'cli/walk': { hop: [''] } },
      barred: { 'src/cli/words/': ['dns'] },
      doors: { 'src/dns/store.ts': ['src/dns/', 'src/cli/walk/'] },
    }),
    [],
  )
})

test('a rule about what was renamed or taken away is a fault, wherever it names it', () => {
  const fault = (place: string) => [`layers.json: it has a rule about ${place}, which is not there`]
  assert.deepEqual(faults({ folders: { cli: { word: [] } } }), fault('src/cli/word/'))
  assert.deepEqual(faults({ folders: { cli: { words: ['clock'] } } }), fault('src/cli/clock/'))
  assert.deepEqual(faults({ folders: { 'cli/walk': { hops: [] } } }), fault('src/cli/walk/hops/'))
  assert.deepEqual(faults({ barred: { 'src/cli/word/': ['dns'] } }), fault('src/cli/word/'))
  assert.deepEqual(faults({ doors: { 'src/dns/shop.ts': ['src/dns/'] } }), fault('src/dns/shop.ts'))
  assert.deepEqual(faults({ doors: { 'src/dns/store.ts': ['src/dns/registry/'] } }), fault('src/dns/registry/'))
})
