import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toldVersion } from './told-version.ts'

test('a version is what runc says of itself; where it is silent, what it said last, and nothing where it never spoke', async () => {
  let says: () => string = () => {
    throw new Error('no runc')
  }
  const version = toldVersion(async () => says())
  assert.equal(await version(), undefined)
  says = () => ''
  assert.equal(await version(), undefined)
  says = () => 'runc version 1.1.5+ds1\ncommit: 1\nspec: 1.0.2-dev\n'
  assert.equal(await version(), '1.1.5+ds1')
  says = () => ''
  assert.equal(await version(), '1.1.5+ds1')
  says = () => 'runc version 1.2.0\n'
  assert.equal(await version(), '1.2.0')
})
