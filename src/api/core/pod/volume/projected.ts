import { LabelSelector } from '#api/meta/label-selector.ts'
import { bool, field, inline, int32, int64, list, map, optional, required, string } from '#schema/schema.ts'
import { message } from '../../group.ts'
import { LocalObjectReference } from '../../references.ts'
import { ObjectFieldSelector, ResourceFieldSelector } from '../spec/environment.ts'

class ClusterTrustBundleProjection extends message('ClusterTrustBundleProjection', {
  name: optional(1, string),
  signerName: optional(2, string),
  labelSelector: optional(3, LabelSelector),
  optional: optional(5, bool),
  path: required(4, string),
}) {}

export class KeyToPath extends message('KeyToPath', {
  key: required(1, string),
  path: required(2, string),
  mode: optional(3, int32),
}) {}

class ConfigMapProjection extends message('ConfigMapProjection', {
  localObjectReference: inline(1, LocalObjectReference),
  items: list(2, KeyToPath, { list: 'atomic' }),
  optional: optional(4, bool),
}) {}

export class DownwardAPIVolumeFile extends message('DownwardAPIVolumeFile', {
  path: required(1, string),
  fieldRef: optional(2, ObjectFieldSelector),
  resourceFieldRef: optional(3, ResourceFieldSelector),
  mode: optional(4, int32),
}) {}

class DownwardAPIProjection extends message('DownwardAPIProjection', {
  items: list(1, DownwardAPIVolumeFile, { list: 'atomic' }),
}) {}

class SecretProjection extends message('SecretProjection', {
  localObjectReference: inline(1, LocalObjectReference),
  items: list(2, KeyToPath, { list: 'atomic' }),
  optional: optional(4, bool),
}) {}

class ServiceAccountTokenProjection extends message('ServiceAccountTokenProjection', {
  audience: field(1, string),
  expirationSeconds: optional(2, int64),
  path: required(3, string),
}) {}

class PodCertificateProjection extends message('PodCertificateProjection', {
  signerName: field(1, string, { required: true }),
  keyType: field(2, string, { required: true }),
  maxExpirationSeconds: optional(3, int32),
  credentialBundlePath: field(4, string),
  keyPath: field(5, string),
  certificateChainPath: field(6, string),
  userAnnotations: map(7, string),
}) {}

class VolumeProjection extends message('VolumeProjection', {
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
}) {}
