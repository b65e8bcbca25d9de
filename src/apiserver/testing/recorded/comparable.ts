/** What is another in each run, by the member's name. */
const VARIABLE = new Set([
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'deletionTimestamp',
  'time',
  'continue',
  'storageVersionHash',
  'lastTransitionTime',
  'hash',
  'token',
  'expirationTimestamp',
])

/** What the recording server is, and ours is not. */
const IDENTITY = new Set(['gitVersion', 'gitCommit', 'buildDate', 'goVersion', 'platform', 'compiler'])

/** Prose: descriptions of columns and of schemas. */
const PROSE = new Set(['description'])

export interface ComparableOptions {
  /** Whether pods are compared without what the admission of ServiceAccounts gives them: it was off. */
  readonly withoutAccounts?: boolean
}

const isAccountVolume = (item: unknown): boolean =>
  typeof item === 'object' && item !== null && /^kube-api-access-/.test(String((item as { name?: unknown }).name))

const ACCOUNT_MEMBERS = new Set(['serviceAccount', 'serviceAccountName'])

/** An object's members, without those that are not compared. */
const membersOf = (object: object, options: ComparableOptions): readonly (readonly [string, unknown])[] => {
  const isPodSpec = options.withoutAccounts && 'containers' in object
  return Object.entries(object).flatMap(([name, inner]): readonly (readonly [string, unknown])[] => {
    if (name === 'storageVersionHash') return []
    if (isPodSpec && ACCOUNT_MEMBERS.has(name)) return []
    if (options.withoutAccounts && (name === 'volumes' || name === 'volumeMounts') && Array.isArray(inner)) {
      const others = inner.filter((item) => !isAccountVolume(item))
      return others.length === 0 ? [] : [[name, others]]
    }
    return [[name, inner]]
  })
}

const OPENSHIFT_NAMES = ['system:openshift:public-info-viewer', 'system:controller:service-ca-cert-publisher']

/** What the build that was recorded adds to the roles of Kubernetes. */
const isOfOpenShift = (key: string, item: unknown): boolean => {
  if (key === 'items') return OPENSHIFT_NAMES.includes((item as { metadata?: { name?: string } }).metadata?.name ?? '')
  return key === 'nonResourceRules' && JSON.stringify(item).includes('"/.well-known"')
}

/** Entries stand in the order of their seconds, which are others in each run. */
const byOwner = (left: Readonly<Record<string, string>>, right: Readonly<Record<string, string>>): number => {
  const text = (entry: typeof left): string => `${entry.operation} ${entry.manager} ${entry.subresource}`
  return text(left) < text(right) ? -1 : 1
}

/** What differs between two runs is made equal: identities, times, addresses and ports that were drawn. */
export const comparable = (value: unknown, options: ComparableOptions = {}, key = ''): unknown => {
  if (Array.isArray(value)) {
    return value
      .filter((item) => !JSON.stringify(item).includes('openshift-service-ca.crt') || key !== 'sources')
      .filter((item) => !isOfOpenShift(key, item))
      .sort(key === 'managedFields' ? byOwner : () => 0)
      .map((item) => comparable(item, options, key))
  }
  if (value !== null && typeof value === 'object') {
    const members = membersOf(value, options).map(([name, inner]) => [
      name,
      VARIABLE.has(name) || IDENTITY.has(name) || PROSE.has(name) ? '*' : comparable(inner, options, name),
    ])
    return Object.fromEntries(members)
  }
  if (typeof value === 'number' && (key === 'nodePort' || key === 'healthCheckNodePort') && value > 30_085) return '*'
  if (typeof value !== 'string') return value
  if (key === 'cells' && /^(\d+[smhd])+$/.test(value)) return '*'
  // A watch: an event a line.
  if (value.startsWith('{"type":"')) {
    const events = value.split('\n').filter(Boolean)
    return events.map((event) => comparable(JSON.parse(event), options))
  }
  return value
    .replace(/current: \d+$/, 'current: *')
    .replace(/in record \(\d+\)/, 'in record (*)')
    .replace(/\b10\.96\.(?!0\.(1|77)\b)\d+\.\d+\b/g, '10.96.*')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '*')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, 'TIME')
    .replace(/resourceVersion: "\d+"/g, 'resourceVersion: *')
    .replace(/\bgen-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, 'gen-*')
    .replace(/kube-api-access-[a-z0-9]{5}/g, 'kube-api-access-*')
    .replace(/\b\d+(:3\d{4})\/|:(3[0-2]\d{3})\//g, ':*/')
}
