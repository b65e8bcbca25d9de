import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'

const RULES = {
  rooms: { net: [], dns: ['net'] },
  folders: {},
  barred: {},
  doors: {},
  purePackages: [],
  pure: [],
  pureFiles: [],
  closed: [],
  tests: {},
  ffi: { packages: [], rooms: [] },
}
const PAGE = '# A house\n\n## Rooms\n\n| `net` | addresses | |\n| `dns` | names | |\n'
const SOUND = {
  'package.json': '{"type":"module","devDependencies":{"oxc-parser":"1","@types/node":"24"}}',
  'ARCHITECTURE.md': PAGE,
  'bin/house': 'script/node src/dns/zone.ts',
  'script/ok': 'script/node script/check/main.ts',
  'src/net/ip.ts': 'export const ip = 1\n',
  'src/dns/zone.ts': "import { ip } from '#net/ip.ts'\nconsole.log(ip)\n",
}
/** Of the checks' own files: what they name is not in a tree so small. */
const OWN = {
  unused: { 'script/check/tree.ts: treeOf': 'for tests' },
  documents: Object.fromEntries(
    ['documents', 'layers', 'tree'].map((name) => [`script/check/${name}.ts`, 'elsewhere']),
  ),
}
const top = join(import.meta.dirname, '../..')

/** What the checks say of a tree of its own, in which they stand themselves. */
const run = (files: Readonly<Record<string, string>>, more: object = {}) => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-check-'))
  try {
    const isCheck = (path: string) => !path.endsWith('.test.ts')
    cpSync(import.meta.dirname, join(folder, 'script/check'), { recursive: true, filter: isCheck })
    symlinkSync(join(top, 'node_modules'), join(folder, 'node_modules'))
    const own = {
      'script/check/layers.json': JSON.stringify(RULES),
      'script/check/exceptions.json': JSON.stringify({ ...OWN, ...more }),
    }
    for (const [path, text] of Object.entries({ ...own, ...SOUND, ...files })) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, 'script/check/main.ts')], {
      encoding: 'utf8',
    })
    return { status, graph: stdout, faults: stderr.split('\n').filter(Boolean) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
const block = Array.from({ length: 6 }, (_, at) => `step(${at})\n`).join('')

test('a sound tree has its graph printed, and no fault; what was made, brought or recorded is not looked at', () => {
  const odd = 'this is no TypeScript'
  const { status, graph, faults } = run({ 'dist/a.ts': odd, 'src/net/fixtures/a.ts': odd, '.node/a.ts': odd })
  assert.deepEqual([faults, status], [[], 0])
  assert.equal(graph, 'net            1 files  \ndns            1 files  net\n')
})

test('each fault has a line with the check that found it, and the end is a failure', () => {
  const { status, faults } = run({
    'script/check/layers.json': JSON.stringify({ ...RULES, doors: { 'src/net/gone.ts': [] } }),
    'package.json': '{"type":"module","devDependencies":{"oxc-parser":"1","@types/node":"24","left":"1"}}',
    'ARCHITECTURE.md': PAGE.replace('`net`', '`nets`'),
    'README.md': 'see `gone.md`',
    'src/net/ip.ts': "import '#dns/up.ts'\nexport const ip = 1\nexport const lost = 1\n",
    'src/dns/up.ts': '// a line\n'.repeat(301),
    'src/dns/zone.ts': `import { ip } from '#net/ip.ts'\n${block}console.log(ip)\n${block}`,
  })
  assert.equal(status, 1)
  assert.deepEqual(
    faults.map((line) => line.split(': ').slice(0, 2).join(': ')),
    [
      'layers: src/net/ip.ts',
      'rooms: net',
      'rooms: nets',
      'dead rules: layers.json',
      'sizes: src/dns/up.ts',
      'unused: src/net/ip.ts',
      'dependencies: left',
      'documents: README.md',
      'repeats: src/dns/zone.ts ~ src/dns/zone.ts',
    ],
  )
})

test('what has an exception stands; an exception of a check that is not there is a fault', () => {
  const long = { 'src/net/ip.ts': `export const ip = 1\n${'// a line\n'.repeat(300)}` }
  assert.deepEqual(run(long, { sizes: { 'src/net/ip.ts': 'a table' } }), {
    status: 0,
    graph: 'net            1 files  \ndns            1 files  net\n',
    faults: [],
  })
  const { status, faults } = run({}, { size: {} })
  assert.deepEqual([status, faults], [1, ["exceptions.json: there is no check 'size'"]])
})
