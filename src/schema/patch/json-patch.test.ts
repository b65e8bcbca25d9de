import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { applyJsonPatch, type JsonPatchError } from './json-patch.ts'

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
    `PATCH_PATH_MISSING ${how} operation does not apply: doc is missing path: ${path}`
  const results: readonly (readonly [object, object])[] = [
    [{ op: 'add', path: '', value: [1] }, [1]],
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
      { op: 'copy', from: '', path: '/all' },
      { ...document, all: document },
    ],
    [{ op: 'test', path: '/a', value: { n: null, b: [1, 2] } }, document],
    [{ op: 'test', path: '/nosuch', value: null }, document],
    [{ op: 'test', path: '/nosuch' }, document],
    [{ op: 'test', path: '/s/x', value: null }, document],
    [{ op: 'test', path: '', value: document }, document],
  ]
  for (const [operation, expected] of results)
    test(`${JSON.stringify(operation)} does as RFC 6902 says`, () => assert.deepEqual(outcome(operation), expected))

  const refused: readonly (readonly [unknown, string])[] = [
    [null, 'PATCH_MALFORMED operation 0 is not an object'],
    [[], 'PATCH_MALFORMED operation 0 is not an object'],
    [{ op: 'add', value: 1 }, 'PATCH_MALFORMED operation 0 has no path'],
    [{ op: 'add', path: '/a' }, 'PATCH_MALFORMED operation 0 (add /a) has no value'],
    [{ op: 'replace', path: '/a' }, 'PATCH_MALFORMED operation 0 (replace /a) has no value'],
    [{ op: 'move', path: '/a' }, 'PATCH_MALFORMED operation 0 (move /a) has no from'],
    [{ op: 'copy', path: '/a', from: 1 }, 'PATCH_MALFORMED operation 0 (copy /a) has no from'],
    [{ path: '/a' }, 'PATCH_MALFORMED operation 0: unknown op undefined'],
    [{ op: 'merge', path: '/a' }, 'PATCH_MALFORMED operation 0: unknown op "merge"'],
    [{ op: 'add', path: 'a', value: 1 }, 'PATCH_PATH_MISSING a is not a JSON pointer'],
    [{ op: 'remove', path: '' }, 'PATCH_PATH_MISSING the whole document cannot be removed'],
    [{ op: 'remove', path: '/nosuch' }, missing('remove', '/nosuch')],
    [{ op: 'replace', path: '/nosuch', value: 1 }, missing('replace', '/nosuch')],
    [{ op: 'remove', path: '/toString' }, missing('remove', '/toString')],
    [{ op: 'add', path: '/toString/x', value: 1 }, missing('add', '/toString/x')],
    [{ op: 'add', path: '/x/y', value: 1 }, missing('add', '/x/y')],
    [{ op: 'add', path: '/s/y', value: 1 }, missing('add', '/s/y')],
    [{ op: 'add', path: '/a/n/y', value: 1 }, missing('add', '/a/n/y')],
    [{ op: 'add', path: '/a/b/3', value: 1 }, missing('add', '/a/b/3')],
    [{ op: 'add', path: '/a/b/01', value: 1 }, missing('add', '/a/b/01')],
    [{ op: 'add', path: '/a/b/x', value: 1 }, missing('add', '/a/b/x')],
    [{ op: 'add', path: '/l/x/k', value: 1 }, missing('add', '/l/x/k')],
    [{ op: 'replace', path: '/a/b/2', value: 1 }, missing('replace', '/a/b/2')],
    [{ op: 'replace', path: '/a/b/-', value: 1 }, missing('replace', '/a/b/-')],
    [{ op: 'remove', path: '/a/b/2' }, missing('remove', '/a/b/2')],
    [{ op: 'remove', path: '/a/b/-' }, missing('remove', '/a/b/-')],
    [{ op: 'test', path: '/s', value: 'y' }, 'PATCH_TEST_FAILED testing value /s failed'],
    [{ op: 'test', path: '/s', value: null }, 'PATCH_TEST_FAILED testing value /s failed'],
    [{ op: 'copy', from: '/nosuch', path: '/x' }, 'PATCH_PATH_MISSING copy: nothing at /nosuch'],
    [{ op: 'move', from: '/nosuch', path: '/x' }, 'PATCH_PATH_MISSING move: nothing at /nosuch'],
    [{ op: 'move', from: '/a', path: '/a/b/0' }, 'PATCH_PATH_MISSING move: /a cannot move into itself'],
    [{ op: 'move', from: '', path: '/x' }, 'PATCH_PATH_MISSING move:  cannot move into itself'],
  ]
  for (const [operation, message] of refused)
    test(`${JSON.stringify(operation)} is refused with the reason`, () =>
      assert.equal(outcome(operation as object), message))

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

  test('ten thousand operations are taken, and copies of three mebioctets', () => {
    const ten = Array(10_000).fill({ op: 'test', path: '/s', value: 'x' })
    assert.equal(applyJsonPatch(document, ten), document)
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
    assert.ok(copies(MEBI - 1))
    assert.throws(() => copies(MEBI), {
      code: 'PATCH_TOO_LARGE',
      message:
        'Unable to complete the copy, the accumulated size increase of copy operations exceeds the limit 3145728',
    })
    const o = { ['k'.repeat(MEBI)]: [1] }
    const patch = ['/a', '/b', '/c'].map((path) => ({ op: 'copy', from: '/o', path }))
    assert.throws(() => applyJsonPatch({ o }, patch), { code: 'PATCH_TOO_LARGE' })
    assert.ok(applyJsonPatch({ o }, patch.slice(1)))
  })
})
