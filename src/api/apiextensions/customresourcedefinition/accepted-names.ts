import { jsonEqual } from '#schema/json-value.ts'
import { conditionOf, isTrue, withCondition } from './conditions.ts'
import type { CustomResourceDefinition } from './message.ts'

type Names = CustomResourceDefinition['spec']['names']

const NONE: Names = { plural: '', kind: '' }

const acceptedOf = ({ status }: CustomResourceDefinition): Names => status?.acceptedNames ?? NONE

/** The words that the other definitions of a group have: of resources, and of kinds. */
const takenBy = (others: readonly CustomResourceDefinition[]) => {
  const names = others.map(acceptedOf)
  return {
    resources: new Set(
      names.flatMap(({ plural, singular = '', shortNames = [] }) => [plural, singular, ...shortNames]),
    ),
    kinds: new Set(names.flatMap(({ kind, listKind = '' }) => [kind, listKind])),
  }
}

/**
 * A definition with the names that it may have beside the others of its group, and the conditions that say so. What is
 * its own already stays its own; what another has is not given to it. The same object where nothing is to be said anew.
 */
export const withAcceptedNames = (
  definition: CustomResourceDefinition,
  others: readonly CustomResourceDefinition[],
  now: number,
): CustomResourceDefinition => {
  const wanted = definition.spec.names
  const accepted = acceptedOf(definition)
  if (jsonEqual(wanted, accepted) && conditionOf(definition, 'NamesAccepted') !== undefined) return definition
  const { resources, kinds } = takenBy(
    others.filter(
      ({ metadata, spec }) => metadata?.name !== definition.metadata?.name && spec.group === definition.spec.group,
    ),
  )
  const next: { -readonly [name in keyof Names]: Names[name] } = { ...accepted }
  let conflict: { readonly reason: string; readonly message: string } | undefined
  const inUse = (word: string): string => `${JSON.stringify(word)} is already in use`
  const settle = (name: 'plural' | 'singular' | 'kind' | 'listKind', taken: ReadonlySet<string>): void => {
    const word = wanted[name] ?? ''
    if (word === (accepted[name] ?? '') || !taken.has(word)) next[name] = word
    else conflict = { reason: `${name.charAt(0).toUpperCase()}${name.slice(1)}Conflict`, message: inUse(word) }
  }
  settle('plural', resources)
  settle('singular', resources)
  if (!jsonEqual(wanted.shortNames ?? [], accepted.shortNames ?? [])) {
    const own = new Set(accepted.shortNames)
    const bad = (wanted.shortNames ?? []).filter((word) => !own.has(word) && resources.has(word)).map(inUse)
    if (bad.length > 0) {
      const message = bad.length === 1 ? bad[0]! : `[${bad.join(', ')}]`
      conflict = { reason: 'ShortNamesConflict', message }
    } else if (wanted.shortNames) next.shortNames = wanted.shortNames
    else delete next.shortNames
  }
  settle('kind', kinds)
  settle('listKind', kinds)
  if (wanted.categories) next.categories = wanted.categories
  else delete next.categories
  const named = withCondition(
    { ...definition, status: { ...definition.status, acceptedNames: next } },
    {
      type: 'NamesAccepted',
      status: conflict === undefined ? 'True' : 'False',
      reason: conflict?.reason ?? 'NoConflicts',
      message: conflict?.message ?? 'no conflicts found',
    },
    now,
  )
  if (isTrue(named, 'Established')) return settledAs(definition, named)
  const established =
    conflict === undefined
      ? { status: 'True', reason: 'InitialNamesAccepted', message: 'the initial names have been accepted' }
      : { status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' }
  return settledAs(definition, withCondition(named, { type: 'Established', ...established }, now))
}

/** The one that was there, where the other one says the same. */
const settledAs = (was: CustomResourceDefinition, is: CustomResourceDefinition): CustomResourceDefinition =>
  jsonEqual(was.status ?? {}, is.status ?? {}) ? was : is
