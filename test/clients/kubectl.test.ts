import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { nodes } from '#api/core/node/resource.ts'
import { type Kubectl, kubectlBinaries, kubectlOf } from '../e2e/kubectl-binaries.ts'
import { type Served, serve, until } from './served.ts'

/* What kubectl is used for where no node is needed; test/e2e/kubectl.test.ts has the rest. */

const all = kubectlBinaries()
/** Of `ann`, PEM in base64; nobody has its key. */
const REQUEST =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlISk1IQUNBUUF3RGpFTU1Bb0dBMVVFQXd3RFlXNXVNRmt3RXdZSEtvWkl6ajBDQVFZSUtvWkl6ajBEQVFjRApRZ0FFSi8wSzRvSWtPQitzSTArMkZMWVJXWk5vL3VOSm5qZlBJVjAzSmg2Q2NRV1RsTmFKQzNQRnhDWFh3MnpWClpzZEhRVEFwcUM3WklCQVhra3lwRkgzU05xQUFNQW9HQ0NxR1NNNDlCQU1DQTBrQU1FWUNJUURsZDVYY0F2RjMKZUo1OGNxY2pKZ3V1WVpxSG5nVFViK0E1bHpaM3Z0L3VTQUloQUp6Q2IreWEyT1k4SUFqbktMeXdUdUJIanUvVwpGYjdMOWphQWV0Y0wzam16Ci0tLS0tRU5EIENFUlRJRklDQVRFIFJFUVVFU1QtLS0tLQo='
/** The oldest and the newest see most of what differs between them. */
const binaries = process.env.FAIRLEAD_LONG === '1' ? all : [...new Set([all[0]!, all.at(-1)!])]
const folder = mkdtempSync(join(tmpdir(), 'fairlead-kubectl-'))
let served: Served
before(async () => {
  served = await serve({ controlled: true })
  // Nothing would run there.
  for (const { minor } of binaries)
    await served.server.client.create(nodes, {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: `node-${minor}` },
      spec: { taints: [{ key: 'empty', effect: 'NoSchedule' }] },
    })
})
after(async () => {
  await served.close()
  rmSync(folder, { recursive: true, force: true })
})

/** In a namespace of its own, which is there, with its ServiceAccount. */
const inNamespace = async (name: string, binary: (typeof all)[number]): Promise<Kubectl> => {
  const k = kubectlOf(binary, () => served.kubeconfig, `${name}-${binary.minor}`)
  await k('create', 'namespace', `${name}-${binary.minor}`)
  return k
}
const at = (k: Kubectl, what: string, path: string): Promise<string> => k('get', what, '-o', `jsonpath={${path}}`)

