import { configMaps } from '#api/core/configmap/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { type Client, isNotFound } from '#client/client.ts'
import type { ListeningSocket } from '#explain/cluster/facts.ts'
import { DATA_PLANE_IMAGE } from '#routes/data-plane.ts'

/* Kubelets that are played: what becomes of a pod is what its spec says of it. */

const IMAGES = ['fairlead/echo', 'fairlead/host', DATA_PLANE_IMAGE]

/** Whether a pod is one of the gateways'. */
export const isProxy = ({ spec }: Pod): boolean => spec?.containers?.[0]?.image === DATA_PLANE_IMAGE

/** Writes the status of an object, as a kubelet does, over what it was. */
export async function setStatus<T extends ApiObject & { readonly status?: object }>(
  client: Client,
  resource: Resource<T>,
  object: T,
  status: NonNullable<T['status']>,
): Promise<void> {
  const metadata = { ...object.metadata, resourceVersion: undefined }
  const next = { ...object, metadata, status: { ...object.status, ...status } }
  const namespace = object.metadata?.namespace === undefined ? {} : { namespace: object.metadata.namespace }
  await client.update(resource, next as T, { ...namespace, subresource: 'status' })
}

/** What a container's arguments say of its program: `--listen=8080`, which is its default, `--loopback=9090`, `--crash`. */
const argument = ({ spec }: Pod, name: string): string | undefined => {
  const found = spec?.containers?.[0]?.args?.find((one) => one === `--${name}` || one.startsWith(`--${name}=`))
  return found === undefined ? undefined : found.slice(name.length + 3)
}

/** What its program listens on. */
export const socketsOf = (pod: Pod): readonly ListeningSocket[] => {
  const at = (address: string, text: string | undefined): readonly ListeningSocket[] =>
    (text ?? '').split(',').flatMap((port) => (port ? [{ protocol: 'TCP', address, port: Number(port) } as const] : []))
  return [...at('::', argument(pod, 'listen') ?? '8080'), ...at('127.0.0.1', argument(pod, 'loopback'))]
}

/** The status of a pod that is not ready any more. */
export const unready = (pod: Pod): NonNullable<Pod['status']> => ({
  conditions: [
    ...(pod.status?.conditions ?? []).filter(({ type }) => type !== 'Ready'),
    { type: 'Ready', status: 'False' },
  ],
})

/** What kubelets make of the pods that are bound to their nodes: of each what it can become, at once. */
export async function playKubelets(client: Client, silent: ReadonlySet<string>): Promise<void> {
  const held = new Set(
    (await client.list(configMaps)).items.map(({ metadata }) => `${metadata?.namespace}/${metadata?.name}`),
  )
  for (const pod of (await client.list(pods)).items) {
    const { nodeName = '' } = pod.spec ?? {}
    const { name = '', namespace = '', deletionTimestamp } = pod.metadata ?? {}
    if (nodeName === '' || silent.has(nodeName)) continue
    if (deletionTimestamp !== undefined && argument(pod, 'linger') === undefined) {
      await client.delete(pods, name, { namespace, gracePeriodSeconds: 0 }).catch(tolerateGone)
      continue
    }
    const status = becomes(pod, held)
    const same = JSON.stringify({ ...pod.status, ...status }) === JSON.stringify(pod.status)
    if (!same) await setStatus(client, pods, pod, status).catch(tolerateGone)
  }
}

const tolerateGone = (error: unknown): void => {
  if (!isNotFound(error)) throw error
}

const addresses = new Map<string, number>()

function becomes(pod: Pod, held: ReadonlySet<string>): NonNullable<Pod['status']> {
  const [container] = pod.spec?.containers ?? []
  const { name = '', image = '' } = container ?? {}
  const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== 'Ready')
  const wanted = container?.envFrom?.flatMap(({ configMapRef }) => configMapRef?.name ?? []) ?? []
  const missing = wanted.find((one) => !held.has(`${pod.metadata?.namespace}/${one}`))
  const waits = (reason: string, message: string, lastState?: object) => ({
    phase: 'Pending' as const,
    conditions: [...others, { type: 'Ready', status: 'False' }],
    containerStatuses: [
      {
        name,
        image,
        imageID: '',
        ready: false,
        restartCount: 0,
        state: { waiting: { reason, message } },
        ...(lastState && { lastState }),
      },
    ],
  })
  if (!IMAGES.includes(image)) return waits('ErrImagePull', 'it is not known here')
  if (missing !== undefined) return waits('CreateContainerConfigError', `configmap "${missing}" not found`)
  if (argument(pod, 'crash') !== undefined)
    return waits('CrashLoopBackOff', 'back-off', { terminated: { exitCode: 2, reason: 'Error' } })
  const probe = container?.readinessProbe
  const port = probe?.httpGet?.port ?? probe?.tcpSocket?.port
  const gates = (pod.spec?.readinessGates ?? []).every(({ conditionType }) =>
    others.some(({ type, status }) => type === conditionType && status === 'True'),
  )
  const passes = port === undefined || isProxy(pod) || socketsOf(pod).some((one) => one.port === port)
  const leaves = pod.metadata?.deletionTimestamp !== undefined
  const ready = passes && gates && !leaves
  const node = pod.spec?.nodeName?.replace('node-', '')
  const uid = pod.metadata?.uid ?? ''
  if (!addresses.has(uid)) addresses.set(uid, 10 + (addresses.size % 200))
  const host = addresses.get(uid)
  const ips = pod.spec?.hostNetwork
    ? [`172.30.0.${Number(node) + 1}`, `fd00:172:30::${Number(node) + 1}`]
    : [`10.244.${node}.${host}`, `fd00:10:244:${node}::${host}`]
  const podIPs = (argument(pod, 'one-family') === undefined ? ips : ips.slice(0, 1)).map((ip) => ({ ip }))
  return {
    phase: 'Running',
    podIP: podIPs[0]?.ip,
    podIPs,
    conditions: [...others, { type: 'Ready', status: ready ? 'True' : 'False' }],
    containerStatuses: [
      {
        name,
        image,
        imageID: '',
        ready: passes && !leaves,
        restartCount: 0,
        state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
      },
    ],
  }
}
