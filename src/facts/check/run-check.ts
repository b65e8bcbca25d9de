import { daemonSets } from '#api/apps/daemonset/resource.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import type { Node } from '#api/core/node/message.ts'
import { nodes } from '#api/core/node/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import type { Service } from '#api/core/service/message.ts'
import { services } from '#api/core/service/resource.ts'
import { ApiError, type Client } from '#client/client.ts'
import { execInPod } from '#client/exec/exec.ts'
import type { Transport } from '#client/http-client.ts'
import type { ProbeResult } from '#incluster/probe/probe-types.ts'
import { isReady } from '#objects/conditions.ts'
import { byKey } from '#objects/object-key.ts'
import { podAddresses } from '#objects/pod.ts'
import { eachOf } from '../agents/ask-agent.ts'
import { askCommand, CHECK_LABEL, type CheckPlan, checkObjects } from './check-objects.ts'
import { type Asked, type PlannedProbe, type ProbePod, planProbes } from './plan-probes.ts'

/** What came of one probe; `from`: who asked. */
export interface Outcome extends PlannedProbe {
  readonly from: Pick<ProbePod, 'role' | 'node' | 'name'>
  readonly milliseconds: number
  readonly who?: string
  /** Left out: it was answered, by whom it should be. */
  readonly error?: string
}

export interface CheckResult {
  readonly outcomes: readonly Outcome[]
  /** Pods of the check that did not start in time, and why. */
  readonly absent: readonly { readonly node: string; readonly pod: string; readonly why: string }[]
  readonly nodes: readonly Node[]
}

interface CheckOptions {
  readonly client: Client
  readonly transport: Transport
  readonly plan: CheckPlan
  readonly clusterDomain: string
  /** Milliseconds, of one probe, and until pods are there. */
  readonly timeoutMs: number
  readonly startMs: number
  /** Of other nodes, each asks so many. */
  readonly most: number
  readonly signal: AbortSignal
  readonly sleep: (ms: number) => Promise<void>
  readonly now: () => number
  readonly tell: (text: string) => void
}

const LOOK_MS = 500
/** A kernel learns of an endpoint a little after its pod is ready. */
const SETTLE_MS = 1_000
const MOST_OUTPUT = 4 << 20
/** Words of a command stand in a URL, which servers take to some extent. */
const MOST_A_CALL = 60
/** A check that was killed is over by then, milliseconds. */
const LEFT_OVER_MS = 15 * 60_000

/**
 * Makes the pods of a check, lets each of them ask, and takes all away again, whatever happens. Rejects with the signal's reason,
 * an ApiError, or a transport's error.
 */
export const runCheck = async (options: CheckOptions): Promise<CheckResult> => {
  const { client, plan } = options
  const { namespace, daemonSets: sets, services: made } = checkObjects(plan)
  await removeLeftovers(options)
  await client.create(namespaces, namespace)
  try {
    for (const service of made) await client.create(services, service)
    for (const set of sets) await client.create(daemonSets, set)
    return await probe(options)
  } finally {
    await client.delete(namespaces, plan.name, { propagationPolicy: 'Foreground' }).catch((error: unknown) => {
      options.tell(
        `namespace ${plan.name} could not be removed: ${(error as Error).message}; kubectl delete namespace ${plan.name}`,
      )
    })
  }
}

const probe = async (options: CheckOptions): Promise<CheckResult> => {
  const { client, transport, plan, timeoutMs, signal } = options
  const { items: all } = await client.list(nodes)
  const found = await started(options)
  const here = found.filter(isReady).map(probePodOf)
  const made = (await client.list(services, { namespace: plan.name })).items
  const web = made.find(({ metadata }) => metadata?.name === 'web')
  if (here.length > 0) await options.sleep(SETTLE_MS)
  signal.throwIfAborted()
  const asked: Asked = {
    pods: here,
    nodes: all.toSorted(byKey).map((node) => ({ name: node.metadata?.name ?? '', addresses: addressesOf(node) })),
    service: { name: 'web', clusterIps: web?.spec?.clusterIPs ?? [], nodePorts: nodePortsOf(web) },
    headless: 'headless',
    namespace: plan.name,
    clusterDomain: options.clusterDomain,
    hostPort: plan.nodePort,
    most: options.most,
  }
  const outcomes = await eachOf(here, async (pod) => {
    const planned = planProbes(pod, asked)
    const results: ProbeResult[] = []
    for (let from = 0; from < planned.length; from += MOST_A_CALL) {
      const some = planned.slice(from, from + MOST_A_CALL)
      results.push(...(await askFrom(transport, plan.name, pod, some, timeoutMs, signal)))
    }
    return planned.map(
      (one): Outcome =>
        outcomeOf(
          pod,
          one,
          results.find(({ id }) => id === one.id),
        ),
    )
  })
  return {
    outcomes: outcomes.flat(),
    absent: [
      ...found
        .filter((pod) => !isReady(pod))
        .map((pod) => ({ node: pod.spec?.nodeName ?? '', pod: pod.metadata?.name ?? '', why: whyNot(pod) })),
      ...all
        .map(({ metadata }) => metadata?.name ?? '')
        .filter((name) => !found.some(({ spec }) => spec?.nodeName === name))
        .map((node) => ({ node, pod: '', why: 'no pod of the check was made for it' })),
    ],
    nodes: all,
  }
}

