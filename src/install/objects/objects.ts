import type { Namespace } from '#api/core/namespace/message.ts'
import type { ApiObject } from '#api/resource.ts'
import { CONTROLLER_PARTS } from '#incluster/settings/part-name.ts'
import { nodePartsOf } from '#incluster/settings/settings.ts'
import { gatewayClass, ingressClass } from '#routes/own-classes.ts'
import { controllerRules, leaseRules } from '../rules/controller-rules.ts'
import { nodeOwnRules, nodeRules, nodeSystemRules } from '../rules/part-rules.ts'
import { clusterAccess, ownAccess } from './access.ts'
import { controllerDeployment } from './controller-deployment.ts'
import { definitionsOf } from './definitions.ts'
import { dnsService } from './dns-service.ts'
import { CONTROLLER_NAME, type Installation, NODE_NAME, PART_OF } from './installation.ts'
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
export const objectsOf = (installation: Installation): readonly ApiObject[] => {
  const { parts } = installation.settings
  const hasController = parts.some((part) => CONTROLLER_PARTS.includes(part))
  return [
    namespaceOf(installation),
    settingsMap(installation),
    ...definitionsOf(installation),
    ...(installation.dnsService ? [dnsService(installation.dnsService)] : []),
    ...(nodePartsOf(installation.settings).length > 0
      ? [
          ...clusterAccess(NODE_NAME, nodeRules(parts), installation),
          ...ownAccess(NODE_NAME, nodeOwnRules(parts), installation),
          ...ownAccess(NODE_NAME, nodeSystemRules(parts), installation, 'kube-system'),
          nodeDaemonSet(installation),
        ]
      : []),
    ...(hasController
      ? [
          ...clusterAccess(CONTROLLER_NAME, controllerRules(parts), installation),
          ...ownAccess(CONTROLLER_NAME, leaseRules(CONTROLLER_NAME), installation),
          controllerDeployment(installation),
        ]
      : []),
    ...(parts.includes('gateway') ? [gatewayClass, ingressClass(installation.isDefaultIngress ?? false)] : []),
  ]
}
