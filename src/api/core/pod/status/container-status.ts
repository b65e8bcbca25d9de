import { bool, field, int32, int64, list, map, optional, quantity, required, string, time } from '#schema/schema.ts'
import { message } from '../../group.ts'
import { Signal } from '../spec/lifecycle.ts'
import { ResourceRequirements } from '../spec/resources.ts'

export class ContainerExtendedResourceRequest extends message('ContainerExtendedResourceRequest', {
  containerName: required(1, string),
  resourceName: required(2, string),
  requestName: required(3, string),
}) {}

class ContainerStateWaiting extends message('ContainerStateWaiting', {
  reason: field(1, string),
  message: field(2, string),
}) {}

class ContainerStateRunning extends message('ContainerStateRunning', {
  startedAt: field(1, time),
}) {}

class ContainerStateTerminated extends message('ContainerStateTerminated', {
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

class ImageVolumeStatus extends message('ImageVolumeStatus', {
  imageRef: field(1, string, { required: true }),
}) {}

class VolumeStatus extends message('VolumeStatus', {
  image: optional(1, ImageVolumeStatus),
}) {}

class VolumeMountStatus extends message('VolumeMountStatus', {
  name: required(1, string),
  mountPath: required(2, string),
  readOnly: field(3, bool),
  recursiveReadOnly: optional(4, string),
  volumeStatus: optional(5, VolumeStatus),
}) {}

class LinuxContainerUser extends message('LinuxContainerUser', {
  uid: required(1, int64),
  gid: required(2, int64),
  supplementalGroups: list(3, int64, { list: 'atomic' }),
}) {}

class ContainerUser extends message('ContainerUser', {
  linux: optional(1, LinuxContainerUser),
}) {}

class ResourceHealth extends message('ResourceHealth', {
  resourceID: required(1, string),
  health: field(2, string),
  message: optional(6, string),
}) {}

class ResourceStatus extends message('ResourceStatus', {
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
