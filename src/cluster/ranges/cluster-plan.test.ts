import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ClusterRequest, checkRequest, type Host, planCluster } from './cluster-plan.ts'

const host = (routes: readonly string[] = [], taken: readonly string[] = []): Host => ({
  routes: () =>
    ['0.0.0.0/0', '127.0.0.0/8', '::1/128', 'fe80::/64', 'ff00::/8', ...routes].map((destination) => ({
      destination,
      link: 'eth0',
    })),
  isPortFree: (address, port) => !taken.includes(`${address}:${port}`),
})
const request = (change: Partial<ClusterRequest> = {}): ClusterRequest => ({
  name: 'fairlead',
  stateDir: '/var/lib/fairlead/fairlead',
  nodes: 3,
  loadBalancer: 'pool',
  egress: false,
  ephemeral: true,
  audit: false,
  allowHostAccess: false,
  ranges: {},
  others: [],
  ...change,
})
const refused = (ranges: ClusterRequest['ranges'], code: string, message: RegExp, machine = host()) =>
  assert.throws(() => planCluster(request({ ranges }), machine), { code, message })

test('planCluster() follows the address plan where nothing is in the way', () => {
  const config = planCluster(request(), host())
  assert.deepEqual(config.clusterCidr, ['10.244.0.0/16', 'fd00:10:244::/56'])
  assert.deepEqual(config.serviceCidr, ['10.96.0.0/16', 'fd00:10:96::/112'])
  assert.deepEqual(config.clusterDns, ['10.96.0.10', 'fd00:10:96::a'])
  assert.deepEqual(config.nodeCidr, ['172.30.0.0/16', 'fd00:172:30::/64'])
  assert.deepEqual(config.loadBalancerCidr, ['172.30.255.0/24', 'fd00:172:30:0:ff::/112'])
  assert.deepEqual(config.host, { addresses: ['172.30.0.1', 'fd00:172:30::1'], link: 'fl-fairlead' })
  assert.deepEqual(config.fabric.addresses, ['172.30.254.254', 'fd00:172:30::fab:1'])
  assert.deepEqual(config.nodes[2], {
    name: 'node-3',
    number: 3,
    namespace: 'fairlead-fairlead-node-3',
    addresses: ['172.30.0.4', 'fd00:172:30::4'],
    podCidrs: ['10.244.3.0/24', 'fd00:10:244:3::/64'],
  })
  assert.deepEqual(config.nodePortRange, { from: 30000, to: 32767 })
})

test('a grace period that no kubelet could keep to is refused', () => {
  assert.equal(planCluster(request(), host()).nodeMonitorGraceSeconds, 50)
  assert.equal(planCluster(request({ nodeMonitorGraceSeconds: 4 }), host()).nodeMonitorGraceSeconds, 4)
  for (const seconds of [0, 1, 3601, Number.NaN])
    assert.throws(() => checkRequest(request({ nodeMonitorGraceSeconds: seconds })), {
      code: 'GRACE_INVALID',
      message: `--node-monitor-grace-period ${seconds}s: must be 2s to 1h`,
    })
})

test('node numbers are hexadecimal in IPv6, and 250 nodes fit', () => {
  const last = planCluster(request({ nodes: 250 }), host()).nodes[249]
  assert.deepEqual(last?.podCidrs, ['10.244.250.0/24', 'fd00:10:244:fa::/64'])
  assert.deepEqual(last?.addresses, ['172.30.0.251', 'fd00:172:30::fb'])
})

