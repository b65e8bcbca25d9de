import type { Deployment, ReplicaSet } from '#api/apps-v1.ts'
import type { ConfigMap, Container, Endpoints, Event, Namespace, Node, Pod, Secret, Service } from '#api/core-v1.ts'
import type { EndpointSlice } from '#api/discovery-v1.ts'
import type { LabelSelector } from '#api/meta-v1.ts'
import { since } from './human-duration.ts'
import { summarizePod } from './pod.ts'

export type Cell = string | number | boolean | null

/** One column of a kind's table; `meta.k8s.io/v1 TableColumnDefinition`. Priority 1 shows with `-o wide` only. */
export interface Column<T> {
  readonly name: string
  readonly type: 'string' | 'integer' | 'boolean'
  readonly format: '' | 'name'
  readonly description: string
  readonly priority: 0 | 1
  readonly cell: (object: T, now: number) => Cell
}

interface Metadata {
  readonly metadata?: { readonly name?: string; readonly creationTimestamp?: string }
}

const column = <T>(
  name: string,
  description: string,
  cell: (object: T, now: number) => Cell,
  type: Column<T>['type'] = 'string',
): Column<T> => ({ name, type, format: '', description, priority: 0, cell })
const wide = <T>(name: string, description: string, cell: (object: T, now: number) => Cell): Column<T> => ({
  ...column(name, description, cell),
  priority: 1,
})
const NAME: Column<Metadata> = {
  ...column<Metadata>('Name', 'The name, unique within its namespace.', ({ metadata }) => metadata?.name ?? ''),
  format: 'name',
}
const AGE: Column<Metadata> = column('Age', 'Time since the object was created.', ({ metadata }, now) =>
  since(metadata?.creationTimestamp, now),
)

const orNone = (text: string | undefined): string => text || '<none>'

/** `a=1,b=2`, in the order of the keys. */
export const formatLabels = (labels: { readonly [key: string]: string } | undefined): string =>
  orNone(
    Object.keys(labels ?? {})
      .sort()
      .map((key) => `${key}=${labels![key]}`)
      .join(','),
  )

/** A label selector in the words of `kubectl get -l`. */
export const formatSelector = (selector: LabelSelector | undefined): string => {
  const terms = Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => ({ key, text: `${key}=${value}` }))
  for (const { key, operator, values } of selector?.matchExpressions ?? []) {
    const list = `(${[...(values ?? [])].sort().join(',')})`
    const texts: { readonly [operator: string]: string } = {
      In: `${key} in ${list}`,
      NotIn: `${key} notin ${list}`,
      Exists: key,
      DoesNotExist: `!${key}`,
    }
    terms.push({ key, text: texts[operator] ?? '<error>' })
  }
  return orNone(
    terms
      .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
      .map(({ text }) => text)
      .join(','),
  )
}

const MOST_SHOWN = 3
/** The first three, and how many more there are. */
const firstFew = (items: readonly string[], nothing: string): string => {
  if (items.length === 0) return nothing
  const shown = items.slice(0, MOST_SHOWN).join(',')
  return items.length > MOST_SHOWN ? `${shown} + ${items.length - MOST_SHOWN} more...` : shown
}

const externalIP = ({ spec, status }: Service): string => {
  const external = spec?.externalIPs ?? []
  switch (spec?.type || 'ClusterIP') {
    case 'ClusterIP':
    case 'NodePort':
      return orNone(external.join(','))
    case 'LoadBalancer': {
      const given = (status?.loadBalancer?.ingress ?? []).map((ingress) => ingress.ip || ingress.hostname || '')
      return [...new Set(given.filter((text) => text !== '')), ...external].join(',') || '<pending>'
    }
    case 'ExternalName':
      return spec?.externalName ?? ''
    default:
      return '<unknown>'
  }
}

const servicePorts = ({ spec }: Service): string =>
  orNone(
    (spec?.ports ?? [])
      .map(({ port, nodePort, protocol }) => `${port ?? 0}${nodePort ? `:${nodePort}` : ''}/${protocol || 'TCP'}`)
      .join(','),
  )

const podColumns: readonly Column<Pod>[] = [
  NAME,
  column('Ready', 'Containers that are ready, of all that should be.', (pod, now) => summarizePod(pod, now).ready),
  column('Status', 'What the containers say about the pod.', (pod, now) => summarizePod(pod, now).status),
  column('Restarts', 'How often containers were started again.', (pod, now) => summarizePod(pod, now).restarts),
  AGE,
  wide('IP', 'The address of the pod.', ({ status }) => orNone(status?.podIPs?.[0]?.ip || status?.podIP)),
  wide('Node', 'The node that the pod runs on.', ({ spec }) => orNone(spec?.nodeName)),
  wide('Nominated Node', 'The node whose pods are evicted for this one.', ({ status }) =>
    orNone(status?.nominatedNodeName),
  ),
  wide('Readiness Gates', 'Conditions from outside that are met, of all asked for.', ({ spec, status }) => {
    const gates = spec?.readinessGates ?? []
    const met = gates.filter(({ conditionType }) =>
      (status?.conditions ?? []).some((condition) => condition.type === conditionType && condition.status === 'True'),
    )
    return gates.length === 0 ? '<none>' : `${met.length}/${gates.length}`
  }),
]

