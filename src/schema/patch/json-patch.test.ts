import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { applyJsonPatch } from './json-patch.ts'
import type { JsonPatchError } from './json-patch-error.ts'

describe('applyJsonPatch(), operation by operation', () => {
  const document = { a: { b: [1, 2], n: null }, s: 'x', l: [{ k: 1 }] }
  const outcome = (...patch: readonly object[]): unknown => {
    const before = structuredClone(document)
    try {
      return applyJsonPatch(before, patch)
    } catch (error) {
      const { code, message } = error as JsonPatchError
      return `${code} ${message}`
    } finally {
      assert.deepEqual(before, document)
    }
  }
  const missing = (how: string, path: string): string =>
    `PATCH_UNFIT ${how} operation does not apply: doc is missing path: "${path}": missing value`
  const results: readonly (readonly [object, object])[] = [
    [{ op: 'replace', path: '', value: {} }, {}],
    [
      { op: 'add', path: '/a/b/0', value: 0 },
      { ...document, a: { b: [0, 1, 2], n: null } },
    ],
    [
      { op: 'add', path: '/a/b/2', value: 3 },
      { ...document, a: { b: [1, 2, 3], n: null } },
    ],
    [
      { op: 'add', path: '/a/b/-', value: 3 },
      { ...document, a: { b: [1, 2, 3], n: null } },
    ],
    [
      { op: 'add', path: '/s', value: null },
      { ...document, s: null },
    ],
    [
      { op: 'add', path: '/', value: 1 },
      { ...document, '': 1 },
    ],
    [
      { op: 'replace', path: '/a/b/1', value: 9 },
      { ...document, a: { b: [1, 9], n: null } },
    ],
    [
      { op: 'replace', path: '/a/n', value: 9 },
      { ...document, a: { b: [1, 2], n: 9 } },
    ],
    [
      { op: 'remove', path: '/a/b/0' },
      { ...document, a: { b: [2], n: null } },
    ],
    [
      { op: 'remove', path: '/a/n' },
      { ...document, a: { b: [1, 2] } },
    ],
    [
      { op: 'move', from: '/a/b/0', path: '/a/b/1' },
      { ...document, a: { b: [2, 1], n: null } },
    ],
    [{ op: 'move', from: '/s', path: '/s' }, document],
    [
      { op: 'move', from: '/a/b', path: '/ab' },
      { a: { n: null }, s: 'x', l: [{ k: 1 }], ab: [1, 2] },
    ],
    [
      { op: 'copy', from: '/l/0', path: '/l/-' },
      { ...document, l: [{ k: 1 }, { k: 1 }] },
    ],
    [
      { op: 'add', path: '/a/b/-1', value: 3 },
      { ...document, a: { b: [1, 2, 3], n: null } },
    ],
    [
      { op: 'replace', path: '/a/b/-1', value: 3 },
      { ...document, a: { b: [1, 3], n: null } },
    ],
    [
      { op: 'add', path: '/a/b/01', value: 3 },
      { ...document, a: { b: [1, 3, 2], n: null } },
    ],
    [
      { op: 'replace', path: '/nosuch', value: 1 },
      { ...document, nosuch: 1 },
    ],
    [
      { op: 'add', path: '/s' },
      { ...document, s: null },
    ],
    [
      { op: 'copy', from: '/nosuch', path: '/x' },
      { ...document, x: null },
    ],
    [{ op: 'test', path: '/a', value: { n: null, b: [1, 2] } }, document],
    [{ op: 'test', path: '/nosuch', value: null }, document],
    [{ op: 'test', path: '/nosuch' }, document],
    [{ op: 'test', path: '', value: document }, document],
  ]
  for (const [operation, expected] of results)
    test(`${JSON.stringify(operation)} does as RFC 6902 says, or Kubernetes where it differs`, () =>
      assert.deepEqual(outcome(operation), expected))

  const index = (value: string): string => `strconv.Atoi: parsing "${value}": invalid syntax`
  const refused: readonly (readonly [unknown, string])[] = [
    [null, 'Unexpected kind: unknown'],
    [{ path: '/a' }, 'Unexpected kind: unknown'],
    [{ op: 1, path: '/a' }, 'Unexpected kind: unknown'],
    [{ op: 'merge', path: '/a' }, 'Unexpected kind: merge'],
    [{ op: 'add', value: 1 }, 'add operation failed to decode path: missing value'],
    [{ op: 'remove' }, 'remove operation failed to decode path: missing value'],
    [{ op: 'replace' }, 'replace operation failed to decode path: operation missing path field: missing value'],
    [
      { op: 'test', path: 1 },
      'test operation failed to decode path: json: cannot unmarshal number into Go value of type string',
    ],
    [{ op: 'move', path: '/a' }, 'move operation failed to decode from: operation, missing from field: missing value'],
    [
      { op: 'copy', path: '/a', from: true },
      'copy operation failed to decode from: json: cannot unmarshal bool into Go value of type string',
    ],
    [{ op: 'copy', from: '/a' }, 'copy operation failed to decode path: missing value'],
    [{ op: 'move', from: '/s' }, 'move operation failed to decode path: operation missing path field: missing value'],
    [{ op: 'replace', path: '', value: 1 }, 'replace operation value must be object or array: %!w(<nil>)'],
    [{ op: 'add', path: 'a', value: 1 }, missing('add', 'a')],
    [{ op: 'add', path: '', value: [1] }, missing('add', '')],
    [{ op: 'remove', path: '' }, missing('remove', '')],
    [
      { op: 'remove', path: '/nosuch' },
      "error in remove for path: '/nosuch': Unable to remove nonexistent key: nosuch: missing value",
    ],
    [
      { op: 'remove', path: '/toString' },
      "error in remove for path: '/toString': Unable to remove nonexistent key: toString: missing value",
    ],
    [{ op: 'add', path: '/toString/x', value: 1 }, missing('add', '/toString/x')],
    [{ op: 'add', path: '/x/y', value: 1 }, missing('add', '/x/y')],
    [{ op: 'add', path: '/s/y', value: 1 }, missing('add', '/s/y')],
    [{ op: 'add', path: '/a/n/y', value: 1 }, missing('add', '/a/n/y')],
    [{ op: 'add', path: '/l/x/k', value: 1 }, missing('add', '/l/x/k')],
    [
      { op: 'replace', path: '/x/y', value: 1 },
      'replace operation does not apply: doc is missing path: /x/y: missing value',
    ],
    [
      { op: 'add', path: '/a/b/3', value: 1 },
      "error in add for path: '/a/b/3': Unable to access invalid index: 3: invalid index referenced",
    ],
    [
      { op: 'add', path: '/a/b/-4', value: 1 },
      "error in add for path: '/a/b/-4': Unable to access invalid index: -4: invalid index referenced",
    ],
    [
      { op: 'add', path: '/a/b/x', value: 1 },
      `error in add for path: '/a/b/x': value was not a proper array index: 'x': ${index('x')}`,
    ],
    [
      { op: 'replace', path: '/a/b/2', value: 1 },
      'replace operation does not apply: doc is missing key: /a/b/2: missing value',
    ],
    [
      { op: 'replace', path: '/a/b/-', value: 1 },
      'replace operation does not apply: doc is missing key: /a/b/-: missing value',
    ],
    [
      { op: 'remove', path: '/a/b/2' },
      "error in remove for path: '/a/b/2': Unable to access invalid index: 2: invalid index referenced",
    ],
    [{ op: 'remove', path: '/a/b/-' }, `error in remove for path: '/a/b/-': ${index('-')}`],
    [{ op: 'test', path: '/s', value: 'y' }, 'testing value /s failed: test failed'],
    [{ op: 'test', path: '/s', value: null }, 'testing value /s failed: test failed'],
    [{ op: 'test', path: '/s/x', value: null }, 'test operation does not apply: is missing path: /s/x: missing value'],
    [{ op: 'test', path: '/a/b/x' }, `error in test for path: '/a/b/x': ${index('x')}`],
    [
      { op: 'copy', from: '/a/b/9', path: '/x' },
      "error in copy for from: '/a/b/9': Unable to access invalid index: 9: invalid index referenced",
    ],
    [{ op: 'copy', from: '', path: '/x' }, 'copy operation does not apply: doc is missing from path: : missing value'],
    [
      { op: 'copy', from: '/s', path: '/x/y' },
      'copy operation does not apply: doc is missing destination path: /x/y: missing value',
    ],
    [
      { op: 'copy', from: '/s', path: '/a/b/9' },
      'error while adding value during copy: Unable to access invalid index: 9: invalid index referenced',
    ],
    [
      { op: 'move', from: '/nosuch', path: '/x' },
      "error in move for path: 'nosuch': Unable to remove nonexistent key: nosuch: missing value",
    ],
    [
      { op: 'move', from: '/a', path: '/a/b/0' },
      'move operation does not apply: doc is missing destination path: /a/b/0: missing value',
    ],
    [
      { op: 'move', from: '/s', path: '/a/b/9' },
      "error in move for path: '/a/b/9': Unable to access invalid index: 9: invalid index referenced",
    ],
  ]
  for (const [operation, message] of refused)
    test(`${JSON.stringify(operation)} is refused with the reason`, () =>
      assert.ok([message, `PATCH_UNFIT ${message}`].includes(outcome(operation as object) as string)))

  test('what is no list of operations is no JSON patch', () => {
    const refusal = (patch: unknown, message: string): void =>
      assert.throws(() => applyJsonPatch(document, patch), { code: 'PATCH_MALFORMED', message })
    refusal({}, 'json: cannot unmarshal object into Go value of type jsonpatch.Patch')
    refusal('x', 'json: cannot unmarshal string into Go value of type jsonpatch.Patch')
    refusal([true], 'json: cannot unmarshal bool into Go value of type jsonpatch.Operation')
    refusal([[]], 'json: cannot unmarshal array into Go value of type jsonpatch.Operation')
    assert.deepEqual(applyJsonPatch(document, null), document)
  })

  test('an operation sees what those before it did, in maps and lists that it has changed already', () => {
    assert.deepEqual(
      outcome(
        { op: 'add', path: '/a/b/-', value: 3 },
        { op: 'add', path: '/a/b/-', value: 4 },
        { op: 'add', path: '/__proto__', value: { x: 1 } },
        { op: 'add', path: '/__proto__/y', value: 2 },
        { op: 'copy', from: '/a', path: '/c' },
        { op: 'remove', path: '/a/b' },
        { op: 'replace', path: '/c/b/0', value: 7 },
      ),
      JSON.parse('{"a":{"n":null},"s":"x","l":[{"k":1}],"__proto__":{"x":1,"y":2},"c":{"b":[7,2,3,4],"n":null}}'),
    )
  })

  test('bounds: ten thousand operations are taken, and copies of three mebioctets', () => {
    const ten = Array(10_000).fill({ op: 'test', path: '/s', value: 'x' })
    assert.deepEqual(applyJsonPatch(document, ten), document)
    assert.throws(() => applyJsonPatch(document, [...ten, ...ten]), {
      code: 'PATCH_TOO_LARGE',
      message: 'The allowed maximum operations in a JSON patch is 10000, got 20000',
    })
    const MEBI = 1024 * 1024
    const copies = (length: number): unknown =>
      applyJsonPatch(
        { text: 'x'.repeat(length), o: { key: 1 } },
        ['/a', '/b', '/c'].map((path) => ({ op: 'copy', from: '/text', path })),
      )
    assert.ok(copies(MEBI - 2))
    assert.throws(() => copies(MEBI), {
      code: 'PATCH_UNFIT',
      message:
        'Unable to complete the copy, the accumulated size increase of copy is 3145734, exceeding the limit 3145728',
    })
    const o = { ['k'.repeat(MEBI)]: [1] }
    const patch = ['/a', '/b', '/c'].map((path) => ({ op: 'copy', from: '/o', path }))
    assert.throws(() => applyJsonPatch({ o }, patch), { code: 'PATCH_UNFIT' })
    assert.ok(applyJsonPatch({ o }, patch.slice(1)))
  })
})
