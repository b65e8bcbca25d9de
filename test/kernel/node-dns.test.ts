import assert from 'node:assert/strict'
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type NodeAgent, startNodeAgent } from '#agent/node-agent.ts'
import { ProcessSources } from '#agent/process-sources.ts'
import { type AgentNode, kernelAt } from '#agent/runner/agent-node.ts'
import { configMaps } from '#api/core/configmap/resource.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { Informers } from '#client/informer.ts'
import { FakeClient } from '#client/testing/fake-client.ts'
import { systemClock } from '#clock/clock.ts'
import { encodeQuestion } from '#dns/encode.ts'
import { createNetworkNamespace, deleteNamespace } from '#kernel/namespaces/namespace.ts'
import { bindUdp } from '#kernel/sockets/socket.ts'
import { FakeRuntime } from '#kubelet/testing/fake-runtime.ts'
import { RecordType } from '#names/record.ts'

assert.equal(process.env.FAIRLEAD_ISOLATED, '1', 'run through script/isolated')

// This namespace is the node's, as for an agent in the host's network; a pod and all others are namespaces of their own.
const POD = 'fl-nodedns-pod'
const OTHERS = 'fl-nodedns-others'
const DNS = { 4: '10.96.0.10', 6: 'fd00:10:96::a' } as const
const NODE = { 4: '172.30.0.2', 6: 'fd00:172:30::2' } as const
const COREDNS = { 4: '10.244.2.7', 6: 'fd00:10:244:2::7' } as const
const UPSTREAM = '192.0.2.53'
const CORP = '192.0.2.54'
const WEB = 'web.shop.svc.cluster.local'
const OURS = '10.96.7.7'
/** What the stand-in for CoreDNS says of the same name. */
const THEIRS = '10.96.99.99'

const ip = (...args: readonly string[]) => execFileSync('ip', args, { stdio: 'pipe', encoding: 'utf8' })
const children: ChildProcess[] = []
const folder = mkdtempSync(join(tmpdir(), 'fairlead-node-dns-'))
const abort = new AbortController()
const client = new FakeClient({ clock: systemClock })
let agent: NodeAgent
let upstream: ChildProcess
let node: AgentNode
let sources: ProcessSources

/** dnsmasq knows what it is told, and nobody else. */
const dnsmasq = async (namespace: string | undefined, ...args: readonly string[]): Promise<ChildProcess> => {
  const command = [
    ...(namespace === undefined ? [] : ['ip', 'netns', 'exec', namespace]),
    ...[
      'dnsmasq',
      '--keep-in-foreground',
      '--no-resolv',
      '--no-hosts',
      '--user=root',
      '--pid-file=',
      '--log-facility=-',
    ],
    ...['--conf-file=/dev/null', ...args],
  ]
  const child = spawn(command[0]!, command.slice(1), { stdio: ['ignore', 'ignore', 'pipe'] })
  children.push(child)
  let said = ''
  for await (const chunk of child.stderr!) {
    said += String(chunk)
    if (said.includes('started')) return child
  }
  throw new Error(`dnsmasq ended: ${said}`)
}

const KUBE_PROXY = (['ip', 'ip6'] as const)
  .map((family) => {
    const version = family === 'ip' ? 4 : 6
    const to = (port: number) => (version === 4 ? `${COREDNS[4]}:${port}` : `[${COREDNS[6]}]:${port}`)
    const rules = [
      `udp dport 53 dnat to ${to(53)}`,
      `tcp dport 53 dnat to ${to(53)}`,
      `tcp dport 9153 dnat to ${to(9153)}`,
    ]
      .map((rule) => `${family} daddr ${DNS[version]} ${rule}`)
      .join('\n')
    const chain = (hook: string) => `chain nat-${hook} {\ntype nat hook ${hook} priority -100;\n${rules}\n}`
    return `table ${family} kube-proxy {\n${chain('prerouting')}\n${chain('output')}\n}`
  })
  .join('\n')

const startAgent = (): NodeAgent => startNodeAgent(node, sources, ['dns'])
const part = () => agent.parts.states().find(({ name }) => name === 'dns')!

