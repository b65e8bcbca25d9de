import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { readTree } from '../../script/check/tree.ts'
import { measure } from '../../script/mutants/measure.ts'
import { mutantsOf } from '../../script/mutants/mutants-of.ts'
import { parse } from '../../script/mutants/parse.ts'

const top = mkdtempSync(join(tmpdir(), 'fairlead-mutants-'))
after(() => rmSync(top, { recursive: true, force: true }))
const CODE = `export const isOpen = (hour: number): boolean => hour >= 9
export const side = (isLeft: boolean): 'left' | 'right' => (isLeft ? 'left' : 'right')
`
mkdirSync(join(top, 'src/shop'), { recursive: true })
const write = (path: string, text: string) => writeFileSync(join(top, path), text)
write('package.json', '{ "type": "module" }')
write(
  'tsconfig.json',
  '{ "compilerOptions": { "types": [], "strict": true, "noEmit": true }, "include": ["src/**/shop.ts"] }',
)
write('src/shop/shop.ts', CODE)
const withTest = (body: string) =>
  write(
    'src/shop/shop.test.ts',
    `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isOpen, side } from './shop.ts'
test('the shop', () => { ${body} })`,
  )
const found = async () => {
  const tree = readTree(top)
  const mutants = mutantsOf('src/shop/shop.ts', parse(new Map([['src/shop/shop.ts', CODE]])).get('src/shop/shop.ts')!)
  const { caught, refused, survived } = await measure(top, tree, mutants, 2)
  const changes = (some: typeof caught) => some.map(({ change }) => change).sort()
  return { caught: changes(caught), refused: changes(refused), survived: changes(survived) }
}
const NEGATED = "isLeft ? 'left' : 'right' → !(isLeft) ? 'left' : 'right'"

test('what no test asks for survives, what the compiler refuses does not count, and the file stays as it is', async () => {
  withTest('assert.equal(isOpen(9), true); side(true)')
  assert.deepEqual(await found(), {
    caught: ['9 → 10', 'hour >= 9 → hour > 9'],
    refused: ["'left' → ''", "'right' → ''"],
    survived: [NEGATED],
  })
  assert.equal(readFileSync(join(top, 'src/shop/shop.ts'), 'utf8'), CODE)
})

test('of the tests some may be left out, and with them what they would have noticed', async () => {
  withTest('assert.equal(isOpen(9), true); assert.equal(side(true), "left")')
  const tree = readTree(top)
  const mutants = mutantsOf('src/shop/shop.ts', parse(new Map([['src/shop/shop.ts', CODE]])).get('src/shop/shop.ts')!)
  const { caught } = await measure(top, tree, mutants, 2, (test) => test !== 'src/shop/shop.test.ts')
  assert.deepEqual(caught, [])
})

test('what is known not to hold yet may fail', async () => {
  withTest("assert.equal(isOpen(9), true); test('at night', { todo: 'soon' }, () => { assert.equal(isOpen(3), true) })")
  assert.deepEqual((await found()).survived, [NEGATED])
})

test('tests that fail without a mutant are no measure', async () => {
  withTest('assert.equal(isOpen(8), true)')
  await assert.rejects(found(), /the tests of src\/shop\/shop.ts fail as it is: src\/shop\/shop.test.ts/)
})
