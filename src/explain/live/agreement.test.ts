import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask } from '../testing/cluster.ts'
import type { Observation } from '../trace/live.ts'
import type { Trace } from '../trace/trace.ts'
import { compare } from './agreement.ts'

test('real packets agree with the model only where the answer does', () => {
  const through: Observation['translation'] = {
    node: 'node-1',
    backend: { address: '10.244.2.11', port: 8080 },
    sourceSeen: '10.244.1.9',
  }
  const met = (explanation: Trace, answer: Observation['answer'], translated = true) =>
    compare(explanation, [{ answer, ...(translated && { translation: through }) }]).accord
  const answers = ask('pod/client', 'svc/web').trace
  assert.equal(met(answers, 'answered'), 'agree')
  for (const answer of ['silent', 'refused', 'unreachable'] as const)
    assert.equal(met(answers, answer), 'disagree', answer)
  const datagram = { ...answers, protocol: 'UDP' } as const
  assert.equal(
    met(datagram, 'silent'),
    'unanswered',
    'a program need not answer a datagram; nor did anybody see it do so',
  )
  assert.equal(met(datagram, 'refused'), 'disagree')
  const direct = ask('pod/client', 'pod/web-2:8080').trace
  assert.equal(met(direct, 'answered', false), 'agree')
  assert.equal(met(direct, 'silent', false), 'disagree', 'what no Service translates is held to its answer too')
  const astray = { ...answers, outcomes: answers.outcomes.map((one) => ({ ...one, verdict: 'astray' as const })) }
  assert.equal(met(astray, 'silent'), 'agree')
  assert.equal(met(astray, 'answered'), 'disagree')
  const dropped = ask('host', '172.30.0.2:30080').trace
  assert.equal(met(dropped, 'silent', false), 'agree')
  assert.equal(met(dropped, 'refused', false), 'disagree')
  const nowhere = { ...direct, outcomes: direct.outcomes.map((one) => ({ ...one, verdict: 'unreachable' as const })) }
  assert.equal(met(nowhere, 'unreachable', false), 'agree')
  assert.equal(met(nowhere, 'silent', false), 'agree')
  assert.equal(met(nowhere, 'refused', false), 'disagree')
  const refused = { ...dropped, outcomes: dropped.outcomes.map((one) => ({ ...one, verdict: 'reject' as const })) }
  for (const explanation of [dropped, refused])
    assert.equal(met(explanation, 'forbidden', false), 'agree', 'the own kernel’s word for refused and for dropped')
  const [one, other] = [{ answer: 'answered', translation: through }, { answer: 'silent' }] as const
  assert.equal(compare(answers, [one, other]).accord, 'disagree', 'the worst of them counts')
})

test('what policies drop is met by silence, whether a node still tells that it translated it or not', () => {
  const answers = ask('pod/client', 'svc/web').trace
  const denied = { ...answers, outcomes: answers.outcomes.map((one) => ({ ...one, verdict: 'denied' as const })) }
  const translation = { node: 'node-1', backend: { address: '10.244.2.11', port: 8080 }, sourceSeen: '10.244.1.9' }
  assert.equal(compare(denied, [{ answer: 'silent' }]).accord, 'agree')
  assert.equal(compare(denied, [{ answer: 'silent', translation }]).accord, 'agree')
  assert.equal(compare(denied, [{ answer: 'answered', translation }]).accord, 'disagree')
})
