/* One manifest of many kinds, as people keep them: what a cluster is asked to have. */

const labels = { app: 'mixed' }
const container = { name: 'main', image: 'fairlead/echo' }
const template = { metadata: { labels }, spec: { containers: [container] } }
const selector = { matchLabels: labels }
const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }]
const subjects = [{ kind: 'ServiceAccount', name: 'runner', namespace: 'mixed' }]
const roleRef = (kind: string) => ({ apiGroup: 'rbac.authorization.k8s.io', kind, name: 'mixed' })
const webhooks = [
  {
    name: 'mixed.example.com',
    clientConfig: { service: { name: 'hook', namespace: 'mixed' } },
    rules: [
      { apiGroups: ['example.com'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['things'], scope: '*' },
    ],
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
  },
]
const matchConstraints = {
  resourceRules: [
    { apiGroups: ['example.com'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['things'], scope: '*' },
  ],
}
const schema = {
  openAPIV3Schema: {
    type: 'object',
    properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } },
  },
}

/** `apiVersion Kind name`, and the rest; those with a dash in front belong to no namespace. */
const objects: readonly (readonly [what: string, rest?: object])[] = [
  ['v1 -Namespace mixed'],
  ['v1 ConfigMap one', { data: { a: '1', 'b.conf': 'x = 1\ny = 2\n' } }],
  ['v1 ConfigMap two', { immutable: true, binaryData: { c: 'AAEC' } }],
  ['v1 Secret opaque', { data: { password: 'bm8gc2VjcmV0' } }],
  ['v1 Secret typed', { type: 'kubernetes.io/basic-auth', stringData: { username: 'a', password: 'b' } }],
  ['v1 ServiceAccount runner', { automountServiceAccountToken: false }],
  ['v1 ServiceAccount default', { imagePullSecrets: [{ name: 'opaque' }] }],
  [
    'v1 LimitRange limits',
    { spec: { limits: [{ type: 'Container', default: { cpu: '1' }, defaultRequest: { cpu: '100m' } }] } },
  ],
  ['v1 ResourceQuota quota', { spec: { hard: { pods: '100', 'requests.storage': '10Gi' } } }],
  ['v1 Service plain', { spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] } }],
  ['v1 Service headless', { spec: { clusterIP: 'None', selector: labels, ports: [{ name: 'web', port: 80 }] } }],
  [
    'v1 Service outside',
    {
      spec: {
        type: 'NodePort',
        selector: labels,
        ports: [
          { name: 'a', port: 80 },
          { name: 'b', port: 53, protocol: 'UDP' },
        ],
      },
    },
  ],
  [
    'v1 Service balanced',
    { spec: { type: 'LoadBalancer', externalTrafficPolicy: 'Local', selector: labels, ports: [{ port: 443 }] } },
  ],
  ['v1 Service named', { spec: { type: 'ExternalName', externalName: 'db.example.com' } }],
  ['v1 Service byhand', { spec: { ports: [{ port: 5432 }] } }],
  [
    'discovery.k8s.io/v1 EndpointSlice byhand-1',
    {
      addressType: 'IPv4',
      ports: [{ name: '', protocol: 'TCP', port: 5432 }],
      endpoints: [{ addresses: ['192.0.2.1'], conditions: { ready: true } }],
    },
  ],
  [
    'v1 PersistentVolumeClaim data',
    {
      spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'mixed', resources: { requests: { storage: '1Gi' } } },
    },
  ],
  [
    'v1 -PersistentVolume mixed',
    {
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'mixed',
        hostPath: { path: '/mnt/data' },
      },
    },
  ],
  [
    'storage.k8s.io/v1 -StorageClass mixed',
    { provisioner: 'example.com/none', volumeBindingMode: 'WaitForFirstConsumer' },
  ],
  ['v1 Pod single', { spec: { containers: [container], terminationGracePeriodSeconds: 1 } }],
  [
    'v1 Pod full',
    {
      spec: {
        initContainers: [{ name: 'first', image: 'fairlead/host', command: ['true'] }],
        containers: [
          {
            ...container,
            ports: [{ name: 'http', containerPort: 8080 }],
            env: [
              { name: 'A', value: '1' },
              { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
            ],
            envFrom: [{ configMapRef: { name: 'one' } }],
            resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '64Mi' } },
            readinessProbe: { httpGet: { path: '/healthz', port: 'http' } },
            volumeMounts: [{ name: 'conf', mountPath: '/conf' }],
            securityContext: { runAsNonRoot: true, capabilities: { drop: ['ALL'] } },
          },
        ],
        volumes: [
          { name: 'conf', configMap: { name: 'one' } },
          { name: 'tmp', emptyDir: {} },
        ],
        tolerations: [{ key: 'a', operator: 'Exists' }],
      },
    },
  ],
  ['v1 PodTemplate kept', { template }],
  ['v1 ReplicationController old', { spec: { replicas: 0, selector: labels, template } }],
  ['apps/v1 Deployment web', { spec: { replicas: 0, selector, template } }],
  ['apps/v1 Deployment recreated', { spec: { replicas: 0, strategy: { type: 'Recreate' }, selector, template } }],
  ['apps/v1 ReplicaSet set', { spec: { replicas: 0, selector, template } }],
  [
    'apps/v1 StatefulSet db',
    {
      spec: {
        replicas: 0,
        serviceName: 'headless',
        selector,
        template,
        volumeClaimTemplates: [
          {
            metadata: { name: 'data' },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
          },
        ],
      },
    },
  ],
  [
    'apps/v1 DaemonSet agent',
    { spec: { selector, template: { ...template, spec: { ...template.spec, nodeSelector: { nowhere: 'yes' } } } } },
  ],
  [
    'batch/v1 Job once',
    {
      spec: { suspend: true, backoffLimit: 2, template: { spec: { containers: [container], restartPolicy: 'Never' } } },
    },
  ],
  [
    'batch/v1 CronJob nightly',
    {
      spec: {
        schedule: '0 3 * * *',
        suspend: true,
        jobTemplate: { spec: { template: { spec: { containers: [container], restartPolicy: 'OnFailure' } } } },
      },
    },
  ],
  [
    'autoscaling/v2 HorizontalPodAutoscaler two',
    {
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        minReplicas: 1,
        maxReplicas: 3,
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } },
        ],
      },
    },
  ],
  [
    'autoscaling/v1 HorizontalPodAutoscaler one',
    {
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'recreated' },
        maxReplicas: 5,
        targetCPUUtilizationPercentage: 70,
      },
    },
  ],
  ['policy/v1 PodDisruptionBudget web', { spec: { minAvailable: '50%', selector } }],
  [
    'networking.k8s.io/v1 Ingress web',
    {
      spec: {
        ingressClassName: 'mixed',
        rules: [
          {
            host: 'a.example.com',
            http: {
              paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'plain', port: { number: 80 } } } }],
            },
          },
        ],
      },
    },
  ],
  ['networking.k8s.io/v1 -IngressClass mixed', { spec: { controller: 'example.com/none' } }],
  ['networking.k8s.io/v1 NetworkPolicy deny', { spec: { podSelector: {}, policyTypes: ['Ingress'] } }],
  [
    'networking.k8s.io/v1 NetworkPolicy allow',
    {
      spec: {
        podSelector: selector,
        ingress: [{ from: [{ podSelector: {} }], ports: [{ protocol: 'TCP', port: 8080 }] }],
        egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }] }],
      },
    },
  ],
  ['rbac.authorization.k8s.io/v1 Role mixed', { rules }],
  ['rbac.authorization.k8s.io/v1 RoleBinding mixed', { roleRef: roleRef('Role'), subjects }],
  ['rbac.authorization.k8s.io/v1 -ClusterRole mixed', { rules }],
  ['rbac.authorization.k8s.io/v1 -ClusterRoleBinding mixed', { roleRef: roleRef('ClusterRole'), subjects }],
  ['scheduling.k8s.io/v1 -PriorityClass mixed', { value: 1000, description: 'more than others' }],
  ['node.k8s.io/v1 -RuntimeClass mixed', { handler: 'runc' }],
  ['coordination.k8s.io/v1 Lease leader', { spec: { holderIdentity: 'me', leaseDurationSeconds: 15 } }],
  ['admissionregistration.k8s.io/v1 -ValidatingWebhookConfiguration mixed', { webhooks }],
  ['admissionregistration.k8s.io/v1 -MutatingWebhookConfiguration mixed', { webhooks }],
  [
    'admissionregistration.k8s.io/v1 -ValidatingAdmissionPolicy mixed',
    { spec: { matchConstraints, validations: [{ expression: 'object.spec.size < 10' }] } },
  ],
  [
    'admissionregistration.k8s.io/v1 -ValidatingAdmissionPolicyBinding mixed',
    { spec: { policyName: 'mixed', validationActions: ['Deny'] } },
  ],
  [
    'apiextensions.k8s.io/v1 -CustomResourceDefinition things.example.com',
    {
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' },
        versions: [{ name: 'v1', served: true, storage: true, schema }],
      },
    },
  ],
  [
    'flowcontrol.apiserver.k8s.io/v1 -PriorityLevelConfiguration mixed',
    { spec: { type: 'Limited', limited: { nominalConcurrencyShares: 5, limitResponse: { type: 'Reject' } } } },
  ],
]

/** All of them, with names that end alike, in a namespace of that name. */
export const mixedObjects = (name: string): readonly object[] => {
  const text = JSON.stringify(
    objects.map(([what, rest = {}]) => {
      const [apiVersion, kind = '', called] = what.split(' ')
      const isOfCluster = kind.startsWith('-')
      const metadata = isOfCluster
        ? { name: called }
        : { name: called, namespace: 'mixed', labels: { of: `${kind}-${called}` } }
      return { apiVersion, kind: kind.replace('-', ''), metadata, ...rest }
    }),
  )
  return JSON.parse(text.replaceAll('mixed', name))
}