before(async () => {
  for (const name of [POD, OTHERS]) createNetworkNamespace(name)
  for (const key of ['all', 'default']) {
    execFileSync('sysctl', ['-qw', `net.ipv6.conf.${key}.accept_dad=0`, `net.ipv6.conf.${key}.forwarding=1`])
  }
  execFileSync('sysctl', ['-qw', 'net.ipv4.ip_forward=1'])
  const link = (name: string, namespace: string, own: readonly string[], others: readonly string[]): void => {
    ip('link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace)
    ip('link', 'set', name, 'up')
    ip('-n', namespace, 'link', 'set', 'lo', 'up')
    ip('-n', namespace, 'link', 'set', 'eth0', 'up')
    const add = (at: readonly string[], dev: string, addresses: readonly string[]): void => {
      for (const address of addresses)
        ip(...at, 'address', 'add', address, 'dev', dev, ...(address.includes(':') ? ['nodad'] : []))
    }
    add([], name, own)
    add(['-n', namespace], 'eth0', others)
    for (const address of own)
      ip(
        '-n',
        namespace,
        ...(address.includes(':') ? ['-6'] : []),
        'route',
        'add',
        'default',
        'via',
        address.split('/')[0]!,
      )
  }
  link('pod', POD, ['10.244.1.1/24', 'fd00:10:244:1::1/64'], ['10.244.1.5/24', 'fd00:10:244:1::5/64'])
  link(
    'others',
    OTHERS,
    [`${NODE[4]}/24`, `${NODE[6]}/64`],
    ['172.30.0.3/24', 'fd00:172:30::3/64', `${COREDNS[4]}/32`, `${COREDNS[6]}/128`, `${UPSTREAM}/32`, `${CORP}/32`],
  )
  for (const to of ['10.244.2.0/24', '192.0.2.0/24', '10.96.0.0/16']) ip('route', 'add', to, 'via', '172.30.0.3')
  for (const to of ['fd00:10:244:2::/64', 'fd00:10:96::/112']) ip('-6', 'route', 'add', to, 'via', 'fd00:172:30::3')
  execFileSync('nft', ['-f', '-'], { input: KUBE_PROXY })

  const at = (address: string): readonly string[] => [
    '--bind-interfaces',
    `--listen-address=${address}`,
    '--except-interface=lo',
  ]
  const big = Array.from(
    { length: 20 },
    (_, index) => `--txt-record=big.example.org,${String(index).repeat(100).slice(0, 100)}`,
  )
  const [first] = await Promise.all([
    dnsmasq(OTHERS, ...at(UPSTREAM), '--address=/example.org/198.51.100.7', '--local-ttl=60', ...big),
    dnsmasq(
      OTHERS,
      ...at(COREDNS[4]),
      `--listen-address=${COREDNS[6]}`,
      `--address=/${WEB}/${THEIRS}`,
      '--local-ttl=1',
    ),
    dnsmasq(OTHERS, ...at(CORP), '--address=/corp.example/198.51.100.8', '--local-ttl=60'),
    // The machine's own, on port 53 of all its addresses.
    dnsmasq(undefined, '--address=/machine.test/198.51.100.9'),
  ])
  upstream = first
  writeFileSync(join(folder, 'resolv.conf'), `nameserver ${UPSTREAM}\n`)

  const create = async (): Promise<void> => {
    for (const name of ['default', 'kube-system', 'shop'])
      await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
    const service = (namespace: string, name: string, clusterIPs: string[]) =>
      client.create(services, {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { namespace, name },
        spec: { clusterIP: clusterIPs[0]!, clusterIPs, ports: [{ name: 'dns', port: 53, protocol: 'UDP' }] },
      })
    await service('default', 'kubernetes', ['10.96.0.1'])
    await service('kube-system', 'kube-dns', [DNS[4], DNS[6]])
    await service('shop', 'web', [OURS])
    await client.create(configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: 'kube-system', name: 'coredns' },
      data: {
        Corefile: `.:53 {
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    forward . /etc/resolv.conf
    cache 30
}
corp.example:53 {
    forward . ${CORP}
}
`,
      },
    })
  }
  await create()
  const informers = new Informers(client, { clock: systemClock, random: Math.random, signal: abort.signal })
  sources = new ProcessSources({
    client,
    informers,
    runtime: new FakeRuntime(systemClock),
    dns: { domain: 'cluster.local', addresses: [], nameservers: undefined },
    log: () => {},
  })
  node = {
    name: 'n1',
    kernel: kernelAt('/proc/self/ns/net'),
    client,
    clock: systemClock,
    random: () => 0.5,
    log: () => {},
    addresses: [NODE[4], NODE[6]],
    podCidrs: ['10.244.1.0/24', 'fd00:10:244:1::/64'],
    stateDir: folder,
    podNamespace: (uid) => uid,
    cluster: {
      clusterCidr: ['10.244.0.0/16', 'fd00:10:244::/56'],
      serviceCidr: ['10.96.0.0/16', 'fd00:10:96::/112'],
      loadBalancerCidr: ['172.30.255.0/24', 'fd00:30:ff::/112'],
      nodePortAddresses: [],
      clusterDns: [DNS[4], DNS[6]],
      clusterDomain: 'cluster.local',
      allowHostAccess: true,
      stateDir: folder,
    },
    nodeDns: { corefile: 'kube-system/coredns', resolvConf: join(folder, 'resolv.conf') },
  }
  agent = startAgent()
  await agent.parts.ready
})
after(async () => {
  await agent?.parts.stop()
  abort.abort()
  for (const child of children) child.kill('SIGKILL')
  execFileSync('nft', ['flush', 'ruleset'])
  for (const name of [POD, OTHERS]) deleteNamespace(`/run/netns/${name}`)
  rmSync(folder, { recursive: true })
})

