import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toValue } from '../cel.ts'
import { effortOf } from './effort.ts'

const effort = (id: string, ...args: readonly unknown[]): number =>
  effortOf({ id } as never, args.map((arg) => (Array.isArray(arg) ? toValue(arg as never) : arg)) as never)

test('a call is as hard as what it looks at, and what it makes', () => {
  const cases: readonly (readonly [id: string, args: readonly unknown[], effort: number])[] = [
    ['string_index_of_string', ['abcd', 'ab'], 0.8],
    ['string_last_index_of_string_int', ['abcd', 'ab', 1n], 0.8],
    ['string_split_string', ['abcd', 'a'], 0.4],
    ['string_replace_string_string', ['axax', 'a', ''], 0.4],
    ['string_replace_string_string', ['axax', 'a', 'b'], 0.4],
    ['string_replace_string_string', ['axax', 'a', 'bbb'], 0.4 + 4 + 2 * 2],
    ['string_replace_string_string_int', ['axax', 'a', 'bbb', 1n], 0.4 + 4 + 2],
    ['string_replace_string_string_int', ['axax', 'a', 'bbb', -1n], 0.4 + 4 + 2 * 2],
    ['string_replace_string_string', ['ax', '', 'bb'], 2 + 2 * 3],
    ['list_join', [['ab', 'c', 7]], 3],
    ['list_join_string', [['ab', 'c', 7], ', '], 3 + 2 * 3],
    ['add_list', [[1, 2], [3]], 3],
    ['add_bytes', [new Uint8Array(2), new Uint8Array(3)], 5],
    [
      'list_flatten',
      [
        [
          [1, 2],
          [3, [4, 5]],
        ],
      ],
      4,
    ],
    [
      'list_flatten_int',
      [
        [
          [1, 2],
          [3, [4, 5]],
        ],
        2n,
      ],
      5,
    ],
    ['size_list', [[1, 2]], 0],
  ]
  for (const [id, args, expected] of cases) assert.equal(effort(id, ...args), expected, `${id} ${args}`)
})
