import { isDeepStrictEqual } from 'node:util'
import type { Node, NodeAddress, NodeCondition } from '#api/core/node/message.ts'
import type { Resource } from '#api/resource.ts'
import { timeText } from '#api/time-text.ts'
import { type Client, isAlreadyExists } from '#client/client.ts'
import { backoff, type Clock, sleep } from '#clock/clock.ts'
import type { Runtime } from '#runtime/runtime.ts'
import { type NodeRecorder, tellConditions } from './node-events.ts'
import type { NodeImages } from './node-images.ts'
import { keptOfNode, type NodeTrouble, nodeConditions, runtimeVersionText } from './node-object.ts'

interface RegistrationOptions {
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly onError: (error: unknown) => void
  readonly record: NodeRecorder
}

interface NodeStatusOptions extends RegistrationOptions {
  /** What the node has to say against itself at present. */
  readonly trouble: () => NodeTrouble
  /** What the machine has to run. */
  readonly images: () => NodeImages
  readonly runtime: Pick<Runtime, 'version'>
}

// Kubernetes' nodeStatusReportFrequency: the Lease tells life, the status only what changes.
const REPORT_MS = 300_000
// Kubernetes' nodeStatusUpdateFrequency.
const LOOK_MS = 10_000
/** The first look: what nobody waited for when the node came up, as what its runtime says of itself. */
const FIRST_LOOK_MS = 2000

/**
 * Merged by their type, the second InternalIP would be written over the first: the list is replaced as a whole, as
 * Kubernetes' kubelet does it.
 */
const replacing = (addresses: readonly NodeAddress[] = []): readonly object[] => [...addresses, { $patch: 'replace' }]

/** What a kubelet alone knows of its machine, and tells with its conditions. */
type Machine = Pick<
  NonNullable<Node['status']>,
  'addresses' | 'allocatable' | 'capacity' | 'daemonEndpoints' | 'images' | 'nodeInfo'
>

const machineOf = ({ addresses, allocatable, capacity, daemonEndpoints, images, nodeInfo }: Machine): Machine => ({
  addresses,
  allocatable,
  capacity,
  daemonEndpoints,
  images,
  nodeInfo,
})

type Amounts = NonNullable<Machine['capacity']>

/** Resources that others count, by a name of their own: `example.com/gpu`. */
const extended = (amounts: Amounts = {}): Amounts =>
  Object.fromEntries(Object.entries(amounts).filter(([name]) => name.includes('/') && !name.includes('kubernetes.io/')))

const plain = (amounts: Amounts = {}): Amounts => {
  const others = extended(amounts)
  return Object.fromEntries(Object.entries(amounts).filter(([name]) => !(name in others)))
}

/** What others say that the machine has too is there for pods as well. */
const withExtended = (machine: Machine, shown: Machine): Machine => {
  const more = extended(shown.capacity)
  const { capacity, allocatable } = machine
  return { ...machine, capacity: { ...capacity, ...more }, allocatable: { ...allocatable, ...more } }
}

/** For a strategic patch: what somebody has added goes too. */
const machinePatch = ({ allocatable, capacity, images, ...rest }: Machine): object => ({
  ...rest,
  images: images ?? null,
  ...(allocatable && { allocatable: { ...allocatable, $patch: 'replace' } }),
  ...(capacity && { capacity: { ...capacity, $patch: 'replace' } }),
})

const patchStatus = (client: Client, nodes: Resource<Node>, name: string, status: Node['status']): Promise<Node> =>
  client.patch(
    nodes,
    name,
    'strategic',
    { status: { ...status, ...(status?.addresses && { addresses: replacing(status.addresses) }) } },
    { subresource: 'status' },
  )

/**
 * Creates the Node, or brings one that is there up to date; again with back-off until it is. Resolves with the object,
 * undefined where aborted.
 */
