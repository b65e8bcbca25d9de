import {
  bool,
  bytes,
  field,
  type Infer,
  inline,
  int32,
  int64,
  intOrString,
  kind,
  list,
  map,
  message,
  microTime,
  oneOf,
  optional,
  quantity,
  required,
  string,
  time,
} from '#schema/schema.ts'
import { Condition, LabelSelector, ListMeta, ObjectMeta, OwnerReference } from './meta-v1.ts'

export const NodeSelectorOperator = oneOf('In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt')
export type NodeSelectorOperator = Infer<typeof NodeSelectorOperator>
export const AppArmorProfileType = oneOf('Unconfined', 'RuntimeDefault', 'Localhost')
export type AppArmorProfileType = Infer<typeof AppArmorProfileType>
export const AzureDataDiskCachingMode = oneOf('None', 'ReadOnly', 'ReadWrite')
export type AzureDataDiskCachingMode = Infer<typeof AzureDataDiskCachingMode>
export const AzureDataDiskKind = oneOf('Shared', 'Dedicated', 'Managed')
export type AzureDataDiskKind = Infer<typeof AzureDataDiskKind>
export const Protocol = oneOf('TCP', 'UDP', 'SCTP')
export type Protocol = Infer<typeof Protocol>
export const MountPropagationMode = oneOf('None', 'HostToContainer', 'Bidirectional')
export type MountPropagationMode = Infer<typeof MountPropagationMode>
export const URIScheme = oneOf('HTTP', 'HTTPS')
export type URIScheme = Infer<typeof URIScheme>
export const HTTPProtocol = oneOf('HTTP1', 'HTTP2')
export type HTTPProtocol = Infer<typeof HTTPProtocol>
export const GRPCProbeMode = oneOf('Plaintext', 'TLS')
export type GRPCProbeMode = Infer<typeof GRPCProbeMode>
export const Signal = oneOf(
  'SIGABRT',
  'SIGALRM',
  'SIGBUS',
  'SIGCHLD',
  'SIGCLD',
  'SIGCONT',
  'SIGFPE',
  'SIGHUP',
  'SIGILL',
  'SIGINT',
  'SIGIO',
  'SIGIOT',
  'SIGKILL',
  'SIGPIPE',
  'SIGPOLL',
  'SIGPROF',
  'SIGPWR',
  'SIGQUIT',
  'SIGSEGV',
  'SIGSTKFLT',
  'SIGSTOP',
  'SIGSYS',
  'SIGTERM',
  'SIGTRAP',
  'SIGTSTP',
  'SIGTTIN',
  'SIGTTOU',
  'SIGURG',
  'SIGUSR1',
  'SIGUSR2',
  'SIGVTALRM',
  'SIGWINCH',
  'SIGXCPU',
  'SIGXFSZ',
  'SIGRTMIN',
  'SIGRTMIN+1',
  'SIGRTMIN+2',
  'SIGRTMIN+3',
  'SIGRTMIN+4',
  'SIGRTMIN+5',
  'SIGRTMIN+6',
  'SIGRTMIN+7',
  'SIGRTMIN+8',
  'SIGRTMIN+9',
  'SIGRTMIN+10',
  'SIGRTMIN+11',
  'SIGRTMIN+12',
  'SIGRTMIN+13',
  'SIGRTMIN+14',
  'SIGRTMIN+15',
  'SIGRTMAX-14',
  'SIGRTMAX-13',
  'SIGRTMAX-12',
  'SIGRTMAX-11',
  'SIGRTMAX-10',
  'SIGRTMAX-9',
  'SIGRTMAX-8',
  'SIGRTMAX-7',
  'SIGRTMAX-6',
  'SIGRTMAX-5',
  'SIGRTMAX-4',
  'SIGRTMAX-3',
  'SIGRTMAX-2',
  'SIGRTMAX-1',
  'SIGRTMAX',
)
export type Signal = Infer<typeof Signal>
export const SeccompProfileType = oneOf('Unconfined', 'RuntimeDefault', 'Localhost')
export type SeccompProfileType = Infer<typeof SeccompProfileType>
export const ProcMountType = oneOf('Default', 'Unmasked')
export type ProcMountType = Infer<typeof ProcMountType>
export const TerminationMessagePolicy = oneOf('File', 'FallbackToLogsOnError')
export type TerminationMessagePolicy = Infer<typeof TerminationMessagePolicy>
export const PullPolicy = oneOf('Always', 'Never', 'IfNotPresent')
export type PullPolicy = Infer<typeof PullPolicy>
export const PersistentVolumeAccessMode = oneOf('ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod')
export type PersistentVolumeAccessMode = Infer<typeof PersistentVolumeAccessMode>
export const PersistentVolumeMode = oneOf('Block', 'Filesystem')
export type PersistentVolumeMode = Infer<typeof PersistentVolumeMode>
export const HostPathType = oneOf(
  '',
  'DirectoryOrCreate',
  'Directory',
  'FileOrCreate',
  'File',
  'Socket',
  'CharDevice',
  'BlockDevice',
)
export type HostPathType = Infer<typeof HostPathType>
export const PersistentVolumeClaimModifyVolumeStatus = oneOf('Pending', 'InProgress', 'Infeasible')
export type PersistentVolumeClaimModifyVolumeStatus = Infer<typeof PersistentVolumeClaimModifyVolumeStatus>
export const NamespacePhase = oneOf('Active', 'Terminating')
export type NamespacePhase = Infer<typeof NamespacePhase>
export const TaintEffect = oneOf('NoSchedule', 'PreferNoSchedule', 'NoExecute')
export type TaintEffect = Infer<typeof TaintEffect>
export const NodePhase = oneOf('Pending', 'Running', 'Terminated')
export type NodePhase = Infer<typeof NodePhase>
export const PersistentVolumeReclaimPolicy = oneOf('Recycle', 'Delete', 'Retain')
export type PersistentVolumeReclaimPolicy = Infer<typeof PersistentVolumeReclaimPolicy>
export const PersistentVolumePhase = oneOf('Pending', 'Available', 'Bound', 'Released', 'Failed')
export type PersistentVolumePhase = Infer<typeof PersistentVolumePhase>
export const VolumeHealthStatusType = oneOf('Inaccessible', 'DataLoss', 'Degraded')
export type VolumeHealthStatusType = Infer<typeof VolumeHealthStatusType>
export const PersistentVolumeClaimPhase = oneOf('Pending', 'Bound', 'Lost')
export type PersistentVolumeClaimPhase = Infer<typeof PersistentVolumeClaimPhase>
export const ClaimResourceStatus = oneOf(
  'ControllerResizeInProgress',
  'ControllerResizeInfeasible',
  'NodeResizePending',
  'NodeResizeInProgress',
  'NodeResizeInfeasible',
)
export type ClaimResourceStatus = Infer<typeof ClaimResourceStatus>
export const SupplementalGroupsPolicy = oneOf('Merge', 'Strict')
export type SupplementalGroupsPolicy = Infer<typeof SupplementalGroupsPolicy>
export const PodFSGroupChangePolicy = oneOf('OnRootMismatch', 'Always')
export type PodFSGroupChangePolicy = Infer<typeof PodFSGroupChangePolicy>
export const TolerationOperator = oneOf('Exists', 'Equal', 'Lt', 'Gt')
export type TolerationOperator = Infer<typeof TolerationOperator>
export const UnsatisfiableConstraintAction = oneOf('DoNotSchedule', 'ScheduleAnyway')
export type UnsatisfiableConstraintAction = Infer<typeof UnsatisfiableConstraintAction>
export const NodeInclusionPolicy = oneOf('Ignore', 'Honor')
export type NodeInclusionPolicy = Infer<typeof NodeInclusionPolicy>
export const RestartPolicy = oneOf('Always', 'OnFailure', 'Never')
export type RestartPolicy = Infer<typeof RestartPolicy>
export const DNSPolicy = oneOf('ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None')
export type DNSPolicy = Infer<typeof DNSPolicy>
export const PreemptionPolicy = oneOf('PreemptLowerPriority', 'Never')
export type PreemptionPolicy = Infer<typeof PreemptionPolicy>
export const PodPhase = oneOf('Pending', 'Running', 'Succeeded', 'Failed', 'Unknown')
export type PodPhase = Infer<typeof PodPhase>
export const PodQOSClass = oneOf('Guaranteed', 'Burstable', 'BestEffort')
export type PodQOSClass = Infer<typeof PodQOSClass>
export const ResourceQuotaScope = oneOf(
  'Terminating',
  'NotTerminating',
  'BestEffort',
  'NotBestEffort',
  'PriorityClass',
  'CrossNamespacePodAffinity',
  'VolumeAttributesClass',
)
export type ResourceQuotaScope = Infer<typeof ResourceQuotaScope>
export const ScopeSelectorOperator = oneOf('In', 'NotIn', 'Exists', 'DoesNotExist')
export type ScopeSelectorOperator = Infer<typeof ScopeSelectorOperator>
export const ServiceType = oneOf('ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName')
export type ServiceType = Infer<typeof ServiceType>
export const ServiceAffinity = oneOf('ClientIP', 'None')
export type ServiceAffinity = Infer<typeof ServiceAffinity>
export const ServiceExternalTrafficPolicy = oneOf('Cluster', 'Local')
export type ServiceExternalTrafficPolicy = Infer<typeof ServiceExternalTrafficPolicy>
export const IPFamily = oneOf('IPv4', 'IPv6', '')
export type IPFamily = Infer<typeof IPFamily>
export const IPFamilyPolicy = oneOf('SingleStack', 'PreferDualStack', 'RequireDualStack')
export type IPFamilyPolicy = Infer<typeof IPFamilyPolicy>
export const ServiceInternalTrafficPolicy = oneOf('Cluster', 'Local')
export type ServiceInternalTrafficPolicy = Infer<typeof ServiceInternalTrafficPolicy>

