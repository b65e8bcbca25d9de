import { FlagError } from '../flags.ts'
import { grpcServer, grpcTlsServer } from '../grpc/grpc-server.ts'
import type { Surroundings } from '../surroundings.ts'
import type { GentleServer } from './gentle.ts'
import { type HttpSettings, h2cServer, plainServer, tlsServer } from './http-servers.ts'
import { type GatewaySettings, readSettings } from './settings.ts'
import { tcpServer, tcpTlsServer } from './tcp-server.ts'

/** Requests in flight are awaited this long: below the 30 s that Kubernetes gives a pod by default. */
const IN_FLIGHT_MS = 25_000

/** What serves, until it is ended. */
interface GatewayEcho {
  /** What is listened on, by the protocol's name: `http`, `h2c`, `https`, `grpc`, `grpcs`, `tcp`, `tls`. */
  readonly ports: Readonly<Record<string, number>>
  /** Accepts for `delaySeconds` more, ends what is in flight; then resolves. */
  drain(delaySeconds: number): Promise<void>
  /** Drops everything at once. */
  close(): void
}

const serversOf = (
  settings: GatewaySettings,
  http: HttpSettings,
): readonly (readonly [string, number, GentleServer])[] => {
  const { mode, port, tlsPort, h2cPort, tls } = settings
  if (mode === 'grpc')
    return [
      ['grpc', port, grpcServer(settings)],
      ...(tls ? [['grpcs', tlsPort, grpcTlsServer(settings)] as const] : []),
    ]
  if (mode === 'tcp')
    return [['tcp', port, tcpServer(settings)], ...(tls ? [['tls', tlsPort, tcpTlsServer(settings)] as const] : [])]
  return [
    ['http', port, plainServer(settings, http)],
    ['h2c', h2cPort, h2cServer(settings, http)],
    ...(tls ? [['https', tlsPort, tlsServer(settings, http)] as const] : []),
  ]
}

/**
 * Serves what the image echo-basic of the Gateway API's conformance tests does, by the same variables of the environment; all servers,
 * or none where one cannot be. Throws FlagError for words, and for variables whose values are none.
 */
export const startGatewayEcho = async (
  words: readonly string[],
  { env, network, say, onFault }: Pick<Surroundings, 'env' | 'network' | 'say' | 'onFault'>,
  onExit: (code: number) => void,
): Promise<GatewayEcho> => {
  if (words.length > 0)
    throw new FlagError(`gateway-echo: ${words[0]}: it is told by its environment alone, such as HTTP_PORT=8080`)
  const settings = readSettings(env)
  const servers = serversOf(settings, { httpPort: env.HTTP_PORT || '3000', say })
  const close = (): void => {
    for (const [, , one] of servers) one.close()
  }
  const ports: Record<string, number> = {}
  try {
    for (const [name, port, { server }] of servers) ports[name] = await network.listen(server, port)
  } catch (error) {
    close()
    throw error
  }
  for (const [name, , { server }] of servers)
    server.on('error', (error) => {
      onFault(`${name}: ${error.message}`)
      onExit(1)
    })
  return {
    ports,
    async drain(delaySeconds) {
      for (const [, , one] of servers) one.announce()
      await new Promise((resolve) => setTimeout(resolve, delaySeconds * 1000))
      const { promise: late, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, IN_FLIGHT_MS)
      await Promise.race([Promise.all(servers.map(([, , one]) => one.finish())), late])
      clearTimeout(timer)
    },
    close,
  }
}
