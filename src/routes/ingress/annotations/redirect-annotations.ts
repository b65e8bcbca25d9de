import type { Redirect } from '../../table/entry.ts'
import { STANDARD_PORTS } from '../../table/location.ts'
import { isVisible } from '../../values/texts.ts'
import { type Annotation, bad } from './annotation.ts'
import { DEFAULTS, type RedirectTarget } from './settings.ts'

const CODES: readonly Redirect['status'][] = [301, 302, 303, 307, 308]
const SAME_PATH = '$request_uri'
const URL_FORM = /^(https?):\/\/([-.a-z0-9]+)(?::(\d{1,5}))?(\/[!-~]*|\$request_uri)?$/i

const isPort = (port: number): boolean => port > 0 && port <= 65_535

/** `https://host:port/path`, where `$request_uri` keeps the path; undefined for what no redirect can say. */
const readTarget = (text: string): RedirectTarget | undefined => {
  const [, scheme, hostname, port, path = '/'] = URL_FORM.exec(text) ?? []
  if (scheme === undefined || hostname === undefined || (port !== undefined && !isPort(Number(port)))) return undefined
  const lower = scheme.toLowerCase() === 'https' ? 'https' : 'http'
  const address = {
    scheme: lower,
    hostname: hostname.toLowerCase(),
    port: port === undefined ? STANDARD_PORTS[lower] : Number(port),
  } as const
  if (path === SAME_PATH) return address
  return /[?#$]/.test(path) ? undefined : { ...address, path: { type: 'Full', value: path } }
}

const target = (name: string, key: 'permanentRedirect' | 'temporalRedirect', does: string): Annotation => ({
  name,
  does,
  read(value) {
    const found = readTarget(value)
    if (found !== undefined) return { set: { [key]: found } }
    return bad('is no address such as https://shop.example/new, or https://shop.example$request_uri', 'no redirect')
  },
})

const code = (name: string, key: 'permanentCode' | 'temporalCode', does: string): Annotation => ({
  name,
  does,
  read(value) {
    const found = CODES.find((one) => String(one) === value)
    return found === undefined
      ? bad(`is none of ${CODES.join(', ')}`, String(DEFAULTS[key]))
      : { set: { [key]: found } }
  },
})

/** What sends requests elsewhere, or asks the backend for another path. */
export const REDIRECT_ANNOTATIONS: readonly Annotation[] = [
  {
    name: 'rewrite-target',
    does: 'The path that backends are asked for. With `$1`, `$2`, … the paths are regular expressions as with `use-regex`, and these stand for what their groups matched.',
    read: (value) =>
      value.startsWith('/') && isVisible(value) && !/[?#]/.test(value)
        ? { set: { rewriteTarget: value } }
        : bad('is no path', 'the path of the request'),
  },
  {
    name: 'app-root',
    does: 'Where requests for `/` are sent, with 302.',
    read: (value) =>
      value.startsWith('/') && isVisible(value) && !/[?#]/.test(value)
        ? { set: { appRoot: value } }
        : bad('is no path', 'no redirect'),
  },
  target(
    'permanent-redirect',
    'permanentRedirect',
    'All requests are sent to this address; `$request_uri` right behind the host keeps their path. What a client asked for behind `?` stays.',
  ),
  code('permanent-redirect-code', 'permanentCode', 'The status of that answer; without it 301.'),
  target('temporal-redirect', 'temporalRedirect', 'The same with 302, and before `permanent-redirect`.'),
  code('temporal-redirect-code', 'temporalCode', 'The status of that answer; without it 302.'),
]
