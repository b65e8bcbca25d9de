import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { claim, eventually, run } from './harness.ts'
import { scratch } from './scratch.ts'
import { traces } from './traces.ts'

/** What answers outside: HTTP says who asked; DNS says 198.51.100.7 to every question. */
const OUTSIDE = `
const http = require('node:http'), dgram = require('node:dgram')
http.createServer((request, response) => response.end(request.socket.remoteAddress)).listen(80, '198.51.100.7')
const dns = dgram.createSocket('udp4')
dns.on('message', (question, { port, address }) => {
  let end = 12
  while (question[end] !== 0) end += question[end] + 1
  const head = Buffer.from(question.subarray(0, end + 5))
  head.writeUInt16BE(0x8180, 2); head.writeUInt16BE(1, 6); head.writeUInt16BE(0, 8); head.writeUInt16BE(0, 10)
  dns.send(Buffer.concat([head, Buffer.from('c00c00010001000000050004c6336407', 'hex')]), port, address)
})
dns.bind(53, '198.51.100.7', () => console.log('ready'))
`

/**
 * A network outside: a namespace behind a link of the host, by which its default route goes. It has no route back to
 * pods.
 */
const outside = async (): Promise<AsyncDisposable> => {
  const steps = [
    'ip netns add outside',
    'ip link add to-outside type veth peer name uplink netns outside',
    // A link-local address would come and go by itself, under the comparison of before and after.
    'ip link set to-outside addrgenmode none',
    'ip address add 192.0.2.1/24 dev to-outside',
    'ip link set to-outside up',
    'ip -n outside link set lo up',
    'ip -n outside address add 192.0.2.2/24 dev uplink',
    'ip -n outside address add 198.51.100.7/32 dev lo',
    'ip -n outside link set uplink up',
    'ip route add default via 192.0.2.2',
  ]
  for (const step of steps) {
    const { status, stderr } = await run('sh', ['-c', step])
    if (status !== 0) throw new Error(`${step}: ${stderr}`)
  }
  const server = spawn('ip', ['netns', 'exec', 'outside', process.execPath, '-e', OUTSIDE], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise((resolve) => server.stdout.once('data', resolve))
  return {
    async [Symbol.asyncDispose]() {
      server.kill('SIGKILL')
      await run('ip', ['link', 'delete', 'to-outside'])
      await run('ip', ['netns', 'delete', 'outside'])
    },
  }
}

const CLIENT =
  'apiVersion: v1\nkind: Pod\nmetadata: {name: client}\nspec: {containers: [{name: host, image: fairlead/host, command: [sleep, "1000"]}]}\n'
const forwarding = (): string => readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8').trim()

claim('--egress lets pods out through the host, by the host’s address; without it they stay inside', async (assert) => {
  await using _outside = await outside()
  await using one = scratch()
  // The name server of this machine, for as long as this test's mount namespace lasts.
  const resolver = join(one.folder, 'resolv.conf')
  writeFileSync(resolver, 'nameserver 198.51.100.7\n')
  await run('mount', ['--bind', resolver, '/etc/resolv.conf'])
  try {
    const before = await traces()
    assert.equal(forwarding(), '0')
    const curl = (...args: readonly string[]) =>
      run('kubectl', ['exec', 'client', '--', 'curl', '-sm2', ...args], { env: one.env })
    const start = async (name: string, ...flags: readonly string[]): Promise<void> => {
      await one.up(name, '--nodes', '2', ...flags)
      assert.equal((await one.apply(CLIENT)).status, 0)
      await one.kubectl('wait', '--for=condition=Ready', 'pod/client', '--timeout=20s')
    }

    await start('egress-a')
    assert.equal(forwarding(), '0', 'no setting of the host is touched')
    assert.notEqual((await curl('http://198.51.100.7/')).status, 0)
    assert.equal((await one.fairlead('down', '--name', 'egress-a')).status, 0)
    assert.deepEqual(await traces(), before)

    await start('egress-b', '--egress')
    assert.equal(forwarding(), '1')
    assert.match(
      await eventually('an answer from outside', async () => (await curl('http://198.51.100.7/')).stdout || undefined),
      /^(::ffff:)?192\.0\.2\.1$/,
    )
    assert.match(
      (await curl('http://some.example/')).stdout,
      /192\.0\.2\.1$/,
      'names outside resolve, by the host’s own server',
    )
    const inwards = await run('ip', [
      'netns',
      'exec',
      'outside',
      'sh',
      '-c',
      'ip route add 172.30.0.0/16 via 192.0.2.1; curl -sm1 http://172.30.0.2:10250/',
    ])
    assert.equal(inwards.status, 28, 'nothing comes in by forwarding')

    await start('egress-c', '--egress')
    assert.equal((await one.fairlead('down', '--name', 'egress-b')).status, 0)
    assert.equal(forwarding(), '1', 'another cluster still needs it')
    assert.match((await curl('http://198.51.100.7/')).stdout, /192\.0\.2\.1$/)
    // As cron has it, without the folders of the system's own programs.
    assert.equal((await one.fairleadWith({ PATH: '/usr/bin:/bin' }, 'down', '--name', 'egress-c')).status, 0)
    assert.equal(forwarding(), '0')
    assert.deepEqual(await traces(), before)
  } finally {
    await run('umount', ['/etc/resolv.conf'])
  }
})

claim(
  'a range that a route of the host has is refused with that route, and one that is not given moves',
  async (assert) => {
    await using one = scratch()
    await run('ip', ['link', 'add', 'lan', 'type', 'veth', 'peer', 'name', 'lan-peer'])
    await run('ip', ['link', 'set', 'lan', 'up'])
    await run('ip', ['route', 'add', '10.96.4.0/24', 'dev', 'lan'])
    try {
      const refused = await one.fairlead('up', '--name', 'egress-d', '--service-cidr', '10.96.0.0/16,fd00:10:96::/112')
      assert.equal(refused.status, 1)
      assert.match(
        refused.stderr,
        /--service-cidr 10\.96\.0\.0\/16,\S+ collides with the host's route to 10\.96\.4\.0\/24/,
      )
      await one.up('egress-d', '--nodes', '1')
      assert.match(
        await one.kubectl('get', 'service', 'kubernetes', '-o', 'jsonpath={.spec.clusterIP}'),
        /^10\.97\.0\.1$/,
      )
    } finally {
      await run('ip', ['link', 'delete', 'lan'])
    }
  },
)
