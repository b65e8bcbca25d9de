import assert from 'node:assert/strict'
import { test } from 'node:test'
import { servedPorts } from './served-ports.ts'

const tcp = (port: number) => ({ protocol: 'TCP', port })
const udp = (port: number) => ({ protocol: 'UDP', port })
const flags = (httpPort: number, udpPort: number, tcpPort = -1, delayShutdown = 2) => ({
  httpPort,
  udpPort,
  tcpPort,
  delayShutdown,
})

test('any image answers HTTP and UDP on the ports that its pod declares, and nowhere else', () => {
  assert.deepEqual(servedPorts({ image: 'nginx' }), [])
  assert.deepEqual(servedPorts({ image: 'nginx', args: ['-g', 'daemon off;'], ports: [tcp(80)] }), [flags(80, -1)])
  assert.deepEqual(servedPorts({ image: 'dns', ports: [udp(53), tcp(53), tcp(9153), tcp(53)] }), [
    flags(53, 53),
    flags(9153, -1),
  ])
})

test('what answers as echo does has its own ports by its arguments, beside those that are declared', () => {
  assert.deepEqual(servedPorts({ image: 'fairlead/echo' }), [flags(8080, 8081)])
  assert.deepEqual(servedPorts({ image: 'fairlead/echo:1', ports: [tcp(8080), tcp(9090)] }), [
    flags(8080, 8081),
    flags(9090, -1),
  ])
  assert.deepEqual(
    servedPorts({ image: 'fairlead/echo', args: ['--tcp-port=9', '--delay-shutdown', '0'], ports: [tcp(9)] }),
    [flags(8080, 8081, 9, 0)],
  )
  const agnhost = 'registry.k8s.io/e2e-test-images/agnhost:2.53'
  const args = ['netexec', '--http-port=83', '--udp-port=-1']
  assert.deepEqual(servedPorts({ image: agnhost, args }), [flags(83, -1)])
  assert.deepEqual(servedPorts({ image: agnhost, command: ['/agnhost'], args, ports: [udp(5)] }), [
    flags(83, -1),
    flags(-1, 5),
  ])
  assert.deepEqual(servedPorts({ image: agnhost, args: ['pause'] }), [])
  assert.deepEqual(servedPorts({ image: 'fairlead/echo', command: ['sleep'] }), [], 'another program of that image')
  assert.deepEqual(servedPorts({ image: 'fairlead/echo', args: ['sh', '-c', 'sleep 1'] }), [], 'a program, by its args')
  assert.throws(() => servedPorts({ image: 'fairlead/echo', args: ['--port=1'] }), /unknown flag --port=1/)
})
