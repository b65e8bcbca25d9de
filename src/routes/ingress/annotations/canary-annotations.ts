import { patternFault } from '../../values/pattern.ts'
import { isToken, isVisible, readBoolean, readNumber } from '../../values/texts.ts'
import { type Annotation, bad, type Reading } from './annotation.ts'
import type { Canary, Settings } from './settings.ts'

const MOST = 1_000_000

const changed = ({ canaryValues }: Settings, change: Partial<Canary>): Reading => ({
  set: { canaryValues: { ...canaryValues, ...change } },
})

/** A second Ingress for paths of a first, which takes some of its requests. */
export const CANARY_ANNOTATIONS: readonly Annotation[] = [
  {
    name: 'canary',
    does: '`true`: this Ingress takes some requests of another one of its namespace, for the same hosts, paths and types of path. Only its backends and `backend-protocol` are its own, everything else is that of the other Ingress.',
    read(value) {
      const canary = readBoolean(value)
      return canary === undefined ? bad('is neither true nor false', 'false') : { set: { canary } }
    },
  },
  {
    name: 'canary-weight',
    does: 'Its share of the requests, of `canary-weight-total`; without it 0.',
    read(value, before) {
      const weight = readNumber(value, MOST)
      return weight === undefined ? bad('is no share', '0') : changed(before, { weight })
    },
  },
  {
    name: 'canary-weight-total',
    does: 'All shares together; without it 100.',
    read(value, before) {
      const total = readNumber(value, MOST)
      return total === undefined || total === 0 ? bad('is no number above 0', '100') : changed(before, { total })
    },
  },
  {
    name: 'canary-by-header',
    does: 'A header: with `always` in it a request goes to the canary, with `never` it does not, whatever cookies and shares say.',
    read: (value, before) =>
      isToken(value) ? changed(before, { header: value.toLowerCase() }) : bad('is no name of a header', 'no header'),
  },
  {
    name: 'canary-by-header-value',
    does: 'The value of that header that leads to the canary, in the place of `always` and `never`.',
    read: (value, before) =>
      isVisible(value) ? changed(before, { headerValue: value }) : bad('is no value of a header', 'always and never'),
  },
  {
    name: 'canary-by-header-pattern',
    does: 'The same as a regular expression of RE2 that matches some part of the value; `canary-by-header-value` goes before it.',
    read(value, before) {
      // A part of a value, as a whole: what is right alone may not be so inside.
      const pattern = `.*(?:${value}).*`
      const problem = patternFault(value) ?? patternFault(pattern)
      return problem === undefined
        ? changed(before, { headerPattern: pattern })
        : bad(`is no regular expression of RE2: ${problem}`, 'always and never')
    },
  },
  {
    name: 'canary-by-cookie',
    does: 'A cookie: with `always` in it a request goes to the canary, with `never` it does not, whatever the shares say.',
    read: (value, before) =>
      isToken(value) ? changed(before, { cookie: value }) : bad('is no name of a cookie', 'no cookie'),
  },
]
