import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ACCESS_LOG } from './access-log.ts'

test('a request is a line of JSON, in which what clients write is a text whatever is in it', () => {
  const line: unknown = JSON.parse(
    ACCESS_LOG.replaceAll(/"%\[([^\]]*),json\(utf8s\)\]"/g, (_, of: string) => JSON.stringify(of))
      .replaceAll(/"%([^"]*)"/g, (_, of: string) => JSON.stringify(of))
      .replaceAll(/":%\w+/g, '":0'),
  )
  assert.deepEqual(line, {
    time: '[date,utime(%Y-%m-%dT%H:%M:%SZ)]',
    client: 'ci',
    status: 0,
    method: 'var(txn.method)',
    host: 'var(txn.host)',
    path: 'var(txn.path)',
    rule: 'var(txn.to),field(2,;)',
    slot: 'var(txn.to),field(1,;)',
    server: 'var(txn.served)',
    bytes: 0,
    total: 0,
    connect: 0,
    response: 0,
    retries: 0,
    end: 'tsc',
  })
})
