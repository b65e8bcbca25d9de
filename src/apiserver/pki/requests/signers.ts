import type { SigningRequest } from './signing-request.ts'

const NODES = 'system:nodes'
const NODE_NAME = 'system:node:'

const CLIENT = ['client auth', 'digital signature', 'key encipherment']
const CLIENT_WITHOUT_RSA = ['client auth', 'digital signature']
const SERVING = ['digital signature', 'key encipherment', 'server auth']
const SERVING_WITHOUT_RSA = ['digital signature', 'server auth']

/** Whether the usages are those of one of the sets. */
const isOneOf = (usages: readonly string[], ...sets: readonly (readonly string[])[]): boolean =>
  sets.some((set) => set.length === new Set(usages).size && set.every((usage) => usages.includes(usage)))

const NODES_FAULT = 'subject organization is not system:nodes'
const NODE_FAULT = 'subject common name does not begin with system:node:'

const isOfNodes = ({ organizations }: SigningRequest): boolean =>
  organizations.length === 1 && organizations[0] === NODES

const clientFault = (usages: readonly string[]): string | undefined => {
  const other = usages.find((usage) => !CLIENT.includes(usage))
  if (other !== undefined) return `invalid usage for client certificate: ${other}`
  return usages.includes('client auth') ? undefined : 'missing required usage for client certificate: client auth'
}

const kubeletClientFault = (request: SigningRequest, usages: readonly string[]): string | undefined => {
  if (!isOfNodes(request)) return NODES_FAULT
  if (request.dnsNames.length > 0) return 'DNS subjectAltNames are not allowed'
  if (request.emailAddresses.length > 0) return 'Email subjectAltNames are not allowed'
  if (request.addresses.length > 0) return 'IP subjectAltNames are not allowed'
  if (request.uris.length > 0) return 'URI subjectAltNames are not allowed'
  if (!request.commonName.startsWith(NODE_NAME)) return NODE_FAULT
  return isOneOf(usages, CLIENT, CLIENT_WITHOUT_RSA) ? undefined : `usages did not match [${CLIENT.join(' ')}]`
}

const kubeletServingFault = (request: SigningRequest, usages: readonly string[]): string | undefined => {
  if (!isOfNodes(request)) return NODES_FAULT
  if (request.dnsNames.length + request.addresses.length === 0) return 'DNS or IP subjectAltName is required'
  if (request.emailAddresses.length > 0) return 'Email subjectAltNames are not allowed'
  if (request.uris.length > 0) return 'URI subjectAltNames are not allowed'
  if (!isOneOf(usages, SERVING, SERVING_WITHOUT_RSA)) return `usages did not match [${SERVING.join(' ')}]`
  return request.commonName.startsWith(NODE_NAME) ? undefined : NODE_FAULT
}

/** What a signer of the cluster's own does not sign, in Kubernetes' words; undefined where it does. */
export const signerFault = (
  signerName: string,
  request: SigningRequest,
  usages: readonly string[],
): string | undefined => {
  switch (signerName) {
    case 'kubernetes.io/kube-apiserver-client':
      return clientFault(usages)
    case 'kubernetes.io/kube-apiserver-client-kubelet':
      return kubeletClientFault(request, usages)
    case 'kubernetes.io/kubelet-serving':
      return kubeletServingFault(request, usages)
    default:
      return `${signerName} is not a signer of this cluster`
  }
}
