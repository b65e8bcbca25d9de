import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dataPlaneObjects, keeping } from './desired-objects.ts'

type Loose = any
const wantedOf = (kind: string): Loose => dataPlaneObjects().find(({ first }) => first.kind === kind)
const firstOf = (kind: string): Loose => wantedOf(kind).first
const pod: Loose = firstOf('Deployment').spec.template.spec
const containers = (): Loose => Object.fromEntries(pod.containers.map((one: Loose) => [one.name, one]))

test('the data plane is made in an order in which each finds what it stands on', () => {
  assert.deepEqual(
    dataPlaneObjects().map(({ first }: Loose) =>
      [first.apiVersion, first.kind, first.metadata.namespace, first.metadata.name].join(' '),
    ),
    [
      'v1 ServiceAccount kube-system fairlead-gateway',
      'rbac.authorization.k8s.io/v1 ClusterRole  fairlead:gateway',
      'rbac.authorization.k8s.io/v1 ClusterRoleBinding  fairlead:gateway',
      'rbac.authorization.k8s.io/v1 Role kube-system fairlead-gateway',
      'rbac.authorization.k8s.io/v1 RoleBinding kube-system fairlead-gateway',
      'v1 ConfigMap kube-system fairlead-gateway',
      'apps/v1 Deployment kube-system fairlead-gateway',
      'policy/v1 PodDisruptionBudget kube-system fairlead-gateway',
    ],
  )
  for (const { first } of dataPlaneObjects())
    assert.equal(first.metadata?.labels?.['app.kubernetes.io/managed-by'], 'gateway-controller.fairlead.dev')
})

test('where the image is another, pods have it, and HAProxy is told to leave by them, as the image’s own signal would drop whom it serves', () => {
  const other: Loose = dataPlaneObjects('registry.example/fairlead:1').find(
    ({ first }) => first.kind === 'Deployment',
  )!.first
  const of = ({ spec }: Loose) =>
    spec.template.spec.containers.map(({ name, image, args, lifecycle }: Loose) => [
      name,
      image,
      args,
      lifecycle.preStop,
    ])
  assert.deepEqual(of(firstOf('Deployment')), [
    ['haproxy', 'fairlead/gateway', ['haproxy'], { sleep: { seconds: 5 } }],
    ['driver', 'fairlead/gateway', ['driver'], { sleep: { seconds: 5 } }],
  ])
  const leave = { exec: { command: ['/usr/bin/node', '/opt/fairlead/start.mjs', 'leave', '5'] } }
  assert.deepEqual(of(other), [
    ['haproxy', 'registry.example/fairlead:1', ['haproxy'], leave],
    ['driver', 'registry.example/fairlead:1', ['driver'], { sleep: { seconds: 5 } }],
  ])
})

test('pods may read what routes are made of, and write nothing but what they report', () => {
  const read = ['get', 'list', 'watch']
  const rules = firstOf('ClusterRole').rules
  assert.deepEqual(
    rules.map(({ apiGroups, verbs }: Loose) => [apiGroups, verbs]),
    [
      [[''], read],
      [['discovery.k8s.io'], read],
      [['networking.k8s.io'], read],
      [['gateway.networking.k8s.io'], read],
    ],
  )
  assert.deepEqual(
    rules.flatMap(({ resources }: Loose) => resources),
    [
      ...['configmaps', 'namespaces', 'secrets', 'services', 'endpointslices', 'ingressclasses', 'ingresses'],
      ...['backendtlspolicies', 'gatewayclasses', 'gateways', 'grpcroutes', 'httproutes', 'listenersets'],
      ...['referencegrants', 'tcproutes', 'tlsroutes', 'udproutes'],
    ],
  )
  assert.deepEqual(firstOf('Role').rules, [
    {
      apiGroups: [''],
      resources: ['configmaps'],
      resourceNames: ['fairlead-gateway'],
      verbs: ['get', 'patch', 'update'],
    },
  ])
  for (const [kind, role, name] of [
    ['ClusterRoleBinding', 'ClusterRole', 'fairlead:gateway'],
    ['RoleBinding', 'Role', 'fairlead-gateway'],
  ] as const) {
    const { roleRef, subjects } = firstOf(kind)
    assert.deepEqual(roleRef, { apiGroup: 'rbac.authorization.k8s.io', kind: role, name })
    assert.deepEqual(subjects, [{ kind: 'ServiceAccount', name: 'fairlead-gateway', namespace: 'kube-system' }])
  }
})

