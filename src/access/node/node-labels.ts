type Labels = Readonly<Record<string, string>>

/** Of Kubernetes' own labels those that a node says of itself. */
const OWN = new Set([
  'kubernetes.io/hostname',
  'kubernetes.io/os',
  'kubernetes.io/arch',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/arch',
  'beta.kubernetes.io/instance-type',
  'node.kubernetes.io/instance-type',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
])

const isIn = (namespace: string, domain: string): boolean => namespace === domain || namespace.endsWith(`.${domain}`)

const isBarred = (label: string): boolean => {
  const slash = label.indexOf('/')
  const namespace = slash < 0 ? '' : label.slice(0, slash)
  if (isIn(namespace, 'node-restriction.kubernetes.io')) return true
  if (!isIn(namespace, 'kubernetes.io') && !isIn(namespace, 'k8s.io')) return false
  return !OWN.has(label) && !isIn(namespace, 'kubelet.kubernetes.io') && !isIn(namespace, 'node.kubernetes.io')
}

/**
 * The labels that a node may not change on itself, sorted: by one of them it could draw work to itself that is meant for
 * others.
 */
export const barredLabels = (labels: Labels | undefined, before: Labels | undefined): readonly string[] =>
  [...new Set([...Object.keys(labels ?? {}), ...Object.keys(before ?? {})])]
    .filter((label) => labels?.[label] !== before?.[label] && isBarred(label))
    .sort()
