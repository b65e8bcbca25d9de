import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { request } from 'node:http'
import { test } from 'node:test'
import { builtInKinds } from '#api/kinds.ts'
import { makeDocument } from '#apiserver/openapi/documents.ts'
import { FAIRLEAD, run, withCluster } from './harness.ts'

const cluster = withCluster('form', ['--nodes', '1'])
const wanted = process.env.FAIRLEAD_FORM || undefined

/** The file that each of the cluster's own processes runs, by its name without an end. */
const programs = (): ReadonlyMap<string, string> => {
  const found = new Map<string, string>()
  for (const pid of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      for (const word of readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')) {
        const name = /\/(control-plane|agent-host)\.m?[jt]s$/.exec(word)?.[1]
        if (name) found.set(name, word)
      }
    } catch {
      // It ended while we looked.
    }
  }
  return found
}

test('what runs is the form that was asked for: the bundle or its source', async () => {
  const { form } = JSON.parse((await run(FAIRLEAD, ['version', '-o', 'json'])).stdout) as { readonly form: string }
  if (wanted) assert.equal(form, wanted)
  const running = programs()
  assert.deepEqual([...running.keys()].sort(), ['agent-host', 'control-plane'])
  for (const file of running.values())
    assert.match(file, form === 'bundle' ? /\/dist\/[^/]+\.mjs$/ : /\/src\/cluster\/processes\/[^/]+\.ts$/)
})

test('a form that is not there is refused by name', async () => {
  const { status, stderr } = await run(FAIRLEAD, ['version'], { env: { FAIRLEAD_FORM: 'binary' } })
  assert.equal(status, 2)
  assert.match(stderr, /FAIRLEAD_FORM is 'binary', and neither bundle nor source/)
})

const ask = (method: string, path: string, headers: Record<string, string>, body = ''): Promise<[number, string]> =>
  new Promise((resolve, reject) => {
    const sent = request({ socketPath: socketPath(), method, path, headers }, (response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => resolve([response.statusCode!, text]))
    })
    sent.on('error', reject).end(body)
  })

const socketPath = (): string => `/var/lib/fairlead/${cluster.name}/api.sock`

test('an OpenAPI document is the same, be it made by the build or by the server', async () => {
  const [code, text] = await ask('GET', '/openapi/v3/apis/apps/v1', {})
  assert.equal(code, 200)
  assert.deepEqual(
    JSON.parse(text),
    JSON.parse(Buffer.from(await makeDocument('apis/apps/v1', builtInKinds)).toString()),
  )
})

test('YAML over the wire is read and answered, a patch too', async () => {
  const path = '/api/v1/namespaces/default/configmaps'
  const yaml = { 'content-type': 'application/yaml', accept: 'application/yaml' }
  const [created, text] = await ask('POST', path, yaml, 'metadata: &m\n  name: written\ndata: {a: "1"}\n')
  assert.equal(created, 201, text)
  // In the order of names, as Kubernetes writes YAML.
  assert.match(text, /^apiVersion: v1\ndata:\n {2}a: "1"\nkind: ConfigMap\nmetadata:\n/)
  assert.match(text, /\n {2}name: written\n/)
  const patch = { ...yaml, 'content-type': 'application/apply-patch+yaml' }
  const applied = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: written}\ndata:\n  b: "2"\n'
  const [patched, after] = await ask('PATCH', `${path}/written?fieldManager=form`, patch, applied)
  assert.equal(patched, 200, after)
  assert.match(after, /\ndata:\n {2}a: "1"\n {2}b: "2"\nkind: ConfigMap\n/)
})

test('what is loaded when it is first asked for is there: OpenAPI in three forms, exec', async () => {
  for (const [path, accept] of [
    ['/openapi/v2', 'application/json'],
    ['/openapi/v2', 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf'],
    ['/openapi/v3/api/v1', 'application/json'],
  ] as const) {
    const [status, text] = await ask('GET', path, { accept })
    assert.equal(status, 200, text.slice(0, 200))
  }
  await cluster.kubectl('run', 'one', '--image=fairlead/echo')
  await cluster.kubectl('wait', 'pod/one', '--for=condition=Ready', '--timeout=60s')
  assert.equal((await cluster.inPod('one', 'hostname')).stdout.trim(), 'one')
})
