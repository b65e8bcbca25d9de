import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, test } from 'node:test'
import { startTestServer, type TestServer } from '../testing/test-server.ts'

let server: TestServer
before(async () => {
  server = await startTestServer()
})
after(() => server.close())

interface Answer {
  readonly status: number
  readonly type: string
  readonly text: string
}

const ask = (method: string, path: string, headers: object = {}, body = ''): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const sent = body ? { 'content-length': Buffer.byteLength(body) } : {}
    const options = { socketPath: server.socketPath, method, path, headers: { ...headers, ...sent } }
    const call = request(options, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () =>
        resolve({ status: response.statusCode!, type: response.headers['content-type'] ?? '', text }),
      )
    })
    call.on('error', reject)
    call.end(body)
  })

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps'
const ROOT_CA = `${CONFIG_MAPS}/none`
const NOWHERE = 'the server could not find the requested resource'

test('a path that no resource has leads nowhere, and says so by a Status within a group and by text outside of one', async () => {
  for (const path of [
    '/api/v1/nosuch',
    '/api/v1//namespaces/default/configmaps',
    '/api/v1/namespaces/x/../default/configmaps/a',
    `${CONFIG_MAPS}/a/b`,
    `${CONFIG_MAPS}/a%2Fb`,
    '/api/v1/configmaps/a',
    '/api/v1/namespaces/default/nodes',
    '/api/v1/namespaces/default/pods/a/log/b',
    '/api/v1/watch/namespaces/default/pods/a/log',
    '/apis/apps/v1/namespaces/default/deployments/a/nosuch',
    '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews/a',
  ]) {
    const { status, text } = await ask('GET', path)
    assert.equal(status, 404, path)
    const { message, reason, details } = JSON.parse(text)
    assert.deepEqual([message, reason, details], [NOWHERE, 'NotFound', {}], path)
  }
  for (const path of [
    '/api/v2/pods',
    '/apis/nosuch/v1/things',
    '/apis/apps/v9/deployments',
    '//api/v1/pods',
    '/nosuch',
  ]) {
    const { status, type, text } = await ask('GET', path)
    assert.deepEqual([status, type, text], [404, 'text/plain; charset=utf-8', '404 page not found\n'], path)
  }
})

test('a slash at the end of a path changes nothing, and a namespace without a name is all of them or is missing', async () => {
  assert.equal((await ask('GET', `${CONFIG_MAPS}/`)).status, 200)
  assert.equal((await ask('GET', '/api/v1/namespaces//configmaps')).status, 200)
  const { status, text } = await ask('GET', '/api/v1/namespaces//configmaps/a')
  assert.deepEqual([status, JSON.parse(text).message], [400, 'Namespace parameter required.'])
})

test('a name that nothing can have is refused', async () => {
  for (const [name, why] of [
    ['a%25b', `"a%b": may not contain '%'`],
    ['..', `"..": may not be '..'`],
    ['.', `".": may not be '.'`],
  ] as const) {
    const { status, text } = await ask('GET', `${CONFIG_MAPS}/${name}`)
    assert.deepEqual([status, JSON.parse(text).message], [400, `Name parameter invalid: ${why}`])
  }
})