export class AWSElasticBlockStoreVolumeSource extends message('AWSElasticBlockStoreVolumeSource', {
  volumeID: required(1, string),
  fsType: field(2, string),
  partition: field(3, int32),
  readOnly: field(4, bool),
}) {}

export class NodeSelectorRequirement extends message('NodeSelectorRequirement', {
  key: required(1, string),
  operator: required(2, NodeSelectorOperator),
  values: list(3, string, { list: 'atomic' }),
}) {}

export class NodeSelectorTerm extends message(
  'NodeSelectorTerm',
  {
    matchExpressions: list(1, NodeSelectorRequirement, { list: 'atomic' }),
    matchFields: list(2, NodeSelectorRequirement, { list: 'atomic' }),
  },
  { atomic: true },
) {}

export class NodeSelector extends message(
  'NodeSelector',
  {
    nodeSelectorTerms: list(1, NodeSelectorTerm, { list: 'atomic', always: true }),
  },
  { atomic: true },
) {}

export class PreferredSchedulingTerm extends message('PreferredSchedulingTerm', {
  weight: required(1, int32),
  preference: required(2, NodeSelectorTerm),
}) {}

export class NodeAffinity extends message('NodeAffinity', {
  requiredDuringSchedulingIgnoredDuringExecution: optional(1, NodeSelector),
  preferredDuringSchedulingIgnoredDuringExecution: list(2, PreferredSchedulingTerm, { list: 'atomic' }),
}) {}

export class PodAffinityTerm extends message('PodAffinityTerm', {
  labelSelector: optional(1, LabelSelector),
  namespaces: list(2, string, { list: 'atomic' }),
  topologyKey: required(3, string),
  namespaceSelector: optional(4, LabelSelector),
  matchLabelKeys: list(5, string, { list: 'atomic' }),
  mismatchLabelKeys: list(6, string, { list: 'atomic' }),
}) {}

export class WeightedPodAffinityTerm extends message('WeightedPodAffinityTerm', {
  weight: required(1, int32),
  podAffinityTerm: required(2, PodAffinityTerm),
}) {}

export class PodAffinity extends message('PodAffinity', {
  requiredDuringSchedulingIgnoredDuringExecution: list(1, PodAffinityTerm, { list: 'atomic' }),
  preferredDuringSchedulingIgnoredDuringExecution: list(2, WeightedPodAffinityTerm, { list: 'atomic' }),
}) {}

export class PodAntiAffinity extends message('PodAntiAffinity', {
  requiredDuringSchedulingIgnoredDuringExecution: list(1, PodAffinityTerm, { list: 'atomic' }),
  preferredDuringSchedulingIgnoredDuringExecution: list(2, WeightedPodAffinityTerm, { list: 'atomic' }),
}) {}

export class Affinity extends message('Affinity', {
  nodeAffinity: optional(1, NodeAffinity),
  podAffinity: optional(2, PodAffinity),
  podAntiAffinity: optional(3, PodAntiAffinity),
}) {}

export class AppArmorProfile extends message('AppArmorProfile', {
  type: required(1, AppArmorProfileType),
  localhostProfile: optional(2, string),
}) {}

export class AttachedVolume extends message('AttachedVolume', {
  name: required(1, string),
  devicePath: required(2, string),
}) {}

export class PodSignature extends message('PodSignature', {
  podController: optional(1, OwnerReference),
}) {}

export class PreferAvoidPodsEntry extends message('PreferAvoidPodsEntry', {
  podSignature: required(1, PodSignature),
  evictionTime: field(2, time),
  reason: field(3, string),
  message: field(4, string),
}) {}

export class AvoidPods extends message('AvoidPods', {
  preferAvoidPods: list(1, PreferAvoidPodsEntry, { list: 'atomic' }),
}) {}

export class AzureDiskVolumeSource extends message('AzureDiskVolumeSource', {
  diskName: required(1, string),
  diskURI: required(2, string),
  cachingMode: optional(3, AzureDataDiskCachingMode, { default: 'ref(AzureDataDiskCachingReadWrite)' }),
  fsType: optional(4, string, { default: 'ext4' }),
  readOnly: optional(5, bool, { default: false }),
  kind: optional(6, AzureDataDiskKind, { default: 'ref(AzureSharedBlobDisk)' }),
}) {}

export class AzureFilePersistentVolumeSource extends message('AzureFilePersistentVolumeSource', {
  secretName: required(1, string),
  shareName: required(2, string),
  readOnly: field(3, bool),
  secretNamespace: optional(4, string, { always: true, optional: true }),
}) {}

export class AzureFileVolumeSource extends message('AzureFileVolumeSource', {
  secretName: required(1, string),
  shareName: required(2, string),
  readOnly: field(3, bool),
}) {}

export class ObjectReference extends message(
  'ObjectReference',
  {
    kind: field(1, string),
    namespace: field(2, string),
    name: field(3, string),
    uid: field(4, string),
    apiVersion: field(5, string),
    resourceVersion: field(6, string),
    fieldPath: field(7, string),
  },
  { atomic: true },
) {}

export class Binding extends kind('v1', 'Binding', {
  metadata: field(1, ObjectMeta),
  target: required(2, ObjectReference),
}) {}

export class SecretReference extends message(
  'SecretReference',
  {
    name: field(1, string),
    namespace: field(2, string),
  },
  { atomic: true },
) {}

export class CSIPersistentVolumeSource extends message('CSIPersistentVolumeSource', {
  driver: required(1, string),
  volumeHandle: required(2, string),
  readOnly: field(3, bool),
  fsType: field(4, string),
  volumeAttributes: map(5, string),
  controllerPublishSecretRef: optional(6, SecretReference),
  nodeStageSecretRef: optional(7, SecretReference),
  nodePublishSecretRef: optional(8, SecretReference),
  controllerExpandSecretRef: optional(9, SecretReference),
  nodeExpandSecretRef: optional(10, SecretReference),
}) {}

export class LocalObjectReference extends message(
  'LocalObjectReference',
  {
    name: field(1, string, { default: '' }),
  },
  { atomic: true },
) {}

export class CSIVolumeSource extends message('CSIVolumeSource', {
  driver: required(1, string),
  readOnly: optional(2, bool),
  fsType: optional(3, string),
  volumeAttributes: map(4, string),
  nodePublishSecretRef: optional(5, LocalObjectReference),
}) {}

export class Capabilities extends message('Capabilities', {
  add: list(1, string, { list: 'atomic' }),
  drop: list(2, string, { list: 'atomic' }),
}) {}

export class CephFSPersistentVolumeSource extends message('CephFSPersistentVolumeSource', {
  monitors: list(1, string, { list: 'atomic', always: true }),
  path: field(2, string),
  user: field(3, string),
  secretFile: field(4, string),
  secretRef: optional(5, SecretReference),
  readOnly: field(6, bool),
}) {}

export class CephFSVolumeSource extends message('CephFSVolumeSource', {
  monitors: list(1, string, { list: 'atomic', always: true }),
  path: field(2, string),
  user: field(3, string),
  secretFile: field(4, string),
  secretRef: optional(5, LocalObjectReference),
  readOnly: field(6, bool),
}) {}

export class CinderPersistentVolumeSource extends message('CinderPersistentVolumeSource', {
  volumeID: required(1, string),
  fsType: field(2, string),
  readOnly: field(3, bool),
  secretRef: optional(4, SecretReference),
}) {}

export class CinderVolumeSource extends message('CinderVolumeSource', {
  volumeID: required(1, string),
  fsType: field(2, string),
  readOnly: field(3, bool),
  secretRef: optional(4, LocalObjectReference),
}) {}

export class ClientIPConfig extends message('ClientIPConfig', {
  timeoutSeconds: optional(1, int32),
}) {}

export class ClusterTrustBundleProjection extends message('ClusterTrustBundleProjection', {
  name: optional(1, string),
  signerName: optional(2, string),
  labelSelector: optional(3, LabelSelector),
  optional: optional(5, bool),
  path: required(4, string),
  user: optional(6, int64),
}) {}

export class ComponentCondition extends message('ComponentCondition', {
  type: required(1, string),
  status: required(2, string),
  message: field(3, string),
  error: field(4, string),
}) {}

export class ComponentStatus extends kind('v1', 'ComponentStatus', {
  metadata: field(1, ObjectMeta),
  conditions: list(2, ComponentCondition, { keys: ['type'], patch: 'merge', patchKey: 'type' }),
}) {}

export class ComponentStatusList extends kind('v1', 'ComponentStatusList', {
  metadata: field(1, ListMeta),
  items: list(2, ComponentStatus, { always: true }),
}) {}

export class ConfigMap extends kind('v1', 'ConfigMap', {
  metadata: field(1, ObjectMeta),
  immutable: optional(4, bool),
  data: map(2, string),
  binaryData: map(3, bytes),
}) {}

export class ConfigMapEnvSource extends message('ConfigMapEnvSource', {
  localObjectReference: inline(1, LocalObjectReference),
  optional: optional(2, bool),
}) {}

export class ConfigMapKeySelector extends message(
  'ConfigMapKeySelector',
  {
    localObjectReference: inline(1, LocalObjectReference),
    key: required(2, string),
    optional: optional(3, bool),
  },
  { atomic: true },
) {}

export class ConfigMapList extends kind('v1', 'ConfigMapList', {
  metadata: field(1, ListMeta),
  items: list(2, ConfigMap, { always: true }),
}) {}

