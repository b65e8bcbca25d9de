import { ObjectMeta } from '#api/meta/object-meta.ts'
import { bool, field, inline, int32, list, oneOf, optional, quantity, required, string } from '#schema/schema.ts'
import { message } from '../../group.ts'
import { PersistentVolumeClaimSpec } from '../../persistentvolumeclaim/message.ts'
import { LocalObjectReference } from '../../references.ts'
import { PullPolicy } from '../spec/container.ts'
import { DownwardAPIVolumeFile, KeyToPath, ProjectedVolumeSource } from './projected.ts'
import {
  AWSElasticBlockStoreVolumeSource,
  AzureDiskVolumeSource,
  AzureFileVolumeSource,
  CephFSVolumeSource,
  CinderVolumeSource,
  CSIVolumeSource,
  FCVolumeSource,
  FlexVolumeSource,
  FlockerVolumeSource,
  GCEPersistentDiskVolumeSource,
  GlusterfsVolumeSource,
  ISCSIVolumeSource,
  NFSVolumeSource,
  PhotonPersistentDiskVolumeSource,
  PortworxVolumeSource,
  QuobyteVolumeSource,
  RBDVolumeSource,
  ScaleIOVolumeSource,
  StorageOSVolumeSource,
  VsphereVirtualDiskVolumeSource,
} from './remote.ts'

const HostPathType = oneOf(
  '',
  'DirectoryOrCreate',
  'Directory',
  'FileOrCreate',
  'File',
  'Socket',
  'CharDevice',
  'BlockDevice',
)

class ConfigMapVolumeSource extends message('ConfigMapVolumeSource', {
  localObjectReference: inline(1, LocalObjectReference),
  items: list(2, KeyToPath, { list: 'atomic' }),
  defaultMode: optional(3, int32),
  optional: optional(4, bool),
}) {}

class DownwardAPIVolumeSource extends message('DownwardAPIVolumeSource', {
  items: list(1, DownwardAPIVolumeFile, { list: 'atomic' }),
  defaultMode: optional(2, int32),
}) {}

class EmptyDirVolumeSource extends message('EmptyDirVolumeSource', {
  medium: field(1, string),
  sizeLimit: optional(2, quantity),
}) {}

class PersistentVolumeClaimTemplate extends message('PersistentVolumeClaimTemplate', {
  metadata: field(1, ObjectMeta),
  spec: required(2, PersistentVolumeClaimSpec),
}) {}

class EphemeralVolumeSource extends message('EphemeralVolumeSource', {
  volumeClaimTemplate: optional(1, PersistentVolumeClaimTemplate),
}) {}

class GitRepoVolumeSource extends message('GitRepoVolumeSource', {
  repository: required(1, string),
  revision: field(2, string),
  directory: field(3, string),
}) {}

export class HostPathVolumeSource extends message('HostPathVolumeSource', {
  path: required(1, string),
  type: optional(2, HostPathType),
}) {}

class ImageVolumeSource extends message('ImageVolumeSource', {
  reference: field(1, string),
  pullPolicy: field(2, PullPolicy),
}) {}

class PersistentVolumeClaimVolumeSource extends message('PersistentVolumeClaimVolumeSource', {
  claimName: required(1, string),
  readOnly: field(2, bool),
}) {}

class SecretVolumeSource extends message('SecretVolumeSource', {
  secretName: field(1, string),
  items: list(2, KeyToPath, { list: 'atomic' }),
  defaultMode: optional(3, int32),
  optional: optional(4, bool),
}) {}

class VolumeSource extends message('VolumeSource', {
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