const serviceColumns: readonly Column<Service>[] = [
  NAME,
  column('Type', 'How the Service is reached.', ({ spec }) => spec?.type || 'ClusterIP'),
  column('Cluster-IP', 'The virtual address inside the cluster.', ({ spec }) =>
    orNone(spec?.clusterIPs?.[0] || spec?.clusterIP),
  ),
  column('External-IP', 'Addresses or a name outside of the cluster.', externalIP),
  column('Port(s)', 'Port, node port and protocol of each service port.', servicePorts),
  AGE,
  wide('Selector', 'Labels of the pods behind the Service.', ({ spec }) => formatLabels(spec?.selector)),
]

const nodeStatus = ({ spec, status }: Node): string => {
  const ready = (status?.conditions ?? []).find(({ type }) => type === 'Ready')
  const word = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady'
  return spec?.unschedulable ? `${word},SchedulingDisabled` : word
}

const ROLE_PREFIX = 'node-role.kubernetes.io/'
const nodeRoles = ({ metadata }: Node): string =>
  orNone(
    Object.entries(metadata?.labels ?? {})
      .flatMap(([key, value]) =>
        key.startsWith(ROLE_PREFIX) ? [key.slice(ROLE_PREFIX.length)] : key === 'kubernetes.io/role' ? [value] : [],
      )
      .filter((role) => role !== '')
      .sort()
      .join(','),
  )

const nodeAddress = ({ status }: Node, type: string): string =>
  orNone((status?.addresses ?? []).find((address) => address.type === type)?.address)

const nodeColumns: readonly Column<Node>[] = [
  NAME,
  column('Status', 'Whether the node takes pods.', nodeStatus),
  column('Roles', 'Roles from the labels of the node.', nodeRoles),
  AGE,
  column('Version', 'Version of the node agent.', ({ status }) => status?.nodeInfo?.kubeletVersion ?? ''),
  wide('Internal-IP', 'Address inside the cluster.', (node) => nodeAddress(node, 'InternalIP')),
  wide('External-IP', 'Address outside of the cluster.', (node) => nodeAddress(node, 'ExternalIP')),
  wide('OS-Image', 'Operating system.', ({ status }) => status?.nodeInfo?.osImage || '<unknown>'),
  wide('Kernel-Version', 'Kernel.', ({ status }) => status?.nodeInfo?.kernelVersion || '<unknown>'),
  wide(
    'Container-Runtime',
    'Container runtime and its version.',
    ({ status }) => status?.nodeInfo?.containerRuntimeVersion || '<unknown>',
  ),
]

