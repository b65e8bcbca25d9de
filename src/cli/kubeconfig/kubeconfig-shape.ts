/** What a field holds; `strings` is a list of them, `pairs` a list of mappings with name and value. */
type Shape = 'string' | 'boolean' | 'strings' | 'pairs' | 'mapping' | { readonly [field: string]: Shape }

const CLUSTER: Shape = {
  server: 'string',
  'certificate-authority': 'string',
  'certificate-authority-data': 'string',
  'insecure-skip-tls-verify': 'boolean',
  'tls-server-name': 'string',
  'proxy-url': 'string',
  'disable-compression': 'boolean',
  extensions: 'pairs',
}
const USER: Shape = {
  'client-certificate': 'string',
  'client-certificate-data': 'string',
  'client-key': 'string',
  'client-key-data': 'string',
  token: 'string',
  tokenFile: 'string',
  username: 'string',
  password: 'string',
  as: 'string',
  'as-uid': 'string',
  'as-groups': 'strings',
  'as-user-extra': 'mapping',
  exec: {
    apiVersion: 'string',
    command: 'string',
    args: 'strings',
    env: 'pairs',
    installHint: 'string',
    interactiveMode: 'string',
    provideClusterInfo: 'boolean',
  },
  'auth-provider': { name: 'string', config: 'mapping' },
}
const CONTEXT: Shape = { cluster: 'string', user: 'string', namespace: 'string' }

/** The lists of a kubeconfig: what an entry's own part is called, and holds. */
const LISTS = { clusters: ['cluster', CLUSTER], contexts: ['context', CONTEXT], users: ['user', USER] } as const

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isOf = (value: unknown, shape: Exclude<Shape, object>): boolean => {
  switch (shape) {
    case 'string':
    case 'boolean':
      return typeof value === shape
    case 'strings':
      return Array.isArray(value) && value.every((one) => typeof one === 'string')
    case 'pairs':
      return Array.isArray(value) && value.every((one) => isMapping(one) && typeof one.name === 'string')
    case 'mapping':
      return isMapping(value)
  }
}

const WANTED = {
  string: 'a string: put it in quotes',
  boolean: 'true or false, without quotes',
  strings: 'a list of strings',
  pairs: 'a list of mappings, each with a name',
  mapping: 'a mapping',
}

const problemOf = (value: unknown, shape: Shape, path: string): string | undefined => {
  // Nothing is as good as no field, as Go reads it.
  if (value === undefined || value === null) return undefined
  if (typeof shape === 'string') return isOf(value, shape) ? undefined : `${path} must be ${WANTED[shape]}`
  if (!isMapping(value)) return `${path} must be ${WANTED.mapping}`
  for (const [field, inner] of Object.entries(shape)) {
    const problem = problemOf(Object.hasOwn(value, field) ? value[field] : undefined, inner, `${path}.${field}`)
    if (problem !== undefined) return problem
  }
  return undefined
}

/**
 * What is wrong with a kubeconfig's form, by the path of the field: `users[0].user.token must be a string: …`; undefined
 * where nothing is. Fields that nobody knows are passed over, as kubectl does.
 */
export const kubeconfigProblem = (config: Readonly<Record<string, unknown>>): string | undefined => {
  const current = problemOf(config['current-context'], 'string', 'current-context')
  if (current !== undefined) return current
  for (const [list, [part, shape]] of Object.entries(LISTS)) {
    const entries = config[list] ?? []
    if (!Array.isArray(entries)) return `${list} must be a list`
    for (const [index, entry] of entries.entries()) {
      const path = `${list}[${index}]`
      if (!isMapping(entry) || typeof entry.name !== 'string') return `${path}.name must be ${WANTED.string}`
      const problem = problemOf(entry[part], shape, `${path}.${part}`)
      if (problem !== undefined) return problem
    }
  }
  return undefined
}
