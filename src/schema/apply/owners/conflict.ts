import { canonicalSet } from '../sets/canonical-set.ts'
import { type FieldPath, type FieldSet, formatPath, has, pathsOf } from '../sets/field-set.ts'
import { compareTexts, type Owner, type Owners } from './owners.ts'

/** A field that somebody else has decided otherwise. */
interface Conflict {
  readonly owner: Owner
  readonly path: FieldPath
}

/** An application that would take fields from their owners, and does not say that it is to. */
export class ApplyConflict extends Error {
  readonly code = 'APPLY_CONFLICT'
  /** By owner, each owner's in the order of its set. */
  readonly conflicts: readonly Conflict[]

  constructor(conflicts: readonly Conflict[]) {
    super(messageOf(conflicts))
    this.name = 'ApplyConflict'
    this.conflicts = conflicts
  }

  /** As a Status tells each of them. */
  get causes(): readonly { readonly reason: string; readonly message: string; readonly field: string }[] {
    return this.conflicts.map(({ owner, path }) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${nameOf(owner)}`,
      field: formatPath(path),
    }))
  }

  /** Without those about these fields; undefined where none is left. */
  without(fields: FieldSet): ApplyConflict | undefined {
    const rest = this.conflicts.filter(({ path }) => !has(fields, path))
    return rest.length === 0 ? undefined : new ApplyConflict(rest)
  }
}

/** The conflicts of these fields with their owners. */
export const conflictsWith = (owners: Owners, fields: ReadonlyMap<string, FieldSet>): ApplyConflict =>
  new ApplyConflict(
    [...fields]
      .sort(([a], [b]) => compareTexts(a, b))
      .flatMap(([id, set]) => pathsOf(canonicalSet(set)).map((path) => ({ owner: owners.get(id)!, path }))),
  )

const messageOf = (conflicts: readonly Conflict[]): string => {
  const [first] = conflicts
  if (conflicts.length === 1)
    return `Apply failed with 1 conflict: conflict with ${nameOf(first!.owner)}: ${formatPath(first!.path)}`
  const lines = conflicts.flatMap(({ owner, path }, index) => [
    ...(conflicts[index - 1]?.owner === owner ? [] : [`conflicts with ${nameOf(owner)}:`]),
    `- ${formatPath(path)}`,
  ])
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`
}

const nameOf = ({ manager, operation, apiVersion, subresource }: Owner): string => {
  const name = JSON.stringify(manager) + (subresource === '' ? '' : ` with subresource ${JSON.stringify(subresource)}`)
  return operation === 'Update' ? `${name} using ${apiVersion}` : name
}