export class ConfigMapNodeConfigSource extends message('ConfigMapNodeConfigSource', {
  namespace: required(1, string),
  name: required(2, string),
  uid: field(3, string),
  resourceVersion: field(4, string),
  kubeletConfigKey: required(5, string),
}) {}

export class KeyToPath extends message('KeyToPath', {
  key: required(1, string),
  path: required(2, string),
  mode: optional(3, int32),
  user: optional(4, int64),
}) {}

export class ConfigMapProjection extends message('ConfigMapProjection', {
  localObjectReference: inline(1, LocalObjectReference),
  items: list(2, KeyToPath, { list: 'atomic' }),
  optional: optional(4, bool),
}) {}

export class ConfigMapVolumeSource extends message('ConfigMapVolumeSource', {
  localObjectReference: inline(1, LocalObjectReference),
  items: list(2, KeyToPath, { list: 'atomic' }),
  defaultMode: optional(3, int32),
  optional: optional(4, bool),
  defaultUser: optional(5, int64),
}) {}

export class ContainerPort extends message('ContainerPort', {
  name: field(1, string),
  hostPort: field(2, int32),
  containerPort: required(3, int32),
  protocol: field(4, Protocol, { default: 'TCP' }),
  hostIP: field(5, string),
}) {}

export class SecretEnvSource extends message('SecretEnvSource', {
  localObjectReference: inline(1, LocalObjectReference),
  optional: optional(2, bool),
}) {}

export class EnvFromSource extends message('EnvFromSource', {
  prefix: field(1, string),
  configMapRef: optional(2, ConfigMapEnvSource),
  secretRef: optional(3, SecretEnvSource),
}) {}

export class ObjectFieldSelector extends message(
  'ObjectFieldSelector',
  {
    apiVersion: field(1, string),
    fieldPath: required(2, string),
  },
  { atomic: true },
) {}

export class ResourceFieldSelector extends message(
  'ResourceFieldSelector',
  {
    containerName: field(1, string),
    resource: required(2, string),
    divisor: field(3, quantity),
  },
  { atomic: true },
) {}

export class SecretKeySelector extends message(
  'SecretKeySelector',
  {
    localObjectReference: inline(1, LocalObjectReference),
    key: required(2, string),
    optional: optional(3, bool),
  },
  { atomic: true },
) {}

export class FileKeySelector extends message(
  'FileKeySelector',
  {
    volumeName: required(1, string),
    path: required(2, string),
    key: required(3, string),
    optional: optional(4, bool, { default: false }),
  },
  { atomic: true },
) {}

export class EnvVarSource extends message('EnvVarSource', {
  fieldRef: optional(1, ObjectFieldSelector),
  resourceFieldRef: optional(2, ResourceFieldSelector),
  configMapKeyRef: optional(3, ConfigMapKeySelector),
  secretKeyRef: optional(4, SecretKeySelector),
  fileKeyRef: optional(5, FileKeySelector),
}) {}

export class EnvVar extends message('EnvVar', {
  name: required(1, string),
  value: field(2, string),
  valueFrom: optional(3, EnvVarSource),
}) {}

export class ResourceClaim extends message('ResourceClaim', {
  name: required(1, string),
  request: field(2, string),
}) {}

export class ResourceRequirements extends message('ResourceRequirements', {
  limits: map(1, quantity),
  requests: map(2, quantity),
  claims: list(3, ResourceClaim, { keys: ['name'] }),
}) {}

export class ContainerResizePolicy extends message('ContainerResizePolicy', {
  resourceName: required(1, string),
  restartPolicy: required(2, string),
}) {}

export class ContainerRestartRuleOnExitCodes extends message('ContainerRestartRuleOnExitCodes', {
  operator: field(1, string),
  values: list(2, int32, { list: 'set' }),
}) {}

export class ContainerRestartRule extends message('ContainerRestartRule', {
  action: field(1, string),
  exitCodes: optional(2, ContainerRestartRuleOnExitCodes),
}) {}

export class VolumeMount extends message('VolumeMount', {
  name: required(1, string),
  readOnly: field(2, bool),
  recursiveReadOnly: optional(7, string),
  mountPath: required(3, string),
  subPath: field(4, string),
  mountPropagation: optional(5, MountPropagationMode),
  subPathExpr: field(6, string),
  bindMountOptions: list(8, string, { list: 'set' }),
}) {}

export class VolumeDevice extends message('VolumeDevice', {
  name: required(1, string),
  devicePath: required(2, string),
}) {}

export class ExecAction extends message('ExecAction', {
  command: list(1, string, { list: 'atomic' }),
}) {}

export class HTTPHeader extends message('HTTPHeader', {
  name: required(1, string),
  value: required(2, string),
}) {}

export class HTTPGetAction extends message('HTTPGetAction', {
  path: field(1, string),
  port: required(2, intOrString),
  host: field(3, string),
  scheme: field(4, URIScheme),
  httpHeaders: list(5, HTTPHeader, { list: 'atomic' }),
  protocol: optional(6, HTTPProtocol),
}) {}

export class TCPSocketAction extends message('TCPSocketAction', {
  port: required(1, intOrString),
  host: field(2, string),
}) {}

export class GRPCAction extends message('GRPCAction', {
  port: required(1, int32),
  service: optional(2, string, { default: '', always: true, optional: true }),
  mode: optional(3, GRPCProbeMode),
}) {}

export class ProbeHandler extends message('ProbeHandler', {
  exec: optional(1, ExecAction),
  httpGet: optional(2, HTTPGetAction),
  tcpSocket: optional(3, TCPSocketAction),
  grpc: optional(4, GRPCAction),
}) {}

export class Probe extends message('Probe', {
  probeHandler: inline(1, ProbeHandler),
  initialDelaySeconds: field(2, int32),
  timeoutSeconds: field(3, int32),
  periodSeconds: field(4, int32),
  successThreshold: field(5, int32),
  failureThreshold: field(6, int32),
  terminationGracePeriodSeconds: optional(7, int64),
}) {}

export class SleepAction extends message('SleepAction', {
  seconds: required(1, int64),
}) {}

export class LifecycleHandler extends message('LifecycleHandler', {
  exec: optional(1, ExecAction),
  httpGet: optional(2, HTTPGetAction),
  tcpSocket: optional(3, TCPSocketAction),
  sleep: optional(4, SleepAction),
}) {}

export class Lifecycle extends message('Lifecycle', {
  postStart: optional(1, LifecycleHandler),
  preStop: optional(2, LifecycleHandler),
  stopSignal: optional(3, Signal),
}) {}

export class SELinuxOptions extends message('SELinuxOptions', {
  user: field(1, string),
  role: field(2, string),
  type: field(3, string),
  level: field(4, string),
}) {}

export class WindowsSecurityContextOptions extends message('WindowsSecurityContextOptions', {
  gmsaCredentialSpecName: optional(1, string),
  gmsaCredentialSpec: optional(2, string),
  runAsUserName: optional(3, string),
  hostProcess: optional(4, bool),
}) {}

export class SeccompProfile extends message('SeccompProfile', {
  type: required(1, SeccompProfileType),
  localhostProfile: optional(2, string),
}) {}

export class SecurityContext extends message('SecurityContext', {
  capabilities: optional(1, Capabilities),
  privileged: optional(2, bool),
  seLinuxOptions: optional(3, SELinuxOptions),
  windowsOptions: optional(10, WindowsSecurityContextOptions),
  runAsUser: optional(4, int64),
  runAsGroup: optional(8, int64),
  runAsNonRoot: optional(5, bool),
  readOnlyRootFilesystem: optional(6, bool),
  allowPrivilegeEscalation: optional(7, bool),
  procMount: optional(9, ProcMountType),
  seccompProfile: optional(11, SeccompProfile),
  appArmorProfile: optional(12, AppArmorProfile),
}) {}

export class Container extends message('Container', {
  name: required(1, string),
  image: field(2, string),
  command: list(3, string, { list: 'atomic' }),
  args: list(4, string, { list: 'atomic' }),
  workingDir: field(5, string),
  ports: list(6, ContainerPort, { keys: ['containerPort', 'protocol'], patch: 'merge', patchKey: 'containerPort' }),
  envFrom: list(19, EnvFromSource, { list: 'atomic' }),
  env: list(7, EnvVar, { keys: ['name'], patch: 'merge', patchKey: 'name' }),
  resources: field(8, ResourceRequirements),
  resizePolicy: list(23, ContainerResizePolicy, { list: 'atomic' }),
  restartPolicy: optional(24, string),
  restartPolicyRules: list(25, ContainerRestartRule, { list: 'atomic' }),
  volumeMounts: list(9, VolumeMount, { keys: ['mountPath'], patch: 'merge', patchKey: 'mountPath' }),
  volumeDevices: list(21, VolumeDevice, { keys: ['devicePath'], patch: 'merge', patchKey: 'devicePath' }),
  livenessProbe: optional(10, Probe),
  readinessProbe: optional(11, Probe),
  startupProbe: optional(22, Probe),
  lifecycle: optional(12, Lifecycle),
  terminationMessagePath: field(13, string),
  terminationMessagePolicy: field(20, TerminationMessagePolicy),
  imagePullPolicy: field(14, PullPolicy),
  securityContext: optional(15, SecurityContext),
  stdin: field(16, bool),
  stdinOnce: field(17, bool),
  tty: field(18, bool),
}) {}

export class ContainerExtendedResourceRequest extends message('ContainerExtendedResourceRequest', {
  containerName: required(1, string),
  resourceName: required(2, string),
  requestName: required(3, string),
}) {}