const run = promisify(execFile)
/** What a program prints, by lines; of dig also where nobody answers it. This process goes on answering meanwhile. */
const lines = async (command: string, ...args: readonly string[]): Promise<readonly string[]> => {
  const { stdout } = await run(command, args).catch((error: { readonly stdout: string }) => error)
  return stdout.split('\n').filter((line) => line !== '')
}
const DIG = ['+time=2', '+tries=1', '+short']
const dig = (...args: readonly string[]) => lines('ip', 'netns', 'exec', POD, 'dig', ...DIG, ...args)
/** With all that it says of the answer. */
const digWhole = async (...args: readonly string[]): Promise<string> =>
  (await lines('ip', 'netns', 'exec', POD, 'dig', ...DIG.slice(0, 2), ...args)).join('\n')
const digHere = (...args: readonly string[]) => lines('dig', ...DIG, ...args)

test('a pod that asks the cluster’s DNS is answered on its node, by UDP and TCP, at both families; the node itself too', async () => {
  assert.deepEqual([part().ready, part().faults], [true, []])
  for (const family of [4, 6] as const) {
    assert.deepEqual(await dig(`@${DNS[family]}`, WEB), [OURS])
    assert.deepEqual(await dig('+tcp', `@${DNS[family]}`, WEB), [OURS])
  }
  assert.deepEqual(await digHere(`@${DNS[4]}`, WEB), [OURS])
})

test('reverse names of the cluster are answered here, names of pods as the Corefile says, and none are forwarded', async () => {
  assert.deepEqual(await dig(`@${DNS[4]}`, '-x', OURS), [`${WEB}.`])
  assert.deepEqual(await dig(`@${DNS[4]}`, '10-244-9-9.shop.pod.cluster.local'), ['10.244.9.9'])
  const unknown = await digWhole(`@${DNS[4]}`, '-x', '10.244.77.7')
  assert.match(unknown, /status: NXDOMAIN/)
  assert.match(unknown, /^244\.10\.in-addr\.arpa\..*SOA/m)
  assert.match(await digWhole(`@${DNS[4]}`, 'none.shop.svc.cluster.local'), /status: NXDOMAIN/)
})

test('names outside are asked of the machine’s nameserver, those of a stub domain of its own', async () => {
  assert.deepEqual(await dig(`@${DNS[4]}`, 'www.example.org'), ['198.51.100.7'])
  assert.deepEqual(await dig(`@${DNS[6]}`, 'git.corp.example'), ['198.51.100.8'])
  assert.match(await digWhole(`@${DNS[4]}`, 'www.example.org'), /^www\.example\.org\.\s+(30|29)\s/m)
})

test('an answer that is too long for a datagram is fetched whole over TCP, and the client is told to do so', async () => {
  assert.match(await digWhole('+ignore', '+bufsize=512', `@${DNS[4]}`, 'big.example.org', 'TXT'), /flags:.* tc[ ;]/)
  assert.equal((await dig(`@${DNS[4]}`, 'big.example.org', 'TXT')).length, 20)
})

