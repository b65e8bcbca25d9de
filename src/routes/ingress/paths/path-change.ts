import { RE2JS } from 're2js'
import type { PathChange } from '../../table/entry.ts'
import type { Settings } from '../annotations/settings.ts'
import type { IngressPath } from './ingress-path.ts'

const GROUP = /\$(\d)/g

/**
 * What `rewrite-target` makes of requests for a path; `text` is the path as it was written. Groups that the path does
 * not have are empty, which is told.
 */
export const pathChange = (
  text: string,
  { match }: IngressPath,
  { rewriteTarget }: Settings,
): { readonly change?: PathChange; readonly problem?: string } => {
  if (rewriteTarget === undefined) return {}
  const isRegex = match.type === 'RegularExpression'
  const groups = isRegex ? RE2JS.compile(text).groupCount() : 0
  const missing = new Set<string>()
  const value = rewriteTarget.replace(GROUP, (group, digit: string) => {
    if (isRegex && Number(digit) <= groups) return group
    missing.add(group)
    return ''
  })
  const hasGroups = isRegex && value.search(GROUP) >= 0
  return {
    change: hasGroups ? { type: 'Regex', pattern: match.value, value } : { type: 'Full', value },
    ...(missing.size > 0 && {
      problem: `${JSON.stringify(text)} has ${groups} groups, and rewrite-target asks for ${[...missing].join(', ')}, which stays empty`,
    }),
  }
}
