import { type FieldError, invalid, required } from './field-error.ts'
import { checkPortNumber, dnsSubdomain } from './names.ts'

const FORM = '; desired format: https://host[/path]'

interface UrlParts {
  readonly scheme: string
  readonly user: string | undefined
  readonly host: string
  readonly query: string
  readonly fragment: string
}

/** A URL as Go takes it apart (RFC 3986 appendix B); undefined for what it takes for none. */
const partsOf = (url: string): UrlParts | undefined => {
  const match = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/([^/?#]*))?[^?#]*(?:\?([^#]*))?(?:#(.*))?$/s.exec(url)
  if (match === null || /[\0-\x20\x7f]/.test(url) || url.startsWith(':')) return undefined
  const [, scheme = '', authority = '', query = '', fragment = ''] = match
  const at = authority.lastIndexOf('@')
  return {
    scheme: scheme.toLowerCase(),
    user: at < 0 ? undefined : authority.slice(0, at),
    host: authority.slice(at + 1),
    query,
    fragment,
  }
}

/** Checks the URL at which a webhook is asked: HTTPS, and what a request may not add stays out of it. */
export const validateWebhookUrl = (url: string, field: string): readonly FieldError[] => {
  const parts = partsOf(url)
  if (parts === undefined)
    return [required(field, `url must be a valid URL: parse ${JSON.stringify(url)}: invalid URL${FORM}`)]
  const { scheme, user, host, query, fragment } = parts
  return [
    ...(scheme === 'https' ? [] : [invalid(field, scheme, `'https' is the only allowed URL scheme${FORM}`)]),
    ...(host === '' ? [invalid(field, host, `host must be specified${FORM}`)] : []),
    ...(user === undefined ? [] : [invalid(field, user, 'user information is not permitted in the URL')]),
    ...(fragment === '' ? [] : [invalid(field, fragment, 'fragments are not permitted in the URL')]),
    ...(query === '' ? [] : [invalid(field, query, 'query parameters are not permitted in the URL')]),
  ]
}

interface ServiceReference {
  readonly namespace?: string
  readonly name?: string
  readonly path?: string
  readonly port?: number
}

/** Checks the Service behind which a webhook is. */
export const validateWebhookService = (
  { namespace, name, path, port = 0 }: ServiceReference,
  field: string,
): readonly FieldError[] => [
  // Kubernetes takes one for the other: who names no namespace is told that the name is missing.
  ...(namespace ? [] : [required(`${field}.name`)]),
  ...(name ? [] : [required(`${field}.namespace`)]),
  ...checkPortNumber(port, `${field}.port`).map((error) => ({
    ...error,
    detail: `port is not valid: ${error.detail}`,
  })),
  ...validatePath(path, `${field}.path`),
]

const validatePath = (path: string | undefined, field: string): readonly FieldError[] => {
  if (path === undefined || path === '' || path === '/') return []
  if (path === '//') return [invalid(field, path, 'segment[0] may not be empty')]
  const steps = path.slice(1).replace(/\/$/, '').split('/')
  return [
    ...(path.startsWith('/') ? [] : [invalid(field, path, "must start with a '/'")]),
    ...steps.flatMap((step, index) =>
      step === ''
        ? [invalid(field, path, `segment[${index}] may not be empty`)]
        : dnsSubdomain(step).map((problem) => invalid(field, path, `segment[${index}]: ${problem}`)),
    ),
  ]
}
