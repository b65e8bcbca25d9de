import { bool, field, inline, optional, quantity, required, string } from '#schema/schema.ts'
import { message } from '../../group.ts'
import { LocalObjectReference } from '../../references.ts'

class ConfigMapEnvSource extends message('ConfigMapEnvSource', {
  localObjectReference: inline(1, LocalObjectReference),
  optional: optional(2, bool),
}) {}

class ConfigMapKeySelector extends message(
  'ConfigMapKeySelector',
  {
    localObjectReference: inline(1, LocalObjectReference),
    key: required(2, string),
    optional: optional(3, bool),
  },
  { atomic: true },
) {}

class SecretEnvSource extends message('SecretEnvSource', {
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

class SecretKeySelector extends message(
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

class EnvVarSource extends message('EnvVarSource', {
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
