import type { ApiObject } from '#api/resource.ts'

/* Objects of broken clusters, short. */

interface PodOptions {
  readonly replicas?: number
  readonly args?: readonly string[]
  readonly image?: string
  readonly ports?: readonly object[]
  /** Of the container. */
  readonly extra?: object
  /** Of the pod's spec. */
  readonly spec?: object
  readonly namespace?: string
  readonly labels?: object
}

const podSpec = ({ args, image, ports, extra, spec }: PodOptions): object => ({
  containers: [
    {
      name: 'web',
      image: image ?? 'fairlead/echo',
      ...(args && { args }),
      ports: ports ?? [{ name: 'http', containerPort: 8080 }],
      ...extra,
    },
  ],
  ...spec,
})

const made = (object: object): ApiObject => object as ApiObject

export const deployment = (name: string, options: PodOptions = {}): ApiObject =>
  made({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: options.namespace ?? 'default' },
    spec: {
      replicas: options.replicas ?? 1,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name, ...options.labels } }, spec: podSpec(options) },
    },
  })

export const pod = (name: string, options: PodOptions = {}): ApiObject =>
  made({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: options.namespace ?? 'default', labels: { app: name, ...options.labels } },
    spec: podSpec(options),
  })

/** Of pods with the label `app`, at their port 8080, if `spec` does not say otherwise. */
export const service = (name: string, spec: object = {}, metadata: object = {}): ApiObject =>
  made({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default', ...metadata },
    spec: { selector: { app: name }, ports: [{ port: 80, targetPort: 8080 }], ...spec },
  })

export const slice = (
  name: string,
  of: string | undefined,
  endpoints: readonly object[],
  port: object = { name: '', port: 8080 },
): ApiObject =>
  made({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, namespace: 'default', labels: of === undefined ? {} : { 'kubernetes.io/service-name': of } },
    addressType: 'IPv4',
    ports: [port],
    endpoints,
  })

export const namespace = (name: string, labels: object = {}): ApiObject =>
  made({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } })

export const policy = (name: string, spec: object, of = 'default'): ApiObject =>
  made({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace: of },
    spec: { podSelector: {}, ...spec },
  })

export const clusterPolicy = (name: string, spec: object): ApiObject =>
  made({
    apiVersion: 'policy.networking.k8s.io/v1alpha2',
    kind: 'ClusterNetworkPolicy',
    metadata: { name },
    spec: { tier: 'Admin', priority: 10, subject: { namespaces: {} }, ...spec },
  })

export const onNode = (name: string): object => ({ nodeSelector: { 'kubernetes.io/hostname': name } })