test('a range that is not given moves away from routes of the host, both families together', () => {
  const config = planCluster(request(), host(['172.30.0.0/24', '10.244.5.0/24', 'fd00:10:96::7/128']))
  assert.deepEqual(config.nodeCidr, ['172.31.0.0/16', 'fd00:172:31::/64'])
  assert.deepEqual(config.clusterCidr, ['10.245.0.0/16', 'fd00:10:245::/56'])
  assert.deepEqual(config.serviceCidr, ['10.97.0.0/16', 'fd00:10:97::/112'])
  assert.deepEqual(config.loadBalancerCidr, ['172.31.255.0/24', 'fd00:172:31:0:ff::/112'])
  // A route to all of 10/8, as company networks have it.
  assert.deepEqual(planCluster(request(), host(['10.0.0.0/8'])).clusterCidr, ['100.64.0.0/16', 'fd00:100:64::/56'])
  // The two halves of a default route.
  assert.deepEqual(planCluster(request(), host(['0.0.0.0/1', '128.0.0.0/1'])).clusterCidr[0], '10.244.0.0/16')
})

test('a second cluster moves away from the first and takes another port, also while the first has no routes', () => {
  const one = planCluster(request(), host())
  const two = planCluster(request({ name: 'two', others: [one] }), host())
  assert.deepEqual(two.clusterCidr[0], '10.245.0.0/16')
  assert.deepEqual(two.nodeCidr[1], 'fd00:172:31::/64')
  assert.deepEqual([one.apiServer.hostPort, two.apiServer.hostPort], [6443, 6444])
  assert.equal(two.apiServer.port, 6443)
  assert.throws(
    () => planCluster(request({ others: [one], ranges: { clusterCidr: '10.244.128.0/17,fd00:9::/56' } }), host()),
    {
      code: 'RANGE_TAKEN',
      message: '--cluster-cidr 10.244.128.0/17,fd00:9::/56 collides with 10.244.0.0/16 of cluster fairlead',
    },
  )
})

test('a taken port moves the API server', () => {
  const { apiServer } = planCluster(request(), host([], ['127.0.0.1:6443', '127.0.0.1:6444', '127.0.0.2:6443']))
  assert.deepEqual(apiServer, { port: 6444, hostPort: 6445 })
})

test('given ranges that collide are refused by name: with a route, or with each other', () => {
  refused(
    { nodeCidr: '192.168.0.0/24,fd00:1::/64' },
    'RANGE_TAKEN',
    /--node-cidr .* the host's route to 192\.168\.0\.0\/16 \(link eth0\)$/,
    host(['192.168.0.0/16']),
  )
  refused(
    { clusterCidr: '10.0.0.0/8,fd00:1::/56', serviceCidr: '10.1.0.0/16,fd00:2::/112' },
    'RANGE_INVALID',
    /^--service-cidr 10\.1\.0\.0\/16,fd00:2::\/112: overlaps --cluster-cidr 10\.0\.0\.0\/8$/,
  )
  // One that is chosen keeps out of the way of one that is given.
  const { clusterCidr } = planCluster(request({ ranges: { serviceCidr: '10.244.0.0/16,fd00:2::/112' } }), host())
  assert.equal(clusterCidr[0], '10.245.0.0/16')
})

test('malformed and small ranges are refused with the flag, the text and the reason', () => {
  for (const clusterCidr of [
    '10.244.0.0/16,10.245.0.0/16',
    'fd00::/56,10.244.0.0/16',
    '10.0.0.0/16,fd00::/56,fd01::/56',
  ])
    refused(
      { clusterCidr },
      'RANGE_INVALID',
      /^--cluster-cidr \S+: must be an IPv4 and an IPv6 range, or one of them, without host bits/,
    )
  refused({ clusterCidr: '10.244.0.1/16,fd00::/56' }, 'RANGE_INVALID', /without host bits/)
  refused({ serviceCidr: '10.96.0.0/30,fd00::/112' }, 'RANGE_INVALID', /too small: at most \/28/)
  refused({ nodeCidr: '172.30.0.0/16,fd00::/112' }, 'RANGE_INVALID', /too small: at most \/96/)
  refused(
    { clusterDns: '10.97.0.10,fd00:10:96::a', serviceCidr: '10.96.0.0/16,fd00:10:96::/112' },
    'RANGE_INVALID',
    /10\.97\.0\.10 is not in --service-cidr 10\.96\.0\.0\/16/,
  )
  refused({ clusterDns: '10.96.0.1,fd00:10:96::a' }, 'RANGE_INVALID', /belongs to the Service kubernetes/)
  refused({ nodePortRange: '32767-30000' }, 'RANGE_INVALID', /--node-port-range/)
  refused({ nodePortRange: '30000-70000' }, 'RANGE_INVALID', /--node-port-range/)
  refused({ nodePortAddresses: '172.30.0.1/16' }, 'RANGE_INVALID', /--nodeport-addresses/)
  refused({ nodePortAddresses: '192.0.2.0/24' }, 'RANGE_INVALID', /holds no address of a node/)
  refused(
    { loadBalancerCidr: '172.30.0.0/24,fd00:172:30:0:ff::/112' },
    'RANGE_INVALID',
    /holds 172\.30\.0\.2, which is the address of a machine/,
  )
  refused(
    { loadBalancerCidr: '192.0.2.0/24,2001:db8::/112' },
    'RANGE_TAKEN',
    /route to 192\.0\.2\.0\/25/,
    host(['192.0.2.0/25']),
  )
})

