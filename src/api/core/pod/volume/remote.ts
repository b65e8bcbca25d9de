import { bool, field, int32, list, map, oneOf, optional, required, string } from '#schema/schema.ts'
import { message } from '../../group.ts'
import { LocalObjectReference } from '../../references.ts'

const AzureDataDiskCachingMode = oneOf('None', 'ReadOnly', 'ReadWrite')
const AzureDataDiskKind = oneOf('Shared', 'Dedicated', 'Managed')

export class AWSElasticBlockStoreVolumeSource extends message('AWSElasticBlockStoreVolumeSource', {
  volumeID: required(1, string),
  fsType: field(2, string),
  partition: field(3, int32),
  readOnly: field(4, bool),
}) {}

export class AzureDiskVolumeSource extends message('AzureDiskVolumeSource', {
  diskName: required(1, string),
  diskURI: required(2, string),
  cachingMode: optional(3, AzureDataDiskCachingMode, { default: 'ref(AzureDataDiskCachingReadWrite)' }),
  fsType: optional(4, string, { default: 'ext4' }),
  readOnly: optional(5, bool, { default: false }),
  kind: optional(6, AzureDataDiskKind, { default: 'ref(AzureSharedBlobDisk)' }),
}) {}

export class AzureFileVolumeSource extends message('AzureFileVolumeSource', {
  secretName: required(1, string),
  shareName: required(2, string),
  readOnly: field(3, bool),
}) {}

export class CSIVolumeSource extends message('CSIVolumeSource', {
  driver: required(1, string),
  readOnly: optional(2, bool),
  fsType: optional(3, string),
  volumeAttributes: map(4, string),
  nodePublishSecretRef: optional(5, LocalObjectReference),
}) {}

export class CephFSVolumeSource extends message('CephFSVolumeSource', {
  monitors: list(1, string, { list: 'atomic', always: true }),
  path: field(2, string),
  user: field(3, string),
  secretFile: field(4, string),
  secretRef: optional(5, LocalObjectReference),
  readOnly: field(6, bool),
}) {}

export class CinderVolumeSource extends message('CinderVolumeSource', {
  volumeID: required(1, string),
  fsType: field(2, string),
  readOnly: field(3, bool),
  secretRef: optional(4, LocalObjectReference),
}) {}

export class FCVolumeSource extends message('FCVolumeSource', {
  targetWWNs: list(1, string, { list: 'atomic' }),
  lun: optional(2, int32),
  fsType: field(3, string),
  readOnly: field(4, bool),
  wwids: list(5, string, { list: 'atomic' }),
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

export class GlusterfsVolumeSource extends message('GlusterfsVolumeSource', {
  endpoints: required(1, string),
  path: required(2, string),
  readOnly: field(3, bool),
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

export class NFSVolumeSource extends message('NFSVolumeSource', {
  server: required(1, string),
  path: required(2, string),
  readOnly: field(3, bool),
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