export const registerNode = async (
  client: Client,
  nodes: Resource<Node>,
  wanted: Node,
  { clock, signal, onError, record }: RegistrationOptions,
): Promise<Node | undefined> => {
  const name = wanted.metadata?.name ?? ''
  const told = (before: Node | undefined, after: Node): Node => {
    record('Starting', 'Starting kubelet.')
    tellConditions(record, name, before?.status?.conditions, after.status?.conditions)
    return after
  }
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      const created = await client.create(nodes, wanted)
      // A server that keeps status for its own subresource gave back an object without it.
      const whole = created.status?.conditions?.length
      return told(undefined, whole ? created : await patchStatus(client, nodes, name, wanted.status))
    } catch (error) {
      if (isAlreadyExists(error)) {
        try {
          const before = await client.patch(nodes, name, 'strategic', keptOfNode(wanted))
          return told(before, await patchStatus(client, nodes, name, wanted.status))
        } catch (inner) {
          onError(inner)
        }
      } else onError(error)
    }
    await sleep(clock, backoff(failures, 50, 7000, Math.random), signal)
  }
  return undefined
}

/**
 * Posts the conditions every five minutes, and within ten seconds where the Node that `known` gives has others: the node
 * controller writes Unknown over those of a kubelet that was silent. The runtime's version and images that came or went are
 * told then, and what somebody changed of addresses, amounts and ports is put right, but for resources of their own, which
 * pods may have then. A Node that was deleted stays so until the kubelet starts again, as with Kubernetes.
 * Returns at once, with what looks without waiting: for whoever knows that `trouble` has changed.
 */
export const keepNodeStatus = (
  client: Client,
  nodes: Resource<Node>,
  registered: Node,
  known: () => Node | undefined,
  { clock, signal, onError, trouble, images, runtime, record }: NodeStatusOptions,
): (() => void) => {
  const own = machineOf(registered.status ?? {})
  const base = { ...own, capacity: plain(own.capacity), allocatable: plain(own.allocatable) }
  let conditions = registered.status?.conditions
  let postedAt = clock.now()
  let cancel = (): void => undefined
  const look = async (): Promise<void> => {
    cancel()
    const containerRuntimeVersion = runtimeVersionText(await runtime.version())
    if (signal.aborted) return
    const next = nodeConditions(conditions, timeText(clock.now()), trouble())
    const node = known()
    const shown = node === undefined ? undefined : (node.status ?? {})
    const changed = shown !== undefined && !next.every((one) => sameStatus(shown.conditions ?? [], one))
    const nodeInfo = { ...base.nodeInfo!, containerRuntimeVersion }
    const machine = { ...withExtended(base, shown ?? {}), nodeInfo, images: images() }
    const moved = shown !== undefined && !isDeepStrictEqual(machineOf(shown), machine)
    if (changed || moved || (shown !== undefined && clock.now() - postedAt >= REPORT_MS)) {
      postedAt = clock.now()
      // What was Unknown meanwhile turns now.
      conditions = changed ? nodeConditions(shown.conditions, timeText(clock.now()), trouble()) : next
      if (changed) tellConditions(record, registered.metadata?.name ?? '', shown.conditions, conditions)
      const status = { conditions, ...(moved && machinePatch(machine)) }
      await patchStatus(client, nodes, registered.metadata?.name ?? '', status).catch(onError)
    }
    wait()
  }
  const wait = (ms = LOOK_MS): void => {
    cancel()
    if (!signal.aborted) cancel = clock.after(ms, () => void look())
  }
  signal.addEventListener('abort', () => cancel(), { once: true })
  wait(FIRST_LOOK_MS)
  return () => {
    if (!signal.aborted) void look()
  }
}

const sameStatus = (shown: readonly NodeCondition[], { type, status, message }: NodeCondition): boolean =>
  shown.some(
    (condition) =>
      condition.type === type &&
      condition.status === status &&
      // Why it is not Ready may change.
      (status === 'True' || condition.message === message),
  )
