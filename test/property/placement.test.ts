import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Node } from '#api/core/node/message.ts'
import { nodes } from '#api/core/node/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import { startCluster } from '#controllers/testing/cluster.ts'
import { ask, facts, node, pod as podAt, service } from '#explain/testing/cluster.ts'
import { unschedulableText } from '#placement/event-text.ts'

/* What explain says of a pod that has no node, beside what the scheduler itself does with it. */

const seed = Number(process.env.FAIRLEAD_SEED ?? Date.now() & 0x7fffffff)

type PodSpec = NonNullable<Pod['spec']>
type Affinity = NonNullable<PodSpec['affinity']>

const some = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 2 })
const disk = fc.constantFrom('ssd', 'hdd')
const zone = fc.constantFrom('a', 'b')
const app = fc.constantFrom('web', 'cache')
const cpu = fc.constantFrom('0', '500m', '1', '2')
const hostPort = fc.constantFrom(80, 443)
const topologyKey = fc.constantFrom('zone', 'kubernetes.io/hostname')
const taint = fc.record({
  key: fc.constantFrom('gpu', 'team'),
  value: fc.constantFrom('yes', '5'),
  effect: fc.constantFrom('NoSchedule' as const, 'NoExecute' as const, 'PreferNoSchedule' as const),
})
const toleration = fc.oneof(
  fc.constant({ operator: 'Exists' as const }),
  fc.record({ key: fc.constantFrom('gpu', 'team'), operator: fc.constant('Exists' as const) }),
  fc.record({ key: fc.constant('gpu'), operator: fc.constant('Equal' as const), value: fc.constant('yes') }),
  fc.record({ key: fc.constant('team'), operator: fc.constant('Gt' as const), value: fc.constantFrom('3', '7') }),
)
const near = fc.record({ topologyKey, labelSelector: app.map((one) => ({ matchLabels: { app: one } })) })
const affinity: fc.Arbitrary<Affinity> = fc
  .record({ disks: some(disk), near: some(near), far: some(near) })
  .map(({ disks, near, far }) => ({
    ...(disks && {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'disk', operator: 'In' as const, values: [disks] }] }],
        },
      },
    }),
    ...(near && { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [near] } }),
    ...(far && { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [far] } }),
  }))
const containers = fc.record({ cpu, port: some(hostPort) }).map(({ cpu, port }) => [
  {
    name: 'main',
    image: 'x',
    resources: { requests: { cpu } },
    ...(port && { ports: [{ containerPort: port, hostPort: port }] }),
  },
])

const nodePlan = fc.record({
  labels: fc.record({ disk: some(disk), zone: some(zone) }),
  unschedulable: fc.boolean(),
  taints: fc.array(taint, { maxLength: 2 }),
  cpu: fc.constantFrom('1', '2', '4'),
  pods: fc.constantFrom('2', '4'),
})
const standingPlan = fc.record({
  node: fc.nat({ max: 2 }),
  app,
  ended: fc.boolean(),
  containers,
  affinity: some(affinity),
})
const pendingPlan = fc.record({
  app,
  containers,
  nodeSelector: some(fc.record({ disk })),
  affinity: some(affinity),
  tolerations: fc.array(toleration, { maxLength: 2 }),
  spread: some(topologyKey),
  gated: fc.nat({ max: 9 }).map((one) => one === 0),
})

const plan = fc.record({
  nodes: fc.array(nodePlan, { minLength: 1, maxLength: 3 }),
  standing: fc.array(standingPlan, { maxLength: 5 }),
  pending: pendingPlan,
})
type Plan = typeof plan extends fc.Arbitrary<infer T> ? T : never

const nodeOf = (one: Plan['nodes'][number], index: number): Node => {
  const base = node(index + 1)
  const { disk, zone } = one.labels
  const labels = { 'kubernetes.io/hostname': `node-${index + 1}`, ...(disk && { disk }), ...(zone && { zone }) }
  return {
    ...base,
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { ...base.metadata, labels },
    spec: { ...base.spec, taints: one.taints, ...(one.unschedulable && { unschedulable: true }) },
    status: { ...base.status, allocatable: { cpu: one.cpu, pods: one.pods } },
  }
}

