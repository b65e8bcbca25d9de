import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, test } from 'node:test'
import { ask } from '../testing/ask.ts'
import { startTestServer } from '../testing/test-server.ts'

const server = await startTestServer()
after(() => server.close())
const API = '/apis/flowcontrol.apiserver.k8s.io/v1'
const at = (line: string, body?: object) => ask(server.socketPath, line, body)

/** The uids that an answer to this user names: of its FlowSchema, and of that one's level. */
const flowOf = (path: string, user?: string, ...groups: readonly string[]): Promise<readonly unknown[]> =>
  new Promise((resolve, reject) => {
    const headers = user ? { 'impersonate-user': user, 'impersonate-group': groups } : {}
    const call = request({ socketPath: server.socketPath, path, headers: headers as never }, (response) => {
      response.resume()
      const { headers: got } = response
      resolve([got['x-kubernetes-pf-flowschema-uid'], got['x-kubernetes-pf-prioritylevel-uid']])
    })
    call.on('error', reject).end()
  })

const uidsOf = async (schema: string): Promise<readonly unknown[]> => {
  const { body } = await at(`GET ${API}/flowschemas/${schema}`)
  const level = await at(`GET ${API}/prioritylevelconfigurations/${body.spec.priorityLevelConfiguration.name}`)
  return [body.metadata.uid, level.body.metadata.uid]
}

test('every answer says which flow its request was of', async () => {
  const authenticated = 'system:authenticated'
  for (const [schema, flow] of [
    ['exempt', flowOf('/version')],
    ['global-default', flowOf('/version', 'foo', authenticated)],
    ['probes', flowOf('/livez', 'foo', authenticated)],
    ['system-nodes', flowOf('/api/v1/pods', 'system:node:n', 'system:nodes', authenticated)],
    ['system-node-high', flowOf('/api/v1/nodes/n', 'system:node:n', 'system:nodes', authenticated)],
    ['kube-scheduler', flowOf('/api/v1/pods', 'system:kube-scheduler', authenticated)],
    ['kube-system-service-accounts', flowOf('/api', 'system:serviceaccount:kube-system:a', 'system:serviceaccounts')],
    ['service-accounts', flowOf('/api', 'system:serviceaccount:other:a', 'system:serviceaccounts')],
    [
      'system-leader-election',
      flowOf('/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/l', 'system:kube-scheduler', authenticated),
    ],
  ] as const)
    assert.deepEqual(await flow, await uidsOf(schema), schema)
})

test('a FlowSchema is asked once its level is there, which its status tells, and the level’s seats are told', async () => {
  const rules = [
    {
      subjects: [{ kind: 'User', user: { name: 'noxu' } }],
      nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['/version', '/version/*'] }],
    },
  ]
  const spec = { matchingPrecedence: 1000, priorityLevelConfiguration: { name: 'mine' }, rules }
  await at(`POST ${API}/flowschemas`, { metadata: { name: 'mine' }, spec })
  const dangling = async (wanted: string) => {
    for (let turn = 0; turn < 1000; turn++) {
      const { body } = await at(`GET ${API}/flowschemas/mine`)
      const found = body.status?.conditions?.find(({ type }: any) => type === 'Dangling')
      if (found?.status === wanted) return found
    }
    return assert.fail('its status never says so')
  }
  const { reason, message } = await dangling('True')
  assert.equal(reason, 'NotFound')
  assert.match(message, /named "mine" but there is no such object$/)
  assert.deepEqual(await flowOf('/version', 'noxu', 'system:authenticated'), await uidsOf('global-default'))
  const limited = { nominalConcurrencyShares: 1, limitResponse: { type: 'Reject' } }
  await at(`POST ${API}/prioritylevelconfigurations`, {
    metadata: { name: 'mine' },
    spec: { type: 'Limited', limited },
  })
  assert.equal((await dangling('False')).reason, 'Found')
  assert.deepEqual(await flowOf('/version', 'noxu', 'system:authenticated'), await uidsOf('mine'))
  assert.deepEqual(await flowOf('/api', 'noxu', 'system:authenticated'), await uidsOf('global-default'))
  const { body } = await at('GET /metrics')
  assert.match(body, /^apiserver_flowcontrol_nominal_limit_seats\{priority_level="mine"\} 3$/m)
  await at(`DELETE ${API}/prioritylevelconfigurations/mine`)
  await dangling('True')
})
