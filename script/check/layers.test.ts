import assert from 'node:assert/strict'
import { test } from 'node:test'
import { graphOf, layers, type Rules } from './layers.ts'
import { treeOf } from './tree.ts'

const rules: Rules = {
  rooms: { net: [], dns: ['net'], cli: ['dns', 'net'] },
  folders: { cli: { words: [], walk: ['words'] }, 'cli/walk': { hop: [''] } },
  barred: { 'src/cli/words/': ['net'] },
  doors: { 'src/dns/store.ts': ['src/dns/registry/', 'src/cli/d.ts'] },
  purePackages: ['numbers'],
  pure: ['net'],
  pureFiles: ['dns/zone[^/]*\\.ts$'],
  closed: ['net'],
  tests: { 'test/contract': ['net', 'clock'] },
  ffi: { packages: ['koffi'], rooms: ['cli'] },
}
const faults = (files: Record<string, string>) =>
  layers(rules)
    .find(treeOf(files))
    .map(({ subject, message }) => `${subject}: ${message}`)

test('a room imports itself and the rooms that it may, in every form', () => {
  assert.deepEqual(
    faults({
      'src/net/ip.ts': '',
      'src/dns/a.ts': "import '#net/ip.ts'",
      'src/cli/b.ts': "await import('../dns/a.ts')",
    }),
    [],
  )
})

test('an import of a room above is a fault, also of a type, also while running', () => {
  const upward = "src/net/a.ts: 'net' may not import 'cli' (src/cli/b.ts)"
  const impure = "src/net/a.ts: a pure file imports 'src/cli/b.ts', which is not pure"
  for (const statement of [
    "import type { B } from '#cli/b.ts'",
    "import('../cli/b.ts')",
    "type B = import('#cli/b.ts').B",
  ])
    assert.deepEqual(faults({ 'src/net/a.ts': statement, 'src/cli/b.ts': '' }), [impure, upward])
})

test('a folder of a room with phases imports the folders that it may; a file beside them imports all', () => {
  const files = {
    'src/cli/words/a.ts': '',
    'src/cli/walk/b.ts': "import '../words/a.ts'",
    'src/cli/c.ts': "import './walk/b.ts'",
  }
  assert.deepEqual(faults(files), [])
  assert.deepEqual(faults({ ...files, 'src/cli/words/d.ts': "import '../walk/b.ts'\nimport '../c.ts'" }), [
    "src/cli/words/d.ts: 'cli/words' may not import 'src/cli/walk/b.ts'",
    "src/cli/words/d.ts: 'cli/words' may not import 'src/cli/c.ts'",
  ])
})

test('a folder below a room has phases too', () => {
  const files = {
    'src/cli/walk/b.ts': '',
    'src/cli/walk/hop/c.ts': "import '../b.ts'",
    'src/cli/walk/end/d.ts': '',
    'src/cli/e.ts': "import './walk/hop/c.ts'",
  }
  assert.deepEqual(faults(files), [])
  assert.deepEqual(faults({ ...files, 'src/cli/walk/hop/f.ts': "import '../end/d.ts'" }), [
    "src/cli/walk/hop/f.ts: 'cli/walk/hop' may not import 'src/cli/walk/end/d.ts'",
  ])
})

test('a folder that is barred from a room does not import it, though its room may', () => {
  const files = { 'src/net/ip.ts': '', 'src/cli/a.ts': "import '#net/ip.ts'" }
  assert.deepEqual(faults({ ...files, 'src/cli/words/b.ts': "import '#net/ip.ts'" }), [
    "src/cli/words/b.ts: nothing in src/cli/words/ may import 'net' (src/net/ip.ts)",
  ])
})

test('a file behind a door is imported by whom the door names, and by tests', () => {
  const files = {
    'src/dns/store.ts': '',
    'src/dns/registry/a.ts': "import '../store.ts'",
    'src/dns/b.test.ts': "import './store.ts'",
    'src/cli/d.ts': "import '#dns/store.ts'",
  }
  assert.deepEqual(faults(files), [])
  assert.deepEqual(faults({ ...files, 'src/dns/c.ts': "import type { S } from './store.ts'" }), [
    "src/dns/c.ts: 'src/dns/store.ts' is reached by src/dns/registry/ and src/cli/d.ts alone",
  ])
})