const joinHostPort = (ip: string, port: number): string => (ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`)

const endpointsColumns: readonly Column<Endpoints>[] = [
  NAME,
  column('Endpoints', 'Addresses and ports that are ready.', ({ subsets }) =>
    firstFew(
      (subsets ?? []).flatMap(({ addresses, ports }) =>
        (ports ?? []).length === 0
          ? (addresses ?? []).map(({ ip }) => ip)
          : (ports ?? []).flatMap(({ port }) => (addresses ?? []).map(({ ip }) => joinHostPort(ip, port))),
      ),
      '<none>',
    ),
  ),
  AGE,
]

const endpointSliceColumns: readonly Column<EndpointSlice>[] = [
  NAME,
  column('AddressType', 'Kind of the addresses.', ({ addressType }) => addressType),
  column('Ports', 'Port numbers.', ({ ports }) =>
    firstFew(
      (ports ?? []).map(({ port }) => (port === undefined ? '*' : `${port}`)),
      '<unset>',
    ),
  ),
  column('Endpoints', 'Addresses.', ({ endpoints }) =>
    firstFew(
      (endpoints ?? []).flatMap(({ addresses }) => addresses ?? []),
      '<unset>',
    ),
  ),
  AGE,
]

const eventSource = ({ source, reportingComponent, reportingInstance }: Event): string => {
  const component = source?.component || reportingComponent || ''
  const host = source?.host || reportingInstance || ''
  return host === '' ? component : `${component}, ${host}`
}

const eventFirst = (event: Event, now: number): string => since(event.firstTimestamp || event.eventTime, now)

const eventColumns: readonly Column<Event>[] = [
  column('Last Seen', 'Time since it was last seen.', (event, now) =>
    event.series
      ? since(event.series.lastObservedTime, now)
      : event.lastTimestamp
        ? since(event.lastTimestamp, now)
        : eventFirst(event, now),
  ),
  column('Type', 'Normal or Warning.', ({ type }) => type ?? ''),
  column('Reason', 'One word for why.', ({ reason }) => reason ?? ''),
  column('Object', 'What it is about.', ({ involvedObject }) => {
    const kind = (involvedObject.kind ?? '').toLowerCase()
    return involvedObject.name ? `${kind}/${involvedObject.name}` : kind
  }),
  wide('Subobject', 'The field that it is about.', ({ involvedObject }) => involvedObject.fieldPath ?? ''),
  wide('Source', 'Who saw it, and where.', eventSource),
  column('Message', 'What happened.', ({ message }) => (message ?? '').trim()),
  wide('First Seen', 'Time since it was first seen.', eventFirst),
  wide('Count', 'How often it was seen.', ({ count, series }) => series?.count ?? (count || 1)),
  { ...wide<Event>('Name', 'The name of the event.', ({ metadata }) => metadata.name ?? ''), format: 'name' },
]

const names = (containers: readonly Container[] | undefined): string =>
  (containers ?? []).map(({ name }) => name).join(',')
const images = (containers: readonly Container[] | undefined): string =>
  (containers ?? []).map(({ image }) => image ?? '').join(',')

const deploymentColumns: readonly Column<Deployment>[] = [
  NAME,
  column(
    'Ready',
    'Pods that are ready, of all wanted.',
    ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`,
  ),
  column('Up-to-date', 'Pods made from the present template.', ({ status }) => status?.updatedReplicas ?? 0),
  column('Available', 'Pods that have been ready for long enough.', ({ status }) => status?.availableReplicas ?? 0),
  AGE,
  wide('Containers', 'Names of the containers.', ({ spec }) => names(spec?.template.spec?.containers)),
  wide('Images', 'Images of the containers.', ({ spec }) => images(spec?.template.spec?.containers)),
  wide('Selector', 'Labels of its pods.', ({ spec }) => formatSelector(spec?.selector)),
]

const replicaSetColumns: readonly Column<ReplicaSet>[] = [
  NAME,
  column('Desired', 'Pods wanted.', ({ spec }) => spec?.replicas ?? 0, 'integer'),
  column('Current', 'Pods there are.', ({ status }) => status?.replicas ?? 0, 'integer'),
  column('Ready', 'Pods that are ready.', ({ status }) => status?.readyReplicas ?? 0, 'integer'),
  AGE,
  wide('Containers', 'Names of the containers.', ({ spec }) => names(spec?.template?.spec?.containers)),
  wide('Images', 'Images of the containers.', ({ spec }) => images(spec?.template?.spec?.containers)),
  wide('Selector', 'Labels of its pods.', ({ spec }) => formatSelector(spec?.selector)),
]

const namespaceColumns: readonly Column<Namespace>[] = [
  NAME,
  column('Status', 'Active, or Terminating while it is emptied.', ({ status }) => status?.phase ?? ''),
  AGE,
]
const configMapColumns: readonly Column<ConfigMap>[] = [
  NAME,
  column(
    'Data',
    'Number of entries.',
    ({ data, binaryData }) => Object.keys({ ...data }).length + Object.keys({ ...binaryData }).length,
  ),
  AGE,
]
const secretColumns: readonly Column<Secret>[] = [
  NAME,
  column('Type', 'What programs use it for.', ({ type }) => type ?? ''),
  column('Data', 'Number of entries.', ({ data }) => Object.keys({ ...data }).length),
  AGE,
]
const leaseColumns: readonly Column<Metadata & { readonly spec?: { readonly holderIdentity?: string } }>[] = [
  NAME,
  column('Holder', 'Who holds it.', ({ spec }) => spec?.holderIdentity ?? ''),
  AGE,
]

/** The columns of each kind; a kind outside of the core group is named with its group. */
export const columnsByKind: { readonly [kind: string]: readonly Column<never>[] } = {
  Pod: podColumns,
  Service: serviceColumns,
  Node: nodeColumns,
  Endpoints: endpointsColumns,
  'EndpointSlice.discovery.k8s.io': endpointSliceColumns,
  Event: eventColumns,
  'Deployment.apps': deploymentColumns,
  'ReplicaSet.apps': replicaSetColumns,
  Namespace: namespaceColumns,
  ConfigMap: configMapColumns,
  Secret: secretColumns,
  'Lease.coordination.k8s.io': leaseColumns,
}

/** Name and age: what every other kind prints. */
export const plainColumns: readonly Column<Metadata>[] = [NAME, AGE]
