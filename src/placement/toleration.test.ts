import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Taint } from '#api/core/node/taint.ts'
import type { Toleration } from '#api/core/pod/spec/scheduling.ts'
import { isTolerated, tolerationOf } from './toleration.ts'

const taint = (value?: string, effect: Taint['effect'] = 'NoSchedule'): Taint => ({
  key: 'level',
  effect,
  ...(value !== undefined && { value }),
})

const TABLE: readonly (readonly [string, Toleration, Taint, boolean])[] = [
  ['Exists without a key is for every taint', { operator: 'Exists' }, taint('1'), true],
  ['Exists with the key is for every value', { key: 'level', operator: 'Exists' }, taint('1'), true],
  ['another key is not', { key: 'gpu', operator: 'Exists' }, taint('1'), false],
  ['the effect must be the same', { key: 'level', operator: 'Exists', effect: 'NoExecute' }, taint('1'), false],
  ['and is so', { key: 'level', operator: 'Exists', effect: 'NoExecute' }, taint('1', 'NoExecute'), true],
  ['Equal is what no operator means', { key: 'level', value: '1' }, taint('1'), true],
  ['Equal with another value', { key: 'level', operator: 'Equal', value: '2' }, taint('1'), false],
  ['no value equals no value', { key: 'level', operator: 'Equal' }, taint(), true],
  ['no value does not equal one', { key: 'level', operator: 'Equal' }, taint('1'), false],
  ['Equal without a key is for none', { operator: 'Equal', value: '1' }, taint('1'), false],
  ['Gt: the taint is above', { key: 'level', operator: 'Gt', value: '5' }, taint('6'), true],
  ['Gt: the same is not above', { key: 'level', operator: 'Gt', value: '5' }, taint('5'), false],
  ['Lt: the taint is below', { key: 'level', operator: 'Lt', value: '5' }, taint('-4'), true],
  ['Lt: the same is not below', { key: 'level', operator: 'Lt', value: '5' }, taint('5'), false],
  ['as numbers, not as text', { key: 'level', operator: 'Gt', value: '9' }, taint('10'), true],
  [
    'beyond what a double holds',
    { key: 'level', operator: 'Gt', value: '9007199254740992' },
    taint('9007199254740993'),
    true,
  ],
  ['a toleration that is no number', { key: 'level', operator: 'Gt', value: 'low' }, taint('6'), false],
  ['a taint that is no number', { key: 'level', operator: 'Lt', value: '5' }, taint('low'), false],
  ['a leading zero is no number', { key: 'level', operator: 'Gt', value: '05' }, taint('6'), false],
  ['Gt without a key is for none', { operator: 'Gt', value: '5' }, taint('6'), false],
  [
    'a later version’s operator is for none',
    { key: 'level', operator: 'Like' as 'Equal', value: '1' },
    taint('1'),
    false,
  ],
]

test('a toleration is for a taint by operator, key, value and effect', () => {
  for (const [name, toleration, against, expected] of TABLE)
    assert.equal(isTolerated([toleration], against), expected, name)
})

test('of several tolerations the first that fits counts', () => {
  const first: Toleration = { key: 'level', operator: 'Exists', tolerationSeconds: 5 }
  const list: readonly Toleration[] = [{ key: 'other', operator: 'Exists' }, first, { operator: 'Exists' }]
  assert.equal(tolerationOf(list, taint()), first)
  assert.equal(tolerationOf(undefined, taint()), undefined)
  assert.equal(isTolerated(list, taint()), true)
  assert.equal(isTolerated([], taint()), false)
})