test('what no cluster can have is refused before the machine is looked at, whatever stands there', () => {
  const wrong = (change: Partial<ClusterRequest>, code: string, message: RegExp) =>
    assert.throws(() => checkRequest(request(change)), { code, message, hint: /./ })
  for (const nodes of [0, 251, 1.5, Number.NaN, 1e23])
    wrong(
      { nodes },
      'NODES_INVALID',
      new RegExp(`^--nodes ${String(nodes).replace('+', '\\+')}: a cluster has 1 to 250`),
    )
  wrong({ ranges: { serviceCidr: 'nonsense' } }, 'RANGE_INVALID', /^--service-cidr nonsense: must be/)
  // The first cluster's range is its own: whatever another has, this is no collision with it.
  assert.doesNotThrow(() => checkRequest(request({ ranges: { clusterCidr: '10.244.0.0/16,fd00:10:244::/56' } })))
})

test('addresses that mean something else to every kernel are no range of a cluster', () => {
  for (const [range, what] of [
    ['127.0.0.0/16,fd00:1::/56', 'loopback addresses'],
    ['0.0.0.0/0,::/0', 'addresses of no machine'],
    ['169.254.0.0/16,fd00:1::/56', 'link-local addresses'],
    ['224.0.0.0/16,fd00:1::/56', 'multicast addresses'],
    ['10.1.0.0/16,fe80::/64', 'link-local addresses'],
    ['10.1.0.0/16,ff05::/56', 'multicast addresses'],
    ['10.1.0.0/16,::ffff:a00:0/112', 'IPv4 addresses in IPv6 form'],
  ] as const)
    for (const flag of ['clusterCidr', 'serviceCidr', 'nodeCidr', 'loadBalancerCidr'] as const)
      refused({ [flag]: range }, 'RANGE_INVALID', new RegExp(`^--\\S+-cidr .*holds ${what}$`))
})

