import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OVERLOADS } from '../testing/overloads.ts'
import { library } from './library.ts'

test('every function that Kubernetes has is there, with its overloads under their names, and no other', () => {
  const wanted = new Map<string, string>()
  let name = ''
  for (const line of OVERLOADS.trim().split('\n')) {
    const [, first = name, rest = ''] = /^(?:(\S+): )?(.*)$/.exec(line.trim())!
    name = first
    wanted.set(name, `${wanted.get(name) ?? ''} ${rest}`.trim())
  }
  const found = new Map([...library()].map(([one, overloads]) => [one, overloads.map(({ id }) => id).join(' ')]))
  assert.deepEqual(found, wanted)
})
