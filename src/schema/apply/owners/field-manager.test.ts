import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { JsonObject } from '../../json-value.ts'
import { owned, service } from '../testing/owned.ts'
import { DEDUCED } from '../types/field-type.ts'
import { ApplyConflict } from './conflict.ts'
import { ApplyRefusal, applyToObject, entriesAfterUpdate, kindText } from './field-manager.ts'
import type { OwnedKind } from './owned-kind.ts'
import type { ManagedFieldsEntry } from './owners.ts'

const KIND = owned()
const T1 = '2026-01-01T00:00:01Z'
const T2 = '2026-01-01T00:00:02Z'

type Entries = readonly ManagedFieldsEntry[] | undefined

/** Applies to what is there as a server would: gives the object with its owners. */
const apply = (
  live: JsonObject | undefined,
  entries: Entries,
  config: object,
  {
    manager = 'alice',
    force = false,
    now = T1,
    kind = KIND,
  }: { manager?: string; force?: boolean; now?: string; kind?: OwnedKind } = {},
) => {
  const { object, entries: next } = applyToObject(kind, live, entries, { config: service(config), manager, force, now })
  return { object: object ?? live!, entries: next, isChanged: object !== undefined }
}

const fieldsOf = (entries: Entries): object =>
  Object.fromEntries((entries ?? []).map(({ manager, fieldsV1 }) => [manager, fieldsV1]))

