import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endpointWeights } from './desired-shares.ts'

const of = (...shares: readonly (readonly [weight: number, endpoints: number])[]) =>
  endpointWeights(shares.map(([weight, endpoints]) => ({ weight, endpoints })))

test('weights are shared out among endpoints exactly where few numbers can say it', () => {
  assert.deepEqual(of([1, 5]), [1])
  assert.deepEqual(of([90, 1], [10, 1]), [9, 1])
  assert.deepEqual(of([90, 3], [10, 1]), [3, 1])
  assert.deepEqual(of([1, 2], [1, 3]), [3, 2])
})

test('who has no weight or no endpoint has no share, and the others have all of it', () => {
  assert.deepEqual(of([1, 0], [1, 4]), [0, 1])
  assert.deepEqual(of([0, 2], [3, 4]), [0, 1])
  assert.deepEqual(of([0, 2], [3, 0]), [0, 0])
  assert.deepEqual(of(), [])
})

test('where many numbers were needed, the shares are near what they should be, and nobody is left out', () => {
  for (const shares of [
    [
      [99, 7],
      [1, 3],
    ],
    [
      [1_000_000, 97],
      [999_999, 89],
      [1, 1],
    ],
    [
      [500, 31],
      [500, 29],
      [7, 23],
    ],
  ] as const) {
    const weights = of(...shares)
    const choices = shares.map(([, endpoints], at) => endpoints * weights[at]!)
    const all = choices.reduce((sum, one) => sum + one, 0)
    const total = shares.reduce((sum, [weight]) => sum + weight, 0)
    assert.ok(all <= 600, `${all} choices`)
    for (const [at, [weight]] of shares.entries()) {
      assert.ok(weights[at]! >= 1)
      assert.ok(Math.abs(choices[at]! / all - weight / total) < 0.1, `${choices[at]! / all} of ${weight / total}`)
    }
  }
})
