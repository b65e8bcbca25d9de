import { bool, field, int32, list, map, optional, required, string } from '#schema/schema.ts'
import { message } from '../group.ts'
import {
  AWSElasticBlockStoreVolumeSource,
  AzureDiskVolumeSource,
  FCVolumeSource,
  FlockerVolumeSource,
  GCEPersistentDiskVolumeSource,
  NFSVolumeSource,
  PhotonPersistentDiskVolumeSource,
  PortworxVolumeSource,
  QuobyteVolumeSource,
  VsphereVirtualDiskVolumeSource,
} from '../pod/volume/remote.ts'
import { HostPathVolumeSource } from '../pod/volume/volume.ts'
import { ObjectReference, SecretReference } from '../references.ts'

class AzureFilePersistentVolumeSource extends message('AzureFilePersistentVolumeSource', {
  secretName: required(1, string),
  shareName: required(2, string),
  readOnly: field(3, bool),
  secretNamespace: optional(4, string, { always: true, optional: true }),
}) {}

class CSIPersistentVolumeSource extends message('CSIPersistentVolumeSource', {
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

class CephFSPersistentVolumeSource extends message('CephFSPersistentVolumeSource', {
  monitors: list(1, string, { list: 'atomic', always: true }),
  path: field(2, string),
  user: field(3, string),
  secretFile: field(4, string),
  secretRef: optional(5, SecretReference),
  readOnly: field(6, bool),
}) {}

class CinderPersistentVolumeSource extends message('CinderPersistentVolumeSource', {
  volumeID: required(1, string),
  fsType: field(2, string),
  readOnly: field(3, bool),
  secretRef: optional(4, SecretReference),
}) {}

class FlexPersistentVolumeSource extends message('FlexPersistentVolumeSource', {
  driver: required(1, string),
  fsType: field(2, string),
  secretRef: optional(3, SecretReference),
  readOnly: field(4, bool),
  options: map(5, string),
}) {}

class GlusterfsPersistentVolumeSource extends message('GlusterfsPersistentVolumeSource', {
  endpoints: required(1, string),
  path: required(2, string),
  readOnly: field(3, bool),
  endpointsNamespace: optional(4, string),
}) {}

class ISCSIPersistentVolumeSource extends message('ISCSIPersistentVolumeSource', {
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

class LocalVolumeSource extends message('LocalVolumeSource', {
  path: required(1, string),
  fsType: optional(2, string),
}) {}

class RBDPersistentVolumeSource extends message('RBDPersistentVolumeSource', {
  monitors: list(1, string, { list: 'atomic', always: true }),
  image: required(2, string),
  fsType: field(3, string),
  pool: field(4, string, { default: 'rbd' }),
  user: field(5, string, { default: 'admin' }),
  keyring: field(6, string, { default: '/etc/ceph/keyring' }),
  secretRef: optional(7, SecretReference),
  readOnly: field(8, bool),
}) {}

class ScaleIOPersistentVolumeSource extends message('ScaleIOPersistentVolumeSource', {
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

class StorageOSPersistentVolumeSource extends message('StorageOSPersistentVolumeSource', {
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