export class ContainerImage extends message('ContainerImage', {
  names: list(1, string, { list: 'atomic', always: true, optional: true }),
  sizeBytes: field(2, int64),
}) {}

export class ContainerStateWaiting extends message('ContainerStateWaiting', {
  reason: field(1, string),
  message: field(2, string),
}) {}

export class ContainerStateRunning extends message('ContainerStateRunning', {
  startedAt: field(1, time),
}) {}

export class ContainerStateTerminated extends message('ContainerStateTerminated', {
  exitCode: required(1, int32),
  signal: field(2, int32),
  reason: field(3, string),
  message: field(4, string),
  startedAt: field(5, time),
  finishedAt: field(6, time),
  containerID: field(7, string),
}) {}

export class ContainerState extends message('ContainerState', {
  waiting: optional(1, ContainerStateWaiting),
  running: optional(2, ContainerStateRunning),
  terminated: optional(3, ContainerStateTerminated),
}) {}

export class ImageVolumeStatus extends message('ImageVolumeStatus', {
  imageRef: field(1, string),
}) {}

export class VolumeStatus extends message('VolumeStatus', {
  image: optional(1, ImageVolumeStatus),
}) {}

export class VolumeMountStatus extends message('VolumeMountStatus', {
  name: required(1, string),
  mountPath: required(2, string),
  readOnly: field(3, bool),
  recursiveReadOnly: optional(4, string),
  volumeStatus: optional(5, VolumeStatus),
}) {}

export class LinuxContainerUser extends message('LinuxContainerUser', {
  uid: required(1, int64),
  gid: required(2, int64),
  supplementalGroups: list(3, int64, { list: 'atomic' }),
}) {}

export class ContainerUser extends message('ContainerUser', {
  linux: optional(1, LinuxContainerUser),
}) {}

export class ResourceHealth extends message('ResourceHealth', {
  resourceID: required(1, string),
  health: field(2, string),
  message: optional(6, string),
}) {}

export class ResourceStatus extends message('ResourceStatus', {
  name: required(1, string),
  resources: list(2, ResourceHealth, { keys: ['resourceID'] }),
}) {}

export class ContainerStatus extends message('ContainerStatus', {
  name: required(1, string),
  state: field(2, ContainerState),
  lastState: field(3, ContainerState),
  ready: required(4, bool),
  restartCount: required(5, int32),
  image: required(6, string),
  imageID: required(7, string),
  containerID: field(8, string),
  started: optional(9, bool),
  allocatedResources: map(10, quantity),
  resources: optional(11, ResourceRequirements),
  volumeMounts: list(12, VolumeMountStatus, { keys: ['mountPath'], patch: 'merge', patchKey: 'mountPath' }),
  user: optional(13, ContainerUser),
  allocatedResourcesStatus: list(14, ResourceStatus, { keys: ['name'], patch: 'merge', patchKey: 'name' }),
  stopSignal: optional(15, Signal),
}) {}

export class DaemonEndpoint extends message('DaemonEndpoint', {
  Port: required(1, int32),
}) {}

export class DownwardAPIVolumeFile extends message('DownwardAPIVolumeFile', {
  path: required(1, string),
  fieldRef: optional(2, ObjectFieldSelector),
  resourceFieldRef: optional(3, ResourceFieldSelector),
  mode: optional(4, int32),
  user: optional(5, int64),
}) {}

export class DownwardAPIProjection extends message('DownwardAPIProjection', {
  items: list(1, DownwardAPIVolumeFile, { list: 'atomic' }),
}) {}

export class DownwardAPIVolumeSource extends message('DownwardAPIVolumeSource', {
  items: list(1, DownwardAPIVolumeFile, { list: 'atomic' }),
  defaultMode: optional(2, int32),
  defaultUser: optional(3, int64),
}) {}

export class EmptyDirVolumeSource extends message('EmptyDirVolumeSource', {
  medium: field(1, string),
  sizeLimit: optional(2, quantity),
  mode: optional(3, int32),
}) {}

export class EndpointAddress extends message(
  'EndpointAddress',
  {
    ip: required(1, string),
    hostname: field(3, string),
    nodeName: optional(4, string),
    targetRef: optional(2, ObjectReference),
  },
  { atomic: true },
) {}

export class EndpointPort extends message(
  'EndpointPort',
  {
    name: field(1, string),
    port: required(2, int32),
    protocol: field(3, Protocol),
    appProtocol: optional(4, string),
  },
  { atomic: true },
) {}

export class EndpointSubset extends message('EndpointSubset', {
  addresses: list(1, EndpointAddress, { list: 'atomic' }),
  notReadyAddresses: list(2, EndpointAddress, { list: 'atomic' }),
  ports: list(3, EndpointPort, { list: 'atomic' }),
}) {}

export class Endpoints extends kind('v1', 'Endpoints', {
  metadata: field(1, ObjectMeta),
  subsets: list(2, EndpointSubset, { list: 'atomic' }),
}) {}

export class EndpointsList extends kind('v1', 'EndpointsList', {
  metadata: field(1, ListMeta),
  items: list(2, Endpoints, { always: true }),
}) {}

export class EphemeralContainerCommon extends message('EphemeralContainerCommon', {
  name: required(1, string),
  image: field(2, string),
  command: list(3, string, { list: 'atomic' }),
  args: list(4, string, { list: 'atomic' }),
  workingDir: field(5, string),
  ports: list(6, ContainerPort, { keys: ['containerPort', 'protocol'], patch: 'merge', patchKey: 'containerPort' }),
  envFrom: list(19, EnvFromSource, { list: 'atomic' }),
  env: list(7, EnvVar, { keys: ['name'], patch: 'merge', patchKey: 'name' }),
  resources: field(8, ResourceRequirements),
  resizePolicy: list(23, ContainerResizePolicy, { list: 'atomic' }),
  restartPolicy: optional(24, string),
  restartPolicyRules: list(25, ContainerRestartRule, { list: 'atomic' }),
  volumeMounts: list(9, VolumeMount, { keys: ['mountPath'], patch: 'merge', patchKey: 'mountPath' }),
  volumeDevices: list(21, VolumeDevice, { keys: ['devicePath'], patch: 'merge', patchKey: 'devicePath' }),
  livenessProbe: optional(10, Probe),
  readinessProbe: optional(11, Probe),
  startupProbe: optional(22, Probe),
  lifecycle: optional(12, Lifecycle),
  terminationMessagePath: field(13, string),
  terminationMessagePolicy: field(20, TerminationMessagePolicy),
  imagePullPolicy: field(14, PullPolicy),
  securityContext: optional(15, SecurityContext),
  stdin: field(16, bool),
  stdinOnce: field(17, bool),
  tty: field(18, bool),
}) {}

export class EphemeralContainer extends message('EphemeralContainer', {
  ephemeralContainerCommon: inline(1, EphemeralContainerCommon),
  targetContainerName: field(2, string),
}) {}

export class VolumeResourceRequirements extends message('VolumeResourceRequirements', {
  limits: map(1, quantity),
  requests: map(2, quantity),
}) {}

export class TypedLocalObjectReference extends message(
  'TypedLocalObjectReference',
  {
    apiGroup: optional(1, string, { always: true, optional: true }),
    kind: required(2, string),
    name: required(3, string),
  },
  { atomic: true },
) {}

export class TypedObjectReference extends message('TypedObjectReference', {
  apiGroup: optional(1, string, { always: true, optional: true }),
  kind: required(2, string),
  name: required(3, string),
  namespace: optional(4, string),
}) {}

export class PersistentVolumeClaimSpec extends message('PersistentVolumeClaimSpec', {
  accessModes: list(1, PersistentVolumeAccessMode, { list: 'atomic' }),
  selector: optional(4, LabelSelector),
  resources: field(2, VolumeResourceRequirements),
  volumeName: field(3, string),
  storageClassName: optional(5, string),
  volumeMode: optional(6, PersistentVolumeMode),
  dataSource: optional(7, TypedLocalObjectReference),
  dataSourceRef: optional(8, TypedObjectReference),
  volumeAttributesClassName: optional(9, string),
}) {}

export class PersistentVolumeClaimTemplate extends message('PersistentVolumeClaimTemplate', {
  metadata: field(1, ObjectMeta),
  spec: required(2, PersistentVolumeClaimSpec),
}) {}

export class EphemeralVolumeSource extends message('EphemeralVolumeSource', {
  volumeClaimTemplate: optional(1, PersistentVolumeClaimTemplate),
}) {}

export class EventSource extends message('EventSource', {
  component: field(1, string),
  host: field(2, string),
}) {}

export class EventSeries extends message('EventSeries', {
  count: field(1, int32),
  lastObservedTime: field(2, microTime),
}) {}

export class Event extends kind('v1', 'Event', {
  metadata: required(1, ObjectMeta),
  involvedObject: required(2, ObjectReference),
  reason: field(3, string),
  message: field(4, string),
  source: field(5, EventSource),
  firstTimestamp: field(6, time),
  lastTimestamp: field(7, time),
  count: field(8, int32),
  type: field(9, string),
  eventTime: field(10, microTime),
  series: optional(11, EventSeries),
  action: field(12, string),
  related: optional(13, ObjectReference),
  reportingComponent: required(14, string, { optional: true }),
  reportingInstance: required(15, string, { optional: true }),
}) {}

export class EventList extends kind('v1', 'EventList', {
  metadata: field(1, ListMeta),
  items: list(2, Event, { always: true }),
}) {}

export class EvictionResponder extends message(
  'EvictionResponder',
  {
    name: required(1, string),
    priority: optional(2, int32, { always: true }),
  },
  { atomic: true },
) {}

