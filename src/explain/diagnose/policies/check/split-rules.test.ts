import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pod } from '../../../testing/cluster.ts'
import { policy, withPolicies } from '../../../testing/policies.ts'
import { printCheck } from '../../../words/policies/check.ts'
import { checkPolicies } from './check.ts'
import { cured } from './cured.ts'

const peers = { from: [{ podSelector: { matchLabels: { app: 'client' } } }] }
const slip = { from: [{ podSelector: { matchLabels: { app: 'cleint' } } }] }
const ports = { ports: [{ port: 8080 }] }
const given = (...ingress: readonly object[]) =>
  withPolicies([policy('web', { podSelector: { matchLabels: { app: 'web' } }, ingress })])
const check = (facts: ReturnType<typeof given>) => checkPolicies(facts, undefined, { fairlead: [], kubectl: [] })
const reasons = (facts: ReturnType<typeof given>) => check(facts).findings.map(({ reason }) => reason)
/** The rules when all cures are done. */
const mended = (facts: ReturnType<typeof given>) => {
  const done = cured(
    facts,
    check(facts).findings.flatMap(({ cures }) => cures),
  )
  assert.deepEqual(reasons(done), [])
  return done.policies?.policies[0]?.spec?.ingress
}

test('a dash between peers and ports is told, and one rule made of both', () => {
  assert.deepEqual(
    printCheck(check(given(peers, ports)))
      .trimEnd()
      .split('\n')
      .map((line) => line.trim()),
    [
      'why   NetworkPolicy default/web, spec.ingress[1], lets anybody in at all ports that its pods have, so that the peers of spec.ingress[0] mean nothing: with a dash before each they are two rules [rule-is-split]',
      'cure  let spec.ingress[0] of default/web and the rule after it be one: these peers, at these ports alone:',
      `kubectl patch networkpolicy web -n default --type json -p '[{"op":"copy","from":"/spec/ingress/1/ports","path":"/spec/ingress/0/ports"},{"op":"remove","path":"/spec/ingress/1"}]'`,
      '1 finding in 1 policy',
    ],
  )
  assert.deepEqual(mended(given(peers, ports)), [{ ...peers, ...ports }])
})

test('before other rules it says the same twice, since these keep their places', () => {
  const other = { from: [{ ipBlock: { cidr: '192.0.2.0/24' } }], ports: [{ port: 9090 }] }
  const both = { ...peers, ...ports }
  assert.deepEqual(mended(given(peers, ports, other)), [both, both, other])
})

test('a slip in the rule is mended where it then stands', () => {
  assert.deepEqual(reasons(given(slip, ports)), ['rule-is-split', 'peer-means-nobody'])
  assert.deepEqual(mended(given(slip, ports)), [{ ...peers, ...ports }])
})

test('rules that say both, or stand the other way, are two rules that are meant so', () => {
  const both = { ...peers, ...ports }
  for (const rules of [
    [both, ports],
    [ports, peers],
    [peers, both],
    [peers, {}],
    [peers],
    [ports],
    [peers, { ports: [{ port: 9090 }] }],
  ])
    assert.ok(!reasons(given(...rules)).includes('rule-is-split'), JSON.stringify(rules))
})

test('anybody at one port and peers at all is meant so where there are other ports, and in egress', () => {
  const declared = [8080, 9090].map((containerPort) => ({ containerPort, protocol: 'TCP' }))
  const several = withPolicies(
    [policy('web', { podSelector: { matchLabels: { app: 'web' } }, ingress: [peers, ports] })],
    [],
    { pods: [pod('web-1', 1, 11, { ports: declared }), pod('client', 1, 9, { labels: { app: 'client' } })] },
  )
  assert.deepEqual(reasons(several), [])
  const web = [{ podSelector: { matchLabels: { app: 'web' } } }]
  const egress = [{ to: web }, { ports: [{ port: 8080 }, { port: 53 }, { port: 53, protocol: 'UDP' }] }]
  assert.deepEqual(reasons(withPolicies([policy('out', { policyTypes: ['Egress'], egress })])), [])
})
