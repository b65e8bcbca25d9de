import { get } from 'node:http'

/** One HTTP answer of an echo server: its text, or why there was none. A new connection each time. */
export const ask = (address: string, port: number, path = '/hostname', timeoutMs = 3_000): Promise<string> =>
  new Promise((resolve, reject) => {
    const call = get({ host: address, port, path, agent: false, timeout: timeoutMs }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => resolve(text))
      response.on('error', reject)
    })
    call.on('error', reject)
    call.on('timeout', () => call.destroy(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })))
  })

/** How often each answer came. */
export const tally = async (count: number, probe: () => Promise<string>): Promise<Readonly<Record<string, number>>> => {
  const found: Record<string, number> = {}
  for (let round = 0; round < count; round++) {
    const answer = await probe()
    found[answer] = (found[answer] ?? 0) + 1
  }
  return found
}

/** `10.244.1.5:41234` or `[fd00::5]:41234` → the address. */
export const addressOf = (clientip: string): string =>
  clientip
    .trim()
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/^::ffff:/, '')

/** A pod `client` on the first node, to ask from. */
export const CLIENT = `apiVersion: v1
kind: Pod
metadata: {name: client}
spec:
  nodeName: node-1
  terminationGracePeriodSeconds: 1
  containers: [{name: shell, image: fairlead/host, command: [sleep, infinity]}]
---
`

export const deployment = (
  name: string,
  options: {
    readonly replicas?: number
    readonly labels?: string
    readonly args?: readonly string[]
    readonly grace?: number
  } = {},
): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  replicas: ${options.replicas ?? 1}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}${options.labels ? `, ${options.labels}` : ''}}}
    spec:
      terminationGracePeriodSeconds: ${options.grace ?? 5}
      containers:
      - name: web
        image: fairlead/echo
        args: ${JSON.stringify(options.args ?? [])}
        ports: [{name: http, containerPort: 8080}]
        readinessProbe: {httpGet: {path: /healthz, port: 8080}, periodSeconds: 1}
---
`

export const service = (name: string, spec: string, app = name): string => `apiVersion: v1
kind: Service
metadata: {name: ${name}}
spec:
  selector: {app: ${app}}
${spec.replace(/^/gm, '  ')}
---
`
