import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { NodeReport } from '#agent/server/agent-api.ts'
import { FakeClient } from '#client/testing/fake-client.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import type { ClusterConfig } from '#cluster/config.ts'
import { unseenText } from '#explain/words/unseen.ts'
import { gatherFacts } from './local-facts.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-facts-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const config = (agent: string): ClusterConfig => ({
  name: 'facts-that-are-not-there',
  stateDir: folder,
  clusterCidr: ['10.244.0.0/16', 'fd00:10:244::/56'],
  serviceCidr: ['10.96.0.0/16', 'fd00:10:96::/112'],
  clusterDns: ['10.96.0.10', 'fd00:10:96::a'],
  nodeCidr: ['172.30.0.0/24', 'fd00:172:30::/64'],
  loadBalancerCidr: ['172.30.255.0/24', 'fd00:172:30:0:ff::/80'],
  nodePortRange: { from: 30_000, to: 32_767 },
  nodePortAddresses: [],
  loadBalancer: 'pool',
  egress: false,
  ephemeral: true,
  audit: false,
  allowHostAccess: false,
  clusterDomain: 'cluster.local',
  host: { addresses: ['172.30.0.1', 'fd00:172:30::1'], link: 'none' },
  apiServer: { port: 6443, hostPort: 6443 },
  fabric: { namespace: 'none', addresses: ['172.30.0.254', 'fd00:172:30::fe'] },
  nodeMonitorGraceSeconds: 50,
  nodes: ['node-1', 'node-2', 'node-3'].map((name, index) => ({
    name,
    number: index + 1,
    namespace: `none-${name}`,
    addresses: ['172.30.0.2', 'fd00:172:30::2'],
    podCidrs: ['10.244.1.0/24', 'fd00:10:244:1::/64'],
  })),
  sockets: { api: '', agent },
})
const gather = (agent: string) => gatherFacts(new FakeClient({ clock: new HandClock() }), config(agent))
const report = (name: string, dataplane: Partial<NodeReport['dataplane']>) => ({
  name,
  addresses: [],
  podCidrs: [],
  ready: true,
  pods: [],
  dataplane: { services: 2, pending: 0, appliedAt: '2026-01-01T00:00:00Z', failed: [], ...dataplane },
})

test('agents that do not answer leave every kernel unasked, and that is said', async () => {
  const { kernels, unseen = [] } = await gather(join(folder, 'no.sock'))
  assert.deepEqual(kernels, [])
  assert.deepEqual(unseen, [{ code: 'agents' }])
  assert.match(unseenText({ code: 'agents' }), /^the agents do not answer: no kernel was asked/)
})

test('a kernel counts as asked where all Services are written to it, but for those that it refused', async () => {
  const failed = [{ service: 'default/web', message: 'set is full', retryAt: '' }]
  const nodes = [report('node-1', { failed }), report('node-2', { pending: 3 })]
  const socket = join(folder, 'agent.sock')
  const server = createServer((_, response) => response.end(JSON.stringify({ nodes, rss: 1 }))).listen(socket)
  try {
    const { kernels, refused, unseen } = await gather(socket)
    assert.deepEqual(kernels, ['node-1'])
    assert.deepEqual(refused, [{ node: 'node-1', service: 'default/web', message: 'set is full' }])
    assert.deepEqual(unseen?.map(unseenText), [
      'what is still to be written to the kernel of node-2',
      'the kernel of node-3: its agent tells nothing',
    ])
  } finally {
    server.close()
  }
})

test('of what is left to others no kernel of ours is asked, and each is said to be unseen', async () => {
  const leaving = { ...config(join(folder, 'no.sock')), without: ['proxy', 'dns', 'network'] as const }
  const facts = await gatherFacts(new FakeClient({ clock: new HandClock() }), leaving)
  assert.deepEqual(facts.kernels, [])
  assert.equal(facts.network.dnsOnNodes, false)
  assert.deepEqual(
    facts.unseen,
    ['proxy', 'dns', 'network', 'policies'].map((what) => ({ code: 'of-others', what })),
  )
})
