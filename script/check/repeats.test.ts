import assert from 'node:assert/strict'
import { test } from 'node:test'
import { repeats } from './repeats.ts'
import { treeOf } from './tree.ts'

const block = (count: number): string => Array.from({ length: count }, (_, at) => `step(${at})\n`).join('')
const faults = (files: Record<string, string>) =>
  repeats.find(treeOf(files)).map(({ subject, message }) => `${subject}: ${message.split(':')[0]}`)

test('six lines that stand in two files are a fault, five are none', () => {
  assert.deepEqual(faults({ 'src/a/a.ts': `first()\n${block(6)}`, 'src/b/b.ts': `${block(6)}last()\n` }), [
    'src/a/a.ts ~ src/b/b.ts: 6 lines from line 2 stand again from line 1',
  ])
  assert.deepEqual(faults({ 'src/a/a.ts': `first()\n${block(5)}`, 'src/b/b.ts': `${block(5)}last()\n` }), [])
})

test('a longer block is told once, with its length; one that stands twice in a file is told as well', () => {
  assert.deepEqual(faults({ 'src/a/a.ts': `${block(9)}between()\n${block(9)}` }), [
    'src/a/a.ts ~ src/a/a.ts: 9 lines from line 1 stand again from line 11',
  ])
})

test('blanks, comments, lone brackets and another indent make no difference, and imports do not count', () => {
  const spread = block(6).replaceAll('\n', '\n\n  // why\n  {}\n  ')
  assert.equal(faults({ 'src/a/a.ts': `a()\n${block(6)}`, 'src/b/b.ts': `b()\n${spread}` }).length, 1)
  const imports = Array.from({ length: 8 }, (_, at) => `import { a${at} } from './a${at}.ts'\n`).join('')
  assert.deepEqual(faults({ 'src/a/a.ts': imports, 'src/b/b.ts': imports }), [])
})

test('tests may repeat themselves, and so may scripts', () => {
  assert.deepEqual(faults({ 'script/a.ts': block(6), 'script/b.ts': block(6) }), [])
  assert.deepEqual(faults({ 'src/a/a.test.ts': block(6), 'src/b/b.test.ts': block(6) }), [])
})
