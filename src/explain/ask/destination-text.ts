import { isPort } from '#net/port-protocol.ts'
import { addressText } from '../cluster/lookup.ts'
import { ExplainError } from './explain-error.ts'

/** A destination as it was written, taken apart. `port`: a number or a port's name, as text. */
export type DestinationText =
  | { readonly kind: 'service' | 'pod'; readonly namespace: string; readonly name: string; readonly port?: string }
  | { readonly kind: 'node'; readonly name: string; readonly port?: string }
  | { readonly kind: 'address'; readonly address: string; readonly port?: string }
  | { readonly kind: 'name'; readonly name: string; readonly port?: string }

const KINDS: Readonly<Record<string, 'service' | 'pod' | 'node'>> = {
  svc: 'service',
  service: 'service',
  services: 'service',
  pod: 'pod',
  po: 'pod',
  pods: 'pod',
  node: 'node',
  no: 'node',
  nodes: 'node',
}
const HELP =
  'write svc/NAME[:PORT], svc/NAMESPACE/NAME[:PORT], pod/NAME:PORT, node/NAME:PORT, IP:PORT, [IPV6]:PORT, or a DNS name[:PORT]'
const WORKLOAD = /^(deploy|deployment|deployments|rs|replicaset|sts|statefulset|ds|daemonset)$/
const URL_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443', ws: '80', wss: '443' }

/** `http://web.shop/index.html`, as it was copied from a client → `web.shop:80`; anything else as it is. */
export function withoutUrl(text: string): string {
  const url = /^([a-z][a-z0-9+.-]*):\/\/(?:[^@/]*@)?(\[[^\]]*\]|[^:/?#]*)(?::(\d+))?(?:[/?#].*)?$/i.exec(text)
  if (url === null) return text
  const [, scheme = '', host = '', port = URL_PORTS[scheme.toLowerCase()]] = url
  return port === undefined ? host : `${host}:${port}`
}
const PORT_NAME = /^(?=.*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*$/
const HOST_NAME = /^[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?$/

/**
 * Reads a destination. `namespace` is that of names that tell none, `hint` knows what else a text may mean. Throws
 * ExplainError DESTINATION_MALFORMED.
 */
export function parseDestination(
  text: string,
  namespace: string,
  hint: (host: string) => string | undefined,
): DestinationText {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text)
  const whole = addressText(text)
  if (whole !== undefined) return { kind: 'address', address: whole }
  if (bracketed !== null) {
    const address = addressText(bracketed[1] ?? '')
    if (address === undefined) throw malformed(text, `${bracketed[1]} is no address`)
    return withPort(text, { kind: 'address', address }, bracketed[2])
  }
  const colon = text.lastIndexOf(':')
  const host = colon < 0 ? text : text.slice(0, colon)
  const port = colon < 0 ? undefined : text.slice(colon + 1)
  const address = addressText(host)
  if (address !== undefined && !address.includes(':')) return withPort(text, { kind: 'address', address }, port)
  if (host.includes('/')) {
    const [word = '', first = '', second, ...more] = host.split('/')
    const kind = KINDS[word]
    if (WORKLOAD.test(word)) throw malformed(text, 'ask its Service, svc/NAME, or one of its pods, pod/NAME:PORT')
    if (kind === undefined || more.length > 0 || first === '' || second === '')
      throw malformed(text, hint(host) ?? HELP)
    if (kind === 'node') return withPort(text, { kind, name: first }, port)
    // No Service has a dot in its name: `svc/web.shop` is the Service web of the namespace shop.
    const dotted =
      kind === 'service' && second === undefined ? /^([^.]+)\.([^.]+)(?:\.svc(?:\..*)?)?$/.exec(first) : null
    if (dotted !== null)
      return withPort(text, { kind, namespace: dotted[2] as string, name: dotted[1] as string }, port)
    return withPort(text, { kind, namespace: second === undefined ? namespace : first, name: second ?? first }, port)
  }
  if (!HOST_NAME.test(host) || /^[\d.]+$/.test(host)) throw malformed(text, HELP)
  return withPort(text, { kind: 'name', name: host.toLowerCase() }, port)
}

function withPort<T extends DestinationText>(text: string, destination: T, port: string | undefined): T {
  if (port === undefined) return destination
  const valid = /^\d+$/.test(port) ? isPort(Number(port)) : destination.kind !== 'address' && PORT_NAME.test(port)
  if (!valid)
    throw malformed(
      text,
      `'${port}' is no port: a number from 1 to 65535${destination.kind === 'address' ? '' : ', or the name of a port'}`,
    )
  return { ...destination, port }
}

const malformed = (text: string, hint: string): ExplainError =>
  new ExplainError('DESTINATION_MALFORMED', `--to ${text || "''"} is no destination`, hint)
