import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ClusterConfig } from '../config.ts'
import { statePaths } from './state.ts'

/** What goes into a kubeconfig for the cluster's administrator, PEM text. */
interface AdminAccess {
  readonly server: string
  readonly certificateAuthority: string
  readonly clientCertificate: string
  readonly clientKey: string
}

/** The administrator's certificate, as the control plane laid it down. */
export const adminAccess = (config: ClusterConfig): AdminAccess => {
  const read = (file: string): string => readFileSync(join(statePaths(config.stateDir).pki, file), 'utf8')
  return {
    server: `https://127.0.0.1:${config.apiServer.hostPort}`,
    certificateAuthority: read('ca.crt'),
    clientCertificate: read('admin.crt'),
    clientKey: read('admin.key'),
  }
}