export class FCVolumeSource extends message('FCVolumeSource', {
  targetWWNs: list(1, string, { list: 'atomic' }),
  lun: optional(2, int32),
  fsType: field(3, string),
  readOnly: field(4, bool),
  wwids: list(5, string, { list: 'atomic' }),
}) {}

export class FlexPersistentVolumeSource extends message('FlexPersistentVolumeSource', {
  driver: required(1, string),
  fsType: field(2, string),
  secretRef: optional(3, SecretReference),
  readOnly: field(4, bool),
  options: map(5, string),
}) {}

export class FlexVolumeSource extends message('FlexVolumeSource', {
  driver: required(1, string),
  fsType: field(2, string),
  secretRef: optional(3, LocalObjectReference),
  readOnly: field(4, bool),
  options: map(5, string),
}) {}

export class FlockerVolumeSource extends message('FlockerVolumeSource', {
  datasetName: field(1, string),
  datasetUUID: field(2, string),
}) {}

export class GCEPersistentDiskVolumeSource extends message('GCEPersistentDiskVolumeSource', {
  pdName: required(1, string),
  fsType: field(2, string),
  partition: field(3, int32),
  readOnly: field(4, bool),
}) {}

export class GitRepoVolumeSource extends message('GitRepoVolumeSource', {
  repository: required(1, string),
  revision: field(2, string),
  directory: field(3, string),
}) {}

export class GlusterfsPersistentVolumeSource extends message('GlusterfsPersistentVolumeSource', {
  endpoints: required(1, string),
  path: required(2, string),
  readOnly: field(3, bool),
  endpointsNamespace: optional(4, string),
}) {}

export class GlusterfsVolumeSource extends message('GlusterfsVolumeSource', {
  endpoints: required(1, string),
  path: required(2, string),
  readOnly: field(3, bool),
}) {}

export class HostAlias extends message('HostAlias', {
  ip: required(1, string),
  hostnames: list(2, string, { list: 'atomic' }),
}) {}

export class HostIP extends message('HostIP', {
  ip: required(1, string),
}) {}

export class HostPathVolumeSource extends message('HostPathVolumeSource', {
  path: required(1, string),
  type: optional(2, HostPathType),
}) {}

export class ISCSIPersistentVolumeSource extends message('ISCSIPersistentVolumeSource', {
  targetPortal: required(1, string),
  iqn: required(2, string),
  lun: required(3, int32),
  iscsiInterface: field(4, string, { default: 'default' }),
  fsType: field(5, string),
  readOnly: field(6, bool),
  portals: list(7, string, { list: 'atomic' }),
  chapAuthDiscovery: field(8, bool),
  chapAuthSession: field(11, bool),
  secretRef: optional(10, SecretReference),
  initiatorName: optional(12, string),
}) {}

export class ISCSIVolumeSource extends message('ISCSIVolumeSource', {
  targetPortal: required(1, string),
  iqn: required(2, string),
  lun: required(3, int32),
  iscsiInterface: field(4, string, { default: 'default' }),
  fsType: field(5, string),
  readOnly: field(6, bool),
  portals: list(7, string, { list: 'atomic' }),
  chapAuthDiscovery: field(8, bool),
  chapAuthSession: field(11, bool),
  secretRef: optional(10, LocalObjectReference),
  initiatorName: optional(12, string),
}) {}

export class ImageVolumeSource extends message('ImageVolumeSource', {
  reference: field(1, string),
  pullPolicy: field(2, PullPolicy),
}) {}

export class LimitRangeItem extends message('LimitRangeItem', {
  type: required(1, string),
  max: map(2, quantity),
  min: map(3, quantity),
  default: map(4, quantity),
  defaultRequest: map(5, quantity),
  maxLimitRequestRatio: map(6, quantity),
}) {}

export class LimitRangeSpec extends message('LimitRangeSpec', {
  limits: list(1, LimitRangeItem, { list: 'atomic', always: true }),
}) {}

export class LimitRange extends kind('v1', 'LimitRange', {
  metadata: field(1, ObjectMeta),
  spec: field(2, LimitRangeSpec),
}) {}

export class LimitRangeList extends kind('v1', 'LimitRangeList', {
  metadata: field(1, ListMeta),
  items: list(2, LimitRange, { always: true }),
}) {}

export class PortStatus extends message('PortStatus', {
  port: required(1, int32),
  protocol: required(2, Protocol),
  error: optional(3, string),
}) {}

export class LoadBalancerIngress extends message('LoadBalancerIngress', {
  ip: field(1, string),
  hostname: field(2, string),
  ipMode: optional(3, string),
  ports: list(4, PortStatus, { list: 'atomic' }),
}) {}

export class LoadBalancerStatus extends message('LoadBalancerStatus', {
  ingress: list(1, LoadBalancerIngress, { list: 'atomic' }),
}) {}

export class LocalVolumeSource extends message('LocalVolumeSource', {
  path: required(1, string),
  fsType: optional(2, string),
}) {}

export class ModifyVolumeStatus extends message('ModifyVolumeStatus', {
  targetVolumeAttributesClassName: field(1, string),
  status: required(2, PersistentVolumeClaimModifyVolumeStatus),
}) {}

export class NFSVolumeSource extends message('NFSVolumeSource', {
  server: required(1, string),
  path: required(2, string),
  readOnly: field(3, bool),
}) {}

export class NamespaceSpec extends message('NamespaceSpec', {
  finalizers: list(1, string, { list: 'atomic' }),
}) {}

export class NamespaceCondition extends message('NamespaceCondition', {
  type: required(1, string),
  status: required(2, string),
  lastTransitionTime: field(4, time),
  reason: field(5, string),
  message: field(6, string),
}) {}

export class NamespaceStatus extends message('NamespaceStatus', {
  phase: field(1, NamespacePhase),
  conditions: list(2, NamespaceCondition, { keys: ['type'], patch: 'merge', patchKey: 'type' }),
}) {}

export class Namespace extends kind('v1', 'Namespace', {
  metadata: field(1, ObjectMeta),
  spec: field(2, NamespaceSpec),
  status: field(3, NamespaceStatus),
}) {}

export class NamespaceList extends kind('v1', 'NamespaceList', {
  metadata: field(1, ListMeta),
  items: list(2, Namespace, { always: true }),
}) {}

export class Taint extends message('Taint', {
  key: required(1, string),
  value: field(2, string),
  effect: required(3, TaintEffect),
  timeAdded: optional(4, time),
}) {}

export class NodeConfigSource extends message('NodeConfigSource', {
  configMap: optional(2, ConfigMapNodeConfigSource),
}) {}

export class NodePodPreemptionPolicy extends message('NodePodPreemptionPolicy', {
  disableResizePreemption: list(1, string, { list: 'set' }),
}) {}

export class NodeSpec extends message('NodeSpec', {
  podCIDR: field(1, string),
  podCIDRs: list(7, string, { list: 'set', patch: 'merge' }),
  providerID: field(3, string),
  unschedulable: field(4, bool),
  taints: list(5, Taint, { list: 'atomic' }),
  configSource: optional(6, NodeConfigSource),
  externalID: field(2, string),
  podPreemptionPolicy: optional(8, NodePodPreemptionPolicy),
}) {}

export class NodeCondition extends message('NodeCondition', {
  type: required(1, string),
  status: required(2, string),
  lastHeartbeatTime: field(3, time),
  lastTransitionTime: field(4, time),
  reason: field(5, string),
  message: field(6, string),
}) {}

export class NodeAddress extends message('NodeAddress', {
  type: required(1, string),
  address: required(2, string),
}) {}

export class NodeDaemonEndpoints extends message('NodeDaemonEndpoints', {
  kubeletEndpoint: field(1, DaemonEndpoint),
}) {}

export class NodeSwapStatus extends message('NodeSwapStatus', {
  capacity: optional(1, int64),
}) {}

export class NodeSystemInfo extends message('NodeSystemInfo', {
  machineID: required(1, string),
  systemUUID: required(2, string),
  bootID: required(3, string),
  kernelVersion: required(4, string),
  osImage: required(5, string),
  containerRuntimeVersion: required(6, string),
  kubeletVersion: required(7, string),
  kubeProxyVersion: required(8, string),
  operatingSystem: required(9, string),
  architecture: required(10, string),
  swap: optional(11, NodeSwapStatus),
}) {}

export class NodeConfigStatus extends message('NodeConfigStatus', {
  assigned: optional(1, NodeConfigSource),
  active: optional(2, NodeConfigSource),
  lastKnownGood: optional(3, NodeConfigSource),
  error: field(4, string),
}) {}

export class NodeRuntimeHandlerFeatures extends message('NodeRuntimeHandlerFeatures', {
  recursiveReadOnlyMounts: optional(1, bool),
  userNamespaces: optional(2, bool),
}) {}

export class NodeRuntimeHandler extends message('NodeRuntimeHandler', {
  name: required(1, string, { optional: true }),
  features: optional(2, NodeRuntimeHandlerFeatures),
}) {}

export class NodeFeatures extends message('NodeFeatures', {
  supplementalGroupsPolicy: optional(1, bool),
}) {}

