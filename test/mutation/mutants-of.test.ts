import assert from 'node:assert/strict'
import { test } from 'node:test'
import { treeOf } from '../../script/check/tree.ts'
import { applyTo } from '../../script/mutants/mutant.ts'
import { mutantsOf } from '../../script/mutants/mutants-of.ts'
import { parse } from '../../script/mutants/parse.ts'
import { sample } from '../../script/mutants/sample.ts'
import { testsOf } from '../../script/mutants/tests-of.ts'

/** The texts that become of a line of code. */
const mutated = (text: string): readonly string[] =>
  mutantsOf('a.ts', parse(new Map([['a.ts', text]])).get('a.ts')!).map((mutant) => applyTo(text, mutant))

test('every operator makes the mistake that it is for', () => {
  const cases: Readonly<Record<string, readonly string[]>> = {
    'if (f) a': ['if (!(f)) a', 'if (f) ;'],
    'x = f ? a : b': [';', 'x = !(f) ? a : b'],
    'let x = a < b': ['let x = a <= b'],
    'let x = a !== b': ['let x = a === b'],
    'let x = a && b': ['let x = a || b'],
    'let x = a ?? b': ['let x = a', 'let x = b'],
    'let x = a?.b': ['let x = a.b'],
    'let x = !a': ['let x = a'],
    'let x = a + b': ['let x = a - b'],
    'a++': [';', 'a--'],
    'let x = true': ['let x = false'],
    'let x = 7': ['let x = 8'],
    'let x = 7n': ['let x = 8n'],
    "let x = 'word'": ["let x = ''"],
    "let x = ''": ["let x = 'mutant'"],
    'let x = [a, b]': ['let x = []'],
    'let x = a.some(b)': ['let x = a.every(b)'],
    'f()': [';'],
    'const f = () => { if (a) { return b }; return c }': [
      'const f = () => { if (!(a)) { return b }; return c }',
      'const f = () => { if (a) { ; }; return c }',
    ],
    'for (const a of b) { continue; f }': ['for (const a of b) { ; f }', 'for (const a of b) { continue; ; }'],
    'switch (a) { case b: return c }': ['switch (a) {  }', 'switch (a) { case b: ; }'],
  }
  for (const [text, expected] of Object.entries(cases))
    assert.deepEqual(
      mutated(text).map((one) => one.replace(';;', ';')),
      expected,
      text,
    )
})

test('types, imports, names of properties and prose are left alone', () => {
  for (const text of [
    "import a from 'b'",
    "import type { A } from 'b'",
    "type A = 'x' | 7 | [true]",
    "interface A { b: 'c' }",
    "let x = { 'a': b }",
    "let x = 'it says why'",
    "const f = (a: 'x'): a is 'x' => b",
    "let x = a as 'b'",
  ])
    assert.deepEqual(mutated(text), [], text)
})

test('a mutant says its line and its change', () => {
  const [mutant] = mutantsOf('a.ts', parse(new Map([['a.ts', '// why\nlet x = a <\n  b']])).get('a.ts')!)
  assert.equal(mutant!.change, 'a < b → a <= b')
  assert.equal(mutant!.line, 2)
})

test('the tests of a file are those of its room that load it, the nearest first', () => {
  const tree = treeOf({
    'src/net/a.ts': '',
    'src/net/b.ts': "import './a.ts'",
    'src/net/b.test.ts': "import './b.ts'",
    'src/net/c.test.ts': "import './a.ts'",
    'src/net/d.test.ts': '',
    'src/dns/e.test.ts': "import '#net/a.ts'",
  })
  assert.deepEqual(testsOf('src/net/a.ts', tree), ['src/net/c.test.ts', 'src/net/b.test.ts'])
})

test('a sample is the same for the same seed, and another for another', () => {
  const numbers = Array.from({ length: 100 }, (_, at) => at)
  assert.deepEqual(sample(numbers, 10, 1), sample(numbers, 10, 1))
  assert.notDeepEqual(sample(numbers, 10, 1), sample(numbers, 10, 2))
  assert.equal(new Set(sample(numbers, 10, 1)).size, 10)
  assert.deepEqual(sample(numbers, 200, 1), numbers)
})
