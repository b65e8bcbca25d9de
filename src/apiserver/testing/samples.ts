/** Of /CN=sample, made with openssl. */
const CERTIFICATE_REQUEST = [
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlITU1ITUNBUUF3RVRFUE1BMEdBMVVFQXd3R2MyRnRjR3hsTUZr',
  'd0V3WUhLb1pJemowQ0FRWUlLb1pJemowRApBUWNEUWdBRVZRUUVieHd1NGZMZmJOQW5SN1NGS2dMR21rVUhqVmUzSVZ4eWJMeDFu',
  'dTBvaVI5bDgrVTk2Q1czClR5bTIyRmdpb3hMTzhyaUNTeTViOHdwU2E3U1dZS0FBTUFvR0NDcUdTTTQ5QkFNQ0Ewa0FNRVlDSVFE',
  'SGo4Q2MKaW95NWZKN3JRMXgyNWNQUEJWUWdOY0ZyQWM4eXk5Ui9wU3BQd0FJaEFJOTZ1QkV0Vm9qN2NjNVFMNkY3MzFOWgprcnMz',
  'VEJiSG5GVTg2T1h0ZWxvWQotLS0tLUVORCBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0K',
].join('')

/** The smallest object of each kind that a server takes, without a name; by its path below `/api/v1` or `/apis`. */
export const samples: Readonly<Record<string, Readonly<Record<string, unknown>>>> = (() => {
  const labels = { app: 'sample' }
  const selector = { matchLabels: labels }
  const container = { name: 'main', image: 'fairlead/echo' }
  const template = { metadata: { labels }, spec: { containers: [container] } }
  const ends = { ...template, spec: { containers: [container], restartPolicy: 'Never' } }
  const webhook = {
    name: 'sample.example.com',
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    failurePolicy: 'Ignore',
    clientConfig: { url: 'https://127.0.0.1:1/sample' },
    rules: [{ apiGroups: ['example.com'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['samples'] }],
  }
  const matchConstraints = { resourceRules: webhook.rules }
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'sample' }
  const event = { reason: 'Sampled', action: 'Sample', type: 'Normal', reportingController: 'sample.example.com/one' }
  return {
    'v1/configmaps': { data: { a: '1' } },
    'v1/endpoints': { subsets: [{ addresses: [{ ip: '10.1.2.3' }], ports: [{ port: 80 }] }] },
    'v1/events': {
      involvedObject: { kind: 'Pod', name: 'sample', namespace: 'default', apiVersion: 'v1' },
      reason: 'Sampled',
      type: 'Normal',
      source: { component: 'sample' },
    },
    'v1/limitranges': { spec: { limits: [{ type: 'Pod', max: { cpu: '100' } }] } },
    'v1/namespaces': {},
    'v1/nodes': { spec: { unschedulable: true } },
    'v1/persistentvolumeclaims': {
      spec: { accessModes: ['ReadWriteOnce'], storageClassName: '', resources: { requests: { storage: '1Gi' } } },
    },
    'v1/persistentvolumes': {
      spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, hostPath: { path: '/tmp/sample' } },
    },
    'v1/pods': { spec: template.spec },
    'v1/podtemplates': { template },
    'v1/replicationcontrollers': { spec: { replicas: 1, selector: labels, template } },
    'v1/resourcequotas': { spec: { hard: { 'count/samples.example.com': '7' } } },
    'v1/secrets': { stringData: { a: '1' } },
    'v1/serviceaccounts': {},
    'v1/services': { spec: { selector: labels, ports: [{ port: 80 }] } },
    'apps/v1/controllerrevisions': { data: { a: 1 }, revision: 1 },
    'apps/v1/daemonsets': { spec: { selector, template } },
    'apps/v1/deployments': { spec: { selector, template } },
    'apps/v1/replicasets': { spec: { selector, template } },
    'apps/v1/statefulsets': { spec: { selector, template, serviceName: 'sample' } },
    'events.k8s.io/v1/events': {
      ...event,
      eventTime: '2026-01-02T03:04:05.000006Z',
      reportingInstance: 'one',
      regarding: { kind: 'Pod', name: 'sample', namespace: 'default', apiVersion: 'v1' },
    },
    'autoscaling/v2/horizontalpodautoscalers': { spec: { scaleTargetRef, maxReplicas: 3 } },
    'autoscaling/v1/horizontalpodautoscalers': { spec: { scaleTargetRef, maxReplicas: 3 } },
    'batch/v1/cronjobs': { spec: { schedule: '@daily', jobTemplate: { spec: { template: ends } } } },
    'batch/v1/jobs': { spec: { template: ends } },
    'certificates.k8s.io/v1/certificatesigningrequests': {
      spec: { request: CERTIFICATE_REQUEST, signerName: 'example.com/sample', usages: ['client auth'] },
    },
    'networking.k8s.io/v1/ingressclasses': { spec: { controller: 'example.com/sample' } },
    'networking.k8s.io/v1/ingresses': {
      spec: { defaultBackend: { service: { name: 'sample', port: { number: 80 } } } },
    },
    'networking.k8s.io/v1/ipaddresses': { spec: { parentRef: { resource: 'services', namespace: 'x', name: 'y' } } },
    'networking.k8s.io/v1/networkpolicies': { spec: { podSelector: selector, policyTypes: ['Ingress'] } },
    'networking.k8s.io/v1/servicecidrs': { spec: { cidrs: ['10.200.0.0/24'] } },
    'policy/v1/poddisruptionbudgets': { spec: { selector, minAvailable: 1 } },
    'rbac.authorization.k8s.io/v1/clusterrolebindings': {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
    },
    'rbac.authorization.k8s.io/v1/clusterroles': { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] },
    'rbac.authorization.k8s.io/v1/rolebindings': {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
    },
    'rbac.authorization.k8s.io/v1/roles': { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] },
    'storage.k8s.io/v1/csidrivers': { spec: {} },
    'storage.k8s.io/v1/csinodes': { spec: { drivers: [] } },
    'storage.k8s.io/v1/csistoragecapacities': { storageClassName: 'sample' },
    'storage.k8s.io/v1/storageclasses': { provisioner: 'example.com/sample' },
    'storage.k8s.io/v1/volumeattachments': {
      spec: { attacher: 'sample.example.com', source: { persistentVolumeName: 'sample' }, nodeName: 'sample' },
    },
    'storage.k8s.io/v1/volumeattributesclasses': { driverName: 'sample.example.com', parameters: { a: '1' } },
    'admissionregistration.k8s.io/v1/mutatingadmissionpolicies': {
      spec: {
        matchConstraints,
        reinvocationPolicy: 'Never',
        mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression: 'Object{}' } }],
      },
    },
    'admissionregistration.k8s.io/v1/mutatingadmissionpolicybindings': { spec: { policyName: 'sample' } },
    'admissionregistration.k8s.io/v1/mutatingwebhookconfigurations': { webhooks: [webhook] },
    'admissionregistration.k8s.io/v1/validatingadmissionpolicies': {
      spec: { matchConstraints, validations: [{ expression: 'true' }] },
    },
    'admissionregistration.k8s.io/v1/validatingadmissionpolicybindings': {
      spec: { policyName: 'sample', validationActions: ['Deny'] },
    },
    'admissionregistration.k8s.io/v1/validatingwebhookconfigurations': { webhooks: [webhook] },
    'scheduling.k8s.io/v1/priorityclasses': { value: 7 },
    'coordination.k8s.io/v1/leases': { spec: { holderIdentity: 'one', leaseDurationSeconds: 30 } },
    'node.k8s.io/v1/runtimeclasses': { handler: 'sample' },
    'discovery.k8s.io/v1/endpointslices': { addressType: 'IPv4', endpoints: [{ addresses: ['10.1.2.3'] }], ports: [] },
    'flowcontrol.apiserver.k8s.io/v1/flowschemas': { spec: { priorityLevelConfiguration: { name: 'global-default' } } },
    'flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations': {
      spec: { type: 'Limited', limited: { limitResponse: { type: 'Reject' } } },
    },
  }
})()
