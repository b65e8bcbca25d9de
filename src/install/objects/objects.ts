import type { Namespace } from '#api/core/namespace/message.ts'
import type { ApiObject } from '#api/resource.ts'
import { nodeRules } from '../rules/part-rules.ts'
import { clusterAccess } from './access.ts'
import { type Installation, NODE_NAME, PART_OF } from './installation.ts'
import { nodeDaemonSet } from './node-daemonset.ts'
import { settingsMap } from './settings-map.ts'

/** Agents have the node's network and its kernel: Pod Security of lesser levels would refuse them. */
const POD_SECURITY = {
  'pod-security.kubernetes.io/enforce': 'privileged',
  'pod-security.kubernetes.io/warn': 'privileged',
  'pod-security.kubernetes.io/audit': 'privileged',
} as const

const namespaceOf = ({ namespace }: Installation): Namespace => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: namespace, labels: { ...PART_OF, ...POD_SECURITY } },
})

/**
 * All that an installation is, in the order in which it can be made: what `fairlead install` applies, prints with
 * `--dry-run`, and what the folder `deploy/` holds.
 */
export const objectsOf = (installation: Installation): readonly ApiObject[] => [
  namespaceOf(installation),
  ...clusterAccess(NODE_NAME, nodeRules(installation.settings.parts), installation),
  settingsMap(installation),
  nodeDaemonSet(installation),
]
