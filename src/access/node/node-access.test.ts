import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ResourceRequest } from '../rbac/request.ts'
import { nodeAccess } from './node-access.ts'

/** `get secrets a in ns`, `list pods by spec.nodeName=n1`, `create serviceaccounts/token a in ns`. */
const request = (text: string): ResourceRequest => {
  const [what = '', by] = text.split(' by ')
  const [rest = '', namespace = ''] = what.split(' in ')
  const [verb = '', plural = '', name = ''] = rest.split(' ')
  const [path = '', group = ''] = plural.split(':').reverse()
  const [resource = '', subresource = ''] = path.split('/')
  const fields = by ? Object.fromEntries([by.split('=')]) : undefined
  return { kind: 'resource', verb, group, resource, subresource, namespace, name, ...(fields ? { fields } : {}) }
}

/** `yes`, the reason, `no` without one, or `rules` where its rules decide. */
const fate = (text: string): string => {
  const decision = nodeAccess(
    'n1',
    request(text),
    (node, kind, namespace, name) => node === 'n1' && `${kind} ${namespace} ${name}`.endsWith(' mine'),
  )
  if (!decision) return 'rules'
  return decision.allowed ? 'yes' : decision.reason || 'no'
}

const STRANGE = "no relationship found between node 'n1' and this object"

test('a node reads what its pods name, one by one', () => {
  const table: Readonly<Record<string, string>> = {
    'get secrets mine in ns': 'yes',
    'list secrets mine in ns': 'yes',
    'watch configmaps mine in ns': 'yes',
    'get secrets other in ns': STRANGE,
    'list secrets in ns': 'No Object name found',
    'get secrets mine': 'can only read namespaced object of this type',
    'get secrets/x mine in ns': 'cannot read subresource',
    'delete secrets mine in ns': 'can only read resources of this type',
    'get persistentvolumeclaims mine in ns': 'yes',
    'list persistentvolumeclaims mine in ns': 'can only get individual resources of this type',
    'patch persistentvolumeclaims/status mine in ns': 'yes',
    'update persistentvolumeclaims/status other in ns': STRANGE,
    'get persistentvolumeclaims/status mine in ns': 'yes',
    'delete persistentvolumeclaims/status mine in ns': 'can only get/update/patch this type',
    'get persistentvolumes mine': 'yes',
    'get persistentvolumes other': STRANGE,
    'get persistentvolumes/status mine': 'cannot get subresource',
    'watch persistentvolumes mine': 'can only get individual resources of this type',
    'get serviceaccounts mine in ns': 'yes',
    'get serviceaccounts other in ns': STRANGE,
    'get storage.k8s.io:volumeattachments x': STRANGE,
    'get resource.k8s.io:resourceclaims x in ns': STRANGE,
    'list resource.k8s.io:resourceclaims x in ns': 'can only get individual resources of this type',
  }
  for (const [text, expected] of Object.entries(table)) assert.equal(fate(text), expected, text)
})

test('a node makes tokens for the ServiceAccounts of its pods', () => {
  assert.equal(fate('create serviceaccounts/token mine in ns'), 'yes')
  assert.equal(fate('create serviceaccounts/token other in ns'), STRANGE)
  assert.equal(fate('create serviceaccounts/x mine in ns'), 'can only create token subresource of service account')
  for (const text of [
    'create serviceaccounts in ns',
    'delete serviceaccounts mine in ns',
    'get serviceaccounts/token mine in ns',
  ])
    assert.equal(fate(text), 'can only create tokens for individual service accounts', text)
})

test('a node has its own Lease, CSINode and Node, and reads no other', () => {
  const table: Readonly<Record<string, string>> = {
    'get coordination.k8s.io:leases n1 in kube-node-lease': 'yes',
    'create coordination.k8s.io:leases in kube-node-lease': 'yes',
    'delete coordination.k8s.io:leases n1 in kube-node-lease': 'yes',
    'update coordination.k8s.io:leases n2 in kube-node-lease':
      'can only access node lease with the same name as the requesting node',
    'get coordination.k8s.io:leases n1 in default': 'can only access leases in the "kube-node-lease" system namespace',
    'list coordination.k8s.io:leases in kube-node-lease': 'can only get, create, update, patch, or delete a node lease',
    'patch storage.k8s.io:csinodes n1': 'yes',
    'create storage.k8s.io:csinodes': 'yes',
    'get storage.k8s.io:csinodes n2': 'can only access CSINode with the same name as the requesting node',
    'get storage.k8s.io:csinodes/x n1': 'cannot authorize CSINode subresources',
    'list storage.k8s.io:csinodes': 'can only get, create, update, patch, or delete a CSINode',
    'create nodes': 'yes',
    'update nodes n2': 'yes',
    'patch nodes n1': 'yes',
    'patch nodes/status n1': 'yes',
    'update nodes/status n1': 'yes',
    'get nodes/status n1': 'no',
    'get nodes/proxy n1': 'no',
    'delete nodes n1': 'no',
    'get nodes n1': 'yes',
    'watch nodes n1': 'yes',
    'list nodes': "node 'n1' cannot read all nodes, only its own Node object",
    'get nodes n2': "node 'n1' cannot read 'n2', only its own Node object",
  }
  for (const [text, expected] of Object.entries(table)) assert.equal(fate(text), expected, text)
})

test('a node reads the pods that are bound to it, and lists no others', () => {
  const table: Readonly<Record<string, string>> = {
    'get pods mine in ns': 'yes',
    'get pods other in ns': STRANGE,
    'list pods by spec.nodeName=n1': 'yes',
    'watch pods by spec.nodeName=n1': 'yes',
    'list pods by spec.nodeName=n2': 'can only list/watch pods with spec.nodeName field selector',
    'list pods': 'can only list/watch pods with spec.nodeName field selector',
    'watch pods mine in ns': 'yes',
    'watch pods other in ns': STRANGE,
    'create pods in ns': 'yes',
    'delete pods other in ns': 'yes',
    'update pods mine in ns': 'no',
    'patch pods/status mine in ns': 'yes',
    'update pods/status mine in ns': 'yes',
    'get pods/status mine in ns': 'no',
    'create pods/eviction mine in ns': 'yes',
    'get pods/eviction mine in ns': 'no',
    'create pods/exec mine in ns': 'no',
  }
  for (const [text, expected] of Object.entries(table)) assert.equal(fate(text), expected, text)
})

test('of kinds that are not divided its rules decide', () => {
  for (const text of [
    'list services',
    'create events in ns',
    'get apps:secrets other in ns',
    'list node.k8s.io:runtimeclasses',
  ])
    assert.equal(fate(text), 'rules', text)
})
