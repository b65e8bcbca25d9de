import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RequestAnswer, RequestTrace, Share } from '../trace/request/request.ts'
import type { Verdict } from '../trace/trace.ts'
import { compareRequest } from './request-agreement.ts'

const share = (verdict: 'deliver' | 'denied', more: Partial<Share> = {}): Share => ({
  weight: 1,
  of: 1,
  outcomes: [{ verdict }],
  ...more,
})
const accord = (answer: RequestAnswer, real: object, verdict: Verdict = 'reachable') =>
  compareRequest({ answer } as RequestTrace, verdict, real).accord

test('a gateway’s own answer must be the one that was told, a redirect with where it leads', () => {
  const redirected: RequestAnswer = { code: 'redirected', status: 301, location: 'https://a.test/' }
  assert.equal(accord(redirected, { status: 301, location: 'https://a.test/' }), 'agree')
  assert.equal(accord(redirected, { status: 301, location: 'https://b.test/' }), 'disagree')
  assert.equal(accord(redirected, { status: 302, location: 'https://a.test/' }), 'disagree')
  assert.equal(accord({ code: 'refused', status: 404 }, { status: 404 }), 'agree')
  assert.equal(accord({ code: 'refused', status: 404 }, { status: 200 }), 'disagree')
  assert.equal(accord({ code: 'unanswered' }, { failure: 'reset' }, 'unreachable'), 'agree')
  assert.equal(accord({ code: 'unanswered' }, { status: 200 }, 'unreachable'), 'disagree')
})

test('what a program behind it answers is its own; for one that is not reached the gateway answers', () => {
  const reached: RequestAnswer = { code: 'forwarded', shares: [share('deliver')] }
  for (const status of [200, 404, 500]) assert.equal(accord(reached, { status }), 'agree')
  assert.equal(accord(reached, { failure: 'reset' }), 'disagree')
  const closed: RequestAnswer = { code: 'forwarded', shares: [share('denied')] }
  assert.equal(accord(closed, { status: 503 }, 'unreachable'), 'agree')
  assert.equal(accord(closed, { status: 200 }, 'unreachable'), 'disagree')
  assert.equal(accord(closed, { failure: 'no answer' }, 'unreachable'), 'agree')
  assert.equal(accord(closed, { status: 500 }, 'unreachable'), 'disagree')
  const none: RequestAnswer = { code: 'forwarded', shares: [{ weight: 1, of: 1, status: 500, outcomes: [] }] }
  assert.equal(accord(none, { status: 500 }, 'unreachable'), 'agree')
})

const own = (status: number, text: string) => {
  const body = `${text}\n`
  return { status, contentType: 'text/plain', length: body.length, body }
}

test('an answer of the gateway’s own for a backend that it reaches is a disagreement, the same status of a backend none', () => {
  const reached: RequestAnswer = { code: 'forwarded', shares: [share('deliver')] }
  for (const real of [
    own(404, 'no route'),
    own(500, 'internal error'),
    own(502, 'bad gateway'),
    own(503, 'no endpoint'),
    own(504, 'gateway timeout'),
    own(508, 'loop detected'),
  ]) {
    const told = compareRequest({ answer: reached } as RequestTrace, 'reachable', real)
    assert.deepEqual(told, { accord: 'disagree', status: real.status, isOwn: true })
  }
  const { body, ...head } = own(502, 'bad gateway')
  assert.equal(accord(reached, head), 'disagree', 'nothing is sent of the body of an answer to HEAD')
  assert.equal(accord(reached, { ...own(502, 'bad gateway'), contentType: 'text/plain; charset=utf-8' }), 'agree')
  assert.equal(accord(reached, own(502, 'mad gateway')), 'agree')
  const mixed: RequestAnswer = { code: 'forwarded', shares: [share('deliver'), share('denied')] }
  assert.equal(accord(mixed, own(503, 'no endpoint'), 'sometimes'), 'agree')
  assert.equal(accord(mixed, own(502, 'bad gateway'), 'sometimes'), 'disagree')
  const split: RequestAnswer = { code: 'forwarded', shares: [share('deliver'), share('deliver', { status: 500 })] }
  assert.equal(accord(split, own(500, 'internal error'), 'sometimes'), 'agree')
})
