import type { LabelRequirement } from '#objects/label-requirement.ts'
import { byKey, checkedRequirement } from '#objects/label-selector.ts'
import { parseRequirements } from './label-selector-parser.ts'

/**
 * `a=b,c!=d,e in (x,y),f notin (z),g,!h,i>1`. Empty text has no condition and selects everything. Throws SelectorError
 * in Kubernetes' words: `unable to parse requirement: found '=', expected: identifier`.
 */
export const parseLabelSelector = (text: string): readonly LabelRequirement[] =>
  parseRequirements(text).map(checkedRequirement).sort(byKey)

/** The text of requirements, as `kubectl` and the `selector` of a Scale show it. */
export const formatLabelSelector = (requirements: readonly LabelRequirement[]): string =>
  requirements
    .map(({ key, operator, values }) => {
      switch (operator) {
        case 'exists':
          return key
        case '!':
          return `!${key}`
        case 'in':
        case 'notin':
          return `${key} ${operator} (${[...values].sort().join(',')})`
        case 'gt':
        case 'lt':
          return `${key}${operator === 'gt' ? '>' : '<'}${values[0]}`
        default:
          return `${key}${operator}${values[0]}`
      }
    })
    .join(',')
