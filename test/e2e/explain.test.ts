import type { Pod } from '#api/core/pod/message.ts'
import type { Live } from '#explain/trace/live.ts'
import type { Trace } from '#explain/trace/trace.ts'
import { printLive } from '#explain/words/live.ts'
import { deployment, service, together, usual, withExplained } from './explaining.ts'
import { claim, eventually } from './harness.ts'

const { cluster, kubectl, explained, ask, rolledOut, get, nodeAddress, client, fromClient, fromHost, prove } =
  withExplained('explain')

together(() => {
  claim('explain walks a Service that answers, with status 0, every hop and every endpoint', async (assert) => {
    await client()
    await kubectl.apply(deployment('fine', { replicas: 3 }) + service('fine', usual('fine')))
    await rolledOut('fine')
    const { status, explanation } = await ask('--from', 'pod/client', '--to', 'svc/fine')
    assert.equal(status, 0)
    const pods = await cluster.json<{ items: Pod[] }>('get', 'pods', '-l', 'app=fine')
    const addresses = pods.items.map((pod) => pod.status!.podIP!).sort()
    assert.deepEqual(
      explanation.candidates.map(({ address, chosen }) => [address, chosen]).sort(),
      addresses.map((ip) => [ip, true]),
    )
    const { clusterIP } = (await get('fine')).spec!
    assert.ok(
      explanation.steps.some(
        ({ at, text }) =>
          at === 'node-1, prerouting' && text === `${clusterIP}:80/TCP is the ClusterIP of default/fine, its only port`,
      ),
      JSON.stringify(explanation.steps),
    )
    assert.equal(await fromClient(`${clusterIP}:80`), true)
  })

  claim('a cure mends: the selector matches nothing', async (assert) => {
    await client()
    await kubectl.apply(deployment('shop') + service('shop', usual('shpo')))
    await rolledOut('shop')
    const finding = await prove(assert, {
      to: 'svc/shop',
      reason: 'selector-matches-nothing',
      message: /app=shpo/,
      probe: () => fromClient('shop'),
    })
    assert.match(finding.details!.join(), /1 pod with app=shop/)
  })

  claim('a cure mends: the readiness probe knocks where nothing listens', async (assert) => {
    await client()
    const probe = '{httpGet: {path: /healthz, port: 9090}, periodSeconds: 1}'
    await kubectl.apply(deployment('unready', { probe }) + service('unready', usual('unready')))
    await eventually('the probe’s Event', async () =>
      (await kubectl('get', 'events')).includes('Readiness probe failed'),
    )
    const finding = await prove(assert, {
      to: 'svc/unready',
      reason: 'pods-not-ready',
      probe: () => fromClient('unready'),
    })
    assert.match(finding.message, /the readiness probe fails: .*9090/)
  })

  claim('a cure mends: the targetPort names no port', async (assert) => {
    await client()
    await kubectl.apply(
      deployment('named') + service('named', 'selector: {app: named}\nports: [{port: 80, targetPort: htpp}]'),
    )
    await rolledOut('named')
    const finding = await prove(assert, {
      to: 'svc/named',
      reason: 'target-port-unknown',
      message: /htpp/,
      probe: () => fromClient('named'),
    })
    assert.match(finding.details!.join(), /8080\/TCP \(http\) in container web/)
  })

  claim('a cure mends: nothing listens on the targetPort', async (assert) => {
    await client()
    await kubectl.apply(deployment('closed') + service('closed', 'selector: {app: closed}\nports: [{port: 80}]'))
    await rolledOut('closed')
    const finding = await prove(assert, {
      to: 'svc/closed',
      reason: 'target-port-closed',
      probe: () => fromClient('closed'),
    })
    assert.match(finding.details!.join(), /listens on 8080/)
  })

  claim('a cure mends: no endpoint on the node under externalTrafficPolicy Local', async (assert) => {
    await kubectl.apply(
      deployment('outer', { node: 'node-2' }) +
        service(
          'outer',
          `type: NodePort\nexternalTrafficPolicy: Local\nselector: {app: outer}\nports: [{port: 80, targetPort: 8080, nodePort: 30061}]`,
        ),
    )
    await rolledOut('outer')
    const to = `${nodeAddress(0)}:30061`
    const both = { from: 'host', to, reason: 'no-local-endpoint', message: /node-1 has no endpoint/, probe: fromHost }
    const finding = await prove(assert, { ...both, cure: 'ask' })
    assert.match(finding.details!.join(), /nodes that have one: node-2/)
    await prove(assert, both)
  })

  claim('a cure mends: no endpoint on the node under internalTrafficPolicy Local', async (assert) => {
    await client()
    await kubectl.apply(
      deployment('inner', { node: 'node-2' }) + service('inner', `internalTrafficPolicy: Local\n${usual('inner')}`),
    )
    await rolledOut('inner')
    await prove(assert, { to: 'svc/inner', reason: 'no-local-endpoint', probe: () => fromClient('inner') })
  })

  claim('a cure mends: the sender is in no source range', async (assert) => {
    await kubectl.apply(
      deployment('guarded') +
        service('guarded', `type: LoadBalancer\nloadBalancerSourceRanges: [203.0.113.0/24]\n${usual('guarded')}`),
    )
    await rolledOut('guarded')
    const address = await eventually(
      'an address',
      async () => (await get('guarded')).status?.loadBalancer?.ingress?.[0]?.ip,
    )
    await prove(assert, {
      from: 'host',
      to: 'svc/guarded',
      reason: 'source-range',
      message: /203\.0\.113\.0\/24/,
      probe: () => fromHost(address),
    })
  })

  claim('a cure mends: a port that the ClusterIP does not serve', async (assert) => {
    await client()
    await kubectl.apply(deployment('ports') + service('ports', usual('ports')))
    await rolledOut('ports')
    const finding = await prove(assert, {
      to: 'svc/ports:8080',
      reason: 'port-not-served',
      probe: () => fromClient('ports:8080'),
    })
    assert.match(finding.details!.join(), /it serves 80\/TCP.*targetPort/)
  })

  claim('a cure mends: the Service lacks the family', async (assert) => {
    await client()
    await kubectl.apply(deployment('family') + service('family', usual('family')))
    await rolledOut('family')
    const probe = async () => {
      const address = (await get('family')).spec?.clusterIPs?.find((ip) => ip.includes(':'))
      return address !== undefined && fromClient(`[${address}]`)
    }
    await prove(assert, { to: 'svc/family', flags: ['--family', '6'], reason: 'family-missing', probe })
  })

  claim('a cure mends: the type was changed, and the node port went with it', async (assert) => {
    await kubectl.apply(
      deployment('typed') +
        service(
          'typed',
          'type: NodePort\nselector: {app: typed}\nports: [{port: 80, targetPort: 8080, nodePort: 30062}]',
        ),
    )
    await rolledOut('typed')
    await kubectl('patch', 'service', 'typed', '-p', '{"spec":{"type":"ClusterIP"}}')
    await prove(assert, {
      from: 'host',
      to: `${nodeAddress(0)}:30062`,
      reason: 'type-changed',
      message: /ClusterIP now/,
      probe: fromHost,
    })
  })

  claim('a cure mends: all endpoints are terminating', async (assert) => {
    await client()
    const probe = "{exec: {command: [sh, -c, 'test ! -e /tmp/gone']}, periodSeconds: 1, failureThreshold: 1}"
    const extra = 'lifecycle: {preStop: {exec: {command: [sleep, "15"]}}}'
    await kubectl.apply(deployment('leaving', { probe, extra }) + service('leaving', usual('leaving')))
    await rolledOut('leaving')
    await kubectl('exec', 'deployment/leaving', '--', 'touch', '/tmp/gone')
    await kubectl('wait', '--for=condition=Ready=False', 'pod', '-l', 'app=leaving', '--timeout=20s')
    await kubectl('scale', 'deployment', 'leaving', '--replicas=0')
    await prove(assert, { to: 'svc/leaving', reason: 'only-terminating', probe: () => fromClient('leaving') })
  })

  claim('a cure mends: the DNS name is wrong', async (assert) => {
    await client()
    await kubectl.apply(deployment('orders') + service('orders', usual('orders')))
    await rolledOut('orders')
    await prove(assert, {
      to: 'oders.default:80',
      cure: 'ask',
      reason: 'dns-name-unknown',
      message: /NXDOMAIN.*orders\.default\.svc/,
      probe: fromClient,
    })
  })

  claim('a cure mends: the Service is in another namespace', async (assert) => {
    await client()
    await kubectl('create', 'namespace', 'store')
    await kubectl.apply(deployment('cart', { namespace: 'store' }) + service('cart', usual('cart'), 'store'))
    await kubectl('rollout', 'status', 'deployment/cart', '-n', 'store', '--timeout=30s')
    await prove(assert, {
      to: 'cart:80',
      cure: 'ask',
      reason: 'other-namespace',
      message: /in store/,
      probe: fromClient,
    })
  })

  claim('a cure mends: the image is not known', async (assert) => {
    await client()
    await kubectl.apply(deployment('pulled', { image: 'fairlead/ehco' }) + service('pulled', usual('pulled')))
    await prove(assert, {
      to: 'svc/pulled',
      reason: 'image-unknown',
      message: /fairlead\/ehco/,
      probe: () => fromClient('pulled'),
    })
  })

  claim('a cure mends: a node port is asked of an address that is no node’s', async (assert) => {
    await kubectl.apply(
      deployment('ported') +
        service(
          'ported',
          'type: NodePort\nselector: {app: ported}\nports: [{port: 80, targetPort: 8080, nodePort: 30063}]',
        ),
    )
    await rolledOut('ported')
    const { clusterIP } = (await get('ported')).spec!
    await client()
    const pod = await cluster.json<Pod>('get', 'pod', 'client')
    await prove(assert, {
      from: 'host',
      to: `${pod.status!.podIP}:30063`,
      cure: 'ask',
      reason: 'not-a-node',
      probe: fromHost,
    })
    const { explanation } = await ask('--from', 'pod/client', '--to', `${clusterIP}:30063`)
    assert.match(explanation.findings[0]!.details!.join(), /30063 is its node port/)
  })

  claim('a cure mends: a headless Service is asked at a port that it does not translate', async (assert) => {
    await client()
    await kubectl.apply(deployment('bare') + service('bare', `clusterIP: None\n${usual('bare')}`))
    await rolledOut('bare')
    await prove(assert, {
      to: 'bare:80',
      cure: 'ask',
      reason: 'headless-port',
      message: /no ClusterIP/,
      probe: fromClient,
    })
  })

  claim('a cure mends: an ExternalName leads to a name that nothing has', async (assert) => {
    await client()
    await kubectl.apply(
      deployment('target') +
        service('target', 'selector: {app: target}\nports: [{port: 80, targetPort: 8080}]') +
        service('alias', 'type: ExternalName\nexternalName: tagret.default.svc.cluster.local'),
    )
    await rolledOut('target')
    await prove(assert, { to: 'alias:80', reason: 'external-name', message: /NXDOMAIN/, probe: fromClient })
  })

  claim('a cure mends: the Deployment is scaled to zero', async (assert) => {
    await client()
    await kubectl.apply(deployment('idle', { replicas: 0 }) + service('idle', usual('idle')))
    await prove(assert, { to: 'svc/idle', reason: 'scaled-to-zero', probe: () => fromClient('idle') })
  })

  claim('a cure mends: a label hands the Service to another proxy', async (assert) => {
    await client()
    await kubectl.apply(deployment('other') + service('other', usual('other')))
    await rolledOut('other')
    await kubectl('label', 'service', 'other', 'service.kubernetes.io/service-proxy-name=mesh')
    await prove(assert, { to: 'svc/other', reason: 'not-proxied', probe: () => fromClient('other') })
  })

  claim('a cure mends: a load balancer address outside of the pool is asked for', async (assert) => {
    await kubectl.apply(
      deployment('pooled') + service('pooled', `type: LoadBalancer\nloadBalancerIP: 192.0.2.1\n${usual('pooled')}`),
    )
    await rolledOut('pooled')
    const probe = async () => {
      const address = (await get('pooled')).status?.loadBalancer?.ingress?.[0]?.ip
      return address !== undefined && fromHost(address)
    }
    await prove(assert, {
      from: 'host',
      to: 'svc/pooled',
      reason: 'load-balancer-pending',
      message: /no load balancer address/,
      probe,
    })
  })

  claim(
    'explain says what a container that crashes said last, and names a source that is not there',
    async (assert) => {
      await client()
      await kubectl.apply(deployment('crash', { args: ['--no-such-flag'] }) + service('crash', usual('crash')))
      // Until it is started again, what it said last is said by the container that is there.
      await eventually('it ended and was started again', async () => {
        const { items } = await cluster.json<{ items: Pod[] }>('get', 'pods', '-l', 'app=crash')
        return (items[0]?.status?.containerStatuses?.[0]?.restartCount ?? 0) > 0
      })
      const finding = await eventually('a crash is seen', async () => {
        const { explanation } = await ask('--from', 'pod/client', '--to', 'svc/crash')
        return explanation.findings.find(({ reason }) => reason === 'pods-crash')
      })
      assert.match(finding.message, /container web ends.* with exit code \d+/)
      assert.match(finding.cures[0]!.command, /^kubectl logs crash-\S+ -n default -c web --previous$/)
      const outcome = await explained('--from', 'pod/cleint', '--to', 'svc/crash')
      assert.equal(outcome.status, 2)
      assert.match(outcome.stderr, /there is no pod cleint in namespace default\n {2}the nearest: pod\/client/)
    },
  )
})

