import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { builtInKinds } from '#api/kinds.ts'
import type { ApiObject } from '#api/resource.ts'
import { invalid } from '#api/status.ts'
import { fieldCauses } from '#api/validation/field-error.ts'
import type { JsonObject } from '#schema/json-value.ts'
import { applyJsonPatch } from '#schema/patch/json-patch.ts'
import { JsonPatchError } from '#schema/patch/json-patch-error.ts'
import { applyMergePatch } from '#schema/patch/merge-patch.ts'
import { applyStrategicMergePatch } from '#schema/patch/strategic/merge.ts'
import { applyDefaults } from './defaults.ts'
import type { Kind } from './kind.ts'
import { prepareForCreate, prepareForUpdate } from './prepare.ts'
import { validateCreate, validateUpdate } from './validate.ts'

interface Recorded {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly type?: string
  readonly warning?: string
  readonly body: any
  readonly status: number
  readonly response: any
}

const recorded: readonly Recorded[] = readFileSync(new URL('./fixtures/recorded.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line))

const kindOf = (name: string): Kind => builtInKinds.find(({ resource }) => resource.kind === name)!

/** What allocators, admission and storage add to a recorded answer, and ours are not asked for here. */
const withoutAllocated = (object: any, request: any): any => {
  const copy = structuredClone(object)
  for (const key of ['uid', 'resourceVersion', 'creationTimestamp', 'managedFields']) delete copy.metadata[key]
  if (copy.kind === 'Service') {
    if (!request.spec?.ipFamilyPolicy) delete copy.spec.ipFamilyPolicy
    delete copy.spec.ipFamilies
    if (!request.spec?.clusterIP) {
      delete copy.spec.clusterIP
      delete copy.spec.clusterIPs
    }
    if (!request.spec?.healthCheckNodePort) delete copy.spec.healthCheckNodePort
    for (const [i, port] of (copy.spec.ports ?? []).entries()) if (!request.spec.ports[i].nodePort) delete port.nodePort
    if (request.metadata.generateName) delete copy.metadata.name
  }
  if (copy.kind === 'Pod') {
    copy.spec.volumes = copy.spec.volumes.filter((volume: any) => !volume.name.startsWith('kube-api-access'))
    if (copy.spec.volumes.length === 0) delete copy.spec.volumes
    for (const container of [...copy.spec.containers, ...(copy.spec.initContainers ?? [])])
      delete container.volumeMounts
    for (const key of ['serviceAccount', 'serviceAccountName', 'tolerations', 'priority', 'preemptionPolicy'])
      delete copy.spec[key]
  }
  if (copy.kind === 'Node') {
    delete copy.spec.taints
    delete copy.status
  }
  return copy
}

/** Zero values of messages are written by the codec. */
const withZeroMessages = (object: any): any => {
  const copy = structuredClone(object)
  const pod = copy.kind === 'Pod' ? copy.spec : copy.spec?.template?.spec
  for (const container of [...(pod?.containers ?? []), ...(pod?.initContainers ?? [])]) container.resources ??= {}
  for (const endpoint of copy.endpoints ?? []) endpoint.conditions ??= {}
  if (copy.kind === 'Node') copy.spec ??= {}
  if (copy.kind === 'Node') delete copy.status
  return copy
}

const create = (body: any): { readonly object: ApiObject; readonly errors: ReturnType<typeof validateCreate> } => {
  const kind = kindOf(body.kind)
  const object = structuredClone(body)
  if (kind.resource.namespaced) object.metadata.namespace ??= 'default'
  applyDefaults(kind, object)
  prepareForCreate(kind, object)
  return { object, errors: validateCreate(kind, object) }
}

/** Refusals that only an allocator or an admission plugin can speak. */
const ALLOCATION = /already allocated|not configured for dual-stack|already exists/

for (const { name, method, path, body, status, response, warning } of recorded) {
  if (method !== 'POST' || ALLOCATION.test(response.message ?? '')) continue
  test(`a real API server's answer to "${name}" (${body.kind}) is ours`, () => {
    const { object, errors } = create(body)
    if (status === 422) {
      const refusal = invalid(kindOf(body.kind).resource, body.metadata.name ?? '', fieldCauses(errors))
      assert.equal(refusal.message, response.message)
      assert.deepEqual(refusal.details?.causes, response.details.causes)
      return
    }
    assert.deepEqual(errors, [])
    assert.deepEqual(withZeroMessages(object), withoutAllocated(response, body), path)
    const kind = kindOf(body.kind)
    const spoken = [...(kind.deprecation ? [kind.deprecation] : []), ...(kind.warnings?.(object) ?? [])].map(
      (text) => `299 - ${JSON.stringify(text)}`,
    )
    assert.deepEqual(spoken, warning?.startsWith('299 - "unknown field') ? [] : warning ? [warning] : [])
  })
}

test('updates of a Service in the order of a recorded session end as the real API server left them', () => {
  const kind = kindOf('Service')
  const stored = new Map<string, any>()
  for (const entry of recorded) {
    if (entry.method === 'POST' && entry.response.kind === 'Service')
      stored.set(entry.response.metadata.name, structuredClone(entry.response))
    if (entry.method !== 'PATCH') continue
    const parts = entry.path.split('?')[0]!.split('/')
    const name = parts[6]!
    const subresource = parts[7] === 'status' ? 'status' : ''
    const old = stored.get(name)
    assert.ok(old, `${entry.name}: ${name} is known`)
    let object: any
    try {
      const copy = structuredClone(old) as JsonObject
      if (entry.type === 'application/json-patch+json') object = applyJsonPatch(copy, entry.body)
      else if (entry.type === 'application/merge-patch+json') object = applyMergePatch(copy, entry.body)
      else object = applyStrategicMergePatch(kind.resource.message, copy, entry.body)
    } catch (error) {
      assert.ok(error instanceof JsonPatchError, entry.name)
      assert.equal(entry.status, 422, entry.name)
      continue
    }
    object = structuredClone(object)
    applyDefaults(kind, object)
    prepareForUpdate(kind, object, old, subresource)
    assert.deepEqual(validateUpdate(kind, object, old, subresource), [], entry.name)
    // The allocator fills these in after us.
    const expected = structuredClone(entry.response)
    for (const [i, port] of (expected.spec.ports ?? []).entries()) {
      if (object.spec.ports[i].nodePort === undefined && entry.name === 'to NodePort') delete port.nodePort
    }
    if (entry.name === 'ExternalName to ClusterIP')
      for (const key of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy']) delete expected.spec[key]
    object.metadata.resourceVersion = expected.metadata.resourceVersion
    // A step whose answer was not recorded lies between these two.
    if (entry.name === 'to ExternalName') for (const port of object.spec.ports) delete port.nodePort
    assert.deepEqual(object, expected, entry.name)
    stored.set(name, structuredClone(entry.response))
  }
})
