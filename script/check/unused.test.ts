import assert from 'node:assert/strict'
import { test } from 'node:test'
import { treeOf } from './tree.ts'
import { unused } from './unused.ts'

const faults = (files: Record<string, string>) =>
  unused.find(treeOf(files)).map(({ subject, message }) => `${subject}: ${message}`)
/** A program that imports from `src/net/ip.ts` what is told. */
const program = (statement: string) => ({ 'script/tool': 'script/node src/cli/main.ts', 'src/cli/main.ts': statement })

test('an export that nobody imports is a fault, also a type, also beside one that is imported', () => {
  assert.deepEqual(
    faults({
      ...program("import { used } from '#net/ip.ts'"),
      'src/net/ip.ts':
        'export const used = 1\nexport const [first] = [2]\nexport interface Shape {}\nexport class Thing {}',
    }),
    [
      'src/net/ip.ts: first: line 2: nobody imports it: do not export it',
      'src/net/ip.ts: Shape: line 3: nobody imports it: do not export it',
      'src/net/ip.ts: Thing: line 4: nobody imports it: do not export it',
    ],
  )
})

test('an export counts as imported by whichever form takes it', () => {
  const file = 'export const a = 1\nexport type B = 1\nexport default 3\nexport const d = 4'
  for (const statement of [
    "import c, { a, type B } from '#net/ip.ts'",
    "import { a as x } from '../net/ip.ts'\nlet y: import('#net/ip.ts').B\nexport { default as c } from '#net/ip.ts'",
    "const { a, default: c } = await import('#net/ip.ts')\ntype X = import('../net/ip.ts').B",
    "import * as ip from '#net/ip.ts'\nconsole.log(ip.a, ip.default)\nlet y: ip.B",
    "import('#net/ip.ts').then(({ a, default: c }) => 1)\nimport type { B } from '#net/ip.ts'",
    "console.log((await import('#net/ip.ts')).a, (await import('#net/ip.ts')).default)\nlet y: import('#net/ip.ts').B",
    "import { a, default as c } from '#net/ip.ts'\nlet y: import('#net/ip.ts').B.C.D",
    "const { a } = (await import('#net/ip.ts'))\nimport c, { type B } from '#net/ip.ts'",
    "export { a, default as c, type B } from '#net/ip.ts'",
  ]) {
    const left = faults({ ...program(statement), 'src/net/ip.ts': file }).filter((fault) => fault.startsWith('src/net'))
    assert.deepEqual(left, ['src/net/ip.ts: d: line 4: nobody imports it: do not export it'], statement)
  }
})

test('what is handed on and taken by nobody is a fault where it is handed on', () => {
  const statement = "export { a } from '#net/ip.ts'"
  assert.deepEqual(faults({ ...program(statement), 'src/net/ip.ts': 'export const a = 1' }), [
    'src/cli/main.ts: a: line 1: nobody imports it: do not export it',
  ])
})

test('where it cannot be seen what is taken of a module, all of it is', () => {
  for (const statement of [
    "import * as ip from '#net/ip.ts'\nconsole.log(ip)",
    "import * as ip from '#net/ip.ts'\nconsole.log(ip[name])",
    "const ip = await import('#net/ip.ts')",
    "const { [name]: a } = await import('#net/ip.ts')",
    "const { a, ...rest } = await import('#net/ip.ts')",
    "console.log((await import('#net/ip.ts'))[name])",
    "import('#net/ip.ts').then(use)",
    "import('#net/ip.ts').then((ip) => ip)",
    "export * from '#net/ip.ts'",
    "let y: typeof import('#net/ip.ts')",
  ]) {
    const file = 'export const a = 1\nexport type B = 1'
    assert.deepEqual(faults({ ...program(statement), 'src/net/ip.ts': file }), [], statement)
  }
})

test('a value and a type of one name are one export, a value: that tests alone import it is a fault', () => {
  for (const file of ['export const A = 1\nexport type A = 1', 'export type A = 1\nexport const A = 1'])
    assert.deepEqual(
      faults({
        ...program("import '#net/ip.ts'"),
        'src/net/ip.ts': file,
        'src/net/ip.test.ts': "import { A } from './ip.ts'",
      }),
      ['src/net/ip.ts: A: line 1: tests alone import it: test what uses it, or move it to a folder testing/'],
      file,
    )
})

test('of a module that is taken as a whole, only what is read of it counts', () => {
  assert.deepEqual(
    faults({
      ...program("import * as ip from '#net/ip.ts'\nconsole.log(ip.a)"),
      'src/net/ip.ts': 'export const a = 1\nexport const b = 2',
    }),
    ['src/net/ip.ts: b: line 2: nobody imports it: do not export it'],
  )
})

test('a value that tests alone import is a fault; in a folder testing/ it is none, and a type is none', () => {
  const files = program("import { a } from '#net/ip.ts'")
  assert.deepEqual(
    faults({
      ...files,
      'src/net/ip.ts': 'export const a = 1\nexport const b = 2\nexport type C = 3',
      'src/net/testing/fake.ts': 'export const d = 4',
      'src/net/ip.test.ts': "import { b, type C } from './ip.ts'\nimport { d } from './testing/fake.ts'",
    }),
    ['src/net/ip.ts: b: line 2: tests alone import it: test what uses it, or move it to a folder testing/'],
  )
})

test('what is for tests and used by none of them is a fault too', () => {
  assert.deepEqual(
    faults({ 'src/net/net.test.ts': "import './testing/fake.ts'", 'src/net/testing/fake.ts': 'export const d = 4' }),
    ['src/net/testing/fake.ts: d: line 1: nobody imports it: do not export it'],
  )
})

test('a file that nobody imports is a fault, unless a script, a string of code or a line of command names it', () => {
  assert.deepEqual(
    faults({
      '.ci/run': 'node bench/ci/whole.ts',
      'bench/ci/whole.ts': '',
      'bin/house': 'exec node "$top/bench/bin/whole.ts"',
      'bench/bin/whole.ts': '',
      'script/bench': 'exec script/node --import=./tools/before.ts $top/tools/after.ts "bench/$bench.ts"',
      'tools/before.ts': '',
      'tools/after.ts': '',
      'tools/afterXts.ts': '',
      'src/cli/front.test.ts': "spawn('script/node', ['src/cli/started.ts'])",
      'src/cli/started.ts': 'export default () => {}\nexport const lost = 1',
      'bench/boot.ts': "new Worker(join(import.meta.dirname, './parts/worker.ts'))",
      'bench/parts/worker.ts': '',
      'bench/parts/lost.ts': 'export const a = 1',
      'script/tool/write.ts': '/** Writes: `script/node script/tool/write.ts`. */',
    }),
    [
      'bench/parts/lost.ts: nobody imports this file: remove it',
      'src/cli/started.ts: lost: line 2: nobody imports it: do not export it',
      'tools/afterXts.ts: nobody imports this file: remove it',
    ],
  )
})
