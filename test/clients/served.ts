import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ApiServerOptions } from '#apiserver/server.ts'
import { startTestServer, type TestServer } from '#apiserver/testing/test-server.ts'
import { systemClock } from '#clock/clock.ts'
import { startControllers } from '#controllers/start.ts'

if (process.env.FAIRLEAD_ISOLATED !== '1') throw new Error('what sends traffic runs under script/isolated')

/** An API server over TLS on the loopback interface, with an administrator's kubeconfig. */
export interface Served {
  readonly server: TestServer
  readonly port: number
  readonly url: string
  /** A path. */
  readonly kubeconfig: string
  close(): Promise<void>
}

const kubeconfigOf = (url: string, { pki }: TestServer): string => {
  const base64 = (text: string): string => Buffer.from(text).toString('base64')
  const user = {
    'client-certificate-data': base64(pki.admin.certificate),
    'client-key-data': base64(pki.admin.key),
  }
  // JSON is YAML.
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'one', cluster: { server: url, 'certificate-authority-data': base64(pki.ca.certificate) } }],
    users: [{ name: 'admin', user }],
    contexts: [{ name: 'one', context: { cluster: 'one', user: 'admin' } }],
    'current-context': 'one',
  })
}

/** `controlled`: with the controllers, and no node. */
export const serve = async ({
  controlled = false,
  ...options
}: Partial<ApiServerOptions> & { readonly controlled?: boolean } = {}): Promise<Served> => {
  const server = await startTestServer(options)
  const abort = new AbortController()
  const controllers = controlled
    ? startControllers({
        catalogue: server.catalogue,
        client: server.client,
        clock: systemClock,
        random: Math.random,
        signal: abort.signal,
        rootCa: server.rootCa,
        loadBalancer: 'none',
        kept: server.systemObjects,
        log: () => {},
      })
    : undefined
  await controllers?.ready
  const { port } = (await server.listen({ host: '127.0.0.1', port: 0, tls: true })) as AddressInfo
  const url = `https://127.0.0.1:${port}`
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-clients-'))
  const kubeconfig = join(folder, 'kubeconfig')
  writeFileSync(kubeconfig, kubeconfigOf(url, server))
  return {
    server,
    port,
    url,
    kubeconfig,
    async close() {
      controllers?.stop()
      abort.abort()
      await server.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Asks again until it holds, milliseconds at most. */
export const until = async (what: string, holds: () => boolean | Promise<boolean>, limit = 15_000): Promise<void> => {
  for (const end = Date.now() + limit; !(await holds()); await new Promise((go) => setTimeout(go, 5)))
    if (Date.now() > end) throw new Error(`did not come about in ${limit} ms: ${what}`)
}
