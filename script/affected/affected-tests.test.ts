import assert from 'node:assert/strict'
import { test } from 'node:test'
import { affectedTests } from './affected-tests.ts'

const FILES: Readonly<Record<string, string>> = {
  'src/net/ip.ts': '',
  'src/net/ip.test.ts': "import { ip } from './ip.ts'",
  'src/dns/zone.ts': "import { ip } from '#net/ip.ts'",
  'src/dns/zone.test.ts': "import { zone } from './zone.ts'",
  'src/dns/port.test.ts': "import './gone.ts'",
  'src/dns/worker.ts': "const later = await import('./zone.ts')",
  'src/dns/thread.ts': 'new Worker(join(import.meta.dirname, "worker.ts"))',
  'src/dns/thread.test.ts': "import { thread } from './thread.ts'",
  'src/dns/metrics.test.ts': "readFileSync(join(import.meta.dirname, '../../docs/metrics.md'))",
  'src/api/words.test.ts': 'for (const file of readdirSync(import.meta.dirname)) {}',
  'src/api/core/pod.ts': '',
  'script/sizes/sizes.test.ts': "const room = new URL('..', import.meta.url)\nglobSync('**/*.ts', { cwd: room })",
  'script/schema/write.ts':
    "const top = join(import.meta.dirname, '../..')\nreadFileSync(join(top, 'src', 'api/core/pod.ts'))",
  'script/schema/schema.test.ts': "import { write } from './write.ts'",
  'script/tool/tool.test.ts': "spawnSync('script/node', ['src/dns/worker.ts'])",
}
const ALL = Object.keys(FILES).filter((path) => path.endsWith('.test.ts'))
const affected = (...changed: string[]) => affectedTests(new Map(Object.entries(FILES)), ALL, changed)

test('what has changed affects the tests that load it by whatever way: from another room, later, as a program', () => {
  assert.deepEqual(affected('src/net/ip.ts'), [
    'src/net/ip.test.ts',
    'src/dns/zone.test.ts',
    'src/dns/thread.test.ts',
    'script/tool/tool.test.ts',
  ])
  assert.deepEqual(affected('src/dns/thread.ts'), ['src/dns/thread.test.ts'])
})

test('a test that has changed is affected itself, and so is one that imports what is gone', () => {
  assert.deepEqual(affected('src/dns/port.test.ts'), ['src/dns/port.test.ts'])
  assert.deepEqual(affected('src/dns/gone.ts'), ['src/dns/port.test.ts'])
})

test('a test that looks through the folders of its room is affected by any of its files, and of script/ by any script', () => {
  assert.deepEqual(affected('src/api/core/node.ts'), ['src/api/words.test.ts'])
  assert.deepEqual(affected('script/tool/new.ts'), ['script/sizes/sizes.test.ts'])
})

test('what reads a file by its path below some folder is affected by it, and not by another of that name', () => {
  assert.deepEqual(affected('src/api/core/pod.ts'), ['src/api/words.test.ts', 'script/schema/schema.test.ts'])
  assert.deepEqual(affected('src/net/pod.ts', 'src/core/pod.ts'), [])
})

test('a document, a manifest or a module affects the tests that name it, and no other', () => {
  assert.deepEqual(affected('docs/metrics.md', 'README.md'), ['src/dns/metrics.test.ts'])
  for (const path of ['docs/answer.json', 'examples/web.yaml', 'script/bundle/node-http.mjs', 'src/dns/later.ts']) {
    const name = 'src/cli/named.test.ts'
    for (const quote of ["'", '"', '`'])
      assert.deepEqual(affectedTests(new Map([[name, `read(${quote}${path}${quote})`]]), [name], [path]), [name], path)
  }
})

test('packages, settings, how tests are started and what was recorded affect all of them', () => {
  for (const path of [
    'package.json',
    'package-lock.json',
    'tsconfig.pure.json',
    'script/ok',
    'script/node',
    'script/setup',
    '.npmrc',
    'tsconfig.json',
    'script/check/layers.json',
    'src/api/fixtures/objects/pod.json',
  ])
    assert.deepEqual(affected('bench/boot.ts', path), ALL, path)
  for (const path of ['script/node/a.ts', 'src/net/ip.ts.ts', 'examples/package.json'])
    assert.notDeepEqual(affected(path), ALL, path)
  assert.deepEqual(affected('bench/boot.ts', 'test/e2e/nodes.test.ts', '.ci/run'), [])
})
