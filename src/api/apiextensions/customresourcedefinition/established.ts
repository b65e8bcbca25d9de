import { timeText } from '#api/time-text.ts'
import { copyJson } from '#schema/copy-json.ts'
import type { Draft } from '#schema/defaulting.ts'
import { withAcceptedNames } from './accepted-names.ts'
import { withApproval } from './approval.ts'
import { defaultCustomResourceDefinition } from './defaults.ts'
import type { CustomResourceDefinition } from './message.ts'
import { prepareDefinitionCreate } from './prepare.ts'

/** `kubectl apply --server-side` calls itself so. */
const KUBECTL = 'kubectl'

const named = (names: readonly string[]) => Object.fromEntries(names.map((name) => [`f:${name}`, {}]))

/** The fields that a definition sets, as `managedFields` names them. */
const fieldsOf = ({ metadata, spec }: CustomResourceDefinition) => {
  const { annotations, labels } = metadata ?? {}
  const { names, ...rest } = spec
  return {
    'f:metadata': {
      ...(annotations && { 'f:annotations': named(Object.keys(annotations)) }),
      ...(labels && { 'f:labels': named(Object.keys(labels)) }),
    },
    'f:spec': { ...named(Object.keys(rest)), 'f:names': named(Object.keys(names)) },
  }
}

/**
 * A definition that nobody else's name stands against, as it is once it is served: complete, with what a server says of
 * it. It is as if `kubectl apply --server-side` had made it, so that who applies another release over it meets no
 * conflict, and takes away what that one has no more.
 */
export const establishedDefinition = (definition: CustomResourceDefinition, now: number): CustomResourceDefinition => {
  const draft = copyJson(definition) as Draft<CustomResourceDefinition>
  defaultCustomResourceDefinition(draft)
  prepareDefinitionCreate(draft)
  const owner = {
    manager: KUBECTL,
    operation: 'Apply',
    apiVersion: definition.apiVersion,
    time: timeText(now),
    fieldsType: 'FieldsV1',
    fieldsV1: fieldsOf(definition),
  }
  const metadata = { ...definition.metadata, generation: 1, managedFields: [owner] }
  return withApproval(withAcceptedNames({ ...(draft as CustomResourceDefinition), metadata }, [], now), now)
}
