import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClusterFacts } from '../../cluster/facts.ts'
import { ask, at, pod, slice } from '../../testing/cluster.ts'
import { policy, withPolicies } from '../../testing/policies.ts'

const web = { matchLabels: { app: 'web' } }
const client = { podSelector: { matchLabels: { app: 'client' } } }
const all = { podSelector: {} }
const ingress = (rule: object) => [policy('in', { podSelector: web, ingress: [rule] })]
const OWN = 'a policy of its own'
const added = (at: string, value: object) => [{ op: 'add', path: `/spec/ingress/0/${at}/-`, value }]

const replaced = (at: string, value: unknown) => [{ op: 'replace', path: `/spec/ingress/0/${at}`, value }]

/** What the first cure does to the rule; `OWN` where the rule stays as it is. */
const done = (given: ClusterFacts, from = 'pod/client'): unknown => {
  const [cure] = ask(from, 'svc/default/web', {}, given).findings.flatMap(({ cures }) => cures)
  assert.ok(cure)
  return cure.input === undefined ? JSON.parse(cure.argv.at(-1) ?? '') : OWN
}
const ports = [
  { name: 'http', containerPort: 8080, protocol: 'TCP' },
  { name: 'admin', containerPort: 9090, protocol: 'TCP' },
  { name: 'quic', containerPort: 8080, protocol: 'UDP' },
]
const pods = [
  pod('web-1', 1, 11, { ports }),
  pod('web-2', 2, 11, { ports }),
  pod('client', 1, 9, { labels: { app: 'client' } }),
]

test('the asked port of another protocol, or a name nearly like its own, is mended in the rule; other ports stay alone', () => {
  const byPorts = (...given: readonly object[]) =>
    done(withPolicies(ingress({ from: [all], ports: given }), [], { pods }))
  const mended = added('ports', { protocol: 'TCP', port: 8080 })
  assert.deepEqual(byPorts({ port: 8080, protocol: 'UDP' }), mended)
  assert.deepEqual(byPorts({ port: 1 }, { port: 8080, protocol: 'UDP' }), mended, 'one of them')
  assert.deepEqual(byPorts({ port: 'htp' }), replaced('ports/0/port', 'http'), 'nobody has that name')
  const named = [pod('web-1', 1, 11, { ports: [{ name: 'sql', containerPort: 8080, protocol: 'TCP' }] }), pods[2]!]
  const onlyOne = (...given: readonly object[]) =>
    done(
      withPolicies(ingress({ from: [all], ports: given }), [], {
        pods: named,
        slices: [slice('web', [at('10.244.1.11', 1)])],
      }),
    )
  assert.deepEqual(onlyOne({ port: 'http' }), replaced('ports/0/port', 'sql'), 'the only name that there is')
  assert.equal(byPorts({ port: 'admni' }), OWN, 'nearly the name of a port that is not asked')
  assert.equal(byPorts({ port: 'quik' }), OWN, 'nearly the name of a port of another protocol')
  assert.equal(byPorts({ port: 8081 }), OWN)
  assert.equal(byPorts({ port: 8080, endPort: 8090, protocol: 'UDP' }), OWN, 'a range')
  assert.equal(byPorts({ protocol: 'UDP' }), OWN, 'all of a protocol')
})

test('a label is mended in the rule where it alone is misspelt, not where something else is missing too', () => {
  const byLabels = (podSelector: object, more: object = {}) =>
    done(withPolicies(ingress({ from: [{ podSelector }], ...more }), [], { pods }))
  const either = (...values: readonly string[]) => ({ matchExpressions: [{ key: 'app', operator: 'In', values }] })
  assert.deepEqual(
    byLabels({ matchLabels: { app: 'cleint' } }),
    replaced('from/0/podSelector', client.podSelector),
    'what means nobody is no peer to keep',
  )
  const taken = pod('cleint', 1, 8, { labels: { app: 'cleint' } })
  assert.deepEqual(
    done(
      withPolicies(ingress({ from: [{ podSelector: { matchLabels: { app: 'cleint' } } }] }), [], {
        pods: [...pods, taken],
      }),
    ),
    added('from', client),
    'somebody is called so',
  )
  assert.deepEqual(byLabels(either('db', 'clinet')), added('from', client), 'one of several values')
  assert.equal(byLabels({ matchLabels: { app: 'clinet', role: 'friend' } }), OWN)
  assert.equal(byLabels({ matchLabels: { app: 'clinet' } }, { ports: [{ port: 80 }] }), OWN)
  const not = { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['client'] }] }
  assert.equal(byLabels(not), OWN, 'it is kept away on purpose')
})

test('pods of another namespace that a podSelector alone would mean are meant in theirs; all pods of its own are meant as such', () => {
  const name = { 'kubernetes.io/metadata.name': 'front' }
  const byPeers = (...from: readonly object[]) => {
    const there = [...pods.slice(0, 2), pod('client', 1, 9, { namespace: 'front', labels: { app: 'client' } })]
    const given = withPolicies(ingress({ from }), [], { namespaces: ['default', 'front'], pods: there })
    return done({ ...given, namespaceLabels: { ...given.namespaceLabels, front: name } }, 'pod/front/client')
  }
  const mended = [{ op: 'add', path: '/spec/ingress/0/from/0/namespaceSelector', value: { matchLabels: name } }]
  assert.deepEqual(byPeers(client), mended)
  assert.deepEqual(
    byPeers(client, { namespaceSelector: { matchLabels: { team: 'x' } } }),
    mended,
    'a peer beside it that means all pods of other namespaces is another matter',
  )
  assert.equal(byPeers(all), OWN)
})
