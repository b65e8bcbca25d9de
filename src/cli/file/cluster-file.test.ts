import assert from 'node:assert/strict'
import { test } from 'node:test'
import { up } from '../commands/up.ts'
import { parseClusterFile } from './cluster-file.ts'

const HEAD = { apiVersion: 'fairlead/v1', kind: 'Cluster' }
const parse = (fields: object) => parseClusterFile({ ...HEAD, ...fields }, 'c.yaml')

test('every flag of up is a field of the file, but for those that are of the call', () => {
  const all = parse({
    name: 'ci',
    nodes: 2,
    kubeconfig: 'k',
    loadBalancer: 'none',
    network: 'none',
    without: ['proxy', 'dns'],
    clusterCidr: ['10.244.0.0/16', 'fd00:10:244::/56'],
    serviceCidr: '10.96.0.0/16,fd00:10:96::/112',
    clusterDns: ['10.96.0.10', 'fd00:10:96::a'],
    nodeCidr: 'a,b',
    loadBalancerCidr: 'c,d',
    nodePortAddresses: ['172.30.0.0/16'],
    nodePortRange: '30000-30100',
    nodeMonitorGracePeriod: '10s',
    registryMirror: ['docker.io=http://mirror:5000'],
    insecureRegistry: 'mirror:5000',
    egress: true,
    ephemeral: false,
    audit: true,
    allowHostAccess: true,
    setAside: false,
  })
  const ofTheCall = ['file', 'quiet', 'output']
  assert.deepEqual(
    [...Object.keys(all.flags), ...Object.keys(all.switches)].sort(),
    Object.keys(up.flags)
      .filter((name) => !ofTheCall.includes(name))
      .sort(),
  )
  assert.equal(all.flags['cluster-cidr'], '10.244.0.0/16,fd00:10:244::/56')
  assert.equal(all.flags['nodeport-addresses'], '172.30.0.0/16')
  assert.equal(all.flags.without, 'proxy,dns')
  assert.deepEqual(all.switches, {
    egress: true,
    ephemeral: false,
    audit: true,
    'allow-host-access': true,
    'set-aside': false,
  })
  assert.deepEqual([all.flags.nodes, all.nodes], ['2', undefined])
})

test('nodes are a number, or what each is; one without a name is called by its place', () => {
  const taints = [
    { key: 'dedicated', value: 'db', effect: 'NoSchedule' },
    { key: 'old', effect: 'NoExecute' },
  ]
  const { flags, nodes } = parse({ nodes: [{ name: 'big', zone: 'eu', labels: { disk: 'fast' }, taints }, null, {}] })
  assert.equal(flags.nodes, '3')
  assert.deepEqual(nodes, [{ name: 'big', zone: 'eu', labels: { disk: 'fast' }, taints }, {}, {}])
  assert.deepEqual(parse({}), { flags: {}, switches: {}, manifests: [], images: [] })
  assert.deepEqual(parse({ name: null, nodes: null, wait: null }).flags, {}, 'a field without a value is none')
})

test('what is wrong is named by its path, with the way out', () => {
  for (const [fields, message, hint] of [
    [
      { node: 3 },
      'c.yaml: node: there is no such field; did you mean nodes?',
      /^fields here are: apiVersion, kind, name,/,
    ],
    [{ quiet: true }, 'c.yaml: quiet: there is no such field', undefined],
    [
      { nodes: [{ label: {} }] },
      'c.yaml: nodes[0].label: there is no such field; did you mean labels?',
      /name, zone, labels, taints$/,
    ],
    [{ nodes: '3' }, 'c.yaml: nodes must be a number, or a list of nodes', undefined],
    [{ nodes: [] }, 'c.yaml: nodes must name at least one node', undefined],
    [{ nodes: [{ name: 'node-2' }, {}] }, 'c.yaml: nodes has two nodes node-2', /called by its place/],
    [{ nodes: [{ labels: { a: 1 } }] }, 'c.yaml: nodes[0].labels.a must be a text', /quotes/],
    [{ nodes: [{ labels: ['a'] }] }, 'c.yaml: nodes[0].labels must be a mapping', undefined],
    [
      { nodes: [{ taints: [{ key: 'a', effect: 'Never' }] }] },
      /nodes\[0\]\.taints\[0\]\.effect must be one of: NoSchedule,/,
      undefined,
    ],
    [
      { nodes: [{ taints: [{ key: 'a', value: true, effect: 'NoExecute' }] }] },
      /taints\[0\]\.value must be a text/,
      undefined,
    ],
    [{ nodes: ['a'] }, 'c.yaml: nodes[0] must be a mapping', undefined],
    [{ egress: 'yes' }, 'c.yaml: egress must be true or false', undefined],
    [{ name: 7 }, 'c.yaml: name must be a text', /in quotes/],
    [{ clusterCidr: [1] }, 'c.yaml: clusterCidr[0] must be a text', undefined],
    [{ manifests: 'a.yaml' }, 'c.yaml: manifests must be a list of files and folders', undefined],
    [{ images: ['a b'] }, 'c.yaml: images[0] must be the name of an image, or the path of an archive', /\.\/app\.tar/],
    [{ kind: 'Clutser' }, 'c.yaml: kind must be Cluster', /apiVersion: fairlead\/v1, kind: Cluster/],
    [{ apiVersion: 'v1' }, 'c.yaml: apiVersion must be fairlead/v1', undefined],
  ] as const)
    assert.throws(
      () => parse(fields),
      { code: 'CONFIG_INVALID', message, ...(hint && { hint }) },
      JSON.stringify(fields),
    )
  for (const value of [null, 'x', 3, ['x']])
    assert.throws(() => parseClusterFile(value, 'c.yaml'), { message: 'c.yaml: it must be a mapping' })
})
