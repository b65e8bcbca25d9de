import type { Cors } from '../../table/entry.ts'
import { isToken, readBoolean, readList, readNumber } from '../../values/texts.ts'
import { type Annotation, bad, type Reading } from './annotation.ts'
import { DEFAULTS, type Settings } from './settings.ts'

const ORIGIN = /^(\*|[a-z][-+.a-z0-9]*:\/\/(\*\.)?[-.a-z0-9]+(:\d{1,5})?)$/i

const changed = ({ corsValues }: Settings, change: Partial<Cors>): Reading => ({
  set: { corsValues: { ...corsValues, ...change } },
})

/** Each request of another origin is compared with all of them. */
const MOST = 100

/** Where there are more of them than may be; `what` they are. */
const tooMany = ({ length }: readonly string[], what: string, instead: string): Reading | undefined =>
  length > MOST ? bad(`has ${length} ${what}, and may have ${MOST}`, instead) : undefined

const names = (name: string, key: 'methods' | 'allowHeaders' | 'exposeHeaders', does: string): Annotation => ({
  name,
  does,
  read(value, before) {
    const list = readList(value)
    const many = tooMany(list, key === 'methods' ? 'methods' : 'names of headers', 'none')
    if (many !== undefined) return { ...many, ...changed(before, { [key]: [] }) }
    const odd = list.filter((one) => !isToken(one))
    if (odd.length === 0) return changed(before, { [key]: list })
    const kept = list.filter(isToken)
    const why = `has what is no ${key === 'methods' ? 'method' : 'name of a header'}: ${odd.join(', ')}`
    return { ...bad(why, `${kept.join(', ') || 'none'}`), ...changed(before, { [key]: kept }) }
  },
})

/** What other sites' pages may do. */
export const CORS_ANNOTATIONS: readonly Annotation[] = [
  {
    name: 'enable-cors',
    does: '`true`: the gateway answers preflights, and tells browsers which other sites’ pages may ask.',
    read(value) {
      const cors = readBoolean(value)
      return cors === undefined ? bad('is neither true nor false', 'false') : { set: { cors } }
    },
  },
  {
    name: 'cors-allow-origin',
    does: 'Up to 100 origins between commas, such as `https://shop.example` or `https://*.shop.example`; without it `*`.',
    read(value, before) {
      const list = readList(value)
      const many = tooMany(list, 'origins', 'no origin may ask')
      if (many !== undefined) return { ...many, ...changed(before, { origins: [] }) }
      const odd = list.filter((one) => !ORIGIN.test(one))
      if (odd.length === 0) return changed(before, { origins: list })
      const kept = list.filter((one) => ORIGIN.test(one))
      const problem = bad(`has what is no origin: ${odd.join(', ')}`, kept.join(', ') || 'no origin may ask')
      return { ...problem, ...changed(before, { origins: kept }) }
    },
  },
  names(
    'cors-allow-methods',
    'methods',
    `Up to 100 methods; without it \`${DEFAULTS.corsValues.methods.join(', ')}\`.`,
  ),
  names(
    'cors-allow-headers',
    'allowHeaders',
    `Up to 100 headers of requests; without it \`${DEFAULTS.corsValues.allowHeaders.join(', ')}\`.`,
  ),
  names('cors-expose-headers', 'exposeHeaders', 'Up to 100 headers of answers that pages may read; without it none.'),
  {
    name: 'cors-allow-credentials',
    does: '`false`: pages may not send cookies along. Without it those of origins that are named may; with `*` none.',
    read(value, before) {
      const credentials = readBoolean(value)
      return credentials === undefined
        ? bad('is neither true nor false', 'false', changed(before, { credentials: false }).set)
        : changed(before, { credentials })
    },
  },
  {
    name: 'cors-max-age',
    does: 'Seconds that a browser may keep what a preflight said; without it 1728000.',
    read(value, before) {
      const maxAgeSeconds = readNumber(value, 10 ** 9)
      return maxAgeSeconds === undefined
        ? bad('is no number of seconds', String(DEFAULTS.corsValues.maxAgeSeconds))
        : changed(before, { maxAgeSeconds })
    },
  },
]
