import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pods } from '#api/core/pod/resource.ts'
import { networkPolicies } from '#api/networking/networkpolicy/resource.ts'
import { createUnixClient } from '#client/unix-client.ts'
import { clusterStateDir } from '#cluster/claims/known-clusters.ts'
import { readConfig, statePaths } from '#cluster/state/state.ts'
import { POLICY_RULESET } from '#dataplane/policy/ruleset.ts'
import { namespacePath } from '#kernel/namespaces/namespace.ts'
import { quantile } from '../dataplane/measure.ts'
import { now } from '../propagation/change.ts'
import { NAMESPACE, Objects } from '../propagation/objects.ts'
import { Observers } from '../propagation/observers.ts'

const NAME = 'bench-policy'
const NODES = 3
const INTERVAL_MS = 10
const WARM_UP = 100

interface IdentityResult {
  readonly p50_ms: number
  readonly p99_ms: number
  readonly most_ms: number
  readonly arrived: number
  readonly lost: number
}

/** What lets somebody in, so that identities are in use: on each node a pod, which web may ask. */
const policy = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'from-web', namespace: NAMESPACE },
  spec: {
    podSelector: {},
    policyTypes: ['Ingress'],
    ingress: [{ from: [{ podSelector: { matchLabels: { tier: 'web' } } }], ports: [{ protocol: 'TCP', port: 8080 }] }],
  },
}

/**
 * How long from the sending of a pod's address to the API until every node's kernel knows who has it. A cluster of three nodes;
 * the pods that get addresses, 100 a second, belong to a fourth one that has no agent, and so exist in the API alone.
 */
export const measureIdentity = async (changes: number): Promise<IdentityResult> => {
  const fairlead = join(import.meta.dirname, '..', '..', 'bin', 'fairlead')
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-bench-'))
  const env = { ...process.env, KUBECONFIG: join(folder, 'kubeconfig'), HOME: folder }
  const resources = new DisposableStack()
  try {
    const observers = resources.use(new Observers())
    const { status, stderr } = spawnSync(fairlead, ['up', '--name', NAME, '--nodes', `${NODES}`], {
      env,
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(`fairlead up: ${stderr}`)
    const { sockets, nodes } = readConfig(statePaths(clusterStateDir(NAME)).config)
    const client = createUnixClient(sockets.api)
    const objects = new Objects(client)
    await objects.makeNamespace()
    await client.create(networkPolicies, policy as never, { namespace: NAMESPACE })
    await objects.makeRealPods(nodes.map(({ name }) => name))
    resources.use(await objects.makeOutsideNode((error) => process.stderr.write(`heartbeat: ${error}\n`)))
    const count = changes + WARM_UP
    await objects.makeOutsidePods(count, { tier: 'web' })

    const begun = new Map<string, number>()
    const seen = new Map<string, Map<number, number>>()
    const paths = nodes.map(({ namespace }) => namespacePath(namespace))
    await observers.start(['elements', POLICY_RULESET.table, 'identities', ...paths], (node, address, at) => {
      const of = seen.get(address)
      if (of !== undefined && !of.has(node)) of.set(node, at)
    })
    const failures: unknown[] = []
    const begin = now()
    for (let number = 0; number < count; number++) {
      const wait = begin + number * INTERVAL_MS - now()
      if (wait > 0) await sleep(wait)
      const address = `10.250.${number >> 8}.${number & 255}`
      seen.set(address, new Map())
      begun.set(address, now())
      const body = { status: { phase: 'Running', podIP: address, podIPs: [{ ip: address }] } }
      client
        .patch(pods, `web-${number}`, 'merge', body, { namespace: NAMESPACE, subresource: 'status' })
        .catch((error: unknown) => failures.push(error))
    }
    await sleep(1500)
    client.close()
    if (failures.length > 0) throw new Error(`${failures.length} addresses were refused: ${failures[0]}`)
    const counted = [...seen].slice(WARM_UP)
    const whole = counted.filter(([, of]) => of.size === NODES)
    const samples = whole.map(([address, of]) => Math.max(...of.values()) - (begun.get(address) as number))
    return {
      p50_ms: quantile(samples, 0.5),
      p99_ms: quantile(samples, 0.99),
      most_ms: Math.max(...samples),
      arrived: whole.length,
      lost: counted.length - whole.length,
    }
  } finally {
    resources.dispose()
    spawnSync(fairlead, ['down', '--name', NAME], { env })
    rmSync(folder, { recursive: true, force: true })
  }
}