describe('applyToObject()', () => {
  test('makes what is not there, owned by who applies', () => {
    const { object, entries } = apply(undefined, undefined, {
      metadata: { name: 'a', labels: { x: '1' } },
      spec: { type: 'A' },
    })
    assert.deepEqual(object, service({ metadata: { name: 'a', labels: { x: '1' } }, spec: { type: 'A' } }))
    assert.deepEqual(entries, [
      {
        manager: 'alice',
        operation: 'Apply',
        apiVersion: 'v1',
        time: T1,
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:metadata': { 'f:labels': { 'f:x': {} } }, 'f:spec': { 'f:type': {} } },
      },
    ])
  })

  test('the same again changes nothing, not even a time', () => {
    const config = { spec: { type: 'A', ports: [{ port: 80 }] } }
    const first = apply(undefined, undefined, config)
    const second = apply(first.object, first.entries, config, { now: T2 })
    assert.equal(second.isChanged, false)
    assert.deepEqual(second.entries, first.entries)
  })

  test('takes away what its manager does not want any more, and nobody else owns', () => {
    const first = apply(undefined, undefined, { metadata: { labels: { x: '1', y: '1' } }, spec: { type: 'A' } })
    const other = apply(first.object, first.entries, { metadata: { labels: { y: '1' } } }, { manager: 'bob' })
    const last = apply(other.object, other.entries, { metadata: { labels: {} } }, { now: T2 })
    assert.deepEqual(last.object.metadata, { labels: { y: '1' } })
    assert.equal(last.object.spec, undefined)
    assert.deepEqual(fieldsOf(last.entries), {
      alice: { 'f:metadata': { 'f:labels': {} } },
      bob: { 'f:metadata': { 'f:labels': { 'f:y': {} } } },
    })
  })

  test('leaves what an updater has made of what it gives up', () => {
    const first = apply(undefined, undefined, { spec: { type: 'A', clusterIP: 'x' } })
    const scaled = { ...first.object, spec: { type: 'B', clusterIP: 'x' } }
    const entries = entriesAfterUpdate(
      KIND,
      { ...first.object, metadata: { managedFields: first.entries as never } },
      scaled,
      first.entries,
      'hpa',
      T2,
    )
    assert.deepEqual(fieldsOf(entries), {
      alice: { 'f:spec': { 'f:clusterIP': {} } },
      hpa: { 'f:spec': { 'f:type': {} } },
    })
    const last = apply(scaled, entries, { spec: { clusterIP: 'x' } })
    assert.equal(last.isChanged, false)
    assert.deepEqual(last.object.spec, { type: 'B', clusterIP: 'x' })
  })

  test('removes an item whose applier gives it up, and keeps those of others', () => {
    const first = apply(undefined, undefined, { spec: { ports: [{ port: 80, name: 'a' }] } })
    const second = apply(first.object, first.entries, { spec: { ports: [{ port: 443 }] } }, { manager: 'bob' })
    assert.deepEqual(second.object.spec, { ports: [{ port: 80, name: 'a' }, { port: 443 }] })
    const last = apply(second.object, second.entries, { spec: {} })
    assert.deepEqual(last.object.spec, { ports: [{ port: 443 }] })
    assert.deepEqual(fieldsOf(last.entries), {
      alice: { 'f:spec': {} },
      bob: { 'f:spec': { 'f:ports': { 'k:{"port":443,"protocol":"TCP"}': { '.': {}, 'f:port': {} } } } },
    })
  })

  test('is a conflict where it decides what others have decided otherwise, in the words of Kubernetes', () => {
    const first = apply(undefined, undefined, { spec: { type: 'A', clusterIP: 'x' } })
    assert.throws(
      () => apply(first.object, first.entries, { spec: { type: 'B' } }, { manager: 'bob' }),
      (error: unknown) => {
        assert.ok(error instanceof ApplyConflict)
        assert.equal(error.message, 'Apply failed with 1 conflict: conflict with "alice": .spec.type')
        assert.deepEqual(error.causes, [
          { reason: 'FieldManagerConflict', message: 'conflict with "alice"', field: '.spec.type' },
        ])
        return true
      },
    )
    const changed = {
      ...first.object,
      metadata: { finalizers: ['f'] },
      spec: { type: 'A', clusterIP: 'x', ports: [{ port: 80 }] },
    }
    const entries = entriesAfterUpdate(
      owned({ subresource: 'scale' }),
      { ...first.object, metadata: { managedFields: first.entries as never } },
      changed,
      undefined,
      'hpa',
      T2,
    )
    assert.throws(
      () =>
        apply(
          changed,
          entries,
          { spec: { type: 'B', clusterIP: 'y', ports: [{ port: 80, targetPort: 8 }] } },
          { manager: 'bob' },
        ),
      {
        message:
          'Apply failed with 3 conflicts: conflicts with "alice":\n- .spec.clusterIP\n- .spec.type\nconflicts with "hpa" with subresource "scale" using v1:\n- .spec.ports[port=80,protocol="TCP"].targetPort',
      },
    )
  })

  test('by force takes the fields from their owners', () => {
    const first = apply(undefined, undefined, { spec: { type: 'A', clusterIP: 'x' } })
    const forced = apply(first.object, first.entries, { spec: { type: 'B' } }, { manager: 'bob', force: true, now: T2 })
    assert.deepEqual(forced.object.spec, { type: 'B', clusterIP: 'x' })
    assert.deepEqual(fieldsOf(forced.entries), {
      alice: { 'f:spec': { 'f:clusterIP': {} } },
      bob: { 'f:spec': { 'f:type': {} } },
    })
    assert.deepEqual(
      forced.entries?.map(({ time }) => time),
      [T1, T2],
    )
  })

  test('shares a field where both want the same of it', () => {
    const first = apply(undefined, undefined, { spec: { type: 'A' } })
    const second = apply(first.object, first.entries, { spec: { type: 'A' } }, { manager: 'bob', now: T2 })
    assert.equal(second.isChanged, false)
    assert.deepEqual(
      second.entries?.map(({ manager, time }) => [manager, time]),
      [
        ['bob', undefined],
        ['alice', T1],
      ],
    )
  })

  test('what was there before anybody was told apart has an owner of its own from then on', () => {
    const live = service({ metadata: { name: 'a', uid: 'u' }, spec: { type: 'A', clusterIP: 'x' } })
    const { entries } = apply(live, undefined, { spec: { type: 'A' } })
    assert.deepEqual(fieldsOf(entries), {
      alice: { 'f:spec': { 'f:type': {} } },
      'before-first-apply': { 'f:spec': { 'f:clusterIP': {}, 'f:type': {} } },
    })
    assert.throws(() => apply(live, undefined, { spec: { type: 'B' } }), {
      message: 'Apply failed with 1 conflict: conflict with "before-first-apply" using v1: .spec.type',
    })
  })

  test('does not own what is nobody’s, nor what its part leaves as it is', () => {
    const config = {
      metadata: { name: 'a', namespace: 'b', generation: 1 },
      status: { loadBalancer: { ingress: ['x'] } },
    }
    assert.equal(apply(undefined, undefined, config).entries, undefined)
    const kind = owned({ subresource: 'status', reset: [['spec']] })
    const { entries } = apply(undefined, undefined, { ...config, spec: { type: 'A' } }, { kind })
    assert.deepEqual(
      entries?.map(({ subresource, fieldsV1 }) => [subresource, fieldsV1]),
      [['status', { 'f:status': { 'f:loadBalancer': { 'f:ingress': {} } } }]],
    )
  })

  test('refuses what is no configuration of its kind', () => {
    const refused = (config: object, code: string, message: string): void => {
      assert.throws(
        () => apply(undefined, undefined, config),
        (error: unknown) => {
          assert.ok(error instanceof ApplyRefusal)
          assert.deepEqual([error.code, error.message], [code, message])
          return true
        },
      )
    }
    refused({ metadata: { managedFields: [] } }, 'BAD_REQUEST', 'metadata.managedFields must be nil')
    refused(
      { metadata: { name: 'bad', namespace: 'default' }, nosuch: 1 },
      'UNFIT',
      'failed to create typed patch object (default/bad; /v1, Kind=Service): .nosuch: field not declared in schema',
    )
    assert.throws(() => apply(service({}), [{ operation: 'Nonsense' }], {}), {
      code: 'UNFIT',
      message: 'failed to decode managed fields: operation must be `Apply` or `Update`',
    })
    assert.equal(kindText({ apiVersion: 'apps/v1', kind: 'Deployment' }), 'apps/v1, Kind=Deployment')
    assert.equal(kindText({}), '/, Kind=')
  })
})

