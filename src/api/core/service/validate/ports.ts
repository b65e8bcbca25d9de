import type { ServicePort, ServiceSpec } from '#api/core/service/message.ts'
import { duplicate, type FieldError, forbidden, notSupported, required } from '#api/validation/field-error.ts'
import { checkForm, checkPortNumber, checkPortNumberOrName, dnsLabel, qualifiedName } from '#api/validation/names.ts'

const PROTOCOLS = ['SCTP', 'TCP', 'UDP']

/** Checks each port by itself, and that several ports have a name each. */
export const validatePorts = (spec: ServiceSpec): readonly FieldError[] => {
  const ports = spec.ports ?? []
  const names = new Set<string>()
  return ports.flatMap((port, index) => {
    const at = `spec.ports[${index}]`
    const errors: FieldError[] = []
    if (!port.name) {
      if (ports.length > 1) errors.push(required(`${at}.name`))
    } else {
      errors.push(...checkForm(dnsLabel, port.name, `${at}.name`))
      if (names.has(port.name)) errors.push(duplicate(`${at}.name`, port.name))
      names.add(port.name)
    }
    errors.push(...checkPortNumber(port.port ?? 0, `${at}.port`))
    if (!port.protocol) errors.push(required(`${at}.protocol`))
    else if (!PROTOCOLS.includes(port.protocol)) errors.push(notSupported(`${at}.protocol`, port.protocol, PROTOCOLS))
    errors.push(...checkPortNumberOrName(port.targetPort ?? 0, `${at}.targetPort`))
    if (port.appProtocol !== undefined) errors.push(...checkForm(qualifiedName, port.appProtocol, `${at}.appProtocol`))
    return errors
  })
}

/** Kubernetes shows its own internal struct as the value of a duplicate port. */
const portPair = (port: ServicePort): object => ({
  Name: '',
  Protocol: port.protocol ?? '',
  AppProtocol: null,
  Port: port.port ?? 0,
  TargetPort: 0,
  NodePort: 0,
})

/** Checks what ports may not share: protocol and port, protocol and node port. */
export const validatePortPairs = (spec: ServiceSpec): readonly FieldError[] => {
  const errors: FieldError[] = []
  const ports = [...(spec.ports ?? []).entries()]
  if (spec.type === 'ClusterIP')
    for (const [index, port] of ports)
      if (port.nodePort)
        errors.push(forbidden(`spec.ports[${index}].nodePort`, "may not be used when `type` is 'ClusterIP'"))
  const nodePorts = new Set<string>()
  for (const [index, port] of ports) {
    if (!port.nodePort) continue
    const key = `${port.protocol}/${port.nodePort}`
    if (nodePorts.has(key)) errors.push(duplicate(`spec.ports[${index}].nodePort`, port.nodePort))
    nodePorts.add(key)
  }
  const pairs = new Set<string>()
  for (const [index, port] of ports) {
    const key = `${port.protocol}/${port.port}`
    if (pairs.has(key)) errors.push(duplicate(`spec.ports[${index}]`, portPair(port)))
    pairs.add(key)
  }
  return errors
}