export class NodeStatus extends message('NodeStatus', {
  capacity: map(1, quantity),
  allocatable: map(2, quantity),
  phase: field(3, NodePhase),
  conditions: list(4, NodeCondition, { keys: ['type'], patch: 'merge', patchKey: 'type' }),
  addresses: list(5, NodeAddress, { keys: ['type'], patch: 'merge', patchKey: 'type' }),
  daemonEndpoints: field(6, NodeDaemonEndpoints),
  nodeInfo: field(7, NodeSystemInfo),
  images: list(8, ContainerImage, { list: 'atomic' }),
  volumesInUse: list(9, string, { list: 'atomic' }),
  volumesAttached: list(10, AttachedVolume, { list: 'atomic' }),
  config: optional(11, NodeConfigStatus),
  runtimeHandlers: list(12, NodeRuntimeHandler, { list: 'atomic' }),
  features: optional(13, NodeFeatures),
  declaredFeatures: list(14, string, { list: 'atomic' }),
}) {}

export class Node extends kind('v1', 'Node', {
  metadata: field(1, ObjectMeta),
  spec: field(2, NodeSpec),
  status: field(3, NodeStatus),
}) {}

export class NodeAllocatableMappedResources extends message('NodeAllocatableMappedResources', {
  name: required(1, string),
  quantity: optional(2, quantity, { always: true }),
}) {}

export class NodeAllocatableOverheadResources extends message('NodeAllocatableOverheadResources', {
  name: required(1, string),
  perPod: optional(2, quantity),
  perContainer: optional(3, quantity),
}) {}

export class NodeAllocatableResourceClaimStatus extends message('NodeAllocatableResourceClaimStatus', {
  resourceClaimName: required(1, string),
  containers: list(2, string, { list: 'set' }),
  mapping: list(4, NodeAllocatableMappedResources, { keys: ['name'], patch: 'merge', patchKey: 'name' }),
  overhead: list(5, NodeAllocatableOverheadResources, { keys: ['name'], patch: 'merge', patchKey: 'name' }),
}) {}

export class NodeList extends kind('v1', 'NodeList', {
  metadata: field(1, ListMeta),
  items: list(2, Node, { always: true }),
}) {}

export class NodeProxyOptions extends kind('v1', 'NodeProxyOptions', {
  path: field(1, string),
}) {}

export class RBDPersistentVolumeSource extends message('RBDPersistentVolumeSource', {
  monitors: list(1, string, { list: 'atomic', always: true }),
  image: required(2, string),
  fsType: field(3, string),
  pool: field(4, string, { default: 'rbd' }),
  user: field(5, string, { default: 'admin' }),
  keyring: field(6, string, { default: '/etc/ceph/keyring' }),
  secretRef: optional(7, SecretReference),
  readOnly: field(8, bool),
}) {}

export class VsphereVirtualDiskVolumeSource extends message('VsphereVirtualDiskVolumeSource', {
  volumePath: required(1, string),
  fsType: field(2, string),
  storagePolicyName: field(3, string),
  storagePolicyID: field(4, string),
}) {}

export class QuobyteVolumeSource extends message('QuobyteVolumeSource', {
  registry: required(1, string),
  volume: required(2, string),
  readOnly: field(3, bool),
  user: field(4, string),
  group: field(5, string),
  tenant: field(6, string),
}) {}

export class PhotonPersistentDiskVolumeSource extends message('PhotonPersistentDiskVolumeSource', {
  pdID: required(1, string),
  fsType: field(2, string),
}) {}

export class PortworxVolumeSource extends message('PortworxVolumeSource', {
  volumeID: required(1, string),
  fsType: field(2, string),
  readOnly: field(3, bool),
}) {}

export class ScaleIOPersistentVolumeSource extends message('ScaleIOPersistentVolumeSource', {
  gateway: required(1, string),
  system: required(2, string),
  secretRef: optional(3, SecretReference, { always: true }),
  sslEnabled: field(4, bool),
  protectionDomain: field(5, string),
  storagePool: field(6, string),
  storageMode: field(7, string, { default: 'ThinProvisioned' }),
  volumeName: field(8, string),
  fsType: field(9, string, { default: 'xfs' }),
  readOnly: field(10, bool),
}) {}

export class StorageOSPersistentVolumeSource extends message('StorageOSPersistentVolumeSource', {
  volumeName: field(1, string),
  volumeNamespace: field(2, string),
  fsType: field(3, string),
  readOnly: field(4, bool),
  secretRef: optional(5, ObjectReference),
}) {}

export class PersistentVolumeSource extends message('PersistentVolumeSource', {
  gcePersistentDisk: optional(1, GCEPersistentDiskVolumeSource),
  awsElasticBlockStore: optional(2, AWSElasticBlockStoreVolumeSource),
  hostPath: optional(3, HostPathVolumeSource),
  glusterfs: optional(4, GlusterfsPersistentVolumeSource),
  nfs: optional(5, NFSVolumeSource),
  rbd: optional(6, RBDPersistentVolumeSource),
  iscsi: optional(7, ISCSIPersistentVolumeSource),
  cinder: optional(8, CinderPersistentVolumeSource),
  cephfs: optional(9, CephFSPersistentVolumeSource),
  fc: optional(10, FCVolumeSource),
  flocker: optional(11, FlockerVolumeSource),
  flexVolume: optional(12, FlexPersistentVolumeSource),
  azureFile: optional(13, AzureFilePersistentVolumeSource),
  vsphereVolume: optional(14, VsphereVirtualDiskVolumeSource),
  quobyte: optional(15, QuobyteVolumeSource),
  azureDisk: optional(16, AzureDiskVolumeSource),
  photonPersistentDisk: optional(17, PhotonPersistentDiskVolumeSource),
  portworxVolume: optional(18, PortworxVolumeSource),
  scaleIO: optional(19, ScaleIOPersistentVolumeSource),
  local: optional(20, LocalVolumeSource),
  storageos: optional(21, StorageOSPersistentVolumeSource),
  csi: optional(22, CSIPersistentVolumeSource),
}) {}

export class VolumeNodeAffinity extends message('VolumeNodeAffinity', {
  required: optional(1, NodeSelector),
}) {}

export class PersistentVolumeSpec extends message('PersistentVolumeSpec', {
  capacity: map(1, quantity),
  persistentVolumeSource: inline(2, PersistentVolumeSource),
  accessModes: list(3, PersistentVolumeAccessMode, { list: 'atomic' }),
  claimRef: optional(4, ObjectReference),
  persistentVolumeReclaimPolicy: field(5, PersistentVolumeReclaimPolicy),
  storageClassName: field(6, string),
  mountOptions: list(7, string, { list: 'atomic' }),
  volumeMode: optional(8, PersistentVolumeMode),
  nodeAffinity: optional(9, VolumeNodeAffinity),
  volumeAttributesClassName: optional(10, string),
}) {}

export class PersistentVolumeStatus extends message('PersistentVolumeStatus', {
  phase: field(1, PersistentVolumePhase),
  message: field(2, string),
  reason: field(3, string),
  lastPhaseTransitionTime: optional(4, time),
}) {}

export class PersistentVolume extends kind('v1', 'PersistentVolume', {
  metadata: field(1, ObjectMeta),
  spec: field(2, PersistentVolumeSpec),
  status: field(3, PersistentVolumeStatus),
}) {}

export class PersistentVolumeClaimCondition extends message('PersistentVolumeClaimCondition', {
  type: required(1, string),
  status: required(2, string),
  lastProbeTime: field(3, time),
  lastTransitionTime: field(4, time),
  reason: field(5, string),
  message: field(6, string),
}) {}

export class VolumeHealthCondition extends message('VolumeHealthCondition', {
  status: required(1, VolumeHealthStatusType),
  reason: required(2, string),
  message: field(3, string),
}) {}

export class VolumeHealthStatus extends message('VolumeHealthStatus', {
  healthConditions: list(1, VolumeHealthCondition, { keys: ['status', 'reason'], patch: 'merge', patchKey: 'status' }),
  lastTransitionTime: field(2, time),
}) {}

export class PersistentVolumeClaimStatus extends message('PersistentVolumeClaimStatus', {
  phase: field(1, PersistentVolumeClaimPhase),
  accessModes: list(2, PersistentVolumeAccessMode, { list: 'atomic' }),
  capacity: map(3, quantity),
  conditions: list(4, PersistentVolumeClaimCondition, { keys: ['type'], patch: 'merge', patchKey: 'type' }),
  allocatedResources: map(5, quantity),
  allocatedResourceStatuses: map(7, ClaimResourceStatus),
  currentVolumeAttributesClassName: optional(8, string),
  modifyVolumeStatus: optional(9, ModifyVolumeStatus),
  healthStatus: optional(10, VolumeHealthStatus),
}) {}

export class PersistentVolumeClaim extends kind('v1', 'PersistentVolumeClaim', {
  metadata: field(1, ObjectMeta),
  spec: field(2, PersistentVolumeClaimSpec),
  status: field(3, PersistentVolumeClaimStatus),
}) {}

export class PersistentVolumeClaimList extends kind('v1', 'PersistentVolumeClaimList', {
  metadata: field(1, ListMeta),
  items: list(2, PersistentVolumeClaim, { always: true }),
}) {}

export class PersistentVolumeClaimVolumeSource extends message('PersistentVolumeClaimVolumeSource', {
  claimName: required(1, string),
  readOnly: field(2, bool),
}) {}

export class PersistentVolumeList extends kind('v1', 'PersistentVolumeList', {
  metadata: field(1, ListMeta),
  items: list(2, PersistentVolume, { always: true }),
}) {}

export class SecretVolumeSource extends message('SecretVolumeSource', {
  secretName: field(1, string),
  items: list(2, KeyToPath, { list: 'atomic' }),
  defaultMode: optional(3, int32),
  optional: optional(4, bool),
  defaultUser: optional(5, int64),
}) {}

