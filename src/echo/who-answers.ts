import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { clientAddress } from './client-address.ts'

/** Which pod this program runs in, as the annotations of its container say; src/kubelet/container/container-id.ts. */
export interface Place {
  readonly pod: string
  readonly namespace: string
  readonly node: string
}

/** Everything that a learner wants to know of one answer. */
interface WhoAnswers extends Partial<Place> {
  /** RFC 3339. */
  readonly now: string
  readonly hostname: string
  /** The address and port that the answer goes to: after every translation on the way. */
  readonly client: string
  /** The address and port of the pod that were reached. */
  readonly server: string
  /** What the client asked for, by its Host header: a Service's name and port where it went through one. */
  readonly host: string
  readonly port: number
  readonly method: string
  readonly path: string
}

const FIELDS: readonly (readonly [keyof Place, string])[] = [
  ['pod', 'io.kubernetes.pod.name'],
  ['namespace', 'io.kubernetes.pod.namespace'],
  ['node', 'io.fairlead.node'],
]

/** Where a container with these annotations is; undefined for one that is not ours. */
export const placeOf = (annotations: Readonly<Record<string, string>>): Place | undefined => {
  if (FIELDS.some(([, key]) => typeof annotations[key] !== 'string')) return undefined
  return Object.fromEntries(FIELDS.map(([name, key]) => [name, annotations[key]])) as unknown as Place
}

/** Reads the runtime's file of annotations; undefined outside of a container of ours. */
export const readPlace = (path: string): Place | undefined => {
  try {
    return placeOf(JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, string>>)
  } catch {
    return undefined
  }
}

/** The name and port of a Host header; without a port it is HTTP's own, 80. */
const asked = (header: string): { readonly host: string; readonly port: number } => {
  const [, host = header, port = '80'] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(header) ?? []
  return { host, port: Number(port) }
}

/** What one request is answered with at `/`. */
export const whoAnswers = (
  { socket, headers, method = '', url = '/' }: IncomingMessage,
  hostname: string,
  place?: Place,
): WhoAnswers => ({
  now: new Date().toISOString(),
  ...place,
  hostname,
  client: clientAddress(socket.remoteAddress ?? '', socket.remotePort ?? 0),
  server: clientAddress(socket.localAddress ?? '', socket.localPort ?? 0),
  ...asked(headers.host ?? ''),
  method,
  path: url,
})

/** The same for people. Its first line is netexec's. */
export const whoText = (who: WhoAnswers): string =>
  [
    `NOW: ${who.now}`,
    ...(who.pod === undefined
      ? [`hostname   ${who.hostname}`]
      : [`pod        ${who.pod}`, `namespace  ${who.namespace}`, `node       ${who.node}`]),
    `client     ${who.client}`,
    `asked for  ${who.method} ${who.path} at ${who.host}, port ${who.port}`,
    `reached    ${who.server}`,
    '',
  ].join('\n')
