import { AGE, type Column, column, NAME, orNone, wide } from '#api/table/column.ts'
import { findCondition } from '#objects/conditions.ts'
import type { Node } from './message.ts'

const nodeStatus = ({ spec, status }: Node): string => {
  const ready = findCondition(status?.conditions, 'Ready')
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

export const nodeColumns: readonly Column<Node>[] = [
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
