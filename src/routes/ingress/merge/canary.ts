import type { Entry, Rule, ValueMatch, WeightedBackend } from '../../table/entry.ts'
import { quotedPattern } from '../../values/pattern.ts'
import type { Canary } from '../annotations/settings.ts'

/**
 * One entry made the entries that send a share of its requests to a canary: those of a header first, then those of a
 * cookie, then all others by their weight. Undefined: it sends nothing to a backend that a canary could share.
 */
export const canaryEntries = (main: Entry, canary: Entry, of: Canary): readonly Entry[] | undefined => {
  const [stable] = targets(main)
  const [fresh] = targets(canary)
  if (stable === undefined || fresh === undefined) return undefined
  const rule = (what: string, to: readonly WeightedBackend[]): Rule => ({
    ...main.rule,
    id: `${main.rule.id} ${what}`,
    action: { type: 'forward', to },
  })
  const all = rule('canary', [fresh])
  const entries: Entry[] = []
  const when = (name: string, type: ValueMatch['type'], value: string, then: Rule): void => {
    entries.push({ ...main, headers: [...main.headers, { name, type, value }], rule: then })
  }
  if (of.header !== undefined) {
    if (of.headerValue !== undefined) when(of.header, 'Exact', of.headerValue, all)
    else if (of.headerPattern !== undefined) when(of.header, 'RegularExpression', of.headerPattern, all)
    else {
      when(of.header, 'Exact', 'always', all)
      when(of.header, 'Exact', 'never', main.rule)
    }
  }
  if (of.cookie !== undefined) {
    const cookie = (value: string): string => `(?:.*; *)?${quotedPattern(of.cookie ?? '')}=${value}(?: *;.*)?`
    when('cookie', 'RegularExpression', cookie('always'), all)
    when('cookie', 'RegularExpression', cookie('never'), main.rule)
  }
  const weight = Math.min(of.weight, of.total)
  if (weight === 0) return [...entries, main]
  if (weight === of.total) return [...entries, { ...main, rule: all }]
  const shares = [
    { ...stable, weight: of.total - weight },
    { ...fresh, weight },
  ]
  return [...entries, { ...main, rule: rule('weighted', shares) }]
}

const targets = ({ rule }: Entry): readonly WeightedBackend[] => (rule.action.type === 'forward' ? rule.action.to : [])