/** `kubectl create WHAT`, from which kubectl on, and what is there then: a name and a jsonpath with its value. */
const creations = (
  version: number,
): readonly (readonly [from: number, create: string, made: string, path: string, value: string])[] => [
  [
    20,
    'clusterrole c-V --verb=get,list --resource=pods,deployments.apps',
    'clusterrole/c-V',
    '.rules[1].resources[0]',
    'deployments',
  ],
  [
    20,
    'clusterrole a-V --aggregation-rule=role.example.com/V=yes',
    'clusterrole/a-V',
    '.aggregationRule.clusterRoleSelectors[0].matchLabels',
    `{"role.example.com/${version}":"yes"}`,
  ],
  [
    20,
    'clusterrolebinding c-V --clusterrole=c-V --user=ann --group=staff',
    'clusterrolebinding/c-V',
    '.subjects[*].name',
    'ann staff',
  ],
  [20, 'role r --verb=watch --resource=secrets --resource-name=one', 'role/r', '.rules[0].resourceNames[0]', 'one'],
  [20, 'rolebinding r --role=r --serviceaccount=default:robot', 'rolebinding/r', '.subjects[0].namespace', 'default'],
  [20, 'serviceaccount robot', 'serviceaccount/robot', '.metadata.name', 'robot'],
  [20, 'configmap c --from-literal=a=1 --from-literal=b=2', 'configmap/c', '.data.b', '2'],
  [20, 'secret generic s --from-literal=a=1', 'secret/s', '.data.a', 'MQ=='],
  [
    20,
    'secret docker-registry d --docker-username=a --docker-password=b --docker-server=c',
    'secret/d',
    '.type',
    'kubernetes.io/dockerconfigjson',
  ],
  [20, 'secret tls t --cert=FOLDER/tls.crt --key=FOLDER/tls.key', 'secret/t', '.type', 'kubernetes.io/tls'],
  [20, 'quota q --hard=pods=7 --scopes=NotTerminating', 'resourcequota/q', '.spec.hard.pods', '7'],
  [
    20,
    'priorityclass p-V --value=7 --description=low',
    'priorityclass/p-V',
    '.preemptionPolicy',
    'PreemptLowerPriority',
  ],
  [20, 'service clusterip one --tcp=80:8080', 'service/one', '.spec.ports[0].targetPort', '8080'],
  [20, 'service clusterip none --clusterip=None', 'service/none', '.spec.clusterIPs[0]', 'None'],
  [20, 'service nodeport open --tcp=80', 'service/open', '.spec.type', 'NodePort'],
  [20, 'service loadbalancer wide --tcp=443', 'service/wide', '.spec.allocateLoadBalancerNodePorts', 'true'],
  [
    20,
    'deployment web --image=fairlead/echo --replicas=0',
    'deployment/web',
    '.spec.strategy.rollingUpdate.maxSurge',
    '25%',
  ],
  [20, 'job once --image=fairlead/echo -- true', 'job/once', '.spec.backoffLimit', '6'],
  [
    20,
    'ingress i --class=none --rule=a.example/path*=one:80',
    'ingress/i',
    '.spec.rules[0].http.paths[0].pathType',
    'Prefix',
  ],
  [
    21,
    'cronjob nightly --image=fairlead/echo --schedule=@daily',
    'cronjob/nightly',
    '.spec.concurrencyPolicy',
    'Allow',
  ],
  [
    21,
    'poddisruptionbudget b --selector=app=web --min-available=50%',
    'poddisruptionbudget/b',
    '.spec.minAvailable',
    '50%',
  ],
  [21, 'job now --from=cronjob/nightly', 'job/now', '.metadata.ownerReferences[0].kind', 'CronJob'],
]

