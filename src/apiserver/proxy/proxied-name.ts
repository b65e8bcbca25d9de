import { badRequest } from '../errors.ts'

/** What a client names behind `pods/`, `services/` or `nodes/` to be led to: `web`, `web:http`, `https:web:8443`. */
interface ProxiedName {
  readonly scheme: 'http' | 'https'
  readonly name: string
  /** A number, a name, or empty: the kind says what that means. */
  readonly port: string
}

/** Reads `[SCHEME:]NAME[:PORT]` (apimachinery, SplitSchemeNamePort). Throws 400. */
export const parseProxiedName = (kind: 'pod' | 'service' | 'node', text: string): ProxiedName => {
  const parts = text.split(':')
  const [scheme, name, port] = parts.length < 3 ? ['', parts[0], parts[1] ?? ''] : parts
  const known = scheme === '' || scheme === 'http' || scheme === 'https'
  if (!known || !name || parts.length > 3) {
    throw badRequest(
      `invalid ${kind} request ${JSON.stringify(text)}: write NAME, NAME:PORT or https:NAME:PORT, and https:NAME: without a port`,
    )
  }
  return { scheme: scheme || 'http', name, port: port! }
}