export class RBDVolumeSource extends message('RBDVolumeSource', {
  monitors: list(1, string, { list: 'atomic', always: true }),
  image: required(2, string),
  fsType: field(3, string),
  pool: field(4, string, { default: 'rbd' }),
  user: field(5, string, { default: 'admin' }),
  keyring: field(6, string, { default: '/etc/ceph/keyring' }),
  secretRef: optional(7, LocalObjectReference),
  readOnly: field(8, bool),
}) {}

export class SecretProjection extends message('SecretProjection', {
  localObjectReference: inline(1, LocalObjectReference),
  items: list(2, KeyToPath, { list: 'atomic' }),
  optional: optional(4, bool),
}) {}

export class ServiceAccountTokenProjection extends message('ServiceAccountTokenProjection', {
  audience: field(1, string),
  expirationSeconds: optional(2, int64),
  path: required(3, string),
  user: optional(4, int64),
}) {}

export class PodCertificateProjection extends message('PodCertificateProjection', {
  signerName: field(1, string),
  keyType: field(2, string),
  maxExpirationSeconds: optional(3, int32),
  credentialBundlePath: field(4, string),
  keyPath: field(5, string),
  certificateChainPath: field(6, string),
  userAnnotations: map(7, string),
  user: optional(8, int64),
}) {}

export class VolumeProjection extends message('VolumeProjection', {
  secret: optional(1, SecretProjection),
  downwardAPI: optional(2, DownwardAPIProjection),
  configMap: optional(3, ConfigMapProjection),
  serviceAccountToken: optional(4, ServiceAccountTokenProjection),
  clusterTrustBundle: optional(5, ClusterTrustBundleProjection),
  podCertificate: optional(6, PodCertificateProjection),
}) {}

export class ProjectedVolumeSource extends message('ProjectedVolumeSource', {
  sources: list(1, VolumeProjection, { list: 'atomic', always: true, optional: true }),
  defaultMode: optional(2, int32),
  defaultUser: optional(3, int64),
}) {}

export class ScaleIOVolumeSource extends message('ScaleIOVolumeSource', {
  gateway: required(1, string),
  system: required(2, string),
  secretRef: optional(3, LocalObjectReference, { always: true }),
  sslEnabled: field(4, bool),
  protectionDomain: field(5, string),
  storagePool: field(6, string),
  storageMode: field(7, string, { default: 'ThinProvisioned' }),
  volumeName: field(8, string),
  fsType: field(9, string, { default: 'xfs' }),
  readOnly: field(10, bool),
}) {}

export class StorageOSVolumeSource extends message('StorageOSVolumeSource', {
  volumeName: field(1, string),
  volumeNamespace: field(2, string),
  fsType: field(3, string),
  readOnly: field(4, bool),
  secretRef: optional(5, LocalObjectReference),
}) {}

export class VolumeSource extends message('VolumeSource', {
  hostPath: optional(1, HostPathVolumeSource),
  emptyDir: optional(2, EmptyDirVolumeSource),
  gcePersistentDisk: optional(3, GCEPersistentDiskVolumeSource),
  awsElasticBlockStore: optional(4, AWSElasticBlockStoreVolumeSource),
  gitRepo: optional(5, GitRepoVolumeSource),
  secret: optional(6, SecretVolumeSource),
  nfs: optional(7, NFSVolumeSource),
  iscsi: optional(8, ISCSIVolumeSource),
  glusterfs: optional(9, GlusterfsVolumeSource),
  persistentVolumeClaim: optional(10, PersistentVolumeClaimVolumeSource),
  rbd: optional(11, RBDVolumeSource),
  flexVolume: optional(12, FlexVolumeSource),
  cinder: optional(13, CinderVolumeSource),
  cephfs: optional(14, CephFSVolumeSource),
  flocker: optional(15, FlockerVolumeSource),
  downwardAPI: optional(16, DownwardAPIVolumeSource),
  fc: optional(17, FCVolumeSource),
  azureFile: optional(18, AzureFileVolumeSource),
  configMap: optional(19, ConfigMapVolumeSource),
  vsphereVolume: optional(20, VsphereVirtualDiskVolumeSource),
  quobyte: optional(21, QuobyteVolumeSource),
  azureDisk: optional(22, AzureDiskVolumeSource),
  photonPersistentDisk: optional(23, PhotonPersistentDiskVolumeSource),
  projected: optional(26, ProjectedVolumeSource),
  portworxVolume: optional(24, PortworxVolumeSource),
  scaleIO: optional(25, ScaleIOVolumeSource),
  storageos: optional(27, StorageOSVolumeSource),
  csi: optional(28, CSIVolumeSource),
  ephemeral: optional(29, EphemeralVolumeSource),
  image: optional(30, ImageVolumeSource),
}) {}

export class Volume extends message('Volume', {
  name: required(1, string),
  volumeSource: inline(2, VolumeSource),
}) {}

export class Sysctl extends message('Sysctl', {
  name: required(1, string),
  value: required(2, string),
}) {}

export class PodSecurityContext extends message('PodSecurityContext', {
  seLinuxOptions: optional(1, SELinuxOptions),
  windowsOptions: optional(8, WindowsSecurityContextOptions),
  runAsUser: optional(2, int64),
  runAsGroup: optional(6, int64),
  runAsNonRoot: optional(3, bool),
  supplementalGroups: list(4, int64, { list: 'atomic' }),
  supplementalGroupsPolicy: optional(12, SupplementalGroupsPolicy),
  fsGroup: optional(5, int64),
  sysctls: list(7, Sysctl, { list: 'atomic' }),
  fsGroupChangePolicy: optional(9, PodFSGroupChangePolicy),
  seccompProfile: optional(10, SeccompProfile),
  appArmorProfile: optional(11, AppArmorProfile),
  seLinuxChangePolicy: optional(13, string),
}) {}

export class Toleration extends message('Toleration', {
  key: field(1, string),
  operator: field(2, TolerationOperator),
  value: field(3, string),
  effect: field(4, TaintEffect),
  tolerationSeconds: optional(5, int64),
}) {}

export class PodDNSConfigOption extends message('PodDNSConfigOption', {
  name: field(1, string),
  value: optional(2, string),
}) {}

export class PodDNSConfig extends message('PodDNSConfig', {
  nameservers: list(1, string, { list: 'atomic' }),
  searches: list(2, string, { list: 'atomic' }),
  options: list(3, PodDNSConfigOption, { list: 'atomic' }),
}) {}

export class PodReadinessGate extends message('PodReadinessGate', {
  conditionType: required(1, string),
}) {}

export class TopologySpreadConstraint extends message('TopologySpreadConstraint', {
  maxSkew: required(1, int32),
  topologyKey: required(2, string),
  whenUnsatisfiable: required(3, UnsatisfiableConstraintAction),
  labelSelector: optional(4, LabelSelector),
  minDomains: optional(5, int32),
  nodeAffinityPolicy: optional(6, NodeInclusionPolicy),
  nodeTaintsPolicy: optional(7, NodeInclusionPolicy),
  matchLabelKeys: list(8, string, { list: 'atomic' }),
}) {}

export class PodOS extends message('PodOS', {
  name: required(1, string),
}) {}

export class PodSchedulingGate extends message('PodSchedulingGate', {
  name: required(1, string),
}) {}

export class PodResourceClaim extends message('PodResourceClaim', {
  name: required(1, string),
  resourceClaimName: optional(3, string),
  resourceClaimTemplateName: optional(4, string),
}) {}

export class PodSchedulingGroup extends message('PodSchedulingGroup', {
  podGroupName: optional(1, string),
}) {}

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
  evictionResponders: list(44, EvictionResponder, { keys: ['name'], patch: 'merge', patchKey: 'name' }),
}) {}

export class PodCondition extends message('PodCondition', {
  type: required(1, string),
  observedGeneration: field(7, int64),
  status: required(2, string),
  lastProbeTime: field(3, time),
  lastTransitionTime: field(4, time),
  reason: field(5, string),
  message: field(6, string),
}) {}

export class PodIP extends message('PodIP', {
  ip: required(1, string),
}) {}

export class PodResourceClaimStatus extends message('PodResourceClaimStatus', {
  name: required(1, string),
  resourceClaimName: optional(2, string),
}) {}

export class PodExtendedResourceClaimStatus extends message('PodExtendedResourceClaimStatus', {
  requestMappings: list(1, ContainerExtendedResourceRequest, { list: 'atomic', always: true }),
  resourceClaimName: required(2, string),
}) {}

export class PodVolumeHealth extends message('PodVolumeHealth', {
  name: required(1, string),
  healthConditions: list(2, VolumeHealthCondition, { keys: ['status', 'reason'], patch: 'merge', patchKey: 'status' }),
  lastTransitionTime: field(3, time),
}) {}

export class PodStatus extends message('PodStatus', {
  observedGeneration: field(17, int64),
  phase: field(1, PodPhase),
  conditions: list(2, PodCondition, { keys: ['type'], patch: 'merge', patchKey: 'type' }),
  message: field(3, string),
  reason: field(4, string),
  nominatedNodeName: field(11, string),
  hostIP: field(5, string),
  hostIPs: list(16, HostIP, { list: 'atomic', patch: 'merge', patchKey: 'ip' }),
  podIP: field(6, string),
  podIPs: list(12, PodIP, { keys: ['ip'], patch: 'merge', patchKey: 'ip' }),
  startTime: optional(7, time),
  initContainerStatuses: list(10, ContainerStatus, { list: 'atomic' }),
  containerStatuses: list(8, ContainerStatus, { list: 'atomic' }),
  qosClass: field(9, PodQOSClass),
  ephemeralContainerStatuses: list(13, ContainerStatus, { list: 'atomic' }),
  resize: field(14, string),
  resourceClaimStatuses: list(15, PodResourceClaimStatus, {
    keys: ['name'],
    patch: 'merge,retainKeys',
    patchKey: 'name',
  }),
  extendedResourceClaimStatus: optional(18, PodExtendedResourceClaimStatus),
  allocatedResources: map(19, quantity),
  resources: optional(20, ResourceRequirements),
  nodeAllocatableResourceClaimStatuses: list(21, NodeAllocatableResourceClaimStatus, {
    keys: ['resourceClaimName'],
    patch: 'merge',
    patchKey: 'resourceClaimName',
  }),
  volumeHealth: list(22, PodVolumeHealth, { keys: ['name'] }),
}) {}