claim('a cure mends: no node takes the pods', async (assert) => {
  await client()
  await kubectl.apply(
    deployment('pending', { podExtra: 'nodeSelector: {disk: ssd}' }) + service('pending', usual('pending')),
  )
  await prove(assert, {
    to: 'svc/pending',
    reason: 'pods-pending',
    message: /node affinity\/selector/,
    probe: () => fromClient('pending'),
  })
})

claim(
  'explain --live: what the kernel does with real connections is what the model says',
  async (assert) => {
    await client()
    const udp = '{name: udp, containerPort: 8081, protocol: UDP}'
    await kubectl.apply(
      deployment('alive', { replicas: 3, port: udp }) +
        deployment('lone', { node: 'node-2' }) +
        service(
          'alive',
          `type: NodePort\nselector: {app: alive}\nipFamilyPolicy: RequireDualStack\nports: [{name: web, port: 80, targetPort: 8080, nodePort: 30064}, {name: udp, protocol: UDP, port: 53, targetPort: udp}, {name: closed, port: 81, targetPort: 81}]`,
        ) +
        service('lone', `internalTrafficPolicy: Local\n${usual('lone')}`) +
        service('none', 'selector: {app: none-at-all}\nports: [{port: 80}]'),
    )
    await rolledOut('alive')
    await rolledOut('lone')
    const [pod] = (await cluster.json<{ items: Pod[] }>('get', 'pods', '-l', 'app=lone')).items
    const cases: readonly (readonly [
      from: string,
      to: string,
      answer: string,
      translated: boolean,
      ...flags: string[],
    ])[] = [
      ['pod/client', 'svc/alive', 'answered', true],
      ['pod/client', 'svc/alive', 'answered', true, '--family', '6'],
      ['pod/client', 'svc/alive:udp', 'answered', true, '--proto', 'udp'],
      ['pod/client', `${nodeAddress(2)}:30064`, 'answered', true],
      ['host', `${nodeAddress(1)}:30064`, 'answered', true],
      ['node/node-3', 'svc/alive', 'answered', true],
      [`pod/${pod!.metadata!.name}`, 'svc/lone', 'answered', true],
      ['host', 'svc/alive:web', 'answered', true],
      ['pod/client', 'svc/alive:closed', 'refused', true],
      ['pod/client', 'svc/alive:82', 'refused', false],
      ['pod/client', 'svc/none', 'refused', false],
      ['node/node-1', 'svc/none', 'refused', false],
      ['pod/client', 'svc/lone', 'silent', false],
      ['pod/client', `${pod!.status!.podIP}:8080`, 'answered', false],
      ['pod/client', `${pod!.status!.podIP}:9999`, 'refused', false],
    ]
    for (const [from, to, answer, translated, ...flags] of cases) {
      const { status, explanation } = await ask('--from', from, '--to', to, '--live', ...flags)
      const { live } = explanation.trace as Trace & { readonly live: Live }
      const text = `${from} to ${to} ${flags.join(' ')}: ${printLive(live, explanation.trace)}`
      assert.equal(live.accord, 'agree', text)
      assert.deepEqual([...new Set(live.observations.map((one) => one.answer))], [answer], text)
      assert.equal(
        live.observations.every(({ translation }) => (translation !== undefined) === translated),
        true,
        text,
      )
      assert.equal(status, answer === 'answered' ? 0 : 1, text)
      assert.deepEqual(live.trace.unavailable, [], text)
      const walks = live.trace.walks
      assert.ok(walks.length >= live.observations.length, `the kernel told of each probe: ${text}`)
      assert.deepEqual([...new Set(walks.map(({ fits }) => fits))], [true], text)
      assert.equal(
        walks.some(({ ends }) => ends.some(({ code }) => code === 'translated')),
        translated,
        text,
      )
      if (to === 'svc/alive' && from === 'pod/client')
        assert.deepEqual(
          ['nat-prerouting', 'pick-3'].filter((chain) => walks[0]!.chains.includes(chain)),
          ['nat-prerouting', 'pick-3'],
        )
    }
    assert.equal((await cluster.onNode('node-1', 'nft', 'list tables')).stdout.includes('fairlead-trace'), false)
  },
  { timeout: 180_000 },
)

