import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeSigningRequest } from '../../testing/signing-request.ts'
import { approvalOf } from './approval.ts'

const SIGNER = 'kubernetes.io/kube-apiserver-client-kubelet'
const USAGES = ['client auth', 'digital signature', 'key encipherment']

/** What comes of a request by bob or a node, whom rules let ask for `allowed`; and what was asked of the rules. */
const decided = async (subject: string, spec: object, ...allowed: readonly string[]): Promise<readonly unknown[]> => {
  const { request } = await makeSigningRequest(subject)
  const asked: unknown[] = []
  const whole: any = { request: btoa(request), signerName: SIGNER, usages: USAGES, username: 'bob', ...spec }
  const approval = approvalOf(whole, ({ name, groups }, attributes) => {
    assert.ok(attributes.kind === 'resource')
    const { verb, group, resource, subresource } = attributes
    asked.push(`${name} [${groups}] ${verb} ${resource}.${group}/${subresource}`)
    return allowed.includes(subresource)
  })
  return [approval, ...asked]
}

const NODE = 'O=system:nodes, CN=system:node:a'
const REQUESTS = 'create certificatesigningrequests.certificates.k8s.io'

test('a kubelet gets its certificate where rules let who asks have it', async () => {
  const forOther = { message: 'Auto approving kubelet client certificate after SubjectAccessReview.' }
  const groups = ['system:bootstrappers']
  assert.deepEqual(await decided(NODE, { groups }, 'nodeclient'), [
    forOther,
    `bob [system:bootstrappers] ${REQUESTS}/nodeclient`,
  ])
  assert.deepEqual(await decided(NODE, {}, 'selfnodeclient'), ['refused', `bob [] ${REQUESTS}/nodeclient`])
  const self = { username: 'system:node:a', groups: ['system:nodes'] }
  const forSelf = { message: 'Auto approving self kubelet client certificate after SubjectAccessReview.' }
  const asks = `system:node:a [system:nodes] ${REQUESTS}`
  assert.deepEqual(await decided(NODE, self, 'selfnodeclient', 'nodeclient'), [forSelf, `${asks}/selfnodeclient`])
  assert.deepEqual(await decided(NODE, self, 'nodeclient'), [forOther, `${asks}/selfnodeclient`, `${asks}/nodeclient`])
})

test('of anything else people decide, and no rules are asked', async () => {
  const all = ['nodeclient', 'selfnodeclient']
  assert.deepEqual(await decided(NODE, { signerName: 'kubernetes.io/kube-apiserver-client' }, ...all), [undefined])
  assert.deepEqual(await decided(NODE, { usages: ['client auth', 'server auth'] }, ...all), [undefined])
  assert.deepEqual(await decided('O=system:masters, CN=system:node:a', {}, ...all), [undefined])
  assert.deepEqual(await decided('O=system:nodes, CN=rita', {}, ...all), [undefined])
  assert.deepEqual(await decided(NODE, { request: btoa('junk') }, ...all), [undefined])
})
