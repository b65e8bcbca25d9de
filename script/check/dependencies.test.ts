import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dependencies } from './dependencies.ts'
import { treeOf } from './tree.ts'

const faults = (manifest: object, files: Record<string, string>) =>
  dependencies
    .find(treeOf({ 'package.json': JSON.stringify(manifest), ...files }))
    .map(({ subject, message }) => `${subject}: ${message}`)
const unused = (name: string) => `${name}: in package.json, and neither imported nor started by a script: remove it`

test('a dependency that nobody uses is a fault', () => {
  assert.deepEqual(
    faults({ dependencies: { yaml: '2', ws: '8' }, devDependencies: { rollup: '4' } }, { 'src/a.ts': "import 'yaml'" }),
    [unused('ws'), unused('rollup')],
  )
})

test('a part of a package, a program that a script starts and the types of what is used count as use', () => {
  const manifest = {
    dependencies: { '@peculiar/x509': '2', ws: '8', yaml: '2' },
    devDependencies: {
      '@types/ws': '8',
      '@types/peculiar__x509': '2',
      '@types/node': '24',
      '@types/lost': '1',
      esbuild: '0.28',
    },
  }
  const files = {
    'src/a.ts': "import 'node:fs'\nimport '@peculiar/x509/part'\nawait import('ws')\nimport 'yaml/part'",
    'script/check': 'script/node check.ts',
    'script/build': 'node_modules/.bin/esbuild src/a.ts',
    'package-lock.json': JSON.stringify({ packages: { 'node_modules/esbuild': { bin: { esbuild: 'bin/esbuild' } } } }),
  }
  assert.deepEqual(faults(manifest, files), [unused('@types/lost')])
})

test('an import of a package that package.json does not have is a fault, in tests as well', () => {
  assert.deepEqual(faults({}, { 'src/a.ts': "import '@scope/one/part'", 'src/a.test.ts': "import 'two'" }), [
    'src/a.test.ts: two: not in package.json',
    'src/a.ts: @scope/one: not in dependencies of package.json',
  ])
})

test('what runs may not import a package for development; a test and a script may', () => {
  assert.deepEqual(
    faults(
      { devDependencies: { 'fast-check': '4' } },
      {
        'src/a.ts': "import 'fast-check'",
        'src/a.test.ts': "import 'fast-check'",
        'script/b.ts': "import 'fast-check'",
      },
    ),
    ['src/a.ts: fast-check: not in dependencies of package.json'],
  )
})
