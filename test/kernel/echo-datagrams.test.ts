import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { test } from 'node:test'
import { startEcho } from '#echo/echo.ts'

test('fairlead/echo lives on after a datagram from port 0, which nobody can answer', async () => {
  const echo = await startEcho({ httpPort: 0, udpPort: 0, tcpPort: 0, delayShutdown: 0 }, () => undefined)
  const client = createSocket('udp4')
  try {
    const raw = `
import socket, struct
text = b'echo zero'
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
s.sendto(struct.pack('!HHHH', 0, ${echo.ports.udp}, 8 + len(text), 0) + text, ('127.0.0.1', 0))`
    execFileSync('python3', ['-c', raw])
    client.send('echo one', echo.ports.udp, '127.0.0.1')
    const [answer] = (await once(client, 'message', { signal: AbortSignal.timeout(5000) })) as [Buffer]
    assert.equal(answer.toString(), 'one')
  } finally {
    client.close()
    echo.close()
  }
})
