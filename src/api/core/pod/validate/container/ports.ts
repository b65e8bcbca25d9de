import type { Container, ContainerPort } from '#api/core/pod/spec/container.ts'
import { duplicate, type FieldError, invalid, notSupported, required } from '#api/validation/field-error.ts'
import { checkForm, checkPortNumber, portName } from '#api/validation/names.ts'

const PROTOCOLS = ['SCTP', 'TCP', 'UDP']

/** Checks the ports of one container. */
export const validatePorts = (ports: readonly ContainerPort[], path: string): readonly FieldError[] => {
  const names = new Set<string>()
  return ports.flatMap((port, index) => {
    const at = `${path}[${index}]`
    const errors: FieldError[] = []
    if (port.name) {
      const problems = checkForm(portName, port.name, `${at}.name`)
      if (problems.length > 0) errors.push(...problems)
      else if (names.has(port.name)) errors.push(duplicate(`${at}.name`, port.name))
      names.add(port.name)
    }
    if (!port.containerPort) errors.push(required(`${at}.containerPort`))
    else errors.push(...checkPortNumber(port.containerPort, `${at}.containerPort`))
    if (port.hostPort) errors.push(...checkPortNumber(port.hostPort, `${at}.hostPort`))
    if (!port.protocol) errors.push(required(`${at}.protocol`))
    else if (!PROTOCOLS.includes(port.protocol)) errors.push(notSupported(`${at}.protocol`, port.protocol, PROTOCOLS))
    return errors
  })
}

type Placed = readonly (readonly [at: string, port: ContainerPort])[]

const placed = (containers: readonly Container[], path: string): Placed =>
  containers.flatMap(({ ports = [] }, index) =>
    ports.map((port, place) => [`${path}[${index}].ports[${place}].hostPort`, port] as const),
  )

/** A port of the node is one container's; init containers run one by one, so that each of them is checked alone. */
export const checkHostPorts = (containers: readonly Container[], path: string): readonly FieldError[] => {
  const taken = new Set<string>()
  return placed(containers, path).flatMap(([at, { protocol = '', hostIP = '', hostPort }]) => {
    if (!hostPort) return []
    const key = `${protocol}/${hostIP}/${hostPort}`
    if (taken.has(key)) return [duplicate(at, key)]
    taken.add(key)
    return []
  })
}

/** Who has the node's network has the node's ports. A template may leave them open: they follow from the others. */
export const checkHostNetworkPorts = (
  containers: readonly Container[],
  path: string,
  isPod: boolean,
): readonly FieldError[] =>
  placed(containers, path).flatMap(([at, { hostPort = 0, containerPort }]) =>
    (isPod || hostPort !== 0) && hostPort !== containerPort
      ? [invalid(at, hostPort, 'must match `containerPort` when `hostNetwork` is true')]
      : [],
  )
