import type { ApiObject } from '#api/resource.ts'

export const INFRA = 'gateway-conformance-infra'
export const APP = 'gateway-conformance-app-backend'
export const WEB = 'gateway-conformance-web-backend'
const GROUP = 'gateway.networking.k8s.io'

type Fields = Readonly<Record<string, unknown>>

export const object = (apiVersion: string, kind: string, name: string, rest: Fields, namespace = INFRA): ApiObject => ({
  apiVersion,
  kind,
  metadata: { name, ...(namespace !== '' && { namespace }) },
  ...rest,
})

const VERSIONS: Readonly<Record<string, string>> = {
  ReferenceGrant: 'v1beta1',
  TCPRoute: 'v1alpha2',
  UDPRoute: 'v1alpha2',
}
/** An object of the Gateway API. */
export const ofApi = (kind: string, name: string, spec: object, namespace = INFRA): ApiObject =>
  object(`${GROUP}/${VERSIONS[kind] ?? 'v1'}`, kind, name, { spec }, namespace)

/** A listener: `http`, `https#secure.test.com`, `tls-b:8443`; what it is called says its protocol, unless it is told. */
export const listener = (name: string, port: number, more: Fields = {}): object => ({
  name,
  port,
  protocol: 'HTTP',
  allowedRoutes: { namespaces: { from: 'Same' } },
  ...more,
})
export const ALL = { allowedRoutes: { namespaces: { from: 'All' } } }
export const onlyKinds = (...kinds: readonly string[]) => ({
  allowedRoutes: { namespaces: { from: 'Same' }, kinds: kinds.map((kind) => ({ kind })) },
})
/** A Secret of a listener's certificate: its name, or `namespace/name`. */
export const certificate = (ref: string, more: Fields = {}) => {
  const [name, namespace] = ref.split('/').reverse() as [string, string?]
  return { certificateRefs: [{ group: '', kind: 'Secret', name, ...(namespace && { namespace }), ...more }] }
}
export const https = (name: string, more: Fields = {}, port = 443): object =>
  listener(name, port, { protocol: 'HTTPS', tls: certificate('tls-validity-checks-certificate'), ...more })
export const passthrough = (name: string, more: Fields = {}): object =>
  listener(name, 443, { protocol: 'TLS', tls: { mode: 'Passthrough' }, ...more })

export const gateway = (name: string, listeners: readonly object[], more: Fields = {}): ApiObject =>
  ofApi('Gateway', name, { gatewayClassName: 'fairlead', listeners, ...more })

export const listenerSet = (name: string, parent: string, listeners: readonly object[], namespace = INFRA) =>
  ofApi('ListenerSet', name, { parentRef: { name: parent, namespace: INFRA }, listeners }, namespace)

