import { GATEWAY_CONTROLLER } from '../../data-plane.ts'
import type { News } from '../../routes.ts'
import { objectsOf as allObjects, data, options } from '../../testing/cluster.ts'
import type { IngressObjects, IngressOptions, IngressRouting } from '../ingress-objects.ts'
import { ingressSite } from '../ingress-site.ts'

/** Objects of a small cluster, as few words as a test needs. */
interface Cluster {
  readonly ingresses: readonly any[]
  readonly classes?: readonly any[]
  readonly services?: readonly any[]
  readonly secrets?: readonly any[]
  readonly configMaps?: readonly any[]
}

export const OUR_CLASS: any = {
  metadata: { name: 'fairlead', creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: { controller: GATEWAY_CONTROLLER },
}

/** A class of ours, or of another controller. */
export const ingressClass = (name: string, more: { spec?: object; metadata?: object } = {}): any => ({
  metadata: { ...OUR_CLASS.metadata, name, ...more.metadata },
  spec: { ...OUR_CLASS.spec, ...more.spec },
})

let day = 0

/** `name` is `web` or `shop/web`; each is a day younger than the one before. */
export const ingress = (key: string, spec: object, annotations: { readonly [name: string]: string } = {}): any => {
  const [name, namespace = 'shop'] = key.split('/').reverse()
  const prefixed = Object.entries(annotations).map(([name, value]) => [
    name.includes('/') ? name : `nginx.ingress.kubernetes.io/${name}`,
    value,
  ])
  return {
    metadata: {
      name,
      namespace,
      uid: `uid of ${name}`,
      generation: 3,
      creationTimestamp: new Date(Date.UTC(2026, 1, 1) + day++ * 86_400_000).toISOString().replace('.000', ''),
      annotations: Object.fromEntries(prefixed),
    },
    spec: { ingressClassName: 'fairlead', ...spec },
  }
}

/** `web`, its port 80. */
export const to = (name: string, port: object = { number: 80 }): any => ({ service: { name, port } })

/** A rule: paths are `Prefix /cart web`, `Exact /x web`, or `ImplementationSpecific …`. */
export const rule = (host: string, ...paths: readonly string[]): any => ({
  ...(host && { host }),
  http: {
    paths: paths.map((text) => {
      const [pathType, path, name] = text.split(' ')
      return { pathType, path, backend: to(name ?? '') }
    }),
  },
})

/** Services named so, with port 80. */
export const services = (...names: readonly string[]): readonly any[] =>
  names.map((name) => ({
    metadata: { namespace: 'shop', name },
    spec: { ports: [{ port: 80, name: 'http', protocol: 'TCP' }] },
  }))

/** A Secret with a certificate for these names, or with none. */
export const secret = (name: string, names: readonly string[] | 'broken', namespace = 'shop'): any => ({
  metadata: { namespace, name },
  data: { 'tls.crt': data(names === 'broken' ? names : `CERT ${names.join(' ')}`), 'tls.key': data(`KEY ${name}`) },
})

export const objectsOf = ({ classes = [OUR_CLASS], ...cluster }: Cluster): IngressObjects =>
  allObjects({ services: services('web', 'api', 'old', 'new'), ...cluster, ingressClasses: classes })

export const OPTIONS: IngressOptions = options()

export const route = (cluster: Cluster, options: Partial<IngressOptions> = {}): IngressRouting =>
  ingressSite(objectsOf(cluster), { ...OPTIONS, ...options })

/** What people are told: `shop/web Reason: message`. */
export const told = ({ news }: { readonly news: readonly News[] }): readonly string[] =>
  news.map(({ object, reason, message }) =>
    [object.namespace === undefined ? object.name : `${object.namespace}/${object.name}`, `${reason}: ${message}`].join(
      ' ',
    ),
  )
