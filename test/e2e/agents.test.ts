import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { createHttpClient } from '#client/http-client.ts'
import { httpsTransport } from '#client/https-client.ts'
import { targetOfKubeconfig } from '#client/kubeconfig/target.ts'
import { explain } from '#explain/explain.ts'
import { answerFaults } from '#explain/testing/answer-schema.ts'
import type { Answer } from '#explain/trace/answer.ts'
import type { Trace } from '#explain/trace/trace.ts'
import { print } from '#explain/words/print.ts'
import { hearKernels } from '#facts/agents/hear-kernels.ts'
import { gatherApiFacts } from '#facts/api/api-facts.ts'
import { readKubeconfigs } from '../../src/cli/kubeconfig/kubeconfig-read.ts'
import { addAgentImage, addProbeImage, agentPod } from './agents/agent-image.ts'
import { CLIENT, deployment, service } from './echo.ts'
import { claim, eventually, FAIRLEAD, run, withCluster } from './harness.ts'

const cluster = withCluster('agents', ['--nodes', '2', '--allow-host-access'])
const { kubectl } = cluster
const IMAGE = 'test.fairlead/agent:1'
const PROBE = 'test.fairlead/probe:1'
const folder = mkdtempSync(join(tmpdir(), 'fairlead-agents-'))
after(async () => {
  rmSync(folder, { recursive: true, force: true })
  await run(FAIRLEAD, ['image', 'rm', IMAGE, PROBE])
})

/** As on another machine: a kubeconfig is all that there is. */
const outside = async (verb: string, ...args: readonly string[]) => {
  const path = join(folder, 'elsewhere')
  const text = await kubectl('config', 'view', '--raw', '--flatten')
  writeFileSync(path, text.replaceAll(`fairlead-${cluster.name}`, 'elsewhere'), { mode: 0o600 })
  return await run(FAIRLEAD, [verb, '--kubeconfig', path, ...args], {
    env: { FAIRLEAD_STATE: join(folder, 'state'), HOME: folder },
  })
}
const explained = async (...args: readonly string[]): Promise<Answer> => {
  const { stdout, stderr } = await outside('explain', ...args, '-o', 'json')
  if (stdout === '') throw new Error(stderr)
  const answer = JSON.parse(stdout) as Answer
  const faults = answerFaults(answer)
  if (faults.length > 0) throw new Error(`not as docs/explain.schema.json says: ${faults.join(', ')}`)
  return answer
}
/** The same within this process, which is quick enough to see what is put right again in some seconds. */
const asked = async (from: string, to: string): Promise<Trace> => {
  const surroundings = { environment: {}, terminal: false, now: Date.now }
  const config = readKubeconfigs([cluster.kubeconfig])!
  const transport = httpsTransport(targetOfKubeconfig(config, config['current-context']!, surroundings))
  const client = createHttpClient(transport)
  try {
    const facts = await gatherApiFacts(client, { server: 'https://api', clusterDomain: 'cluster.local' })
    const first = explain(facts, { from, to })
    const told = await hearKernels(client, { transport, namespace: 'fairlead-system' }, facts, first)
    return told === undefined ? first : explain({ ...facts, told }, { from, to })
  } finally {
    client.close()
  }
}
const ASKED = ['--from', 'pod/client', '--to', 'svc/web'] as const

claim(
  'explain and status hear the kernels of another cluster’s nodes from their agents, by pods/exec',
  async (assert) => {
    await addAgentImage(IMAGE, { KUBECONFIG: cluster.kubeconfig })
    await kubectl.apply(
      CLIENT + deployment('web', { replicas: 2 }) + service('web', 'ports: [{port: 80, targetPort: 8080}]'),
    )
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=30s')
    await kubectl('wait', 'pod/client', '--for=condition=Ready', '--timeout=30s')
    const node = await kubectl('get', 'pod', 'client', '-o', 'jsonpath={.spec.nodeName}')
    const other = node === 'node-1' ? 'node-2' : 'node-1'
    const before = await asked('pod/client', 'svc/web')
    assert.deepEqual([before.basis, before.kernels], ['model', undefined], 'no agents: it is as it was')

    await kubectl('create', 'namespace', 'fairlead-system')
    await kubectl.apply(agentPod(IMAGE, node))
    const pod = `fairlead-node-${node}`
    await kubectl('wait', '-n', 'fairlead-system', `pod/${pod}`, '--for=condition=Ready', '--timeout=30s')
    await eventually('the agent answers', async () => {
      const { kernels } = await asked('pod/client', 'svc/web')
      return kernels?.[0]?.code !== 'agent-away'
    })
    const heard = await explained(...ASKED)
    const agent = { kind: 'Pod', namespace: 'fairlead-system', name: pod }
    assert.deepEqual([heard.verdict, heard.basis], ['reachable', 'kernels'])
    const [kernel] = heard.kernels ?? []
    assert.deepEqual([kernel?.node, kernel?.code, (kernel as { agent?: object }).agent], [node, 'in-sync', agent])
    assert.match(heard.text, /KERNELS, as their agents tell\n {2}node-\d: the kernel holds what it should/)

    const ip = await kubectl('get', 'service', 'web', '-o', 'jsonpath={.spec.clusterIP}')
    const remove = `delete element ip fairlead frontends { ${ip} . tcp . 80 }`
    // Its own agent puts it right within ten seconds: look while it is away.
    const broken = await eventually('the frontend is seen to be away', async () => {
      await cluster.onNode(node, 'nft', remove)
      const answer = await asked('pod/client', 'svc/web')
      return answer.kernels?.[0]?.code === 'behind' ? answer : undefined
    })
    assert.deepEqual([broken.verdict, broken.basis], ['unreachable', 'kernels'])
    assert.deepEqual(
      broken.findings.map(({ reason }) => reason),
      ['kernel-behind'],
    )
    assert.match(print(broken), new RegExp(`${ip.replaceAll('.', '\\.')}:80/TCP is not there`))

    const far = await asked(`node/${other}`, 'svc/web')
    assert.deepEqual(far.kernels, [{ node: other, code: 'no-agent', others: [] }])
    const status = await outside('status')
    assert.equal(status.status, 1)
    assert.match(status.stdout, new RegExp(`${node} +services +in sync +4 +0\\.1\\.0 +0 +${pod}`))
    assert.match(status.stdout, new RegExp(`${other} +no agent`))
  },
)

claim(
  'check lets pods and nodes ask all there is, says who in the way is whose, and leaves nothing behind',
  async (assert) => {
    await addProbeImage(PROBE, { KUBECONFIG: cluster.kubeconfig })
    const others = 'table ip firewall { chain in { type filter hook forward priority 5; ip daddr 203.0.113.9 drop; }; }'
    await cluster.onNode('node-1', 'nft', others)
    const { status, stdout, stderr } = await outside('check', '--image', PROBE)
    assert.equal(status, 0, stderr + stdout)
    for (const node of ['node-1', 'node-2'])
      for (const role of ['pod', 'node']) assert.match(stdout, new RegExp(`^${node} +${role}( +(\\d+)/\\2){6}$`, 'm'))
    assert.match(stdout, /\nall answered\n/)
    const gone = await kubectl(
      'get',
      'namespaces',
      '-o',
      'jsonpath={.items[?(@.status.phase=="Active")].metadata.name}',
    )
    assert.doesNotMatch(gone, /fairlead-check/)
  },
)