test('a test imports what it likes, but for those of a closed room', () => {
  const files = {
    'src/dns/a.test.ts': "import '#cli/b.ts'",
    'src/net/a.test.ts': "import '#dns/a.ts'",
    'src/net/testing/b.ts': "import './c.ts'",
    'src/net/testing/c.ts': '',
    'src/dns/a.ts': '',
    'src/cli/b.ts': '',
  }
  assert.deepEqual(faults(files), ["src/net/a.test.ts: a test of 'net' may not import 'dns' (src/dns/a.ts)"])
})

test('a room that is not listed, a file that is not there and a way out of src/ are faults', () => {
  assert.deepEqual(
    faults({ 'src/new/a.ts': '', 'src/cli/b.ts': "import './gone.ts'\nimport '../../test/c.ts'", 'test/c.ts': '' }),
    [
      "src/cli/b.ts: imports 'src/cli/gone.ts', which does not exist",
      "src/cli/b.ts: imports 'test/c.ts', outside src/",
      "src/new/a.ts: room 'new' is not in layers.json",
    ],
  )
})

test('files that import one another in a circle are a fault', () => {
  assert.deepEqual(
    faults({ 'src/cli/a.ts': "import './b.ts'", 'src/cli/b.ts': "import './c.ts'", 'src/cli/c.ts': "import './a.ts'" }),
    ['src/cli/a.ts: import cycle: src/cli/a.ts > src/cli/b.ts > src/cli/c.ts > src/cli/a.ts'],
  )
})

test('a pure file has no clock, no randomness, no package and no neighbour with effects', () => {
  assert.deepEqual(
    faults({
      'src/net/a.ts': 'Date.now() // Math.random()',
      'src/net/b.ts': "import 'node:fs'",
      'src/dns/zone-a.ts': "import './server.ts'",
      'src/dns/server.ts': "import 'node:dgram'\nDate.now()",
    }),
    [
      "src/dns/zone-a.ts: a pure file imports 'src/dns/server.ts', which is not pure",
      'src/net/a.ts: a pure file uses a clock, a timer or randomness',
      "src/net/b.ts: a pure file imports 'node:fs'",
    ],
  )
})

test('whatever tells the time, waits or draws lots is such an effect; what is told as an argument, or in a comment, is none', () => {
  const effect = 'src/net/a.ts: a pure file uses a clock, a timer or randomness'
  for (const code of [
    'Math.random()',
    'Date.now()',
    'performance.now()',
    'setTimeout(act, 1)',
    'setInterval(act, 1)',
    'crypto.randomUUID()',
    'new Date()',
    'new Date( )',
  ]) {
    assert.deepEqual(faults({ 'src/net/a.ts': code }), [effect], code)
    assert.deepEqual(
      faults({ 'src/net/a.ts': `/* ${code}\n */\nlet a = 1 // ${code}`, 'src/cli/b.ts': code }),
      [],
      code,
    )
  }
  assert.deepEqual(faults({ 'src/net/a.ts': 'new Date(now)\nMath.round(1)\nresetTimeout()' }), [])
})

test('a package that calls C is for its room alone, in tests as well', () => {
  assert.deepEqual(faults({ 'src/cli/a.ts': "import 'koffi'", 'src/dns/a.test.ts': "import 'koffi'" }), [
    "src/dns/a.test.ts: only cli may import 'koffi'",
  ])
})

test('import() of a package that is CommonJS is a fault: the bundle has no names of it', () => {
  assert.match(faults({ 'src/cli/a.ts': "await import('yaml')" }).join(), /'yaml' is CommonJS/)
  for (const statement of [
    "import 'yaml'",
    "export { parse } from 'yaml'",
    "let document: import('yaml').Document",
    "await import('node:fs')",
    "await import('ws')",
    "await import('fast-check')",
  ])
    assert.deepEqual(faults({ 'src/cli/a.ts': statement }), [], statement)
})

test('the contract imports the rooms that it may, and its own files', () => {
  assert.deepEqual(
    faults({
      'test/contract/a.ts':
        "import '#net/ip.ts'\nimport './b.ts'\nimport '#clock/clock.ts'\nimport '#dns/a.ts'\nimport 'node:fs'",
    }),
    [
      "test/contract/a.ts: may import net and clock alone, not '#dns/a.ts'",
      "test/contract/a.ts: may import net and clock alone, not 'node:fs'",
    ],
  )
})

test('the graph has a line a room, from the bottom up, tests apart', () => {
  const tree = treeOf({
    'src/net/ip.ts': '',
    'src/cli/main.ts': "import '#net/ip.ts'",
    'src/cli/main.test.ts': "import '#dns/a.ts'",
  })
  assert.deepEqual(graphOf(tree, rules), ['net            1 files  ', 'cli            1 files  net'])
})