describe('applyToObject() by kubectl', () => {
  const NOTE = 'kubectl.kubernetes.io/last-applied-configuration'
  const noted = (config: object, now: object): JsonObject =>
    service({ metadata: { name: 'a', annotations: { [NOTE]: JSON.stringify(service(config)) } }, ...now })
  const entriesFor = (live: JsonObject): Entries =>
    entriesAfterUpdate(KIND, undefined, live, undefined, 'kubectl-client-side-apply', T1)

  test('takes over what kubectl apply has applied, and notes what it applies itself', () => {
    const live = noted({ spec: { type: 'A' } }, { spec: { type: 'A' } })
    const config = { metadata: { name: 'a' }, spec: { type: 'B<' } }
    const { object, entries } = apply(live, entriesFor(live), config, { manager: 'kubectl' })
    const { annotations } = object.metadata as { readonly annotations: { readonly [name: string]: string } }
    assert.equal(
      annotations[NOTE],
      '{"apiVersion":"v1","kind":"Service","metadata":{"name":"a"},"spec":{"type":"B\\u003c"}}\n',
    )
    assert.deepEqual(object.spec, { type: 'B<' })
    assert.deepEqual((fieldsOf(entries) as { kubectl: object }).kubectl, { 'f:spec': { 'f:type': {} } })
  })

  test('but not what somebody has changed since, nor under another name, nor without a note', () => {
    const live = noted({ spec: { type: 'A', clusterIP: 'x' } }, { spec: { type: 'C', clusterIP: 'x' } })
    const config = { spec: { type: 'B', clusterIP: 'y' } }
    const message = /^Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using v1: \.spec\.type$/
    assert.throws(() => apply(live, entriesFor(live), config, { manager: 'kubectl' }), { message })
    assert.throws(() => apply(live, entriesFor(live), config, { manager: 'other' }), { message: /2 conflicts/ })
    for (const text of ['', '{', '[]', '{"apiVersion":"v2"}', '{"apiVersion":"v1","nosuch":1}']) {
      const unnoted = service({ metadata: { uid: 'u', annotations: { [NOTE]: text } }, spec: { type: 'A' } })
      assert.throws(
        () => apply(unnoted, entriesFor(unnoted), { spec: { type: 'B' } }, { manager: 'kubectl' }),
        ApplyConflict,
      )
    }
  })

  test('a note is brought up to date where nothing else changes, and left out where it is too long', () => {
    const live = noted({ spec: { type: 'Z' } }, { spec: { type: 'A' } })
    const again = apply(live, entriesFor(live), { spec: { type: 'A' } }, { manager: 'kubectl' })
    assert.equal(again.isChanged, true)
    const long = apply(
      live,
      entriesFor(live),
      { metadata: { annotations: { long: 'é'.repeat(100_000) } }, spec: { type: 'A' } },
      { manager: 'kubectl' },
    )
    const { annotations } = long.object.metadata as { readonly annotations: object }
    assert.deepEqual(Object.keys(annotations), ['long'])
    const bare = apply(service({ metadata: {} }), undefined, { spec: { type: 'A' } }, { manager: 'kubectl' })
    assert.deepEqual(bare.object.metadata, {})
  })

  test('a configuration that brings a note of its own is noted without it', () => {
    const live = noted({ spec: { type: 'A' } }, { spec: { type: 'A' } })
    const config = { metadata: { annotations: { [NOTE]: 'x', other: 'y' } }, spec: { type: 'A' } }
    const { object } = apply(live, entriesFor(live), config, { manager: 'kubectl', force: true })
    const { annotations } = object.metadata as { readonly annotations: { readonly [name: string]: string } }
    assert.equal(JSON.parse(annotations[NOTE]!).metadata.annotations[NOTE], undefined)
    assert.equal(JSON.parse(annotations[NOTE]!).metadata.annotations.other, 'y')
  })
})

