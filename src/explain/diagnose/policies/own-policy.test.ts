import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dnsSubdomain } from '#objects/name-form.ts'
import { ask, pod } from '../../testing/cluster.ts'
import { policy, withPolicies } from '../../testing/policies.ts'

/** The policy that lets a pod of this owner be asked, in another namespace by itself. */
const made = (owner: string, policies = [policy('in', {})], more: object = {}) => {
  const one = pod('web-1', 1, 11, { namespace: 'back', labels: { app: 'web', lot: 'a', ...more } })
  const web = {
    ...one,
    metadata: { ...one.metadata, ownerReferences: [{ kind: 'Job', name: owner, controller: true }] },
  }
  const given = withPolicies(
    policies.map(({ metadata, ...one }) => ({ ...one, metadata: { ...metadata, namespace: 'back' } })),
    [],
    { pods: [web, pod('client', 1, 9)] as never, namespaces: ['default', 'back'] },
  )
  const [finding] = ask('pod/client', 'pod/back/web-1:8080', {}, given).findings
  return JSON.parse(finding?.cures[0]?.input ?? '')
}

test('a policy of its own has a name that the API takes, whatever that is called which it speaks of', () => {
  const names = ['web', 'Nightly_Job', 'a..b', 'x.-y', '.x_', 'system:node', `${'n'.repeat(59)}.next`, 'w'.repeat(253)]
  for (const owner of names) {
    const { name } = made(owner).metadata
    assert.deepEqual(dnsSubdomain(name), [], `${owner}: ${name}`)
  }
  assert.equal(made('nightly_job').metadata.name, 'allow-ingress-nightly-job-from-default-client-8080')
})

test('of several policies that isolate a pod the plainest says whom a policy of its own selects besides', () => {
  const by = (name: string, podSelector: object) => policy(name, { podSelector })
  const lot = { matchLabels: { lot: 'a' } }
  const hash = by('hash', { matchLabels: { 'pod-template-hash': '5c8' }, matchExpressions: [] })
  const exists = by('exists', { matchExpressions: [{ key: 'app', operator: 'Exists' }] })
  const selected = (...policies: readonly ReturnType<typeof policy>[]) =>
    made('web', [...policies], { 'pod-template-hash': '5c8' }).spec.podSelector
  assert.deepEqual(selected(hash, by('lot', lot)), {
    matchLabels: { app: 'web', lot: 'a', 'pod-template-hash': '5c8' },
  })
  assert.deepEqual(selected(hash, by('all', {})), { matchLabels: { app: 'web', lot: 'a' } })
  assert.deepEqual(selected(exists, by('lot', lot)), { matchLabels: { app: 'web', lot: 'a' } })
})
