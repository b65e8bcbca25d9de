import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkTimeout } from './deadline.ts'
import { requestInfo } from './request-info.ts'

const refusal = (timeout: string, path = '/version', more = ''): string | undefined => {
  const query = new URLSearchParams(`${more}&timeout=${encodeURIComponent(timeout)}`)
  try {
    checkTimeout(requestInfo('GET', path, query), query)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

test('a timeout is a duration as Go writes it, or refused in its words', () => {
  for (const timeout of ['', '0', '0s', '3m', '-1.5h', '1h2m3.5s', '.5s', '7ns', '1\u00b5s'])
    assert.equal(refusal(timeout), undefined)
  for (const [timeout, fault] of [
    ['invalid', 'time: invalid duration "invalid"'],
    ['5', 'time: missing unit in duration "5"'],
    ['5d', 'time: unknown unit "d" in duration "5d"'],
    ['-', 'time: invalid duration "-"'],
    ['1s.', 'time: invalid duration "1s."'],
  ] as const)
    assert.equal(refusal(timeout), `invalid timeout specified in the request URL - ${fault}`)
})

test('what stays open for as long as its client likes has none', () => {
  assert.equal(refusal('x', '/api/v1/pods', 'watch=1'), undefined)
  assert.equal(refusal('x', '/api/v1/namespaces/n/pods/p/log'), undefined)
  assert.notEqual(refusal('x', '/api/v1/namespaces/n/pods/p/status'), undefined)
})
