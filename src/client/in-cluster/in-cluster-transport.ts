import type { ClientRequest } from 'node:http'
import type { Clock } from '#clock/clock.ts'
import { httpsTransport } from '../https-client.ts'
import type { Transport, Trouble } from '../wire/transport.ts'
import { ServerList } from './server-list.ts'
import type { ServiceAccountFiles } from './service-account.ts'

interface InClusterOptions {
  /** URLs of https; tried in turn. */
  readonly servers: readonly string[]
  /** The name that their certificates are held against: of one that is reached by an address that its certificate lacks. */
  readonly serverName?: string
  readonly account: ServiceAccountFiles
  readonly clock: Clock
  readonly random: () => number
}

/** A server that takes no connection for so long is taken for dead, milliseconds. */
const CONNECT_TIMEOUT = 5000

interface Sent {
  readonly server: string
  /** Whether there was a connection: a request without one has done nothing. */
  isConnected: boolean
}

/**
 * Requests of a pod to the API servers of its cluster: to one of them until it fails, with a token and authorities that
 * may change at any time. `open` throws InClusterError where the pod's files cannot be read.
 */
export const inClusterTransport = (options: InClusterOptions): Transport => {
  const { account, clock, serverName } = options
  const list = new ServerList(options.servers, () => clock.now(), options.random)
  const requests = new WeakMap<ClientRequest, Sent>()
  let ca = account.ca
  let transports = new Map<string, Transport>()
  const transportTo = (server: string): Transport => {
    // What the old authorities vouched for is not believed any more: its connections end too.
    if (ca !== account.ca) {
      close()
      ca = account.ca
    }
    const known = transports.get(server)
    if (known) return known
    const token = (): string => account.token
    const made = httpsTransport({ server, ca, token, ...(serverName ? { serverName } : {}) })
    transports.set(server, made)
    return made
  }
  const close = (): void => {
    const old = transports
    transports = new Map()
    for (const transport of old.values()) transport.close()
  }
  const isMended = (sent: Sent, request: ClientRequest, error: unknown): boolean => {
    if (!sent.isConnected) return (isDistrust(error) && account.renewCa()) || list.failed(sent.server)
    // A kept connection that the server closed at the same moment; what only reads may be sent twice.
    return request.reusedSocket && request.method === 'GET'
  }
  return {
    get target() {
      return list.current
    },
    open(options, onResponse) {
      const server = list.current
      const sent: Sent = { server, isConnected: false }
      const request = transportTo(server).open(options, (response) => {
        if ((response.statusCode ?? 0) < 500) list.worked(server)
        onResponse(response)
      })
      requests.set(request, sent)
      watchConnecting(request, sent, clock)
      return request
    },
    recover(request: ClientRequest, trouble: Trouble): boolean {
      const sent = requests.get(request)
      if (sent === undefined) return false
      if ('error' in trouble) return isMended(sent, request, trouble.error)
      if (trouble.status === 401) return account.renewToken()
      // One that cannot serve is not asked the next time; this request is over, since it may have been carried out.
      if (trouble.status >= 502 && trouble.status <= 504) list.failed(sent.server)
      return false
    },
    close,
  }
}

const watchConnecting = (request: ClientRequest, sent: Sent, clock: Clock): void => {
  request.once('socket', (socket) => {
    if (!socket.connecting) {
      sent.isConnected = true
      return
    }
    const cancel = clock.after(CONNECT_TIMEOUT, () =>
      request.destroy(new Error(`no connection within ${CONNECT_TIMEOUT / 1000} s`)),
    )
    socket.once('secureConnect', () => {
      sent.isConnected = true
      cancel()
    })
    request.once('close', cancel)
  })
}

/** Whether a certificate was not believed; OpenSSL's names of why, as Node.js gives them. */
const isDistrust = (error: unknown): boolean =>
  /SELF_SIGNED|UNABLE_TO_|CERT_|SIGNATURE/.test((error as NodeJS.ErrnoException | undefined)?.code ?? '')
