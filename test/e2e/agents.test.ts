import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { answerFaults } from '#explain/testing/answer-schema.ts'
import type { Answer } from '#explain/trace/answer.ts'
import { addAgentImage, agentPod } from './agents/agent-image.ts'
import { CLIENT, deployment, service } from './echo.ts'
import { claim, eventually, FAIRLEAD, run, withCluster } from './harness.ts'

const cluster = withCluster('agents', ['--nodes', '2', '--allow-host-access'])
const { kubectl } = cluster
const IMAGE = 'test.fairlead/agent:1'
const folder = mkdtempSync(join(tmpdir(), 'fairlead-agents-'))
after(async () => {
  rmSync(folder, { recursive: true, force: true })
  await run(FAIRLEAD, ['image', 'rm', IMAGE])
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
const explain = async (...args: readonly string[]): Promise<Answer> => {
  const { stdout, stderr } = await outside('explain', ...args, '-o', 'json')
  if (stdout === '') throw new Error(stderr)
  const answer = JSON.parse(stdout) as Answer
  const faults = answerFaults(answer)
  if (faults.length > 0) throw new Error(`not as docs/explain.schema.json says: ${faults.join(', ')}`)
  return answer
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
    const before = await explain(...ASKED)
    assert.deepEqual([before.basis, before.kernels], ['model', undefined], 'no agents: it is as it was')

    await kubectl('create', 'namespace', 'fairlead-system')
    await kubectl.apply(agentPod(IMAGE, node))
    const pod = `fairlead-node-${node}`
    await kubectl('wait', '-n', 'fairlead-system', `pod/${pod}`, '--for=condition=Ready', '--timeout=30s')
    const heard = await eventually('the agent answers', async () => {
      const answer = await explain(...ASKED)
      return answer.kernels?.[0]?.code === 'agent-away' ? undefined : answer
    })
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
      const answer = await explain(...ASKED)
      return answer.kernels?.[0]?.code === 'behind' ? answer : undefined
    })
    assert.deepEqual([broken.verdict, broken.basis], ['unreachable', 'kernels'])
    assert.deepEqual(
      broken.findings.map(({ reason }) => reason),
      ['kernel-behind'],
    )
    assert.match(broken.text, new RegExp(`${ip.replaceAll('.', '\\.')}:80/TCP is not there`))

    const far = await explain('--from', `node/${other}`, '--to', 'svc/web')
    assert.deepEqual(far.kernels, [{ node: other, code: 'no-agent', others: [] }])
    const status = await outside('status')
    assert.equal(status.status, 1)
    assert.match(status.stdout, new RegExp(`${node} +services +in sync +4 +0\\.1\\.0 +0 +${pod}`))
    assert.match(status.stdout, new RegExp(`${other} +no agent`))
  },
)
