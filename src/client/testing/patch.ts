import type { Fields, MessageClass, Plain } from '#schema/schema.ts'

type Json = unknown
type Dict = { [key: string]: Json }
const isDict = (value: Json): value is Dict => typeof value === 'object' && value !== null && !Array.isArray(value)

/** RFC 7396. */
export const mergePatch = (target: Json, patch: Json): Json => {
  if (!isDict(patch)) return patch
  const out: Dict = isDict(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(patch))
    if (value === null) delete out[key]
    else out[key] = mergePatch(out[key], value)
  return out
}

/** RFC 6902, the operations that tests use: add, replace, remove, test. */
export const jsonPatch = (target: Json, operations: readonly { op: string; path: string; value?: Json }[]): Json => {
  const root = { '': structuredClone(target) } as Dict
  for (const { op, path, value } of operations) {
    const steps = path.split('/').map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    const last = steps.pop()!
    let parent: Json = root
    for (const step of steps) parent = (parent as Dict)[step]
    if (path === '') parent = root
    if (parent === undefined || parent === null) throw new RangeError(`json patch: '${path}' does not exist`)
    if (op === 'test') {
      if (JSON.stringify((parent as Dict)[last]) !== JSON.stringify(value))
        throw new RangeError(`json patch: '${path}'`)
    } else if (Array.isArray(parent)) {
      if (op === 'add') parent.splice(last === '-' ? parent.length : Number(last), 0, value)
      else if (op === 'remove') parent.splice(Number(last), 1)
      else parent[Number(last)] = value
    } else if (op === 'remove') delete (parent as Dict)[last]
    else (parent as Dict)[last] = value
  }
  return root['']
}

const fieldOf = (type: unknown, name: string): Fields[string] | undefined => {
  const fields = (type as Partial<MessageClass<unknown>>)?.fields
  if (!fields) return undefined
  if (fields[name]) return fields[name]
  for (const field of Object.values(fields))
    if (field.presence === 'inline') {
      const found = fieldOf(field.type, name)
      if (found) return found
    }
  return undefined
}

/** Kubernetes' strategic merge: lists with a patch key are merged by it, others replaced; `$patch: delete|replace` as usual. */
export const strategicPatch = (
  type: MessageClass<unknown> | Plain<unknown> | undefined,
  target: Json,
  patch: Json,
): Json => {
  if (!isDict(patch)) return patch
  const { $patch, ...rest } = patch
  if ($patch === 'replace') return rest
  const out: Dict = isDict(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(rest)) {
    if (key.startsWith('$')) continue
    const field = fieldOf(type, key)
    if (value === null) delete out[key]
    else if (Array.isArray(value) && field?.presence === 'list' && field.options.patch?.startsWith('merge')) {
      const by = field.options.patchKey
      const list = [...((out[key] as Json[] | undefined) ?? [])]
      for (const item of value) {
        const at = by ? list.findIndex((other) => (other as Dict)[by] === (item as Dict)[by]) : list.indexOf(item)
        if (isDict(item) && item.$patch === 'delete') {
          if (at >= 0) list.splice(at, 1)
        } else if (at >= 0) list[at] = by ? strategicPatch(field.type as never, list[at], item) : item
        else list.push(item)
      }
      out[key] = list
    } else if (isDict(value) && field?.presence !== 'map')
      out[key] = strategicPatch(field?.type as never, out[key], value)
    else out[key] = isDict(value) ? mergePatch(out[key], value) : value
  }
  return out
}
