import assert from 'node:assert/strict'
import { test } from 'node:test'
import { objectsOf } from '../testing/cluster.ts'
import { httpRoute, rule } from '../testing/make.ts'
import { allRoutes } from './any-route.ts'

const good = rule('web')
const wrong = rule('web', { retry: { attempts: 101 } })
const read = (...rules: readonly (typeof good)[]) => {
  const [one] = allRoutes(objectsOf({ httpRoutes: [httpRoute('r', { rules })] }))
  return { refused: one?.refused?.reason, partly: one?.partly }
}

test('a route is refused where no rule of it can be done, and else says which are dropped', () => {
  assert.deepEqual(read(good, good), { refused: undefined, partly: undefined })
  assert.deepEqual(read(wrong), { refused: 'UnsupportedValue', partly: undefined })
  assert.deepEqual(read(wrong, wrong), { refused: 'UnsupportedValue', partly: undefined })
  const { refused, partly } = read(good, wrong, wrong)
  assert.deepEqual([refused, partly?.reason], [undefined, 'UnsupportedValue'])
  assert.match(partly?.message ?? '', /^Dropped Rule 1: [^;]+; 2: [^;]+$/)
  assert.match(read(wrong, good).partly?.message ?? '', /^Dropped Rule 0: [^;]+$/)
})

test('a route is read once: of one object it is the same each time', () => {
  const objects = objectsOf({ httpRoutes: [httpRoute('r')] })
  assert.equal(allRoutes(objects)[0], allRoutes(objects)[0])
})