/** `ListenerSet/`, a name, `#` and a section, `:` and a port: all but the name may be absent. */
const parentOf = (text: string, namespace: string): object => {
  const [, kind, name, section, port] = /^(?:(\w+)\/)?([^#:]+)(?:#([^:]+))?(?::(\d+))?$/.exec(text)!
  return {
    name,
    ...(kind && { group: GROUP, kind }),
    ...(namespace !== INFRA && { namespace: INFRA }),
    ...(section && { sectionName: section }),
    ...(port && { port: Number(port) }),
  }
}

/** `v1` is `infra-backend-v1` at 8080; others are `name:port`, `namespace/name:port`; `*70` after it is a weight. */
export const backend = (text: string, more: Fields = {}): object => {
  const [, namespace, name, port, weight] = /^(?:([^/]+)\/)?([^:*]+)(?::(\d+))?(?:\*(\d+))?$/.exec(text)!
  const short = /^v\d$/.test(name!)
  return {
    name: short ? `infra-backend-${name}` : name,
    port: Number(port ?? 8080),
    ...(namespace && { namespace }),
    ...(weight && { weight: Number(weight) }),
    ...more,
  }
}

/** Words of one match: `/prefix`, `=/exact`, `header:value`, `?param=value`, `METHOD`. */
const matchOf = (text: string): object => {
  const match: { path?: object; method?: string; headers?: object[]; queryParams?: object[] } = {}
  for (const word of text.split(' ')) {
    const [name, value] = word.replace(/^\?/, '').split(/[:=](.*)/) as [string, string]
    if (word.startsWith('/')) match.path = { type: 'PathPrefix', value: word }
    else if (word.startsWith('=')) match.path = { type: 'Exact', value: word.slice(1) }
    else if (word.startsWith('?')) match.queryParams = [...(match.queryParams ?? []), { name, value }]
    else if (word.includes(':')) match.headers = [...(match.headers ?? []), { name, value }]
    else match.method = word
  }
  return match
}

/** A rule of an HTTPRoute: backends, then what it is for, then the rest. No backend is ''. */
export const to = (backends: string, on: readonly string[] = [], more: Fields = {}): object => ({
  ...(on.length > 0 && { matches: on.map(matchOf) }),
  ...(backends !== '' && { backendRefs: backends.split(' ').map((one) => backend(one)) }),
  ...more,
})

export const route = (
  kind: string,
  name: string,
  parents: string,
  rules: readonly object[],
  { hostnames, namespace = INFRA }: { readonly hostnames?: readonly string[]; readonly namespace?: string } = {},
): ApiObject =>
  ofApi(
    kind,
    name,
    { parentRefs: parents.split(' ').map((one) => parentOf(one, namespace)), ...(hostnames && { hostnames }), rules },
    namespace,
  )
export const httpRoute = (
  name: string,
  parents: string,
  rules: readonly object[],
  more: Parameters<typeof route>[4] = {},
) => route('HTTPRoute', name, parents, rules, more)

/** Who may refer to what: `from` is `kind namespace`, `to` is `kind` or `kind name`, each with `group/` before it where it is another. */
export const grant = (name: string, namespace: string, from: string, target: string): ApiObject => {
  const [fromKind, fromNamespace] = from.split(' ')
  const [toKind, toName] = target.split(' ')
  const split = (text: string, group: string) =>
    text.includes('/') ? { group: text.split('/')[0], kind: text.split('/')[1] } : { group, kind: text }
  return ofApi(
    'ReferenceGrant',
    name,
    {
      from: [{ ...split(fromKind!, GROUP), namespace: fromNamespace }],
      to: [{ ...split(toKind!, ''), ...(toName && { name: toName }) }],
    },
    namespace,
  )
}

/** Ports of a Service: `port>targetPort`, `name=port>targetPort/UDP`, `…@appProtocol`. */
export const service = (name: string, app: string | undefined, ports: string, namespace = INFRA, more: Fields = {}) =>
  object(
    'v1',
    'Service',
    name,
    {
      spec: {
        ...(app && { selector: { app } }),
        ports: ports.split(' ').map((text) => {
          const [, label, port, target, protocol, appProtocol] =
            /^(?:([^=]+)=)?(\d+)>(\d+)(?:\/(\w+))?(?:@(.+))?$/.exec(text)!
          return {
            ...(label && { name: label }),
            protocol: protocol ?? 'TCP',
            port: Number(port),
            targetPort: Number(target),
            ...(appProtocol && { appProtocol }),
          }
        }),
        ...more,
      },
    },
    namespace,
  )

/** What of a Secret or a ConfigMap is seen in a folder, by the names that files have there. */
interface Mount {
  readonly folder: string
  readonly source: object
}
export const files = (
  folder: string,
  kind: 'secret' | 'configMap',
  name: string,
  items: Readonly<Record<string, string>>,
): Mount => ({
  folder,
  source: {
    [kind]: {
      [kind === 'secret' ? 'secretName' : 'name']: name,
      items: Object.entries(items).map(([key, path]) => ({ key, path })),
    },
  },
})

/** One that tells what has arrived, by the environment of the suite's own backends. */
export const deployment = (
  name: string,
  {
    namespace = INFRA,
    replicas = 1,
    env = {},
    mounts = [],
    args = ['gateway-echo'],
  }: {
    readonly namespace?: string
    readonly replicas?: number
    readonly env?: Readonly<Record<string, string>>
    readonly mounts?: readonly Mount[]
    readonly args?: readonly string[]
  } = {},
): ApiObject => {
  const own = (variable: string, fieldPath: string) => ({ name: variable, valueFrom: { fieldRef: { fieldPath } } })
  const labels = { app: name }
  const container = {
    name: 'echo',
    image: 'fairlead/echo',
    args,
    env: [
      own('POD_NAME', 'metadata.name'),
      own('NAMESPACE', 'metadata.namespace'),
      ...Object.entries(env).map(([variable, value]) => ({ name: variable, value })),
    ],
    volumeMounts: mounts.map(({ folder }, at) => ({ name: `files-${at}`, mountPath: folder })),
  }
  const spec = {
    terminationGracePeriodSeconds: 0,
    containers: [container],
    volumes: mounts.map(({ source }, at) => ({ name: `files-${at}`, ...source })),
  }
  return object(
    'apps/v1',
    'Deployment',
    name,
    { spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } } },
    namespace,
  )
}

export const namespace = (name: string, labels: Readonly<Record<string, string>> = {}): ApiObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels },
})
