import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { missingOfPki } from '#apiserver/pki/pki.ts'
import { ClusterError } from '../cluster-error.ts'
import type { ClusterConfig } from '../config.ts'
import { statePaths } from './state.ts'

/** What goes into a kubeconfig for the cluster's administrator, PEM text. */
interface AdminAccess {
  readonly server: string
  readonly certificateAuthority: string
  readonly clientCertificate: string
  readonly clientKey: string
}

/** The administrator's certificate, as `up` laid it down. Throws ClusterError CLUSTER_INCOMPLETE where it is not whole. */
export const adminAccess = (config: ClusterConfig): AdminAccess => {
  const missing = missingOfPki(statePaths(config.stateDir).pki)
  if (missing !== undefined)
    throw new ClusterError('CLUSTER_INCOMPLETE', `${missing} of cluster ${config.name} is missing`, {
      hint: `put it back, or clean the cluster up: fairlead down ${config.name}`,
    })
  const read = (file: string): string => readFileSync(join(statePaths(config.stateDir).pki, file), 'utf8')
  return {
    server: `https://127.0.0.1:${config.apiServer.hostPort}`,
    certificateAuthority: read('ca.crt'),
    clientCertificate: read('admin.crt'),
    clientKey: read('admin.key'),
  }
}
