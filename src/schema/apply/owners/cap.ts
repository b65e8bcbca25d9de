import { union } from '../sets/field-set.ts'
import { compareTexts, type Owner, type Owners, ownerId } from './owners.ts'

/** How many of those who update an object are told apart. */
const MOST_UPDATERS = 10
/** Who owns what the oldest of them wrote. */
const ANCIENT = 'ancient-changes'

/** Makes one owner of the oldest who updated, a version each, so that those of controllers do not grow without end. */
export const capUpdaters = (owners: Owners): Owners => {
  if (owners.size <= MOST_UPDATERS) return owners
  const updaters = [...owners].filter(([, { operation }]) => operation === 'Update')
  if (updaters.length <= MOST_UPDATERS) return owners
  updaters.sort(([a, left], [b, right]) => compareTexts(left.time ?? '', right.time ?? '') || compareTexts(a, b))
  const capped = new Map(owners)
  /** The first of a version stays alone until there is a second. */
  const firsts = new Map<string, string>()
  let count = updaters.length
  for (const [id, owner] of updaters) {
    if (count <= MOST_UPDATERS) break
    const { apiVersion } = owner
    const first = firsts.get(apiVersion)
    if (first === undefined) {
      firsts.set(apiVersion, id)
      continue
    }
    const ancient: Owner = {
      manager: ANCIENT,
      operation: 'Update',
      apiVersion,
      subresource: '',
      time: owner.time,
      fields: owner.fields,
    }
    const bucket = ownerId(ancient)
    const known = capped.get(bucket) ?? capped.get(first)!
    if (!capped.has(bucket)) capped.delete(first)
    capped.delete(id)
    capped.set(bucket, { ...ancient, fields: union(owner.fields, known.fields) })
    count--
  }
  return capped
}