const podOf = (name: string, labels: Record<string, string>, spec: PodSpec, phase: 'Running' | 'Pending' | 'Failed') =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', uid: name, labels },
    spec: { schedulerName: 'default-scheduler', ...spec },
    status: { phase },
  }) satisfies Pod

const pendingPod = ({ app, spread, gated, ...spec }: Plan['pending']): Pod =>
  podOf(
    'waiting',
    { app, role: 'waiting' },
    {
      ...Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined)),
      containers: spec.containers,
      ...(gated && { schedulingGates: [{ name: 'example.com/hold' }] }),
      ...(spread && {
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: spread,
            whenUnsatisfiable: 'DoNotSchedule' as const,
            labelSelector: { matchLabels: { app } },
          },
        ],
      }),
    },
    'Pending',
  )

/** The pod after the scheduler itself, running over these objects, has come to it. */
async function scheduled(all: readonly Node[], standing: readonly Pod[], pod: Pod): Promise<Pod> {
  const cluster = await startCluster({ only: ['scheduler'] })
  for (const one of all) await cluster.client.create(nodes, one)
  for (const one of standing) await cluster.client.create(pods, one)
  await cluster.client.create(pods, pod)
  await cluster.settle()
  const found = cluster.client.all(pods).find(({ metadata }) => metadata?.name === 'waiting')
  cluster.stop()
  assert.ok(found)
  return found
}

test('explain’s reason for a pod without a node is the scheduler’s, and what the scheduler places is never called unschedulable', async () => {
  const met = { placed: 0, refused: 0 }
  await fc.assert(
    fc.asyncProperty(plan, async (one) => {
      const all = one.nodes.map(nodeOf)
      const standing = one.standing.map(({ node, app, ended, containers, affinity }, index) =>
        podOf(
          `standing-${index}`,
          { app },
          { nodeName: `node-${(node % all.length) + 1}`, containers, ...(affinity && { affinity }) },
          ended ? 'Failed' : 'Running',
        ),
      )
      const asker: Pod = { ...podAt('client', 1, 9, { labels: { app: 'client' } }), apiVersion: 'v1', kind: 'Pod' }
      const pod = pendingPod(one.pending)
      const after = await scheduled(all, [...standing, asker], pod)
      const { trace } = ask(
        'pod/client',
        'svc/web',
        {},
        facts({
          nodes: all,
          pods: [...standing, asker, pod],
          slices: [],
          services: [service('web', '10.96.0.1', { selector: { role: 'waiting' } })],
        }),
      )
      const finding = trace.findings.find(({ reason }) => reason === 'pods-pending')
      assert.ok(finding?.reason === 'pods-pending', 'the pod waits for a node')
      const trouble = finding.pods[0]?.trouble
      assert.ok(trouble?.kind === 'unscheduled')
      const { why } = trouble
      if (after.spec?.nodeName) {
        met.placed++
        assert.ok(why.code === 'waiting', `${after.spec.nodeName} takes it, and explain says ${JSON.stringify(why)}`)
        assert.ok(why.nodes.includes(after.spec.nodeName))
        assert.deepEqual(finding.nearest, [])
        return
      }
      const condition = after.status?.conditions?.find(({ type }) => type === 'PodScheduled')
      if (condition?.reason === 'SchedulingGated') {
        assert.equal(why.code, 'gated')
        return
      }
      met.refused++
      assert.equal(condition?.reason, 'Unschedulable')
      assert.ok(why.code === 'unschedulable', `no node takes it, and explain says ${JSON.stringify(why)}`)
      assert.ok(condition.message?.startsWith(unschedulableText(why.refused)), condition.message)
      // What the scheduler names first of a node is among all that keeps the pod from it.
      for (const { node, obstacles } of finding.nearest) {
        const first = why.refused.find((refusing) => refusing.node === node)?.obstacles ?? []
        assert.ok(first.length > 0)
        for (const obstacle of first)
          assert.ok(obstacles.some((other) => JSON.stringify(other) === JSON.stringify(obstacle)))
      }
    }),
    { seed, numRuns: Number(process.env.FAIRLEAD_RUNS ?? 300) },
  )
  assert.ok(met.placed > 20 && met.refused > 20, `both are met often enough: ${JSON.stringify(met)} (seed ${seed})`)
})
