import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fieldErrorText } from '#api/validation/field-error.ts'
import { customScale, validateScaleSpec, validateScaleStatus } from './scale.ts'

const paths = {
  specReplicasPath: '.spec.size',
  statusReplicasPath: '.status.size',
  labelSelectorPath: '.status.selector',
}
const { labelSelectorPath: _, ...plain } = paths
const scale = customScale(paths)

test('a scale is read where the definition says that it stands', () => {
  const object: any = { spec: { size: 3 }, status: { size: 2, selector: 'a=b' } }
  assert.deepEqual(scale.read(object), { replicas: 3, current: 2, selector: 'a=b' })
  assert.deepEqual(scale.read({} as never), { current: 0, selector: '' })
  assert.deepEqual(scale.read({ spec: { size: 'x' }, status: { size: 1.5, selector: 5 } } as never), {
    current: 0,
    selector: '',
  })
  assert.deepEqual(customScale(plain).read(object), { replicas: 3, current: 2, selector: '' })
  assert.deepEqual(scale.path, ['spec', 'size'])
})

test('a scale is written there, and nothing else is', () => {
  assert.deepEqual(scale.write({ spec: { size: 1, more: 2 }, status: {} } as never, 5), {
    spec: { size: 5, more: 2 },
    status: {},
  })
  assert.deepEqual(scale.write({} as never, 0), { spec: { size: 0 } })
  assert.deepEqual(scale.write({ spec: 7 } as never, 1), { spec: { size: 1 } })
})

test('what stands there is a number of replicas, and a text', () => {
  const spec = (object: object): readonly string[] => validateScaleSpec(object, paths).map(fieldErrorText)
  for (const good of [{}, { spec: {} }, { spec: { size: 0 } }, { spec: { size: 2147483647 } }])
    assert.deepEqual(spec(good), [])
  const size = (value: unknown) => spec({ spec: { size: value } })
  const at = '.spec.size: Invalid value:'
  assert.deepEqual(size(-1), [`${at} -1: should be a non-negative integer`])
  assert.deepEqual(size(2147483648), [`${at} 2147483648: should be less than or equal to 2147483647`])
  const words: readonly (readonly [value: unknown, text: string])[] = [
    [1.5, '1.5 is of the type float64'],
    ['x', 'x is of the type string'],
    [true, 'true is of the type bool'],
    [null, '<nil> is of the type <nil>'],
    [[1], '[1] is of the type []interface {}'],
    [{ a: 1 }, '{"a":1} is of the type map[string]interface {}'],
  ]
  for (const [value, text] of words)
    assert.deepEqual(size(value), [`${at} 0: .spec.size accessor error: ${text}, expected int64`])
  assert.deepEqual(spec({ spec: 5 }), [
    `${at} 0: .spec accessor error: 5 is of the type int64, expected map[string]interface{}`,
  ])
  const status = (object: object, of = paths as typeof plain) => validateScaleStatus(object, of).map(fieldErrorText)
  assert.deepEqual(status({ status: { size: 1, selector: 'a' } }), [])
  assert.deepEqual(status({ status: { size: -1, selector: 5 } }), [
    '.status.size: Invalid value: -1: should be a non-negative integer',
    '.status.selector: Invalid value: "": .status.selector accessor error: 5 is of the type int64, expected string',
  ])
  assert.deepEqual(status({ status: { selector: 5 } }, plain), [])
})
