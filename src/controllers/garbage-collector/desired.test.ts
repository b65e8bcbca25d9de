import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OwnerReference } from '#api/meta/object-meta.ts'
import type { ApiObject } from '#api/resource.ts'
import { FOREGROUND, ORPHAN } from '#objects/deletion.ts'
import { type Collection, type OwnerState, planCollection } from './desired.ts'

const owner = (uid: string, blockOwnerDeletion = false): OwnerReference => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  name: uid,
  uid,
  blockOwnerDeletion,
})
const object = (more: ApiObject['metadata']): ApiObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'default', uid: 'own', ...more },
})
const going = '2026-01-01T00:00:00Z'
const dependent = (blocks: boolean): ApiObject => object({ uid: 'child', ownerReferences: [owner('own', blocks)] })
const KEEP = { kind: 'keep' } as const

interface Row {
  readonly says: string
  readonly object: ApiObject
  readonly owners?: Readonly<Record<string, OwnerState>>
  readonly dependents?: readonly ApiObject[]
  readonly plan: Collection
}

const ROWS: readonly Row[] = [
  { says: 'an object without owners stays', object: object({}), plan: KEEP },
  {
    says: 'an object whose owner is there stays',
    object: object({ ownerReferences: [owner('a')] }),
    owners: { a: 'solid' },
    plan: KEEP,
  },
  {
    says: 'an object whose only owner is gone goes',
    object: object({ ownerReferences: [owner('a')] }),
    owners: { a: 'dangling' },
    plan: { kind: 'delete', policy: 'Background' },
  },
  {
    says: 'an object with one owner gone and one alive stays, and only the reference to the first goes',
    object: object({ ownerReferences: [owner('a'), owner('b')] }),
    owners: { a: 'dangling', b: 'solid' },
    plan: { kind: 'unlink', uids: ['a'] },
  },
  {
    says: 'an owner that waits for its dependents is let go where another one is alive',
    object: object({ ownerReferences: [owner('a'), owner('b')] }),
    owners: { a: 'solid', b: 'waiting' },
    plan: { kind: 'unlink', uids: ['b'] },
  },
  {
    says: 'an object whose owners are all gone goes once',
    object: object({ ownerReferences: [owner('a'), owner('b')] }),
    owners: { a: 'dangling', b: 'dangling' },
    plan: { kind: 'delete', policy: 'Background' },
  },
  {
    says: 'what an owner in foreground deletion waits for goes in the foreground where it has dependents itself',
    object: object({ ownerReferences: [owner('a')] }),
    owners: { a: 'waiting' },
    dependents: [dependent(false)],
    plan: { kind: 'delete', policy: 'Foreground' },
  },
  {
    says: 'one of a circle lets its owners go before it',
    object: object({ ownerReferences: [owner('a', true)] }),
    owners: { a: 'waiting' },
    dependents: [object({ ...dependent(true).metadata, deletionTimestamp: going, finalizers: [FOREGROUND] })],
    plan: { kind: 'delete', policy: 'Foreground', unblocks: true },
  },
  {
    says: 'and in the background where it has none',
    object: object({ ownerReferences: [owner('a')] }),
    owners: { a: 'waiting' },
    plan: { kind: 'delete', policy: 'Background' },
  },
  {
    says: 'an object that asked for it leaves orphans when its owner takes it along',
    object: object({ ownerReferences: [owner('a')], finalizers: [ORPHAN] }),
    owners: { a: 'dangling' },
    plan: { kind: 'delete', policy: 'Orphan' },
  },
  {
    says: 'an object that is going waits for nothing that nobody asked it to wait for',
    object: object({ deletionTimestamp: going, ownerReferences: [owner('a')] }),
    owners: { a: 'dangling' },
    plan: KEEP,
  },
  {
    says: 'foreground deletion waits for the dependents that block it',
    object: object({ deletionTimestamp: going, finalizers: [FOREGROUND] }),
    dependents: [dependent(false), dependent(true)],
    plan: { kind: 'delete-dependents' },
  },
  {
    says: 'and not for those that do not',
    object: object({ deletionTimestamp: going, finalizers: [FOREGROUND] }),
    dependents: [dependent(false)],
    plan: { kind: 'release', finalizer: FOREGROUND },
  },
  {
    says: 'orphan deletion lets its dependents go first, whether they block or not',
    object: object({ deletionTimestamp: going, finalizers: [ORPHAN] }),
    dependents: [dependent(false)],
    plan: { kind: 'orphan-dependents' },
  },
  {
    says: 'and is over when none is left',
    object: object({ deletionTimestamp: going, finalizers: [ORPHAN] }),
    plan: { kind: 'release', finalizer: ORPHAN },
  },
]

for (const { says, object: one, owners = {}, dependents = [], plan } of ROWS)
  test(says, () => {
    assert.deepEqual(
      planCollection(one, ({ uid }) => owners[uid]!, dependents),
      plan,
    )
  })
