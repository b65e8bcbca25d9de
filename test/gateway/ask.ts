import { request } from 'node:http'

/** Status and, where it is 200, who answers. */
export const ask = (port: number, host: string, path: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, headers: { host, connection: 'close' } }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => resolve(response.statusCode === 200 ? `200 ${text}` : String(response.statusCode)))
    })
    asked.on('error', reject)
    asked.end()
  })
