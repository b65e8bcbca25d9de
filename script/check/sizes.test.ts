import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sizes } from './sizes.ts'
import { treeOf } from './tree.ts'

const lines = (count: number): string => '// a line\n'.repeat(count)
const folder = (path: string, count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`${path}/file-${at}.ts`, '']))
const subjects = (files: Record<string, string>) => sizes.find(treeOf(files)).map(({ subject }) => subject)

test('a file of 301 lines is a fault, one of 300 is none', () => {
  assert.deepEqual(subjects({ 'src/net/long.ts': lines(301), 'src/net/full.ts': lines(300) }), ['src/net/long.ts'])
})

test('a folder of 16 files is a fault, one of 15 is none, and a folder below counts by itself', () => {
  assert.deepEqual(subjects({ ...folder('src/net', 16), ...folder('src/dns', 15), ...folder('src/dns/zone', 15) }), [
    'src/net',
  ])
})

test('neither the lines nor the number of tests count', () => {
  assert.deepEqual(subjects({ ...folder('src/net', 15), 'src/net/net.test.ts': lines(400) }), [])
  assert.deepEqual(subjects({ ...folder('test/kernel', 30), 'src/net/testing/fake.ts': lines(400) }), [])
})
