import { request } from 'node:http'

/** Who a request is to count as; headers that are lists are sent as often as they have items. */
interface As {
  readonly user?: string
  readonly groups?: readonly string[]
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
}

interface Asked {
  readonly status: number
  readonly body: any
  /** The texts of its Warning headers, where it has some. */
  readonly warnings?: readonly string[]
}

const warningsOf = (header: string): readonly string[] =>
  [...header.matchAll(/299 - "((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => text.replace(/\\(.)/g, '$1'))

/** Asks a server that listens on a Unix socket, as its master or by impersonation. A body that is not JSON is text. */
export const ask = (socketPath: string, line: string, body?: object, as: As = {}): Promise<Asked> =>
  new Promise((resolve, reject) => {
    const [method = 'GET', path = '/'] = line.split(' ')
    const text = body === undefined ? undefined : JSON.stringify(body)
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
    const headers = {
      ...(as.user === undefined ? {} : { 'impersonate-user': as.user }),
      ...(as.groups === undefined ? {} : { 'impersonate-group': [...as.groups] }),
      ...(text === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(text) }),
      ...as.headers,
    }
    const call = request({ socketPath, method, path, headers: headers as never }, async (response) => {
      const chunks: Buffer[] = []
      for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk)
      const said = Buffer.concat(chunks).toString()
      let parsed: unknown = said
      try {
        parsed = JSON.parse(said)
      } catch {
        // It is text.
      }
      const warning = response.headers.warning as string | undefined
      resolve({
        status: response.statusCode ?? 0,
        body: parsed,
        ...(warning === undefined ? {} : { warnings: warningsOf(warning) }),
      })
    })
    call.on('error', reject)
    call.end(text)
  })
