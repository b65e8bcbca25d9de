/** What is made: Services, EndpointSlices and pods as clusters have them, by number. */
const NAMESPACES = 100
export const namespaceOf = (index: number): string => `bench-${index % NAMESPACES}`
export const namespaceNames = Array.from({ length: NAMESPACES }, (_, index) => namespaceOf(index))

const labels = (index: number) => ({
  app: `app-${index}`,
  team: `team-${index % 20}`,
  'app.kubernetes.io/part-of': 'bench',
})

export const serviceOf = (index: number) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: `s-${index}`, labels: labels(index) },
  spec: { selector: { app: `app-${index}` }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
})

export const sliceOf = (index: number) => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: `s-${index}-x`, labels: { 'kubernetes.io/service-name': `s-${index}` } },
  addressType: 'IPv4',
  ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  endpoints: Array.from({ length: 3 }, (_, endpoint) => ({
    addresses: [`10.${64 + endpoint}.${(index >> 8) & 255}.${index & 255}`],
    conditions: { ready: true, serving: true, terminating: false },
    nodeName: `node-${endpoint}`,
    targetRef: { kind: 'Pod', name: `p-${index}-${endpoint}`, namespace: namespaceOf(index) },
  })),
})

export const podOf = (index: number) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `p-${index}`, labels: labels(index) },
  spec: {
    containers: [
      {
        name: 'app',
        image: 'registry.example/app:1.2.3',
        ports: [{ name: 'http', containerPort: 8080 }],
        env: [{ name: 'PORT', value: '8080' }],
        resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '128Mi' } },
        readinessProbe: { httpGet: { path: '/healthz', port: 'http' }, periodSeconds: 5 },
      },
    ],
  },
})