const askFrom = async (
  transport: Transport,
  namespace: string,
  { name }: ProbePod,
  probes: readonly PlannedProbe[],
  timeoutMs: number,
  signal: AbortSignal,
): Promise<readonly ProbeResult[]> => {
  const list = JSON.stringify(probes.map(({ id, kind, to, port }) => ({ id, kind, to, port })))
  const failed = (error: string): readonly ProbeResult[] => probes.map(({ id }) => ({ id, milliseconds: 0, error }))
  try {
    const { stdout, stderr, exitCode } = await execInPod(transport, {
      namespace,
      pod: name,
      command: askCommand(timeoutMs, list),
      // Eight at once.
      timeoutMs: 10_000 + timeoutMs * Math.ceil(probes.length / 8),
      limit: MOST_OUTPUT,
      signal,
    })
    return exitCode === 0
      ? (JSON.parse(stdout) as ProbeResult[])
      : failed(`the probe ended with ${exitCode}: ${stderr.trim()}`)
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof ApiError && error.status.code === 403) throw error
    return failed((error as Error).message)
  }
}

const outcomeOf = ({ name, role, node }: ProbePod, planned: PlannedProbe, result: ProbeResult | undefined): Outcome => {
  const { milliseconds = 0, who, error = result === undefined ? 'no result' : undefined } = result ?? {}
  // Somebody answered, and it is somebody else: an address that two have.
  const stranger = planned.at !== undefined && who !== undefined && who !== planned.at
  const wrong = stranger ? `${who === '' ? 'somebody else' : who} answers there` : error
  return {
    ...planned,
    from: { name, role, node },
    milliseconds,
    ...(who !== undefined && { who }),
    ...(wrong !== undefined && { error: wrong }),
  }
}

/** The check's pods, once all are ready, or as they are when the time is over. */
const started = async ({ client, plan, startMs, signal, sleep, now }: CheckOptions): Promise<readonly Pod[]> => {
  const until = now() + startMs
  for (;;) {
    signal.throwIfAborted()
    const [{ items }, sets] = await Promise.all([
      client.list(pods, { namespace: plan.name }),
      client.list(daemonSets, { namespace: plan.name }),
    ])
    const wanted = sets.items.reduce((sum, { status }) => sum + (status?.desiredNumberScheduled ?? 0), 0)
    const isCounted = sets.items.every(
      ({ metadata, status }) => (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 1),
    )
    if ((isCounted && items.length >= wanted && items.every(isReady)) || now() > until) return items
    await sleep(LOOK_MS)
  }
}

const removeLeftovers = async ({ client, now }: CheckOptions): Promise<void> => {
  const [name, value] = Object.entries(CHECK_LABEL)[0] as [string, string]
  const { items } = await client.list(namespaces, { labelSelector: `${name}=${value}` }).catch(() => ({ items: [] }))
  for (const { metadata } of items)
    if (!metadata?.deletionTimestamp && now() - Date.parse(metadata?.creationTimestamp ?? '') > LEFT_OVER_MS)
      await client.delete(namespaces, metadata?.name ?? '').catch(() => undefined)
}

const probePodOf = (pod: Pod): ProbePod => ({
  name: pod.metadata?.name ?? '',
  role: pod.spec?.hostNetwork ? 'node' : 'pod',
  node: pod.spec?.nodeName ?? '',
  addresses: podAddresses(pod),
})

export const addressesOf = ({ status }: Node): readonly string[] =>
  (status?.addresses ?? []).flatMap(({ type, address }) => (type === 'InternalIP' && address ? [address] : []))

const nodePortsOf = (service: Service | undefined): Asked['service']['nodePorts'] => {
  const of = (protocol: string): number => service?.spec?.ports?.find((one) => one.protocol === protocol)?.nodePort ?? 0
  return { tcp: of('TCP'), udp: of('UDP') }
}

const whyNot = ({ status }: Pod): string => {
  const states = (status?.containerStatuses ?? []).flatMap(({ state }) => state?.waiting ?? state?.terminated ?? [])
  const said = states.map(({ reason, message }) => [reason, message].filter(Boolean).join(': ')).find(Boolean)
  const unready = status?.conditions?.find((one) => one.status !== 'True' && one.message)?.message
  return said ?? unready ?? `it is ${status?.phase ?? 'Pending'}, and not ready`
}