test('who answers the machine on port 53 of all addresses goes on doing so', async () => {
  for (const address of [NODE[4], '127.0.0.1'])
    assert.deepEqual(await digHere(`@${address}`, 'machine.test'), ['198.51.100.9'])
})

/** Asks again and again until it is told to stop, each time from another port: what was answered, and how often not. */
const askContinually = () => {
  const answers: string[] = []
  let lost = 0
  let isDone = false
  const question = encodeQuestion(WEB, RecordType.A)
  const done = (async () => {
    while (!isDone) {
      const socket = await bindUdp(`/run/netns/${POD}`, '0.0.0.0', 0)
      socket.on('error', () => undefined)
      socket.send(question, 53, DNS[4])
      try {
        const [reply] = (await once(socket, 'message', { signal: AbortSignal.timeout(1000) })) as [Buffer]
        answers.push(
          reply
            .subarray(reply.length - (reply.at(-1) === 0 ? 15 : 4))
            .subarray(0, 4)
            .join('.'),
        )
      } catch {
        lost++
      }
      socket.close()
    }
  })()
  return {
    answers,
    async stop() {
      isDone = true
      await done
      return lost
    },
  }
}

test('when the agent stops, CoreDNS answers, and when it starts it does; who asks continually loses no query', async () => {
  const asking = askContinually()
  const count = (answer: string) => asking.answers.filter((one) => one === answer).length
  const until = async (answer: string, more: number): Promise<void> => {
    const from = count(answer)
    for (let tries = 0; tries < 300 && count(answer) < from + more; tries++) await sleep(10)
    assert.ok(count(answer) >= from + more, `${answer}: ${JSON.stringify(asking.answers.slice(-5))}`)
  }
  await until(OURS, 20)
  await agent.parts.stop()
  await until(THEIRS, 20)
  assert.doesNotMatch(execFileSync('nft', ['list', 'tables'], { encoding: 'utf8' }), /fairlead-dns/)
  agent = startAgent()
  await agent.parts.ready
  await until(OURS, 20)
  assert.equal(await asking.stop(), 0)
  assert.deepEqual(new Set(asking.answers), new Set([OURS, THEIRS]))
})

test('a client that keeps its port is answered by CoreDNS when the agent has stopped', async () => {
  const socket = await bindUdp(`/run/netns/${POD}`, '0.0.0.0', 0)
  const ask = async (): Promise<string> => {
    socket.send(encodeQuestion(WEB, RecordType.A), 53, DNS[4])
    const [reply] = (await once(socket, 'message', { signal: AbortSignal.timeout(2000) })) as [Buffer]
    return reply.subarray(-4).join('.')
  }
  assert.equal(await ask(), OURS)
  await agent.parts.stop()
  assert.equal(await ask(), THEIRS)
  socket.close()
  agent = startAgent()
  await agent.parts.ready
})

test('what belongs to a process that was killed goes with it: the rules are the socket’s', async () => {
  await agent.parts.stop()
  const program = `
    import { openNftables } from '#kernel/nftables/libnftables.ts'
    import { openConntrack } from '#kernel/conntrack/conntrack.ts'
    import { LocalDnsTable, ledDns } from '#reconciler/dns/local-dns-table.ts'
    const table = new LocalDnsTable({ nftables: openNftables(), conntrack: openConntrack() })
    table.lead(ledDns(['${DNS[4]}'], ['${NODE[4]}'], 10053))
    console.log(table.isThere())
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--import=./test/compile-cache.ts', '--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: process.cwd(),
  })
  const [said] = (await once(child.stdout, 'data')) as [Buffer]
  assert.equal(String(said).trim(), 'true')
  // Nobody is behind them.
  const led = await dig('+time=1', `@${DNS[4]}`, WEB)
  assert.ok(!led.includes(THEIRS), String(led))
  child.kill('SIGKILL')
  await once(child, 'exit')
  assert.deepEqual(await dig(`@${DNS[4]}`, WEB), [THEIRS])
  agent = startAgent()
  await agent.parts.ready
})

test('where no upstream answers, clients are told so, and names of the cluster are answered as before', async () => {
  upstream.kill('SIGKILL')
  assert.match(await digWhole(`@${DNS[4]}`, 'other.example.org'), /status: SERVFAIL/)
  assert.deepEqual(await dig(`@${DNS[4]}`, WEB), [OURS])
})