export class Pod extends kind('v1', 'Pod', {
  metadata: field(1, ObjectMeta),
  spec: field(2, PodSpec),
  status: field(3, PodStatus),
}) {}

export class PodAttachOptions extends kind('v1', 'PodAttachOptions', {
  stdin: field(1, bool),
  stdout: field(2, bool),
  stderr: field(3, bool),
  tty: field(4, bool),
  container: field(5, string),
}) {}

export class PodExecOptions extends kind('v1', 'PodExecOptions', {
  stdin: field(1, bool),
  stdout: field(2, bool),
  stderr: field(3, bool),
  tty: field(4, bool),
  container: field(5, string),
  command: list(6, string, { list: 'atomic', always: true }),
}) {}

export class PodList extends kind('v1', 'PodList', {
  metadata: field(1, ListMeta),
  items: list(2, Pod, { always: true }),
}) {}

export class PodLogOptions extends kind('v1', 'PodLogOptions', {
  container: field(1, string),
  follow: field(2, bool),
  previous: field(3, bool),
  sinceSeconds: optional(4, int64),
  sinceTime: optional(5, time),
  timestamps: field(6, bool),
  tailLines: optional(7, int64),
  limitBytes: optional(8, int64),
  insecureSkipTLSVerifyBackend: field(9, bool),
  stream: optional(10, string),
}) {}

export class PodPortForwardOptions extends kind('v1', 'PodPortForwardOptions', {
  ports: list(1, int32, { list: 'atomic' }),
}) {}

export class PodProxyOptions extends kind('v1', 'PodProxyOptions', {
  path: field(1, string),
}) {}

export class PodTemplateSpec extends message('PodTemplateSpec', {
  metadata: field(1, ObjectMeta),
  spec: field(2, PodSpec),
}) {}

export class PodTemplate extends kind('v1', 'PodTemplate', {
  metadata: field(1, ObjectMeta),
  template: field(2, PodTemplateSpec),
}) {}

export class PodTemplateList extends kind('v1', 'PodTemplateList', {
  metadata: field(1, ListMeta),
  items: list(2, PodTemplate, { always: true }),
}) {}

export class Preconditions extends message('Preconditions', {
  uid: optional(1, string),
}) {}

export class RangeAllocation extends kind('v1', 'RangeAllocation', {
  metadata: field(1, ObjectMeta),
  range: required(2, string),
  data: optional(3, bytes, { always: true }),
}) {}

export class ReplicationControllerSpec extends message('ReplicationControllerSpec', {
  replicas: optional(1, int32, { default: 1 }),
  minReadySeconds: field(4, int32, { default: 0 }),
  selector: map(2, string, { atomic: true }),
  template: optional(3, PodTemplateSpec),
}) {}

export class ReplicationControllerCondition extends message('ReplicationControllerCondition', {
  type: required(1, string),
  status: required(2, string),
  lastTransitionTime: field(3, time),
  reason: field(4, string),
  message: field(5, string),
}) {}

export class ReplicationControllerStatus extends message('ReplicationControllerStatus', {
  replicas: required(1, int32),
  fullyLabeledReplicas: field(2, int32),
  readyReplicas: field(4, int32),
  availableReplicas: field(5, int32),
  observedGeneration: field(3, int64),
  conditions: list(6, ReplicationControllerCondition, { keys: ['type'], patch: 'merge', patchKey: 'type' }),
}) {}

export class ReplicationController extends kind('v1', 'ReplicationController', {
  metadata: field(1, ObjectMeta),
  spec: field(2, ReplicationControllerSpec),
  status: field(3, ReplicationControllerStatus),
}) {}

export class ReplicationControllerList extends kind('v1', 'ReplicationControllerList', {
  metadata: field(1, ListMeta),
  items: list(2, ReplicationController, { always: true }),
}) {}

export class ScopedResourceSelectorRequirement extends message('ScopedResourceSelectorRequirement', {
  scopeName: required(1, ResourceQuotaScope),
  operator: required(2, ScopeSelectorOperator),
  values: list(3, string, { list: 'atomic' }),
}) {}

export class ScopeSelector extends message(
  'ScopeSelector',
  {
    matchExpressions: list(1, ScopedResourceSelectorRequirement, { list: 'atomic' }),
  },
  { atomic: true },
) {}

export class ResourceQuotaSpec extends message('ResourceQuotaSpec', {
  hard: map(1, quantity),
  scopes: list(2, ResourceQuotaScope, { list: 'atomic' }),
  scopeSelector: optional(3, ScopeSelector),
}) {}

export class ResourceQuotaStatus extends message('ResourceQuotaStatus', {
  hard: map(1, quantity),
  used: map(2, quantity),
}) {}

export class ResourceQuota extends kind('v1', 'ResourceQuota', {
  metadata: field(1, ObjectMeta),
  spec: field(2, ResourceQuotaSpec),
  status: field(3, ResourceQuotaStatus),
}) {}

export class ResourceQuotaList extends kind('v1', 'ResourceQuotaList', {
  metadata: field(1, ListMeta),
  items: list(2, ResourceQuota, { always: true }),
}) {}

export class Secret extends kind('v1', 'Secret', {
  metadata: field(1, ObjectMeta),
  immutable: optional(5, bool),
  data: map(2, bytes),
  stringData: map(4, string),
  type: field(3, string),
}) {}

export class SecretList extends kind('v1', 'SecretList', {
  metadata: field(1, ListMeta),
  items: list(2, Secret, { always: true }),
}) {}

export class SerializedReference extends kind('v1', 'SerializedReference', {
  reference: field(1, ObjectReference),
}) {}

export class ServicePort extends message('ServicePort', {
  name: field(1, string),
  protocol: field(2, Protocol, { default: 'TCP' }),
  appProtocol: optional(6, string),
  port: required(3, int32),
  targetPort: field(4, intOrString),
  nodePort: field(5, int32),
}) {}

export class SessionAffinityConfig extends message('SessionAffinityConfig', {
  clientIP: optional(1, ClientIPConfig),
}) {}

export class ServiceSpec extends message('ServiceSpec', {
  ports: list(1, ServicePort, { keys: ['port', 'protocol'], patch: 'merge', patchKey: 'port' }),
  selector: map(2, string, { atomic: true }),
  clusterIP: field(3, string),
  clusterIPs: list(18, string, { list: 'atomic' }),
  type: field(4, ServiceType),
  externalIPs: list(5, string, { list: 'atomic' }),
  sessionAffinity: field(7, ServiceAffinity),
  loadBalancerIP: field(8, string),
  loadBalancerSourceRanges: list(9, string, { list: 'atomic' }),
  externalName: field(10, string),
  externalTrafficPolicy: field(11, ServiceExternalTrafficPolicy),
  healthCheckNodePort: field(12, int32),
  publishNotReadyAddresses: field(13, bool),
  sessionAffinityConfig: optional(14, SessionAffinityConfig),
  ipFamilies: list(19, IPFamily, { list: 'atomic' }),
  ipFamilyPolicy: optional(17, IPFamilyPolicy),
  allocateLoadBalancerNodePorts: optional(20, bool),
  loadBalancerClass: optional(21, string),
  internalTrafficPolicy: optional(22, ServiceInternalTrafficPolicy),
  trafficDistribution: optional(23, string),
}) {}

export class ServiceStatus extends message('ServiceStatus', {
  loadBalancer: field(1, LoadBalancerStatus),
  conditions: list(2, Condition, { keys: ['type'], patch: 'merge', patchKey: 'type' }),
}) {}

export class Service extends kind('v1', 'Service', {
  metadata: field(1, ObjectMeta),
  spec: field(2, ServiceSpec),
  status: field(3, ServiceStatus),
}) {}

export class ServiceAccount extends kind('v1', 'ServiceAccount', {
  metadata: field(1, ObjectMeta),
  secrets: list(2, ObjectReference, { keys: ['name'], patch: 'merge', patchKey: 'name' }),
  imagePullSecrets: list(3, LocalObjectReference, { list: 'atomic' }),
  automountServiceAccountToken: optional(4, bool),
}) {}

export class ServiceAccountList extends kind('v1', 'ServiceAccountList', {
  metadata: field(1, ListMeta),
  items: list(2, ServiceAccount, { always: true }),
}) {}

export class ServiceList extends kind('v1', 'ServiceList', {
  metadata: field(1, ListMeta),
  items: list(2, Service, { always: true }),
}) {}

export class ServiceProxyOptions extends kind('v1', 'ServiceProxyOptions', {
  path: field(1, string),
}) {}

export class TopologySelectorLabelRequirement extends message('TopologySelectorLabelRequirement', {
  key: required(1, string),
  values: list(2, string, { list: 'atomic', always: true }),
}) {}

export class TopologySelectorTerm extends message(
  'TopologySelectorTerm',
  {
    matchLabelExpressions: list(1, TopologySelectorLabelRequirement, { list: 'atomic' }),
  },
  { atomic: true },
) {}
