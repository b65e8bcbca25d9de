import { bool, field, int32, int64, list, map, oneOf, optional, quantity, required, string } from '#schema/schema.ts'
import { message } from '../../group.ts'
import { LocalObjectReference } from '../../references.ts'
import { Volume } from '../volume/volume.ts'
import { Affinity } from './affinity.ts'
import { Container, EphemeralContainer } from './container.ts'
import { ResourceRequirements } from './resources.ts'
import { Toleration, TopologySpreadConstraint } from './scheduling.ts'
import { PodSecurityContext } from './security.ts'

const RestartPolicy = oneOf('Always', 'OnFailure', 'Never')
const DNSPolicy = oneOf('ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None')
export const PreemptionPolicy = oneOf('PreemptLowerPriority', 'Never')

class HostAlias extends message('HostAlias', {
  ip: required(1, string),
  hostnames: list(2, string, { list: 'atomic' }),
}) {}

class PodDNSConfigOption extends message('PodDNSConfigOption', {
  name: field(1, string),
  value: optional(2, string),
}) {}

class PodDNSConfig extends message('PodDNSConfig', {
  nameservers: list(1, string, { list: 'atomic' }),
  searches: list(2, string, { list: 'atomic' }),
  options: list(3, PodDNSConfigOption, { list: 'atomic' }),
}) {}

class PodReadinessGate extends message('PodReadinessGate', {
  conditionType: required(1, string),
}) {}

class PodOS extends message('PodOS', {
  name: required(1, string),
}) {}

class PodSchedulingGate extends message('PodSchedulingGate', {
  name: required(1, string),
}) {}

class PodResourceClaim extends message('PodResourceClaim', {
  name: required(1, string),
  resourceClaimName: optional(3, string),
  resourceClaimTemplateName: optional(4, string),
}) {}

class PodSchedulingGroup extends message(
  'PodSchedulingGroup',
  {
    podGroupName: optional(1, string),
  },
  { union: { fields: ['podGroupName'] } },
) {}

export class PodSpec extends message('PodSpec', {
  volumes: list(1, Volume, { keys: ['name'], patch: 'merge,retainKeys', patchKey: 'name' }),
  initContainers: list(20, Container, { keys: ['name'], patch: 'merge', patchKey: 'name' }),
  containers: list(2, Container, { keys: ['name'], patch: 'merge', patchKey: 'name', always: true }),
  ephemeralContainers: list(34, EphemeralContainer, { keys: ['name'], patch: 'merge', patchKey: 'name' }),
  restartPolicy: field(3, RestartPolicy),
  terminationGracePeriodSeconds: optional(4, int64),
  activeDeadlineSeconds: optional(5, int64),
  dnsPolicy: field(6, DNSPolicy),
  nodeSelector: map(7, string, { atomic: true }),
  serviceAccountName: field(8, string),
  serviceAccount: field(9, string),
  automountServiceAccountToken: optional(21, bool),
  nodeName: field(10, string),
  hostNetwork: field(11, bool),
  hostPID: field(12, bool),
  hostIPC: field(13, bool),
  shareProcessNamespace: optional(27, bool),
  securityContext: optional(14, PodSecurityContext),
  imagePullSecrets: list(15, LocalObjectReference, { keys: ['name'], patch: 'merge', patchKey: 'name' }),
  hostname: field(16, string),
  subdomain: field(17, string),
  affinity: optional(18, Affinity),
  schedulerName: field(19, string),
  tolerations: list(22, Toleration, { list: 'atomic' }),
  hostAliases: list(23, HostAlias, { keys: ['ip'], patch: 'merge', patchKey: 'ip' }),
  priorityClassName: field(24, string),
  priority: optional(25, int32),
  dnsConfig: optional(26, PodDNSConfig),
  readinessGates: list(28, PodReadinessGate, { list: 'atomic' }),
  runtimeClassName: optional(29, string),
  enableServiceLinks: optional(30, bool),
  preemptionPolicy: optional(31, PreemptionPolicy),
  overhead: map(32, quantity),
  topologySpreadConstraints: list(33, TopologySpreadConstraint, {
    keys: ['topologyKey', 'whenUnsatisfiable'],
    patch: 'merge',
    patchKey: 'topologyKey',
  }),
  setHostnameAsFQDN: optional(35, bool),
  os: optional(36, PodOS),
  hostUsers: optional(37, bool),
  schedulingGates: list(38, PodSchedulingGate, { keys: ['name'], patch: 'merge', patchKey: 'name' }),
  resourceClaims: list(39, PodResourceClaim, { keys: ['name'], patch: 'merge,retainKeys', patchKey: 'name' }),
  resources: optional(40, ResourceRequirements),
  hostnameOverride: optional(41, string),
  schedulingGroup: optional(43, PodSchedulingGroup),
}) {}