test('pods come one after another, and one that is alone may be evicted', () => {
  const labels = { 'app.kubernetes.io/name': 'fairlead-gateway' }
  const { replicas, selector, strategy, template } = firstOf('Deployment').spec
  assert.deepEqual([replicas, selector], [1, { matchLabels: labels }])
  assert.deepEqual(strategy, { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } })
  assert.deepEqual(template.metadata.labels, labels)
  assert.deepEqual(firstOf('PodDisruptionBudget').spec, { maxUnavailable: 1, selector: { matchLabels: labels } })
  assert.deepEqual(pod.topologySpreadConstraints, [
    {
      maxSkew: 1,
      topologyKey: 'kubernetes.io/hostname',
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: { matchLabels: labels },
    },
  ])
  assert.equal(pod.priorityClassName, 'system-cluster-critical')
})

test('a pod has two containers of one user without rights, who share a folder in memory', () => {
  assert.deepEqual(Object.keys(containers()), ['haproxy', 'driver'])
  assert.deepEqual(pod.securityContext, {
    runAsNonRoot: true,
    runAsUser: 65_532,
    runAsGroup: 65_532,
    fsGroup: 65_532,
    seccompProfile: { type: 'RuntimeDefault' },
  })
  for (const [name, one] of Object.entries<Loose>(containers())) {
    assert.deepEqual(one.securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
    assert.deepEqual([one.image, one.args], ['fairlead/gateway', [name]])
    assert.deepEqual(one.volumeMounts[0], { name: 'run', mountPath: '/run/gateway' })
    assert.deepEqual(one.resources.requests, { cpu: '100m', memory: name === 'driver' ? '128Mi' : '64Mi' })
  }
  assert.deepEqual(pod.volumes[0], { name: 'run', emptyDir: { medium: 'Memory' } })
})

test('the driver alone may ask the API, as the pod that it is', () => {
  const { haproxy, driver } = containers()
  assert.deepEqual([pod.serviceAccountName, pod.automountServiceAccountToken], ['fairlead-gateway', false])
  assert.equal(haproxy.volumeMounts.length, 1)
  assert.deepEqual(driver.volumeMounts[1], {
    name: 'account',
    mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
    readOnly: true,
  })
  const [token, authority, namespace] = pod.volumes.find(({ name }: Loose) => name === 'account').projected.sources
  assert.deepEqual(token.serviceAccountToken, { expirationSeconds: 3607, path: 'token' })
  assert.deepEqual(authority.configMap, { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] })
  const fieldPath = { apiVersion: 'v1', fieldPath: 'metadata.namespace' }
  assert.deepEqual(namespace.downwardAPI.items, [{ path: 'namespace', fieldRef: fieldPath }])
  assert.deepEqual(
    driver.env.map(({ name, valueFrom }: Loose) => [name, valueFrom.fieldRef.fieldPath]),
    [
      ['POD_NAME', 'metadata.name'],
      ['NODE_NAME', 'spec.nodeName'],
    ],
  )
})

test('a pod is ready when HAProxy has a configuration, and goes when nobody sends to it any more', () => {
  const { haproxy, driver } = containers()
  const [{ name, containerPort, protocol }] = haproxy.ports
  assert.deepEqual([name, containerPort, protocol], ['health', 9080, 'TCP'])
  for (const probe of [haproxy.startupProbe, haproxy.readinessProbe])
    assert.deepEqual(probe.httpGet, { path: '/ready', port: 'health' })
  const { startupProbe, readinessProbe } = haproxy
  assert.ok(startupProbe.periodSeconds * startupProbe.failureThreshold === 60 && startupProbe.periodSeconds === 1)
  assert.ok(readinessProbe.periodSeconds * readinessProbe.failureThreshold === 4)
  for (const { lifecycle } of [haproxy, driver]) assert.equal(lifecycle.preStop.sleep.seconds, 5)
  assert.equal(pod.terminationGracePeriodSeconds, 45)
})

test('what lacks is made, what is ours is put right, and what is somebody else’s stays', () => {
  const wanted = wantedOf('Deployment')
  assert.deepEqual(keeping(wanted, undefined), { do: 'create', object: wanted.first })
  assert.deepEqual(keeping(wanted, wanted.first), { do: 'nothing' })
  assert.deepEqual(keeping(wanted, { ...wanted.first, metadata: { name: 'fairlead-gateway' } }), { do: 'foreign' })
  const { spec } = wanted.first
  const scaled = { ...wanted.first, spec: { ...spec, replicas: 3 } }
  assert.deepEqual(keeping(wanted, scaled), { do: 'nothing' })
  const opened = { ...spec.template.spec, automountServiceAccountToken: true, terminationGracePeriodSeconds: 5 }
  const changed: Loose = keeping(wanted, {
    ...scaled,
    spec: { ...scaled.spec, template: { ...spec.template, spec: opened } },
  })
  assert.equal(changed.do, 'update')
  assert.equal(changed.object.spec.replicas, 3)
  const { automountServiceAccountToken, terminationGracePeriodSeconds } = changed.object.spec.template.spec
  assert.deepEqual([automountServiceAccountToken, terminationGracePeriodSeconds], [false, 5])
})
