import type { Draft } from '#schema/defaulting.ts'
import { CLEANUP, withCondition } from './conditions.ts'
import type { CustomResourceDefinition } from './message.ts'

/** A version in which objects are stored is remembered, since some may be of it for long. */
const rememberStorage = (definition: Draft<CustomResourceDefinition>): void => {
  const storage = definition.spec.versions?.find((version) => version.storage)?.name
  const { storedVersions = [] } = definition.status ?? {}
  if (storage === undefined || storedVersions.includes(storage)) return
  const names = { plural: '', kind: '' }
  definition.status = { acceptedNames: names, ...definition.status, storedVersions: [...storedVersions, storage] }
}

export const prepareDefinitionCreate = (definition: Draft<CustomResourceDefinition>): void => {
  definition.status = { acceptedNames: { plural: '', kind: '' } }
  rememberStorage(definition)
}

export const prepareDefinitionUpdate = rememberStorage

/** Marked for deletion: its instances go first, and it says so. */
export const markedDefinition = (
  marked: CustomResourceDefinition,
  before: CustomResourceDefinition,
): CustomResourceDefinition => {
  const { finalizers = [], generation: _, ...metadata } = marked.metadata!
  const { generation } = before.metadata!
  const kept = finalizers.includes(CLEANUP) ? finalizers : [...finalizers, CLEANUP]
  const terminating = {
    type: 'Terminating',
    status: 'True',
    reason: 'InstanceDeletionPending',
    message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
  }
  const next: CustomResourceDefinition = {
    ...marked,
    // To be deleted is no change of the wish.
    metadata: { ...metadata, ...(generation !== undefined && { generation }), finalizers: kept },
  }
  if (before.metadata?.deletionTimestamp) return next
  return withCondition(next, terminating, Date.parse(metadata.deletionTimestamp!))
}
