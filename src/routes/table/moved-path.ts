import type { PathChange } from './entry.ts'
import { wholeGroups } from './whole-match.ts'

/** A path, without its query, as a rule moves it. */
export function movedPath(change: PathChange, path: string): string {
  if (change.type === 'Full') return change.value
  if (change.type === 'Prefix') {
    const rest = path.slice(change.matched === '/' ? 0 : change.matched.length)
    if (rest === '') return change.value === '' ? '/' : change.value
    return change.value.replace(/\/$/, '') + rest
  }
  const groups = wholeGroups(change.pattern, path)
  return groups === undefined ? path : change.value.replace(/\$(\d)/g, (_, digit) => groups[Number(digit)] ?? '')
}
