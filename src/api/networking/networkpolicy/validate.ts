import { checkCidr } from '#api/validation/address.ts'
import { type FieldError, forbidden, invalid, notSupported, required } from '#api/validation/field-error.ts'
import { validateSelector } from '#api/validation/labels.ts'
import { validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { checkForm, checkPortNumber, dnsSubdomain, portName } from '#api/validation/names.ts'
import { containsCidr, tryParseCidr } from '#net/cidr.ts'
import type { IPBlock, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from './message.ts'

const PROTOCOLS = ['TCP', 'UDP', 'SCTP']
const POLICY_TYPES = ['Ingress', 'Egress']

export const validateNetworkPolicyCreate = (policy: NetworkPolicy): readonly FieldError[] => [
  ...validateMetadata(policy.metadata, true, dnsSubdomain),
  ...validateSpec(policy),
]

export const validateNetworkPolicyUpdate = (policy: NetworkPolicy, old: NetworkPolicy): readonly FieldError[] => [
  ...validateMetadataUpdate(policy.metadata, old.metadata),
  ...validateSpec(policy),
]

const validateSpec = ({ spec }: NetworkPolicy): readonly FieldError[] => {
  const { podSelector = {}, ingress = [], egress = [], policyTypes = [] } = spec ?? {}
  const errors: FieldError[] = [...validateSelector(podSelector, 'spec.podSelector')]
  for (const [index, { ports, from }] of ingress.entries())
    errors.push(...validateRule(ports, from, `spec.ingress[${index}]`, 'from'))
  for (const [index, { ports, to }] of egress.entries())
    errors.push(...validateRule(ports, to, `spec.egress[${index}]`, 'to'))
  if (policyTypes.length > POLICY_TYPES.length)
    return [...errors, invalid('spec.policyTypes', policyTypes, 'may not specify more than two policyTypes')]
  for (const [index, type] of policyTypes.entries())
    if (!POLICY_TYPES.includes(type)) errors.push(notSupported(`spec.policyTypes[${index}]`, type, POLICY_TYPES))
  return errors
}

const validateRule = (
  ports: readonly NetworkPolicyPort[] = [],
  peers: readonly NetworkPolicyPeer[] = [],
  path: string,
  direction: 'from' | 'to',
): readonly FieldError[] => [
  ...ports.flatMap((port, index) => validatePort(port, `${path}.ports[${index}]`)),
  ...peers.flatMap((peer, index) => validatePeer(peer, `${path}.${direction}[${index}]`)),
]

const validatePort = ({ protocol, port, endPort }: NetworkPolicyPort, path: string): readonly FieldError[] => {
  const errors: FieldError[] = []
  if (protocol !== undefined && !PROTOCOLS.includes(protocol))
    errors.push(notSupported(`${path}.protocol`, protocol, PROTOCOLS))
  const end = `${path}.endPort`
  if (port === undefined) {
    if (endPort !== undefined) errors.push(invalid(end, endPort, 'may not be specified when `port` is not specified'))
    return errors
  }
  if (typeof port === 'string') {
    if (endPort !== undefined) errors.push(invalid(end, endPort, 'may not be specified when `port` is non-numeric'))
    return [...errors, ...checkForm(portName, port, `${path}.port`)]
  }
  errors.push(...checkPortNumber(port, `${path}.port`))
  if (endPort === undefined) return errors
  // Kubernetes shows the port that the end is before.
  if (endPort < port) errors.push(invalid(end, port, 'must be greater than or equal to `port`'))
  return [...errors, ...checkPortNumber(endPort, end)]
}

const validatePeer = (peer: NetworkPolicyPeer, path: string): readonly FieldError[] => {
  const { podSelector, namespaceSelector, ipBlock } = peer
  const errors: FieldError[] = [
    ...(podSelector ? validateSelector(podSelector, `${path}.podSelector`) : []),
    ...(namespaceSelector ? validateSelector(namespaceSelector, `${path}.namespaceSelector`) : []),
    ...(ipBlock ? validateBlock(ipBlock, `${path}.ipBlock`) : []),
  ]
  if (!podSelector && !namespaceSelector && !ipBlock) errors.push(required(path, 'must specify a peer'))
  else if (ipBlock && (podSelector || namespaceSelector))
    errors.push(forbidden(path, 'may not specify both ipBlock and another peer'))
  return errors
}

const LOOSELY = { hostBitsAllowed: true }

const validateBlock = ({ cidr, except = [] }: IPBlock, path: string): readonly FieldError[] => {
  if (!cidr) return [required(`${path}.cidr`)]
  const errors: FieldError[] = [...checkCidr(cidr, `${path}.cidr`)]
  const outer = tryParseCidr(cidr, LOOSELY)
  if (outer === undefined) return errors
  for (const [index, text] of except.entries()) {
    const at = `${path}.except[${index}]`
    errors.push(...checkCidr(text, at))
    const inner = tryParseCidr(text, LOOSELY)
    if (inner === undefined) continue
    if (!containsCidr(outer, inner) || inner.prefix <= outer.prefix)
      errors.push(invalid(at, text, 'must be a strict subset of `cidr`'))
  }
  return errors
}
