import type { Service } from '#api/core/service/message.ts'
import { socketText } from '#net/port-protocol.ts'

const upper = (name: string): string => name.toUpperCase().replaceAll('-', '_')

type Variable = readonly [name: string, value: string]

const variablesOf = (name: string, { spec }: Service): readonly Variable[] => {
  const prefix = upper(name)
  const address = spec?.clusterIP ?? ''
  const variables: Variable[] = [[`${prefix}_SERVICE_HOST`, address]]
  for (const [index, port] of (spec?.ports ?? []).entries()) {
    const protocol = port.protocol ?? 'TCP'
    const url = `${protocol.toLowerCase()}://${socketText(address, port.port)}`
    const number = String(port.port)
    if (index === 0) variables.push([`${prefix}_SERVICE_PORT`, number], [`${prefix}_PORT`, url])
    if (port.name !== undefined && port.name !== '')
      variables.push([`${prefix}_SERVICE_PORT_${upper(port.name)}`, number])
    const link = `${prefix}_PORT_${port.port}_${protocol}`
    variables.push(
      [link, url],
      [`${link}_PROTO`, protocol.toLowerCase()],
      [`${link}_PORT`, number],
      [`${link}_ADDR`, address],
    )
  }
  return variables
}

/** Of each Service as it stands: pods by the thousand have the same texts. */
const known = new WeakMap<Service, readonly Variable[]>()

const keptVariablesOf = (name: string, service: Service): readonly Variable[] => {
  const variables = known.get(service) ?? variablesOf(name, service)
  known.set(service, variables)
  return variables
}

/**
 * The variables of Service links: `{SVC}_SERVICE_HOST`, `_SERVICE_PORT`, `_SERVICE_PORT_{NAME}`, and the form of Docker
 * links (`{SVC}_PORT`, `{SVC}_PORT_80_TCP`, `_PROTO`, `_PORT`, `_ADDR`). Of the services given, which do not change, those of
 * `namespace` where `links` holds, and always `default/kubernetes`; headless ones and ExternalNames have none.
 */
export const serviceEnv = (
  services: readonly Service[],
  namespace: string,
  links: boolean,
): ReadonlyMap<string, string> => {
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
  const sorted = [...chosen].sort(([a], [b]) => (a < b ? -1 : 1))
  return new Map(sorted.flatMap(([name, service]) => keptVariablesOf(name, service)))
}
