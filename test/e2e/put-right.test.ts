import { CLIENT } from './echo.ts'
import { claim, eventually, run, withCluster } from './harness.ts'

const cluster = withCluster('put-right', ['--nodes', '1'])

claim('whatever is deleted, the API and DNS stay at their addresses', async (assert) => {
  await cluster.kubectl.apply(CLIENT)
  await cluster.kubectl('wait', '--for=condition=Ready', 'pod/client', '--timeout=20s')
  const version = 'https://kubernetes.default.svc/version'
  const reaches = async (): Promise<boolean> =>
    (await cluster.inPod('client', 'curl', '-sk', '--max-time', '3', version)).stdout.includes('gitVersion')
  await eventually('a pod reaches the API by name', reaches)

  await cluster.kubectl('delete', 'services', '--all', '--all-namespaces')
  await cluster.kubectl('delete', 'endpointslices,endpoints', '--all', '--all-namespaces')
  for (const [namespace, name, address] of [
    ['default', 'kubernetes', '10.96.0.1'],
    ['kube-system', 'kube-dns', '10.96.0.10'],
  ] as const) {
    const clusterIP = await eventually(`Service ${name} is there again`, () =>
      cluster.kubectl('get', 'service', name, '-n', namespace, '-o', 'jsonpath={.spec.clusterIP}'),
    )
    assert.equal(clusterIP, address)
  }
  await eventually('a pod reaches the API by name again', reaches)

  for (const namespace of ['default', 'kube-system', 'kube-public']) {
    const refused = await cluster.kubectl.try('delete', 'namespace', namespace)
    assert.equal(refused.status, 1)
    assert.match(refused.stderr, /namespaces "[a-z-]+" is forbidden: this namespace may not be deleted/)
  }
  const claims =
    'apiVersion: v1\nkind: Service\nmetadata: {name: thief}\nspec: {externalIPs: [10.96.0.1], ports: [{port: 443}]}\n'
  const stolen = await run('kubectl', ['apply', '-f', '-'], { env: { KUBECONFIG: cluster.kubeconfig }, input: claims })
  assert.equal(stolen.status, 1)
  assert.match(stolen.stderr, /externalIPs\[0\].*reserved for the cluster IP of Service default\/kubernetes/)
})

claim('kubectl cluster-info shows the API and DNS', async (assert) => {
  const info = await cluster.kubectl('cluster-info')
  assert.match(info, /Kubernetes control plane.* is running at/)
  assert.match(info, /CoreDNS.* is running at .*\/api\/v1\/namespaces\/kube-system\/services\/kube-dns:dns\/proxy/)
})
