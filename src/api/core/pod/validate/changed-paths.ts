import { isJsonObject, jsonEqual } from '#schema/json-value.ts'

/** Absent, and empty: the wire does not keep them apart. */
const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'object' && Object.values(value).every(isEmpty))

/** Where two values differ, by the paths of the fields. */
export const changedPaths = (now: unknown, before: unknown, path: string): readonly string[] => {
  if (jsonEqual(now, before) || (isEmpty(now) && isEmpty(before))) return []
  if (isJsonObject(now) && isJsonObject(before))
    return [...new Set([...Object.keys(now), ...Object.keys(before)])].flatMap((key) =>
      changedPaths(now[key], before[key], `${path}.${key}`),
    )
  if (Array.isArray(now) && Array.isArray(before) && now.length === before.length)
    return now.flatMap((item, index) => changedPaths(item, before[index], `${path}[${index}]`))
  return [path]
}
