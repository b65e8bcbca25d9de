import { bool, field, type Infer, inline, int32, list, oneOf, optional, required, string } from '#schema/schema.ts'
import { message } from '../../group.ts'
import { Protocol } from '../../protocol.ts'
import { EnvFromSource, EnvVar } from './environment.ts'
import { Lifecycle } from './lifecycle.ts'
import { Probe } from './probe.ts'
import { ResourceRequirements } from './resources.ts'
import { SecurityContext } from './security.ts'

const MountPropagationMode = oneOf('None', 'HostToContainer', 'Bidirectional')
const TerminationMessagePolicy = oneOf('File', 'FallbackToLogsOnError')
export const PullPolicy = oneOf('Always', 'Never', 'IfNotPresent')
export type PullPolicy = Infer<typeof PullPolicy>

export class ContainerPort extends message('ContainerPort', {
  name: field(1, string),
  hostPort: field(2, int32),
  containerPort: required(3, int32),
  protocol: field(4, Protocol, { default: 'TCP' }),
  hostIP: field(5, string),
}) {}

class ContainerResizePolicy extends message('ContainerResizePolicy', {
  resourceName: required(1, string),
  restartPolicy: required(2, string),
}) {}

class ContainerRestartRuleOnExitCodes extends message('ContainerRestartRuleOnExitCodes', {
  operator: field(1, string, { required: true }),
  values: list(2, int32, { list: 'set' }),
}) {}

class ContainerRestartRule extends message('ContainerRestartRule', {
  action: field(1, string, { required: true }),
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
}) {}

class VolumeDevice extends message('VolumeDevice', {
  name: required(1, string),
  devicePath: required(2, string),
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

class EphemeralContainerCommon extends message('EphemeralContainerCommon', {
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
