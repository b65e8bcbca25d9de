import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ApiError } from '#client/client.ts'
import { listOptions } from './list-options.ts'

const refusal = (query: string, isWatch: boolean): readonly (string | number | undefined)[] => {
  try {
    listOptions(new URLSearchParams(query), isWatch)
  } catch (error) {
    const { code, message } = (error as ApiError).status
    return [code, message]
  }
  return []
}

test('what is not said is empty, and what is said is read as Go reads it', () => {
  const nothing = listOptions(new URLSearchParams(), false)
  assert.deepEqual([nothing.limit, nothing.timeoutSeconds, nothing.sendInitialEvents], [0, undefined, undefined])
  const query = 'limit=-1&timeoutSeconds=%2B7&allowWatchBookmarks=yes&resourceVersion=0&continue=&labelSelector=a%3Db'
  const { limit, timeoutSeconds, allowWatchBookmarks, resourceVersion, labelSelector } = listOptions(
    new URLSearchParams(query),
    false,
  )
  assert.deepEqual(
    [limit, timeoutSeconds, allowWatchBookmarks, resourceVersion, labelSelector],
    [-1, 7, true, '0', 'a=b'],
  )
  assert.equal(
    listOptions(new URLSearchParams('sendInitialEvents=false&resourceVersionMatch=NotOlderThan'), true)
      .sendInitialEvents,
    false,
  )
})

test('a number that is none is refused in the words of its parser', () => {
  for (const [query, message] of [
    ['limit=many', 'strconv.ParseInt: parsing "many": invalid syntax'],
    ['limit=', 'strconv.ParseInt: parsing "": invalid syntax'],
    ['timeoutSeconds=1.5', 'strconv.ParseInt: parsing "1.5": invalid syntax'],
    ['limit=9223372036854775808', 'strconv.ParseInt: parsing "9223372036854775808": value out of range'],
    ['limit=-9223372036854775809', 'strconv.ParseInt: parsing "-9223372036854775809": value out of range'],
  ] as const)
    assert.deepEqual(refusal(query, false), [400, message])
  assert.deepEqual(refusal('limit=9223372036854775807', false), [])
  assert.deepEqual(refusal('limit=-9223372036854775808', false), [])
})

test('options that do not go together are refused as Kubernetes refuses them, all of them named', () => {
  const INVALID = 'ListOptions.meta.k8s.io "" is invalid: '
  for (const [query, isWatch, message] of [
    [
      'resourceVersionMatch=Exact',
      false,
      'resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
    ],
    [
      'resourceVersionMatch=Exact&resourceVersion=0',
      false,
      'resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
    ],
    [
      'resourceVersionMatch=Newest&resourceVersion=5',
      false,
      'resourceVersionMatch: Unsupported value: "Newest": supported values: "Exact", "NotOlderThan", ""',
    ],
    [
      'resourceVersionMatch=NotOlderThan&resourceVersion=5&continue=x',
      false,
      'resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden when continue is provided',
    ],
    ['sendInitialEvents=true', false, 'sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list'],
    [
      'sendInitialEvents=true',
      true,
      'resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
    ],
    [
      'resourceVersionMatch=NotOlderThan',
      true,
      'resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
    ],
    [
      'sendInitialEvents=true&resourceVersionMatch=Exact&continue=x',
      true,
      '[resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan, ' +
        'resourceVersionMatch: Unsupported value: "Exact": supported values: "NotOlderThan", ' +
        'resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden when continue is provided]',
    ],
  ] as const)
    assert.deepEqual(refusal(query, isWatch), [422, INVALID + message])
})
