import type { Service } from '#api/core/service/message.ts'
import { socketText } from '#net/port-protocol.ts'

const upper = (name: string): string => name.toUpperCase().replaceAll('-', '_')

/**
 * The variables of Service links: `{SVC}_SERVICE_HOST`, `_SERVICE_PORT`, `_SERVICE_PORT_{NAME}`, and the form of Docker
 * links (`{SVC}_PORT`, `{SVC}_PORT_80_TCP`, `_PROTO`, `_PORT`, `_ADDR`). Of the services given, those of `namespace`
 * where `links` holds, and always `default/kubernetes`; headless ones and ExternalNames have none.
 */
export const serviceEnv = (
  services: readonly Service[],
  namespace: string,
  links: boolean,
): ReadonlyMap<string, string> => {
  const env = new Map<string, string>()
  const chosen = new Map<string, Service>()
  for (const service of services) {
    const name = service.metadata?.name ?? ''
    const ip = service.spec?.clusterIP ?? ''
    if (ip === '' || ip === 'None' || service.spec?.type === 'ExternalName') continue
    const own = service.metadata?.namespace === namespace
    if (own && links) chosen.set(name, service)
    else if (name === 'kubernetes' && service.metadata?.namespace === 'default' && !chosen.has(name))
      chosen.set(name, service)
  }
  for (const [name, { spec }] of [...chosen].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const prefix = upper(name)
    const address = spec?.clusterIP ?? ''
    const ports = spec?.ports ?? []
    env.set(`${prefix}_SERVICE_HOST`, address)
    ports.forEach((port, index) => {
      const protocol = port.protocol ?? 'TCP'
      const url = `${protocol.toLowerCase()}://${socketText(address, port.port)}`
      if (index === 0) {
        env.set(`${prefix}_SERVICE_PORT`, String(port.port))
        env.set(`${prefix}_PORT`, url)
      }
      if (port.name !== undefined && port.name !== '')
        env.set(`${prefix}_SERVICE_PORT_${upper(port.name)}`, String(port.port))
      const link = `${prefix}_PORT_${port.port}_${protocol}`
      env.set(link, url)
      env.set(`${link}_PROTO`, protocol.toLowerCase())
      env.set(`${link}_PORT`, String(port.port))
      env.set(`${link}_ADDR`, address)
    })
  }
  return env
}
