import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ControllerRevision } from '#api/apps/controllerrevision/message.ts'
import { DaemonSet } from '#api/apps/daemonset/message.ts'
import { Deployment } from '#api/apps/deployment/message.ts'
import { ReplicaSet } from '#api/apps/replicaset/message.ts'
import { StatefulSet } from '#api/apps/statefulset/message.ts'
import { CertificateSigningRequest } from '#api/certificates/certificatesigningrequest/message.ts'
import { ConfigMap } from '#api/core/configmap/message.ts'
import { Endpoints } from '#api/core/endpoints/message.ts'
import { Event } from '#api/core/event/message.ts'
import { Namespace } from '#api/core/namespace/message.ts'
import { Node } from '#api/core/node/message.ts'
import { Pod } from '#api/core/pod/message.ts'
import { ReplicationController } from '#api/core/replicationcontroller/message.ts'
import { Secret } from '#api/core/secret/message.ts'
import { Service, ServiceList } from '#api/core/service/message.ts'
import { ServiceAccount } from '#api/core/serviceaccount/message.ts'
import { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { builtInKinds } from '#api/kinds.ts'
import { ClusterRole } from '#api/rbac/clusterrole/message.ts'
import { ClusterRoleBinding } from '#api/rbac/clusterrolebinding/message.ts'
import { Role } from '#api/rbac/role/message.ts'
import { RoleBinding } from '#api/rbac/rolebinding/message.ts'
import type { Fields, MessageClass } from '#schema/schema.ts'
import { describing } from './descriptions.ts'

const describe = await describing(builtInKinds)

const MET: readonly MessageClass<unknown>[] = [
  Service,
  EndpointSlice,
  Endpoints,
  Pod,
  Deployment,
  ReplicaSet,
  StatefulSet,
  DaemonSet,
  ControllerRevision,
  ReplicationController,
  Namespace,
  Node,
  ConfigMap,
  Secret,
  ServiceAccount,
  Event,
  ServiceList,
  CertificateSigningRequest,
  Role,
  ClusterRole,
  RoleBinding,
  ClusterRoleBinding,
]

/** What stands behind a field that is described, and goes into matters that no node here deals with. */
const NOT_MET =
  /^(AWSElasticBlockStore|AzureDisk|AzureFile|CSI|CephFS|Cinder|Ephemeral|FC|Flex|Flocker|GCEPersistentDisk|GitRepo|Glusterfs|ISCSI|Image|NFS|PersistentVolumeClaim|PhotonPersistentDisk|Portworx|Quobyte|RBD|ScaleIO|StorageOS|VsphereVirtualDisk)Volume|^PersistentVolumeClaim|^(ClusterTrustBundle|PodCertificate)Projection$|^Windows|^NodeConfig|^NodeRuntimeHandler|^NodeFeatures$|^AttachedVolume$|^PodResourceClaim|^PodExtendedResourceClaim|^NodeAllocatable|^PodVolumeHealth$|^ContainerUser$|^ResourceStatus$|^VolumeStatus$/

const fieldsOf = (fields: Fields): readonly (readonly [name: string, type: unknown])[] =>
  Object.entries(fields).flatMap(([name, field]) =>
    field.presence === 'inline'
      ? fieldsOf((field.type as MessageClass<unknown>).fields)
      : [[name, field.type] as const],
  )

test('every field of the kinds that users meet has a sentence, and every message says what it is', () => {
  const missing: string[] = []
  const seen = new Set<MessageClass<unknown>>()
  const visit = (message: MessageClass<unknown>): void => {
    if (seen.has(message) || NOT_MET.test(message.messageName)) return
    seen.add(message)
    if (!describe(message.messageName)) missing.push(message.messageName)
    for (const [name, type] of fieldsOf(message.fields)) {
      if (!describe(message.messageName, name)) missing.push(`${message.messageName}.${name}`)
      if (typeof type === 'function' || (typeof type === 'object' && type !== null && 'messageName' in type))
        visit(type as MessageClass<unknown>)
    }
  }
  for (const message of MET) visit(message)
  assert.deepEqual(missing, [])
  assert.ok(seen.size > 100, `${seen.size} messages were looked at`)
})

test('a sentence begins as one and ends with a full stop', () => {
  const seen = new Set<MessageClass<unknown>>()
  const visit = (message: MessageClass<unknown>): void => {
    if (seen.has(message)) return
    seen.add(message)
    const check = (text: string | undefined, where: string): void => {
      if (text !== undefined) assert.match(text, /^[A-Z0-9].*[^.]\.$|^(linux|cpu) /, where)
    }
    check(describe(message.messageName), message.messageName)
    for (const [name, type] of fieldsOf(message.fields)) {
      check(describe(message.messageName, name), `${message.messageName}.${name}`)
      if (typeof type === 'object' && type !== null && 'messageName' in type) visit(type as MessageClass<unknown>)
    }
  }
  for (const message of MET) visit(message)
})

test('what nobody knows has no description: no name of JavaScript’s own either', () => {
  assert.equal(describe('Service', 'toString'), undefined)
  assert.equal(describe('constructor'), undefined)
  assert.equal(describe('Nothing'), undefined)
})
