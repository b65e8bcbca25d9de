import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digestOf, isKept } from './entity-tag.ts'

/** What is answered to a client that names these tags. */
const asked = (
  ifNoneMatch: string | undefined,
): { readonly kept: boolean; readonly status: number; readonly headers: object } => {
  const headers: Record<string, unknown> = {}
  const response = {
    statusCode: 0,
    setHeader: (name: string, value: unknown) => {
      headers[name] = value
    },
    end: () => {},
  }
  const request = { headers: ifNoneMatch === undefined ? {} : { 'if-none-match': ifNoneMatch } }
  const kept = isKept({ request, response, warnings: [] } as never, digestOf('hello'), 'public')
  return { kept, status: response.statusCode, headers }
}

const TAG =
  '"9B71D224BD62F3785D96D46AD3EA3D73319BFBC2890CAADAE2DFF72519673CA72323C3D99BA5C11D7C7ACC6E14B8C5DA0C4663475C2E5C3ADEF46F73BCDEC043"'

test('what a client has already is not sent again', () => {
  for (const named of [TAG, `W/${TAG}`, `"1", ${TAG}`, '*'])
    assert.deepEqual(
      asked(named),
      { kept: true, status: 304, headers: { ETag: TAG, 'Cache-Control': 'public' } },
      named,
    )
})

test('what a client does not have is sent with the tag by which it may ask again', () => {
  for (const named of [undefined, '', '"1"', TAG.slice(1, -1), TAG.toLowerCase()])
    assert.deepEqual(asked(named), { kept: false, status: 0, headers: { ETag: TAG } }, named)
})