test('a method that a path has not is refused, whatever it is', async () => {
  for (const [method, path] of [
    ['HEAD', CONFIG_MAPS],
    ['OPTIONS', CONFIG_MAPS],
    ['PUT', CONFIG_MAPS],
    ['POST', ROOT_CA],
    ['POST', '/api/v1/configmaps'],
    ['DELETE', '/api/v1/configmaps'],
    ['DELETE', '/api/v1/namespaces'],
    ['GET', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'],
    ['POST', '/api/v1/watch/configmaps'],
    ['POST', '/api/v1/namespaces/default/pods/a/log'],
    ['PROPFIND', CONFIG_MAPS],
  ] as const) {
    const { status, text } = await ask(method, path)
    assert.equal(status, 405, `${method} ${path}`)
    if (method === 'HEAD') continue
    const { message, reason } = JSON.parse(text)
    assert.deepEqual(
      [message, reason],
      ['the server does not allow this method on the requested resource', 'MethodNotAllowed'],
    )
  }
})

const FORMS = 'application/json, application/yaml, application/vnd.kubernetes.protobuf'

test('what is answered in no form that a client reads is refused with those that there are', async () => {
  for (const [path, forms] of [
    [`${ROOT_CA}`, FORMS],
    [CONFIG_MAPS, `${FORMS}, application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch`],
    ['/api/v1/namespaces/default/pods/a/log', `text/plain, ${FORMS}`],
  ] as const) {
    for (const accept of ['image/png', 'application/*', 'text/html;q=0.9, application/xml']) {
      const { status, type, text } = await ask('GET', path, { accept })
      assert.deepEqual([status, type], [406, 'application/json'])
      const { message, reason, details } = JSON.parse(text)
      assert.deepEqual(
        [message, reason, details],
        [`406: Not Acceptable\n\nAvailable representations: ${forms}`, 'NotAcceptable', {}],
      )
    }
  }
  assert.equal((await ask('GET', CONFIG_MAPS, { accept: 'text/html, */*;q=0.1' })).status, 200)
  const table = await ask('GET', CONFIG_MAPS, {
    accept: 'application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io',
  })
  assert.equal(table.status, 406)
  assert.equal(JSON.parse(table.text).message, `only the following media types are accepted: ${FORMS}`)
})

test('a body in a form that is not read is refused', async () => {
  const patch = await ask('PATCH', ROOT_CA, { 'content-type': 'application/json' }, '{}')
  assert.equal(patch.status, 415)
  const { message, reason, details } = JSON.parse(patch.text)
  assert.deepEqual([message, reason, details], ['415: Unsupported Media Type', 'UnsupportedMediaType', {}])
  const typed = { 'content-type': 'application/merge-patch+json; charset=utf-8' }
  assert.equal((await ask('PATCH', ROOT_CA, typed, '{}')).status, 404)
  const created = await ask('POST', CONFIG_MAPS, { 'content-type': 'application/cbor' }, '{}')
  assert.equal(created.status, 415)
  assert.equal(
    JSON.parse(created.text).message,
    `the body of the request was in an unknown format - accepted media types include: ${FORMS}`,
  )
})

test('a refusal comes in the form that its client reads', async () => {
  const yaml = await ask('GET', ROOT_CA, { accept: 'application/yaml' })
  assert.equal(yaml.type, 'application/yaml')
  assert.match(yaml.text, /^apiVersion: v1\ncode: 404\ndetails:\n {2}kind: configmaps\n {2}name: none\nkind: Status\n/)
  const protobuf = await ask('GET', ROOT_CA, { accept: 'application/vnd.kubernetes.protobuf' })
  assert.equal(protobuf.type, 'application/vnd.kubernetes.protobuf')
  assert.ok(protobuf.text.startsWith('k8s\0'))
})

test('one object is no list, and a list no object, to a client that asks for metadata alone', async () => {
  const as = (kind: string) => ({ accept: `application/json;as=${kind};v=v1;g=meta.k8s.io` })
  const list = await ask('GET', CONFIG_MAPS, as('PartialObjectMetadata'))
  assert.deepEqual(
    [list.status, JSON.parse(list.text).message],
    [406, 'you requested PartialObjectMetadata, but the requested object is a list (*core.ConfigMapList)'],
  )
  const one = await ask('GET', '/api/v1/namespaces/default', as('PartialObjectMetadataList'))
  assert.deepEqual(
    [one.status, JSON.parse(one.text).message],
    [406, 'you requested PartialObjectMetadataList, but the requested object is not a list (*core.Namespace)'],
  )
  const partial = await ask('GET', '/api/v1/namespaces/default', as('PartialObjectMetadata'))
  assert.deepEqual([partial.type, JSON.parse(partial.text).kind], ['application/json', 'PartialObjectMetadata'])
})

test('a large answer is compressed for a client that reads that, and a small one never', async () => {
  const data = { text: 'x'.repeat(200_000) }
  const body = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'large' }, data })
  await ask('POST', CONFIG_MAPS, { 'content-type': 'application/json' }, body)
  const encodingOf = (path: string): Promise<readonly (string | undefined)[]> =>
    new Promise((resolve, reject) => {
      const headers = { 'accept-encoding': 'br, gzip' }
      const call = request({ socketPath: server.socketPath, path, headers }, (response) => {
        response.resume()
        resolve([response.headers['content-encoding'], response.headers.vary])
      })
      call.on('error', reject).end()
    })
  assert.deepEqual(await encodingOf(`${CONFIG_MAPS}/large`), ['gzip', 'Accept-Encoding'])
  assert.deepEqual(await encodingOf('/api/v1/namespaces/default'), [undefined, undefined])
})