describe('entriesAfterUpdate()', () => {
  const withEntries = (object: JsonObject, managedFields: Entries): JsonObject =>
    ({ ...object, metadata: { uid: 'u', ...(object.metadata as object), managedFields } }) as unknown as JsonObject
  const made = service({ metadata: { name: 'a', labels: { x: '1' } }, spec: { type: 'A' } })
  const first = entriesAfterUpdate(KIND, undefined, made, undefined, 'maker', T1)

  test('gives a new object to who made it', () => {
    assert.deepEqual(first, [
      {
        manager: 'maker',
        operation: 'Update',
        apiVersion: 'v1',
        time: T1,
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:metadata': { 'f:labels': { '.': {}, 'f:x': {} } }, 'f:spec': { 'f:type': {} } },
      },
    ])
    assert.equal(entriesAfterUpdate(KIND, undefined, made, undefined, '', T1)?.[0]?.manager, 'unknown')
  })

  test('moves what is changed to who changes it, and forgets what goes', () => {
    const next = service({ metadata: { name: 'a', labels: { y: '1' } }, spec: { type: 'B' } })
    const entries = entriesAfterUpdate(KIND, withEntries(made, first), next, undefined, 'other', T2)
    assert.deepEqual(fieldsOf(entries), {
      maker: { 'f:metadata': { 'f:labels': {} } },
      other: { 'f:metadata': { 'f:labels': { 'f:y': {} } }, 'f:spec': { 'f:type': {} } },
    })
    const mine = entriesAfterUpdate(KIND, withEntries(made, first), next, undefined, 'maker', T2)
    assert.deepEqual(
      mine?.map(({ time, fieldsV1 }) => [time, fieldsV1]),
      [[T2, { 'f:metadata': { 'f:labels': { '.': {}, 'f:y': {} } }, 'f:spec': { 'f:type': {} } }]],
    )
  })

  test('gives the same list back where nothing has changed, also to who sends it back', () => {
    const live = withEntries(made, first)
    assert.equal(entriesAfterUpdate(KIND, live, made, undefined, 'other', T2), first)
    assert.equal(entriesAfterUpdate(KIND, live, made, structuredClone(first), 'other', T2), first)
  })

  test('a write of a part is an owner of its own, and cannot say who owns what', () => {
    const kind = owned({ subresource: 'status', reset: [['spec']] })
    const next = { ...made, spec: { type: 'Z' }, status: { loadBalancer: { ingress: ['x'] } } } as JsonObject
    const entries = entriesAfterUpdate(kind, withEntries(made, first), next, [{}], 'maker', T2)
    assert.deepEqual(
      entries?.map(({ subresource, fieldsV1 }) => [subresource, fieldsV1]),
      [
        [undefined, first?.[0]?.fieldsV1],
        ['status', { 'f:status': { 'f:loadBalancer': { 'f:ingress': {} } } }],
      ],
    )
  })

  test('an empty list, or one empty entry, makes the server forget all owners, and it stays so', () => {
    const changed = service({ metadata: { name: 'a' }, spec: { type: 'B' } })
    for (const reset of [[], [{}]])
      assert.equal(entriesAfterUpdate(KIND, withEntries(made, first), changed, reset, 'other', T2), undefined)
    assert.equal(entriesAfterUpdate(KIND, withEntries(made, undefined), changed, undefined, 'other', T2), undefined)
  })

  test('what is said of the owners counts where it can be read, and else what is known', () => {
    const said = [
      {
        manager: 'x',
        operation: 'Update',
        apiVersion: 'v1',
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:spec': { 'f:type': {} } },
      },
    ]
    assert.deepEqual(entriesAfterUpdate(KIND, withEntries(made, first), made, said, 'other', T2), said)
    for (const wrong of [
      [{ ...said[0], operation: 'Guess' }],
      [{ ...said[0], apiVersion: '' }],
      [{ ...said[0], fieldsType: '' }],
      [{ ...said[0], fieldsType: 'V2' }],
      [{ ...said[0], fieldsV1: { wrong: {} } }],
    ])
      assert.equal(entriesAfterUpdate(KIND, withEntries(made, first), made, wrong as never, 'other', T2), first)
    const unreadable = withEntries(made, [{ operation: 'Guess' }])
    assert.equal(entriesAfterUpdate(KIND, unreadable, made, undefined, 'other', T2), undefined)
  })

  test('the oldest of more than ten who update become one', () => {
    let live = service({ metadata: { uid: 'u', labels: {} } })
    let entries: Entries
    for (let index = 0; index < 14; index++) {
      const labels = Object.fromEntries(Array.from({ length: index + 1 }, (_, at) => [`l${at}`, '1']))
      const next = service({ metadata: { uid: 'u', labels } })
      const time = `2026-01-01T00:00:${String(index).padStart(2, '0')}Z`
      entries = entriesAfterUpdate(
        KIND,
        index === 0 ? undefined : withEntries(live, entries),
        next,
        undefined,
        `m${index}`,
        time,
      )
      live = next
    }
    assert.equal(entries?.length, 10)
    assert.deepEqual(
      entries?.slice(0, 2).map(({ manager, time }) => [manager, time?.slice(-3)]),
      [
        ['ancient-changes', '04Z'],
        ['m5', '05Z'],
      ],
    )
    assert.deepEqual(entries?.[0]?.fieldsV1, {
      'f:metadata': { 'f:labels': { '.': {}, 'f:l0': {}, 'f:l1': {}, 'f:l2': {}, 'f:l3': {}, 'f:l4': {} } },
    })
  })

  test('owners in a version that is gone are gone, and those in another are told what changed there', () => {
    const v2 = owned({ apiVersion: 'v2', type: DEDUCED, reset: [], isTyped: false })
    const rename = (from: string, to: string) => (object: JsonObject) => {
      const { [from]: value, ...rest } = object
      return value === undefined ? rest : { ...rest, [to]: value }
    }
    const versions = { v2: { kind: v2, convert: rename('spec', 'wish'), restore: rename('wish', 'spec') } }
    const kind = owned({ versions: versions as never })
    const entry = (manager: string, apiVersion: string, fieldsV1: object) => ({
      manager,
      operation: 'Update',
      apiVersion,
      fieldsType: 'FieldsV1',
      fieldsV1,
    })
    const known = [
      entry('new', 'v2', { 'f:wish': { 'f:type': {}, 'f:clusterIP': {} } }),
      entry('old', 'v0', { 'f:x': {} }),
    ]
    const live = withEntries(service({ spec: { type: 'A', clusterIP: 'x' } }), known as never)
    const next = service({ spec: { type: 'B', clusterIP: 'x' } })
    assert.deepEqual(fieldsOf(entriesAfterUpdate(kind, live, next, undefined, 'me', T2)), {
      new: { 'f:wish': { 'f:clusterIP': {} } },
      me: { 'f:spec': { 'f:type': {} } },
    })
    const applied = applyToObject(kind, service({ spec: { type: 'A' } }), known as never, {
      config: service({ spec: { type: 'B' } }),
      manager: 'a',
      force: true,
      now: T2,
    })
    assert.deepEqual(fieldsOf(applied.entries), {
      a: { 'f:spec': { 'f:type': {} } },
      new: { 'f:wish': { 'f:clusterIP': {} } },
    })
  })

  test('of custom resources the sets follow their type', () => {
    const kind = owned({ type: DEDUCED, reset: [], isTyped: false })
    const known = [
      {
        manager: 'a',
        operation: 'Update',
        apiVersion: 'v1',
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:spec': { '.': {}, 'f:list': {} } },
      },
    ]
    const live = withEntries({ spec: { list: [1] } }, known)
    const after = entriesAfterUpdate(kind, live, { spec: { list: [1], more: 1 } }, undefined, 'b', T2)
    assert.deepEqual(fieldsOf(after), { a: { 'f:spec': { '.': {}, 'f:list': {} } }, b: { 'f:spec': { 'f:more': {} } } })
    assert.equal(entriesAfterUpdate(kind, live, { spec: { list: [1] } }, undefined, 'b', T2), known)
  })
})