claim('explain and the kernel agree about the reply to a node that has neither sender nor endpoint', async (assert) => {
  await client()
  await kubectl.apply(
    deployment('afar', { node: 'node-3' }) +
      service(
        'afar',
        'type: NodePort\nexternalTrafficPolicy: Local\nselector: {app: afar}\nports: [{port: 80, targetPort: 8080, nodePort: 30067}]',
      ),
  )
  await rolledOut('afar')
  const to = `${nodeAddress(1)}:30067`
  const { status, explanation } = await ask('--from', 'pod/client', '--to', to, '--live')
  const { live } = explanation.trace as Trace & { readonly live: Live }
  assert.equal(status, 0, printLive(live, explanation.trace))
  assert.equal(live.accord, 'agree', printLive(live, explanation.trace))
  assert.deepEqual([...new Set(explanation.outcomes.map(({ masqueraded }) => masqueraded))], [true])
  assert.equal(await fromClient(to), true)
})

claim('explain --live says so where the kernel does another thing than the model', async (assert) => {
  await client()
  await kubectl.apply(deployment('strange') + service('strange', usual('strange')))
  await rolledOut('strange')
  const { clusterIP } = (await get('strange')).spec!
  const rule = `add table ip stranger; add chain ip stranger out { type filter hook prerouting priority -300; }; add rule ip stranger out ip daddr ${clusterIP} drop`
  assert.equal((await cluster.onNode('node-1', 'nft', rule)).status, 0)
  const { status, stdout } = await explained('--from', 'pod/client', '--to', 'svc/strange', '--live')
  await cluster.onNode('node-1', 'nft', 'delete table ip stranger')
  assert.equal(status, 1)
  assert.match(
    stdout,
    /KERNEL AND MODEL DISAGREE\n {2}\d+ × no answer \(not as the model knows it\)\n {2}the model: deliver to /,
  )
  assert.match(
    stdout,
    /node-1: the kernel walked: no chain of ours; dropped by a rule of table stranger, chain out \(not as the model\)\n {2}node-1: the model walks: nat-prerouting, .*pick-1/,
  )
})
