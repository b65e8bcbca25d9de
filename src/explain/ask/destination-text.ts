import { isPort } from '#net/port-protocol.ts'
import { addressText } from '../cluster/lookup.ts'
import { kindOfWord } from '../trace/object-word.ts'
import type { Flaw } from '../trace/refusal.ts'
import { ExplainError } from './explain-error.ts'

/** A destination as it was written, taken apart. `port`: a number or a port's name, as text. */
export type DestinationText =
  | { readonly kind: 'service' | 'pod'; readonly namespace: string; readonly name: string; readonly port?: string }
  | { readonly kind: 'node'; readonly name: string; readonly port?: string }
  | { readonly kind: 'address'; readonly address: string; readonly port?: string }
  | { readonly kind: 'name'; readonly name: string; readonly port?: string }
  /** Its kind was left out: `shop/web`. */
  | { readonly kind: 'kindless'; readonly host: string }

const KINDS = { Service: 'service', Pod: 'pod', Node: 'node' } as const
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

/** Reads a destination. `namespace` is that of names that tell none. Throws ExplainError DESTINATION_MALFORMED. */
export function parseDestination(text: string, namespace: string): DestinationText {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text)
  const whole = addressText(text)
  if (whole !== undefined) return { kind: 'address', address: whole }
  if (bracketed !== null) {
    const address = addressText(bracketed[1] ?? '')
    if (address === undefined) throw malformed(text, { kind: 'no-address', text: bracketed[1] ?? '' })
    return withPort(text, { kind: 'address', address }, bracketed[2])
  }
  const colon = text.lastIndexOf(':')
  const host = colon < 0 ? text : text.slice(0, colon)
  const port = colon < 0 ? undefined : text.slice(colon + 1)
  const address = addressText(host)
  if (address !== undefined && !address.includes(':')) return withPort(text, { kind: 'address', address }, port)
  if (host.includes('/')) {
    const [word = '', first = '', second, ...more] = host.split('/')
    const object = kindOfWord(word)
    const kind = object !== undefined && object in KINDS ? KINDS[object as keyof typeof KINDS] : undefined
    if (object !== undefined && kind === undefined) throw malformed(text, { kind: 'workload' })
    if (kind === undefined || more.length > 0 || first === '' || second === '') return { kind: 'kindless', host }
    if (kind === 'node') return withPort(text, { kind, name: first }, port)
    // No Service has a dot in its name: `svc/web.shop` is the Service web of the namespace shop.
    const dotted =
      kind === 'service' && second === undefined ? /^([^.]+)\.([^.]+)(?:\.svc(?:\..*)?)?$/.exec(first) : null
    if (dotted !== null)
      return withPort(text, { kind, namespace: dotted[2] as string, name: dotted[1] as string }, port)
    return withPort(text, { kind, namespace: second === undefined ? namespace : first, name: second ?? first }, port)
  }
  if (!HOST_NAME.test(host) || /^[\d.]+$/.test(host)) throw malformed(text, { kind: 'form' })
  return withPort(text, { kind: 'name', name: host.toLowerCase() }, port)
}

function withPort<T extends DestinationText>(text: string, destination: T, port: string | undefined): T {
  if (port === undefined) return destination
  const valid = /^\d+$/.test(port) ? isPort(Number(port)) : destination.kind !== 'address' && PORT_NAME.test(port)
  if (!valid) throw malformed(text, { kind: 'port', port, mayBeName: destination.kind !== 'address' })
  return { ...destination, port }
}

export const malformed = (to: string, flaw: Flaw): ExplainError =>
  new ExplainError({ code: 'DESTINATION_MALFORMED', why: 'no-destination', to, flaw })