/* Side by side: each waits more than it computes. */
describe('each kubectl', { concurrency: 4 }, () => {
  for (const binary of binaries) {
    const { minor } = binary
    test(`kubectl 1.${minor} creates every kind that it has a command for, and describes it`, async () => {
      const k = await inNamespace('create', binary)
      for (const file of ['tls.crt', 'tls.key'])
        writeFileSync(
          join(folder, file),
          file.endsWith('key') ? served.server.pki.admin.key : served.server.pki.admin.certificate,
        )
      const known = creations(minor).filter(([from]) => from <= minor)
      const words = (text: string) => text.replaceAll('V', String(minor)).replaceAll('FOLDER', folder)
      for (const [, create, made, path, value] of known) {
        await k('create', ...words(create).split(' '))
        assert.equal(await at(k, words(made), path), value, create)
      }
      assert.match(
        (await k.try('create', 'service', 'clusterip', 'one', '--tcp=1')).stderr,
        /services "one" already exists/,
      )
      const described = await k('describe', ...known.map(([, , made]) => words(made)))
      assert.match(described, /^Role:\n +Kind: +Role\n +Name: +r$/m)
      assert.match(described, /^Reclaim|^Type: +kubernetes\.io\/tls$/m)
      assert.match(await k('autoscale', 'deployment', 'web', '--min=1', '--max=3', '--cpu-percent=60'), /autoscaled/)
      assert.equal(await at(k, 'hpa/web', '.spec.maxReplicas'), '3')
      assert.match(await k('describe', 'hpa', 'web'), /Min replicas: +1/)
      if (minor >= 24) assert.match(await k('create', 'token', 'robot'), /^ey/)
      await k('delete', 'all', '--all')
      assert.equal((await k('get', 'deployments,services,jobs', '-o', 'name')).trim(), '')
    })

    test(`kubectl 1.${minor} sets, replaces, waits, rolls back, and remembers what it applied`, async () => {
      const k = await inNamespace('change', binary)
      const web = (image: string) =>
        `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 0\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec: {containers: [{name: web, image: "${image}"}]}\n`
      await k.apply(web('one'))
      const image = () => at(k, 'deployment/web', '.spec.template.spec.containers[0].image')
      const settled = () => k('rollout', 'status', 'deployment/web', '--timeout=60s')
      await settled()
      await k('set', 'image', 'deployment/web', 'web=two')
      await settled()
      await k('set', 'resources', 'deployment/web', '--limits=cpu=1,memory=64Mi')
      await settled()
      await k('rollout', 'undo', 'deployment/web', '--to-revision=1')
      await settled()
      assert.equal(await image(), 'one')
      assert.match(await k('rollout', 'history', 'deployment/web'), /^2 .*\n3 .*\n4 /m)
      await k('rollout', 'restart', 'deployment/web')
      await settled()
      assert.match(await at(k, 'deployment/web', '.spec.template.metadata.annotations'), /restartedAt/)
      assert.match(await k('apply', 'view-last-applied', 'deployment/web'), /image: one/)
      const three = join(folder, `three-${minor}.yaml`)
      writeFileSync(three, web('three'))
      await k('apply', 'set-last-applied', '-f', three)
      assert.match(await k('apply', 'view-last-applied', 'deployment/web', '-o', 'json'), /"image": "three"/)
      const uid = await at(k, 'deployment/web', '.metadata.uid')
      await k('replace', '-f', three)
      assert.deepEqual([await image(), await at(k, 'deployment/web', '.metadata.uid')], ['three', uid])
      await k('replace', '--force', '-f', three)
      assert.notEqual(await at(k, 'deployment/web', '.metadata.uid'), uid)
      await k('wait', '--for=condition=Available', 'deployment/web', '--timeout=60s')
      if (minor >= 23) await k('wait', '--for=jsonpath={.spec.replicas}=0', 'deployment/web', '--timeout=5s')
      assert.match((await k.try('wait', '--for=condition=Never', 'deployment/web', '--timeout=1s')).stderr, /timed out/)
      assert.match(
        (await k.try('scale', 'deployment/web', '--current-replicas=5', '--replicas=1')).stderr,
        /[Ee]xpected (?:replicas to be|replicas) 5/,
      )
      if (minor >= 24) {
        assert.match(await k('get', 'deployment/web', '--subresource=scale', '-o', 'jsonpath={.kind}'), /Scale/)
        await k('patch', 'deployment/web', '--subresource=scale', '--type=merge', '-p', '{"spec":{"replicas":0}}')
      }
      assert.match(await k('label', 'deployment/web', 'a=1', 'b=2'), /labeled/)
      assert.match((await k.try('label', 'deployment/web', 'a=2')).stderr, /already has a value|--overwrite/)
      await k('label', 'deployment/web', 'a=2', 'b-', '--overwrite')
      assert.equal(await at(k, 'deployment/web', '.metadata.labels'), '{"a":"2"}')
    })

    test(`kubectl 1.${minor} deletes in the background, in the foreground, and leaves orphans`, async () => {
      const k = await inNamespace('cascade', binary)
      const setOf = (name: string) => k('get', 'rs', '-l', `app=${name}`, '-o', 'name')
      const make = async (name: string): Promise<void> => {
        await k('create', 'deployment', name, '--image=fairlead/echo')
        await k('scale', `deployment/${name}`, '--replicas=1')
        await k('wait', '--for=condition=Progressing', `deployment/${name}`, '--timeout=60s')
        assert.match(await setOf(name), /replicaset/)
      }
      await make('background')
      if (minor >= 26) assert.match(await k('events', '--for=deployment/background'), /ScalingReplicaSet/)
      await k('delete', 'deployment', 'background')
      await make('orphan')
      await k('delete', 'deployment', 'orphan', '--cascade=orphan')
      assert.match(await setOf('orphan'), /replicaset/)
      await make('foreground')
      await k('delete', 'deployment', 'foreground', '--cascade=foreground', '--timeout=60s')
      assert.equal(await setOf('foreground'), '', 'what it owned went first')
      await until('what it owned went, too', async () => (await setOf('background')) === '')
      assert.match(await setOf('orphan'), /replicaset/)
    })

    test(`kubectl 1.${minor} cordons, taints, approves certificates, and is told who may what`, async () => {
      const k = await inNamespace('cluster', binary)
      const node = `node-${minor}`
      await k('cordon', node)
      assert.equal(await at(k, `node/${node}`, '.spec.unschedulable'), 'true')
      assert.match(await k('get', 'node', node), /SchedulingDisabled/)
      await k('uncordon', node)
      assert.equal(await at(k, `node/${node}`, '.spec.unschedulable'), '')
      await k('taint', 'node', node, 'own=yes:NoSchedule')
      const taints = () => k('get', 'node', node, '-o', 'jsonpath={.spec.taints[?(@.key=="own")].effect}')
      assert.equal(await taints(), 'NoSchedule')
      assert.match((await k.try('taint', 'node', node, 'own=no:NoSchedule')).stderr, /already has own taint/)
      await k('taint', 'node', node, 'own-')
      assert.equal(await taints(), '')
      assert.match(await k('describe', 'node', node), /^Unschedulable: +false$/m)

      const request = `apiVersion: certificates.k8s.io/v1\nkind: CertificateSigningRequest\nmetadata: {name: NAME}\nspec:\n  signerName: kubernetes.io/kube-apiserver-client\n  usages: [client auth]\n  request: ${REQUEST}\n`
      for (const verb of ['approve', 'deny']) {
        const name = `${verb}-${minor}`
        const made = await k.with(request.replace('NAME', name), 'create', '-f', '-')
        assert.equal(made.status, 0, made.stderr)
        await k('certificate', verb, name)
        assert.match(await k('get', 'csr', name), verb === 'deny' ? /Denied/ : /Approved/)
      }

      await k('create', 'role', 'reader', '--verb=get,list', '--resource=pods')
      await k('create', 'rolebinding', 'ann', '--role=reader', '--user=ann')
      const can = async (...args: readonly string[]) => (await k.try('auth', 'can-i', ...args)).stdout.trim()
      assert.equal(await can('list', 'pods', '--as=ann'), 'yes')
      assert.equal(await can('delete', 'pods', '--as=ann'), 'no')
      assert.equal(await can('get', 'pods', '--subresource=log', '--as=ann'), 'no')
      assert.match(await k('auth', 'can-i', '--list', '--as=ann'), /^pods +\[\] +\[\] +\[get list\]$/m)
      assert.match(
        (await k.try('get', 'secrets', '--as=ann')).stderr,
        /secrets is forbidden: User "ann" cannot list resource "secrets"/,
      )
      const role = `apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: reader, namespace: cluster-${minor}}\nrules: [{apiGroups: [""], resources: [pods, services], verbs: [get]}]\n`
      const reconciled = await k.with(role, 'auth', 'reconcile', '-f', '-')
      assert.match(reconciled.stdout, /role\.rbac\.authorization\.k8s\.io\/reader reconciled/)
      assert.equal(await can('get', 'services', '--as=ann'), 'yes')
    })
  }
})