test('a given address of DNS keeps the range of Services where it lies, and says what is in the way there', () => {
  const one = planCluster(request(), host())
  const ranges = { clusterDns: '10.98.0.53,fd00:10:98::53' }
  assert.deepEqual(planCluster(request({ ranges }), host()).serviceCidr, ['10.98.0.0/16', 'fd00:10:98::/112'])
  assert.throws(
    () => planCluster(request({ ranges: { clusterDns: '10.96.0.53,fd00:10:96::53' }, others: [one] }), host()),
    {
      code: 'RANGE_TAKEN',
      message:
        '--cluster-dns 10.96.0.53,fd00:10:96::53 lies in 10.96.0.0/16,fd00:10:96::/112, which collides with 10.96.0.0/16 of cluster fairlead',
      hint: /leave --cluster-dns out/,
    },
  )
  for (const clusterDns of ['10.96.0.10,fd00:10:97::a', '192.0.2.1,2001:db8::1'])
    refused({ clusterDns }, 'RANGE_INVALID', /lies in no range that is chosen by itself$/)
  for (const clusterDns of ['10.96.0.0,fd00:10:96::a', '10.96.255.255,fd00:10:96::a', '10.96.0.10,fd00:10:96::'])
    refused({ clusterDns }, 'RANGE_INVALID', /an end of --service-cidr \S+, is no Service's address$/)
})

test('a given pool of load balancers is kept free by ranges that are chosen, and overlaps none that is given', () => {
  const loadBalancerCidr = '10.244.7.0/24,fd00:10:96::/120'
  const { clusterCidr, serviceCidr } = planCluster(request({ ranges: { loadBalancerCidr } }), host())
  assert.deepEqual([clusterCidr[0], serviceCidr[0]], ['10.245.0.0/16', '10.97.0.0/16'])
  refused(
    { loadBalancerCidr, clusterCidr: '10.244.0.0/16,fd00:1::/56' },
    'RANGE_INVALID',
    /^--cluster-cidr \S+: overlaps --load-balancer-cidr 10\.244\.7\.0\/24$/,
  )
  refused(
    { loadBalancerCidr: '192.168.0.0/16,fd00:1::/64', nodeCidr: '192.168.1.0/24,fd00:1::/64' },
    'RANGE_INVALID',
    /^--load-balancer-cidr \S+: overlaps --node-cidr 192\.168\.1\.0\/24$/,
  )
})

test('in a small range of nodes no address is given out twice', () => {
  const nodeCidr = '192.168.90.0/28,fd00:90::/64'
  const { nodes, fabric } = planCluster(request({ nodes: 8, ranges: { nodeCidr } }), host())
  assert.deepEqual([nodes[7]?.addresses[0], fabric.addresses[0]], ['192.168.90.9', '192.168.90.10'])
  for (const many of [9, 10, 11, 12])
    assert.throws(() => planCluster(request({ nodes: many, ranges: { nodeCidr } }), host()), {
      code: 'RANGE_INVALID',
      message: new RegExp(`^--node-cidr \\S+: is too small for ${many} nodes`),
    })
})

test('when everything is in the way the error names it', () => {
  const everything = host(['172.16.0.0/12'])
  refused(
    {},
    'RANGE_EXHAUSTED',
    /no free block for --node-cidr: the host's route to 172\.16\.0\.0\/12 \(link eth0\) is in the way/,
    everything,
  )
})

test('a cluster range of few addresses is cut into small blocks, and refused where they are fewer than the nodes', () => {
  const ranges = { clusterCidr: '10.244.0.0/24,fd00::/56' }
  assert.equal(planCluster(request({ ranges }), host()).nodes[0]?.podCidrs[0], '10.244.0.16/28')
  assert.throws(() => planCluster(request({ ranges, nodes: 16 }), host()), {
    code: 'RANGE_INVALID',
    message: '--cluster-cidr 10.244.0.0/24: has 15 blocks of /28, for 16 nodes',
  })
})

test('one range of pods, or of Services, makes a cluster of that family, of which all ranges and addresses are', () => {
  const planned = (ranges: ClusterRequest['ranges']) => {
    const {
      clusterCidr,
      serviceCidr,
      clusterDns,
      nodeCidr,
      loadBalancerCidr,
      host: outside,
      fabric,
      nodes,
    } = planCluster(request({ ranges }), host())
    const { addresses, podCidrs } = nodes[2]!
    const places = { host: outside.addresses, fabric: fabric.addresses, node: addresses, pods: podCidrs }
    return { clusterCidr, serviceCidr, clusterDns, nodeCidr, loadBalancerCidr, ...places }
  }
  assert.deepEqual(planned({ clusterCidr: '10.1.0.0/16' }), {
    clusterCidr: ['10.1.0.0/16'],
    serviceCidr: ['10.96.0.0/16'],
    clusterDns: ['10.96.0.10'],
    nodeCidr: ['172.30.0.0/16'],
    loadBalancerCidr: ['172.30.255.0/24'],
    host: ['172.30.0.1'],
    fabric: ['172.30.254.254'],
    node: ['172.30.0.4'],
    pods: ['10.1.3.0/24'],
  })
  assert.deepEqual(planned({ serviceCidr: 'fd00:7::/112' }), {
    clusterCidr: ['fd00:10:244::/56'],
    serviceCidr: ['fd00:7::/112'],
    clusterDns: ['fd00:7::a'],
    nodeCidr: ['fd00:172:30::/64'],
    loadBalancerCidr: ['fd00:172:30:0:ff::/112'],
    host: ['fd00:172:30::1'],
    fabric: ['fd00:172:30::fab:1'],
    node: ['fd00:172:30::4'],
    pods: ['fd00:10:244:3::/64'],
  })
})

test('a range of one family keeps out of the way of that family alone', () => {
  const machine = host(['172.30.0.0/16', 'fd00:10:96::/64'])
  const v4 = planCluster(request({ ranges: { clusterCidr: '10.1.0.0/16' } }), machine)
  assert.deepEqual([v4.nodeCidr, v4.serviceCidr], [['172.31.0.0/16'], ['10.96.0.0/16']])
  const v6 = planCluster(request({ ranges: { clusterCidr: 'fd00:1::/56' }, others: [v4] }), machine)
  assert.deepEqual([v6.nodeCidr, v6.serviceCidr], [['fd00:172:30::/64'], ['fd00:10:97::/112']])
})

test('flags of other families than the cluster is of are refused, with both of them and the way out', () => {
  const wrong = (ranges: ClusterRequest['ranges'], message: string, hint: string) =>
    assert.throws(() => checkRequest(request({ ranges })), { code: 'RANGE_INVALID', message, hint })
  wrong(
    { clusterCidr: '10.1.0.0/16', serviceCidr: '10.96.0.0/16,fd00:10:96::/112' },
    '--service-cidr 10.96.0.0/16,fd00:10:96::/112: is IPv4 and IPv6, and --cluster-cidr 10.1.0.0/16 is IPv4 alone',
    'give --service-cidr of IPv4 alone, or leave it out; or, for a cluster of IPv4 and IPv6, --cluster-cidr of both, V4,V6',
  )
  wrong(
    { clusterCidr: '10.1.0.0/16', loadBalancerCidr: 'fd00:172:30:0:ff::/112' },
    '--load-balancer-cidr fd00:172:30:0:ff::/112: is IPv6 alone, and --cluster-cidr 10.1.0.0/16 is IPv4 alone',
    'give --load-balancer-cidr of IPv4 alone, or leave it out; or, for a cluster of IPv6 alone, --cluster-cidr of IPv6 alone',
  )
  wrong(
    { serviceCidr: 'fd00:10:96::/112', clusterDns: '10.96.0.10' },
    '--cluster-dns 10.96.0.10: is IPv4 alone, and --service-cidr fd00:10:96::/112 is IPv6 alone',
    'give --cluster-dns of IPv6 alone, or leave it out; or, for a cluster of IPv4 alone, --service-cidr of IPv4 alone',
  )
  // What nodes have does not say what pods and Services are of.
  wrong(
    { nodeCidr: '172.20.0.0/16' },
    '--node-cidr 172.20.0.0/16: is IPv4 alone, and the cluster is IPv4 and IPv6',
    'give --node-cidr one of each family, V4,V6, or leave it out; or, for a cluster of IPv4 alone, --cluster-cidr of IPv4 alone',
  )
  // Beside a cluster of IPv4 that is there, this says the same.
  assert.doesNotThrow(() => checkRequest(request({ ranges: { nodeCidr: '172.20.0.0/16' }, families: ['IPv4'] })))
  refused(
    { clusterCidr: 'fd00:1::/56', nodePortAddresses: '172.30.0.0/16' },
    'RANGE_INVALID',
    /holds no address of a node/,
  )
  refused({ clusterCidr: 'fd00:1::/122' }, 'RANGE_INVALID', /too small: at most \/121/)
})
